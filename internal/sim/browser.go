// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// browser corrects HostDatastoreBrowser, which dies of a missing search spec, finds nothing without a pattern, and
// does not know that a datastore can be out of reach.
type browser struct{ standIn }

func (h *Host) browserDatastore(this moref, name string) *simulator.Datastore {
	b, ok := h.reg.Get(this).(*simulator.HostDatastoreBrowser)
	if !ok {
		return nil
	}
	for _, ref := range b.Datastore {
		if ds, ok := h.reg.Get(ref).(*simulator.Datastore); ok && ds.Name == name {
			return ds
		}
	}
	return nil
}

// SearchDatastoreTask lists one directory.
func (b *browser) SearchDatastoreTask(ctx *simulator.Context, r *types.SearchDatastore_Task) soap.HasFault {
	b.enter(ctx)
	return &methods.SearchDatastore_TaskBody{Res: &types.SearchDatastore_TaskResponse{
		Returnval: b.search(ctx, "SearchDatastore_Task", "HostDatastoreBrowser.searchDatastore", r.DatastorePath, r.SearchSpec, false),
	}}
}

// SearchDatastoreSubFoldersTask lists a directory and everything below it.
func (b *browser) SearchDatastoreSubFoldersTask(ctx *simulator.Context, r *types.SearchDatastoreSubFolders_Task) soap.HasFault {
	b.enter(ctx)
	return &methods.SearchDatastoreSubFolders_TaskBody{Res: &types.SearchDatastoreSubFolders_TaskResponse{
		Returnval: b.search(ctx, "SearchDatastoreSubFolders_Task", "HostDatastoreBrowser.searchDatastoreSubFolders",
			r.DatastorePath, r.SearchSpec, true),
	}}
}

func (b *browser) search(
	ctx *simulator.Context, method, description, text string, spec *types.HostDatastoreBrowserSearchSpec, recurse bool,
) moref {
	h, this := b.h, b.Self
	entity := this
	p, ok := parsePath(text)
	var ds *simulator.Datastore
	if ok {
		if ds = h.browserDatastore(this, p.Datastore); ds != nil {
			entity = ds.Self
		}
	}
	return h.startTask(ctx, entity, method, description, func(*simulator.Context) (types.AnyType, types.BaseMethodFault) {
		switch {
		case !ok:
			return nil, &types.InvalidDatastorePath{DatastorePath: text}
		case ds == nil:
			return nil, &types.InvalidDatastore{Name: p.Datastore}
		case !h.accessible(ds):
			return nil, &types.InaccessibleDatastore{InvalidDatastore: types.InvalidDatastore{Datastore: &ds.Self, Name: ds.Name}}
		}
		s := newScan(ds, spec)
		if h.knows(friendlyNamesSince) {
			s.friendly = friendlyNames(ds)
		}
		if fault := s.directory(p, recurse); fault != nil {
			return nil, fault
		}
		if recurse {
			return types.ArrayOfHostDatastoreBrowserSearchResults{HostDatastoreBrowserSearchResults: s.results}, nil
		}
		return s.results[0], nil
	})
}

// scan is one search.
type scan struct {
	ds       *simulator.Datastore
	patterns []string
	fold     bool
	queries  []types.BaseFileQuery
	details  types.FileQueryFlags
	friendly map[string]string // of the folders at the top, by name
	results  []types.HostDatastoreBrowserSearchResults
}

func newScan(ds *simulator.Datastore, spec *types.HostDatastoreBrowserSearchSpec) *scan {
	s := &scan{ds: ds}
	if spec == nil {
		return s
	}
	s.patterns, s.queries = spec.MatchPattern, spec.Query
	if spec.Details != nil {
		s.details = *spec.Details
	}
	if spec.SearchCaseInsensitive != nil {
		s.fold = *spec.SearchCaseInsensitive
	}
	return s
}

