// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"regexp"
	"time"
)

// The limits of a list: what is listed unless told otherwise, and how much the agent's answer holds.
const (
	defaultResults = 50
	answerLimit    = 64 << 10
	entryWeight    = 160 // of an entry in an answer, beside its name
)

// Info is what the guest tells of a file.
type Info struct {
	Path     string // the name in a list, the whole path as it was given for one file
	Info     fs.FileInfo
	Modified time.Time // by the guest's clock, in seconds
	Target   string    // of a link
	Owner    Owner
	Hidden   bool // Windows
}

// Owner is who a file belongs to.
type Owner struct{ User, Group int32 }

// ListFiles lists a directory from an index on, with "." and "..", in no order; or the one file that the path names. match is
// a regular expression that is looked for in names. max is at most how many, 50 for 0; the answer may hold fewer.
// remaining is how many there are beyond.
func (g *Guest) ListFiles(user, name, match string, index, limit int) (files []Info, remaining int, err error) {
	pattern, err := regexp.Compile(match)
	if err != nil || index < 0 {
		return nil, 0, of(name, ErrInvalid)
	}
	if limit <= 0 {
		limit = defaultResults
	}
	at, err := g.resolve(name, true)
	if err != nil {
		return nil, 0, err
	}
	info, err := g.lstat(at)
	if err != nil || !info.IsDir() {
		one, err := g.stat(user, name)
		if err != nil || index > 0 || match != "" && !pattern.MatchString(path.Base(g.slashed(one.Path))) {
			return nil, 0, err
		}
		return []Info{one}, 0, nil
	}
	if !g.may(user, at, false) {
		return nil, 0, of(name, fs.ErrPermission)
	}
	entries, err := g.readDir(at)
	if err != nil {
		return nil, 0, of(name, err)
	}
	var found []Info
	for _, entry := range append([]string{".", ".."}, names(entries)...) {
		if !pattern.MatchString(entry) {
			continue
		}
		if one, err := g.infoAt(path.Join(at, entry)); err == nil { // else it has gone meanwhile
			one.Path = entry
			found = append(found, one)
		}
	}
	found = found[min(index, len(found)):]
	weight := 0
	for i, f := range found {
		if weight += len(f.Path) + len(f.Target) + entryWeight; i == limit || i > 0 && weight > answerLimit {
			return found[:i], len(found) - i, nil
		}
	}
	return found, 0, nil
}

func names(entries []fs.DirEntry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Name()
	}
	return list
}

// stat tells of the file that a path names, which may be a link.
func (g *Guest) stat(user, name string) (Info, error) {
	at, err := g.resolve(name, false)
	if err != nil {
		return Info{}, err
	}
	if !g.may(user, at, false) {
		return Info{}, of(name, fs.ErrPermission)
	}
	one, err := g.infoAt(at)
	one.Path = name
	return one, of(name, err)
}

func (g *Guest) infoAt(at string) (Info, error) {
	info, err := g.lstat(at)
	if err != nil {
		return Info{}, err
	}
	one := Info{Info: info}
	if info.Mode()&fs.ModeSymlink != 0 {
		if one.Target, err = g.readlink(at); err != nil {
			return Info{}, err
		}
	}
	id, _ := inodeOf(info)
	g.mu.Lock()
	defer g.mu.Unlock()
	one.Owner, one.Hidden = g.owners[id], g.hidden[at]
	one.Modified = info.ModTime().Add(g.skew).Truncate(time.Second).UTC()
	return one, nil
}

// Stat tells of a file to the eyes of a test; a link is not followed.
func (g *Guest) Stat(name string) (Info, error) { return g.stat("root", name) }

// ReadFile reads a file, for the eyes of a test.
func (g *Guest) ReadFile(name string) ([]byte, error) {
	at, err := g.resolve(name, true)
	if err != nil {
		return nil, err
	}
	data, err := g.root.ReadFile(at)
	return data, of(name, err)
}

// WriteFile writes a file and the directories above it, as something in the guest would.
func (g *Guest) WriteFile(name string, data []byte, mode fs.FileMode) error {
	at, err := g.makeParents(name)
	if err != nil {
		return err
	}
	if err := g.root.WriteFile(at, data, mode); err != nil {
		return of(name, err)
	}
	return of(name, g.root.Chmod(at, mode))
}

// SetSize makes a file so long; what was not there is a hole, whatever the size.
func (g *Guest) SetSize(name string, size int64) error {
	at, err := g.makeParents(name)
	if err != nil {
		return err
	}
	f, err := g.root.OpenFile(at, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return of(name, err)
	}
	return of(name, errors.Join(f.Truncate(size), f.Close()))
}

// Symlink makes a link, as something in the guest would.
func (g *Guest) Symlink(target, name string) error {
	at, err := g.makeParents(name)
	if err != nil {
		return err
	}
	return of(name, g.root.Symlink(target, at))
}

func (g *Guest) makeParents(name string) (string, error) {
	parent := g.parent(name)
	if err := g.MakeDirectory("root", parent, true); err != nil && !os.IsExist(err) {
		return "", err
	}
	return g.resolve(name, true)
}

// Tree lists every file below a directory but what a directory of this machine holds, as paths of the guest; directories end in
// a slash. A directory that is not there has none.
func (g *Guest) Tree(name string) ([]string, error) {
	at, err := g.resolve(name, true)
	if err != nil {
		return nil, err
	}
	var list []string
	err = fs.WalkDir(g.root.FS(), at, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == at {
			return nil //nolint:nilerr // a file that goes while it is listed is not there
		}
		entry := g.spell(p)
		if d.IsDir() {
			entry += "/"
		}
		list = append(list, entry)
		return nil
	})
	return list, err
}
