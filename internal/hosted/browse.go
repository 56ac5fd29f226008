// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/configfile"
	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Files implements vix.Browser: the configurations below a folder of this machine. Symbolic links are not followed, so
// that each file is found once.
func (h *host) Files(ctx context.Context, q vix.FileQuery) (*vix.Files, error) {
	what := step{"look for files in", cmp.Or(q.Folder, "the folders of this machine"), ""}
	root, err := h.root(what, q)
	if err != nil {
		return nil, err
	}
	registered := vmdir.NewSet(nil)
	if h.library != nil {
		if registered, err = h.registered(ctx); err != nil {
			return nil, err
		}
	}
	s := &search{
		h: h, q: q, what: what, root: root, match: cmp.Or(q.Match, "*.vmx"), registered: registered,
		out: &vix.Files{RegisteredUnknown: h.library == nil},
	}
	err = filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if stopped := ctx.Err(); stopped != nil {
			return stopped
		}
		return s.visit(at, entry, err)
	})
	if err != nil {
		return nil, h.failed(what, err)
	}
	if q.ReadConfig {
		s.read()
	}
	return s.out, nil
}

// root is the folder to look below, in its canonical form.
func (h *host) root(what step, q vix.FileQuery) (string, error) {
	switch {
	case q.Datacenter != "":
		return "", h.placeless(what, vix.FieldDatacenter)
	case len(q.Datastores) > 0:
		return "", h.placeless(what, vix.FieldDatastores)
	}
	e := &vix.Error{Op: what.op, Object: what.object, Code: vix.CodeInvalidArg, Field: vix.FieldFilesPath}
	for _, glob := range append(slices.Clone(q.Exclude), q.Match) {
		if _, err := path.Match(glob, ""); err != nil {
			e.Field, e.Reason = vix.FieldMatch, "The pattern "+strconv.Quote(glob)+" is malformed."
			return "", e
		}
	}
	if strings.TrimSpace(q.Folder) == "" {
		e.Kind, e.Reason = vix.ErrPlaceNotSaid, "The path is empty, and no product has a list of the folders to look in."
		return "", e
	}
	folder, err := vmdir.ParseFolder(q.Folder, runtime.GOOS)
	if err != nil {
		inner, _ := errors.AsType[*vix.Error](err)
		e.Kind, e.Reason, e.Choices, e.Remedy = inner.Kind, inner.Reason, inner.Choices, inner.Remedy
		return "", e
	}
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Code, e.Reason = vix.CodeFileNotFound, "There is no such folder."
	case err != nil:
		e.Code, e.Reason = vix.CodeFileAccessError, "The folder cannot be looked at: "+err.Error()+"."
	case !info.IsDir():
		e.Code, e.Reason = vix.CodeNotADirectory, "This is not a folder."
	default:
		return folder, nil
	}
	return "", e
}

// search is one walk through folders.
type search struct {
	h           *host
	q           vix.FileQuery
	what        step
	root, match string
	registered  *vmdir.Set
	out         *vix.Files
}

// visit looks at what the walk has come to. A folder that cannot be read is an error, because a short list looks like a
// whole one.
func (s *search) visit(at string, entry fs.DirEntry, err error) error {
	below, _ := filepath.Rel(s.root, at) // it is below
	below = filepath.ToSlash(below)
	if entry != nil && entry.IsDir() && !vmdir.IsText(entry.Name()) {
		return fs.SkipDir // what is in it, no path can say
	}
	if below != "." {
		if by, excluded := vix.Excluded(below, s.q.Exclude); excluded {
			return s.leaveOut(at, entry, by)
		}
	}
	if err != nil {
		if !s.q.SkipUnreadable {
			return s.unreadable(at, err)
		}
		reason := "The folder cannot be read: " + err.Error() + "."
		s.out.Unreadable = append(s.out.Unreadable, vix.Unreadable{Datastore: at, Reason: reason})
		return fs.SkipDir
	}
	if !entry.Type().IsRegular() || !s.matches(entry.Name()) {
		return nil
	}
	info, err := entry.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has gone meanwhile
	}
	if err != nil {
		return s.unreadable(at, err)
	}
	file := vix.File{Path: vix.Path{File: at}, Size: info.Size(), Modified: info.ModTime()}
	is, doubts := s.registered.Has(at)
	if len(doubts) > 0 {
		return s.h.doubted(s.what, vix.ErrAmbiguous, "Whether "+at+" is in the library of the product cannot be told. "+unsureEntry, doubts)
	}
	if is {
		file.Registered = []vix.Item{{ID: at, Path: file.Path, Name: s.name(at)}}
	}
	s.out.Files = append(s.out.Files, file)
	return nil
}

// matches reports a name that is looked for. Files that no path can say are none.
func (s *search) matches(name string) bool {
	ok, _ := path.Match(s.match, name) // the pattern is checked before
	return ok && vmdir.IsListed(name)
}

// leaveOut notes what is excluded: a file, or all that is in a folder. What is excluded need not be readable.
func (s *search) leaveOut(at string, entry fs.DirEntry, by string) error {
	_ = filepath.WalkDir(at, func(in string, inner fs.DirEntry, err error) error {
		if err == nil && inner.Type().IsRegular() && s.matches(inner.Name()) {
			s.out.LeftOut = append(s.out.LeftOut, vix.LeftOut{Path: vix.Path{File: in}, By: by})
		}
		return nil
	})
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (s *search) unreadable(at string, err error) error {
	return &vix.Error{
		Op: s.what.op, Object: s.what.object, Code: vix.CodeFileAccessError, Kind: vix.ErrDatastoreDown, Field: vix.FieldFilesPath,
		Reason: at + " cannot be read: " + err.Error() + ".",
	}
}

// name is the display name of a file, or what it is called where it says none.
func (s *search) name(at string) string {
	p := vix.Path{File: at}
	file, err := vmdir.ReadConfig(s.what.op, at)
	if err != nil {
		return p.Stem()
	}
	return cmp.Or(file.DisplayName(), p.Stem())
}

// read says what is in each file, and which disks of it there are.
func (s *search) read() {
	all := make([]*vix.File, len(s.out.Files))
	for i := range s.out.Files {
		f := &s.out.Files[i]
		all[i], f.Config = f, s.config(f)
		for j := range f.Config.Disks {
			f.Config.Disks[j].Exists = vmdir.DiskExists(f.Path.File, f.Config.Disks[j].Name)
		}
	}
	configfile.NoteCopies(all)
}

// config is what is in one file.
func (s *search) config(f *vix.File) *vix.FileConfig {
	if f.Size > configfile.MaxSize {
		return configfile.TooLarge(f.Size)
	}
	text, err := vmdir.ReadText(s.what.op, f.Path.File)
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return &vix.FileConfig{Problem: e.Reason}
	}
	return configfile.Understand(text, false)
}