func (s *scan) directory(p dsPath, recurse bool) types.BaseMethodFault {
	entries, err := os.ReadDir(file(s.ds, p))
	if err != nil {
		return &types.FileNotFound{FileFault: types.FileFault{File: p.String()}}
	}
	folder := "[" + p.Datastore + "]"
	if p.Path != "" {
		folder += " " + p.Path + "/"
	}
	at := len(s.results)
	s.results = append(s.results, types.HostDatastoreBrowserSearchResults{Datastore: &s.ds.Self, FolderPath: folder})
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue // removed while we looked
		}
		if e.Type()&fs.ModeSymlink != 0 && storesObjects(s.ds) {
			continue // a friendly name, which is no entry of its own
		}
		if s.matches(e.Name()) {
			if f := s.describe(info); f != nil {
				if p.Path == "" {
					f.GetFileInfo().FriendlyName = s.friendly[e.Name()]
				}
				s.results[at].File = append(s.results[at].File, f)
			}
		}
		if recurse && e.IsDir() {
			_ = s.directory(dsPath{p.Datastore, path.Join(p.Path, e.Name())}, true)
		}
	}
	return nil
}

func (s *scan) matches(name string) bool {
	if len(s.patterns) == 0 {
		return true
	}
	return slices.ContainsFunc(s.patterns, func(p string) bool {
		n := name
		if s.fold {
			p, n = strings.ToLower(p), strings.ToLower(n)
		}
		ok, _ := path.Match(p, n)
		return ok
	})
}

// kinds of files: how a query asks for them and how an answer shows them.
var kinds = []struct {
	match func(name string) bool
	asks  func(types.BaseFileQuery) bool
	info  func(types.FileInfo) types.BaseFileInfo
}{
	{suffix(".vmtx"), is[*types.TemplateConfigFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.TemplateConfigFileInfo{VmConfigFileInfo: types.VmConfigFileInfo{FileInfo: i}}
	}},
	{suffix(".vmx"), is[*types.VmConfigFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.VmConfigFileInfo{FileInfo: i}
	}},
	{func(n string) bool { return suffix(".vmdk")(n) && !suffix("-flat.vmdk")(n) }, is[*types.VmDiskFileQuery],
		func(i types.FileInfo) types.BaseFileInfo { return &types.VmDiskFileInfo{FileInfo: i} }},
	{suffix(".log"), is[*types.VmLogFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.VmLogFileInfo{FileInfo: i}
	}},
	{suffix(".nvram"), is[*types.VmNvramFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.VmNvramFileInfo{FileInfo: i}
	}},
	{suffix(".vmsn"), is[*types.VmSnapshotFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.VmSnapshotFileInfo{FileInfo: i}
	}},
	{suffix(".iso"), is[*types.IsoImageFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.IsoImageFileInfo{FileInfo: i}
	}},
	{suffix(".flp"), is[*types.FloppyImageFileQuery], func(i types.FileInfo) types.BaseFileInfo {
		return &types.FloppyImageFileInfo{FileInfo: i}
	}},
}

func suffix(s string) func(string) bool {
	return func(name string) bool { return strings.HasSuffix(strings.ToLower(name), s) }
}

func is[T types.BaseFileQuery](q types.BaseFileQuery) bool {
	_, ok := q.(T)
	return ok
}

// describe returns what an answer says of a file, nil when no query asks for it.
func (s *scan) describe(info fs.FileInfo) types.BaseFileInfo {
	base := types.FileInfo{Path: info.Name()}
	if s.details.FileSize {
		base.FileSize = info.Size()
	}
	if s.details.Modification {
		at := info.ModTime()
		base.Modification = &at
	}
	if s.details.FileOwner {
		base.Owner = "root"
	}
	whatever := len(s.queries) == 0 || slices.ContainsFunc(s.queries, is[*types.FileQuery])
	if info.IsDir() {
		if whatever || slices.ContainsFunc(s.queries, is[*types.FolderFileQuery]) {
			return &types.FolderFileInfo{FileInfo: base}
		}
		return nil
	}
	for _, k := range kinds {
		if !k.match(info.Name()) {
			continue
		}
		if !whatever && !slices.ContainsFunc(s.queries, k.asks) {
			return nil
		}
		if s.details.FileType {
			return k.info(base)
		}
		return &base
	}
	if whatever {
		return &base
	}
	return nil
}
