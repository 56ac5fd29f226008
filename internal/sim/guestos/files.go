// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// maxName is how long a name may be.
const maxName = 255

// target resolves a path that is to be written.
func (g *Guest) target(user, name string, follow bool) (string, fs.FileInfo, error) {
	at, err := g.resolve(name, follow)
	if err != nil {
		return "", nil, err
	}
	if len(path.Base(at)) > maxName {
		return "", nil, of(name, ErrNameTooLong)
	}
	if !g.may(user, at, true) {
		return "", nil, of(name, fs.ErrPermission)
	}
	info, err := g.lstat(at)
	if err != nil && !os.IsNotExist(err) {
		return "", nil, of(name, err)
	}
	return at, info, nil
}

// existing is target for what must be there.
func (g *Guest) existing(user, name string) (string, fs.FileInfo, error) {
	at, info, err := g.target(user, name, false)
	if err == nil && info == nil {
		err = of(name, fs.ErrNotExist)
	}
	return at, info, err
}

// own makes a file belong to a user.
func (g *Guest) own(at string, user string) {
	if g.admin(user) {
		return
	}
	if info, err := g.lstat(at); err == nil {
		g.setOwner(info, Owner{g.userID(user), g.userID(user)})
	}
}

func (g *Guest) setOwner(info fs.FileInfo, owner Owner) {
	if id, ok := inodeOf(info); ok {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.owners[id] = owner
	}
}

// MakeDirectory makes a directory, with those above it if parents is true. One that is there is fs.ErrExist either way.
func (g *Guest) MakeDirectory(user, name string, parents bool) error {
	if parents {
		if _, err := g.resolve(name, true); errors.Is(err, fs.ErrNotExist) {
			if err := g.MakeDirectory(user, g.parent(name), true); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	at, info, err := g.target(user, name, true)
	if err != nil {
		return err
	}
	if info != nil {
		return of(name, fs.ErrExist)
	}
	err = g.root.Mkdir(at, 0o755)
	if err == nil {
		g.own(at, user)
	}
	return of(name, err)
}

// DeleteFile deletes a file or a link.
func (g *Guest) DeleteFile(user, name string) error {
	at, info, err := g.existing(user, name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return of(name, ErrNotFile)
	}
	return of(name, g.remove(at, info, g.root.Remove))
}

// DeleteDirectory deletes a directory, with what is in it if recursive is true.
func (g *Guest) DeleteDirectory(user, name string, recursive bool) error {
	at, info, err := g.existing(user, name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return of(name, ErrNotDirectory)
	}
	if recursive {
		return of(name, g.remove(at, info, g.root.RemoveAll))
	}
	return of(name, g.remove(at, info, g.root.Remove))
}

// remove removes a file and what was noted of it: its inode is given to another one some day.
func (g *Guest) remove(at string, info fs.FileInfo, by func(string) error) error {
	err := by(at)
	if id, ok := inodeOf(info); ok && err == nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.owners, id)
		delete(g.hidden, at)
	}
	return err
}

// MoveFile renames a file, over one that is there if overwrite is true.
func (g *Guest) MoveFile(user, from, to string, overwrite bool) error {
	src, info, err := g.existing(user, from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return of(from, ErrNotFile)
	}
	dst, there, err := g.target(user, to, false)
	switch {
	case err != nil:
		return err
	case there != nil && !overwrite:
		return of(to, fs.ErrExist)
	case there != nil && there.IsDir():
		return of(to, ErrNotFile)
	}
	return of(to, g.root.Rename(src, dst))
}

// MoveDirectory renames a directory.
func (g *Guest) MoveDirectory(user, from, to string) error {
	src, info, err := g.existing(user, from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return of(from, ErrNotDirectory)
	}
	dst, there, err := g.target(user, to, false)
	if err != nil {
		return err
	}
	if there != nil {
		return of(to, fs.ErrExist)
	}
	return of(to, g.root.Rename(src, dst))
}

// MakeTemporary makes a file, or a directory, of a new name. Without a directory it lies where the guest's temporary files do.
func (g *Guest) MakeTemporary(user, dir, prefix, suffix string, directory bool) (string, error) {
	if dir == "" {
		dir = g.temporary(user)
	}
	if strings.ContainsAny(prefix+suffix, "/\x00") || g.opts.Windows && strings.ContainsAny(prefix+suffix, `\:*?"<>|`) {
		return "", of(dir, ErrInvalid)
	}
	at, info, err := g.target(user, dir, true)
	switch {
	case err != nil:
		return "", err
	case info == nil:
		return "", of(dir, fs.ErrNotExist)
	case !info.IsDir():
		return "", of(dir, ErrNotDirectory)
	}
	for i := 0; ; i++ {
		name := fmt.Sprintf("%svmware%d%s", prefix, i, suffix)
		entry := path.Join(at, name)
		if directory {
			err = g.root.Mkdir(entry, 0o700)
		} else {
			var f *os.File
			if f, err = g.root.OpenFile(entry, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
				err = f.Close()
			}
		}
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", of(dir, err)
		}
		g.own(entry, user)
		return g.join(dir, name), nil
	}
}

// Change is what is to be changed about a file; what is nil stays.
type Change struct {
	Mode               *fs.FileMode
	User, Group        *int32
	Modified, Accessed *time.Time
	Hidden, ReadOnly   *bool // Windows
}

// ChangeAttributes changes the attributes of a file.
func (g *Guest) ChangeAttributes(user, name string, c Change) error {
	at, info, err := g.target(user, name, true)
	if err != nil {
		return err
	}
	if info == nil {
		return of(name, fs.ErrNotExist)
	}
	if c.Mode != nil {
		if err := g.root.Chmod(at, *c.Mode); err != nil {
			return of(name, err)
		}
	}
	if c.ReadOnly != nil {
		mode := info.Mode().Perm() | 0o200
		if *c.ReadOnly {
			mode &^= 0o222
		}
		if err := g.root.Chmod(at, mode); err != nil {
			return of(name, err)
		}
	}
	if err := g.changeOwner(user, at, c); err != nil {
		return of(name, err)
	}
	if c.Hidden != nil {
		g.mu.Lock()
		g.hidden[at] = *c.Hidden
		g.mu.Unlock()
	}
	return of(name, g.changeTimes(at, info, c))
}

// changeOwner notes an owner. The file stays that of who runs the tests, who may not give it away.
func (g *Guest) changeOwner(user, at string, c Change) error {
	if c.User == nil && c.Group == nil {
		return nil
	}
	one, err := g.infoAt(at)
	if err != nil {
		return err
	}
	owner := one.Owner
	if c.User != nil {
		owner.User = *c.User
	}
	if c.Group != nil {
		owner.Group = *c.Group
	}
	if owner != one.Owner && !g.admin(user) {
		return fs.ErrPermission
	}
	g.setOwner(one.Info, owner)
	return nil
}

func (g *Guest) changeTimes(at string, info fs.FileInfo, c Change) error {
	if c.Modified == nil && c.Accessed == nil {
		return nil
	}
	g.mu.Lock()
	skew := g.skew
	g.mu.Unlock()
	modified, accessed := info.ModTime(), time.Now()
	if c.Modified != nil {
		modified = c.Modified.Add(-skew)
	}
	if c.Accessed != nil {
		accessed = c.Accessed.Add(-skew)
	}
	return g.root.Chtimes(at, accessed, modified)
}
