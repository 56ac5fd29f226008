// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Save copies the guest's disk to a directory that there is not yet, as a snapshot does. What is written meanwhile may be in it or not.
func (g *Guest) Save(dir string) error {
	to, err := makeRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = to.Close() }()
	return g.copyTree(g.root, to)
}

// Restore makes the guest's disk what was saved. It is for a guest in which nothing runs.
func (g *Guest) Restore(dir string) error {
	from, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	if err := g.wipe(); err != nil {
		return err
	}
	return g.copyTree(from, g.root)
}

// Renew makes the guest's disk what it was at first. It is for a guest in which nothing runs.
func (g *Guest) Renew() error {
	if err := g.wipe(); err != nil {
		return err
	}
	return g.lay()
}

func (g *Guest) wipe() error {
	entries, err := g.readDir(".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if g.kept(e.Name()) {
			continue
		}
		if err := g.root.RemoveAll(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// kept reports what is no part of the disk: this machine's directories.
func (g *Guest) kept(at string) bool {
	first, _, _ := strings.Cut(filepath.ToSlash(at), "/")
	return g.ofMachine(first) || !g.opts.Windows && (first == "dev" || first == "proc")
}

func makeRoot(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

// copyTree copies what is on a disk, with its holes, permissions and times.
func (g *Guest) copyTree(from, to *os.Root) error {
	return fs.WalkDir(from.FS(), ".", func(at string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it has gone meanwhile
		case err != nil:
			return err
		case at == ".":
			return nil
		case g.kept(at) && d.IsDir():
			return fs.SkipDir
		case g.kept(at):
			return nil
		case d.Type()&fs.ModeSymlink != 0:
			target, err := from.Readlink(at)
			if err != nil {
				return gone(err)
			}
			return to.Symlink(target, at)
		}
		info, err := d.Info()
		if err != nil {
			return gone(err)
		}
		if d.IsDir() {
			if err := to.Mkdir(at, 0o700); err != nil {
				return err
			}
			return to.Chmod(at, info.Mode())
		}
		if !info.Mode().IsRegular() {
			return nil // a pipe, or the like
		}
		return copyFile(from, to, at, info)
	})
}

// gone forgives a file that has gone meanwhile.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func copyFile(from, to *os.Root, at string, info fs.FileInfo) error {
	in, err := from.Open(at)
	if err != nil {
		return gone(err)
	}
	defer func() { _ = in.Close() }()
	out, err := to.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = sparse(out, in)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = to.Chmod(at, info.Mode())
	}
	if err == nil {
		err = to.Chtimes(at, info.ModTime(), info.ModTime())
	}
	return err
}
