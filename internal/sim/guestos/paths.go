// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// machineDirs are the directories that a Linux guest shares with this machine.
var machineDirs = []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"}

// maxLinks is how many links a path may go through.
const maxLinks = 40

// resolve finds what a path of the guest leads to, as a path below the root without links: "." is the root itself.
// The last component need not exist; if it is a link, follow says whether that is gone along too.
func (g *Guest) resolve(name string, follow bool) (string, error) {
	rest, err := g.split(name)
	if err != nil {
		return "", err
	}
	var done []string
	top := 0
	if g.opts.Windows {
		top = 1 // of a drive
	}
	for links := 0; len(rest) > 0; {
		part := rest[0]
		rest = rest[1:]
		if part == ".." {
			done = done[:max(len(done)-1, min(top, len(done)))]
			continue
		}
		at := g.spelled(done, part)
		info, err := g.lstat(at)
		switch {
		case err != nil && len(rest) == 0 && os.IsNotExist(err):
			return at, nil
		case err != nil:
			return "", of(name, err)
		case info.Mode()&fs.ModeSymlink != 0 && (follow || len(rest) > 0):
			if links++; links > maxLinks {
				return "", of(name, errTooManyLinks)
			}
			target, err := g.readlink(at)
			if err != nil {
				return "", of(name, err)
			}
			if path.IsAbs(target) {
				done = nil
			}
			rest = append(components(target), rest...)
			continue
		case len(rest) > 0 && !info.IsDir():
			return "", of(name, ErrNotDirectory)
		}
		done = strings.Split(at, "/")
	}
	return path.Join(append([]string{"."}, done...)...), nil
}

// split cuts an absolute path of the guest into components.
func (g *Guest) split(name string) ([]string, error) {
	if name == "" || strings.ContainsRune(name, 0) {
		return nil, of(name, ErrInvalid)
	}
	if g.opts.Windows {
		return splitWindows(name)
	}
	if !path.IsAbs(name) {
		return nil, of(name, fs.ErrNotExist) // the agent's own directory has nothing
	}
	return components(name), nil
}

func components(name string) []string {
	return slices.DeleteFunc(strings.Split(name, "/"), func(s string) bool { return s == "" || s == "." })
}

// spelled joins a component to a path, in the spelling of what is there: Windows does not tell cases apart.
func (g *Guest) spelled(done []string, part string) string {
	at := path.Join(append(slices.Clone(done), part)...)
	if !g.opts.Windows {
		return at
	}
	if _, err := g.root.Lstat(at); err == nil {
		return at
	}
	entries, _ := g.readDir(path.Join(append([]string{"."}, done...)...)) // one that is not there has none
	for _, e := range entries {
		if strings.EqualFold(e.Name(), part) {
			return path.Join(append(slices.Clone(done), e.Name())...)
		}
	}
	return at
}

// ofMachine reports that a resolved path lies in a directory of this machine.
func (g *Guest) ofMachine(at string) bool {
	first, _, _ := strings.Cut(at, "/")
	return !g.opts.Windows && slices.Contains(machineDirs, first)
}

func (g *Guest) lstat(at string) (fs.FileInfo, error) {
	if first, _, below := strings.Cut(at, "/"); below && g.ofMachine(first) {
		return os.Lstat("/" + at)
	}
	return g.root.Lstat(at)
}

func (g *Guest) readlink(at string) (string, error) {
	if _, _, below := strings.Cut(at, "/"); below && g.ofMachine(at) {
		return os.Readlink("/" + at)
	}
	target, err := g.root.Readlink(at)
	// A program that ran with real paths made a link with one.
	if rest, ok := strings.CutPrefix(target, g.opts.Dir+"/"); ok {
		target = "/" + rest
	}
	return target, err
}

func (g *Guest) open(at string) (*os.File, error) {
	if g.ofMachine(at) {
		return os.Open("/" + at)
	}
	return g.root.Open(at)
}

func (g *Guest) readDir(at string) ([]fs.DirEntry, error) {
	f, err := g.open(at)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return f.ReadDir(-1)
}

// Real is where a path of the guest lies on this machine, for the eyes of a test. It follows no link at its end.
func (g *Guest) Real(name string) (string, error) {
	at, err := g.resolve(name, false)
	if err != nil {
		return "", err
	}
	if g.ofMachine(at) {
		return "/" + at, nil
	}
	return filepath.Join(g.opts.Dir, filepath.FromSlash(at)), nil
}
