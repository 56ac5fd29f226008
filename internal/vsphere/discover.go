// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// sideBySide is how many datastores are searched at a time.
const sideBySide = 4

// Files implements vix.Host: one HostDatastoreBrowser.SearchDatastoreSubFolders_Task
// a datastore, and one read of the VMs on all of them.
func (h *host) Files(ctx context.Context, q vix.FileQuery) (*vix.Files, error) {
	what := asked{"look for files on", h.endpoint.Host}
	if err := checkGlobs(what, q); err != nil {
		return nil, err
	}
	groups, err := h.datastoresFor(ctx, what, q)
	if err != nil {
		return nil, err
	}
	out := &vix.Files{}
	found := make([][]vixFile, len(groups))
	faults := make([]error, len(groups))
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for i, g := range groups {
		group.Go(func() error {
			found[i], faults[i] = h.searchDatastore(ctx, g, q)
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	missing := 0
	for i, g := range groups {
		switch {
		case isMissingFolder(faults[i]):
			missing++
		case faults[i] != nil && q.SkipUnreadable && ctx.Err() == nil:
			out.Unreadable = append(out.Unreadable, vix.Unreadable{
				Datacenter: g.home.in.path, Datastore: g.home.Name, Reason: reasonOf(faults[i]),
			})
		case faults[i] != nil:
			return nil, faults[i]
		}
	}
	if missing > 0 && missing == len(groups) {
		return nil, &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeFileNotFound, Field: vix.FieldFilesPath,
			Reason: "None of the datastores has the folder " + quote(q.Folder) + ".", Remedy: "Check the path.",
		}
	}
	files := leaveOut(out, slices.Concat(found...), q)
	if err := h.matchInventory(ctx, what, groups, files); err != nil {
		return nil, err
	}
	if q.ReadConfig {
		if err := h.readConfigs(ctx, files); err != nil {
			return nil, err
		}
	}
	for _, f := range files {
		out.Files = append(out.Files, f.File)
	}
	sortBy(out.Files, func(f vix.File) string { return f.Datacenter + "\x00" + f.Path.String() })
	return out, h.typed(what.op, what.object, ctx.Err())
}

// storeGroup is one datastore, however many datacenters mount it.
type storeGroup struct {
	home   *datastore   // the one whose datacenter its files are counted in
	mounts []*datastore // all of them, home first
}

// vixFile is a file on its way to the answer.
type vixFile struct {
	vix.File
	group *storeGroup
	disks map[string]bool // the .vmdk files of the datastore, if they were listed
}

// checkGlobs refuses globs that cannot match anything because they are malformed.
func checkGlobs(what asked, q vix.FileQuery) error {
	bad := func(field vix.Field, glob string) error {
		return &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeInvalidArg, Field: field,
			Reason: "The pattern " + quote(glob) + " is malformed: a bracket is not closed, or a backslash stands last.",
			Remedy: "Use * for any text, ? for any one character, [a-z] for one of these.",
		}
	}
	if _, err := path.Match(q.Match, ""); err != nil {
		return bad(vix.FieldMatch, q.Match)
	}
	for _, glob := range q.Exclude {
		if _, err := path.Match(glob, ""); err != nil {
			return bad(vix.FieldExclude, glob)
		}
	}
	return nil
}

// datastoresFor gives the datastores of a query, each once: by its URL, which is
// the same wherever it is mounted.
func (h *host) datastoresFor(ctx context.Context, what asked, q vix.FileQuery) ([]*storeGroup, error) {
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	within := sk.datacenters
	if name := cmp.Or(q.Datacenter, h.options.Datacenter); name != "" {
		dc, err := sk.datacenter(what, name)
		if err != nil {
			return nil, err
		}
		within = []*datacenter{dc}
	}
	for _, name := range q.Datastores {
		if !slices.ContainsFunc(within, func(dc *datacenter) bool { return dc.datastores[name] != nil }) {
			unknown := sk.unknownDatastore(what, vix.Path{Datastore: name}, within, len(within) == 1)
			if e, ok := errors.AsType[*vix.Error](unknown); ok {
				e.Field = vix.FieldDatastores
				e.Remedy = "Check the name."
				return nil, e
			}
		}
	}
	var groups []*storeGroup
	for _, dc := range within {
		for _, ds := range dc.datastores {
			if len(q.Datastores) > 0 && !slices.Contains(q.Datastores, ds.Name) {
				continue
			}
			i := slices.IndexFunc(groups, func(g *storeGroup) bool { return ds.URL != "" && g.home.URL == ds.URL })
			if i < 0 {
				groups = append(groups, &storeGroup{home: ds})
			} else if older(dc.ref, groups[i].home.in.ref) {
				groups[i].home = ds
			}
		}
	}
	for _, g := range groups {
		g.mounts = sk.mountsOf(g.home)
	}
	sortBy(groups, func(g *storeGroup) string { return g.home.in.path + "\x00" + g.home.Name })
	return groups, nil
}

// older reports that a was made before b. A datacenter that joins later must not
// become the home of files that are counted in another one.
func older(a, b types.ManagedObjectReference) bool {
	number := func(ref types.ManagedObjectReference) int {
		n, _ := strconv.Atoi(ref.Value[strings.LastIndexByte(ref.Value, '-')+1:])
		return n
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.Value, b.Value)) < 0
}

// mountsOf are all datastores of the host that are the same one: it first, then
// the others from the oldest datacenter on, so that a file that several of them
// have registered is counted in the same one each time.
func (sk *skeleton) mountsOf(home *datastore) []*datastore {
	var mounts []*datastore
	for _, dc := range sk.datacenters {
		for _, ds := range dc.datastores {
			if ds.ref != home.ref && home.URL != "" && ds.URL == home.URL {
				mounts = append(mounts, ds)
			}
		}
	}
	slices.SortFunc(mounts, func(a, b *datastore) int {
		switch {
		case older(a.in.ref, b.in.ref):
			return -1
		case older(b.in.ref, a.in.ref):
			return 1
		}
		return 0
	})
	return append([]*datastore{home}, mounts...)
}

// missingFolderError is a datastore without the folder asked for.
type missingFolderError struct{ cause error }

func (e *missingFolderError) Error() string { return e.cause.Error() }
func (e *missingFolderError) Unwrap() error { return e.cause }

func isMissingFolder(err error) bool {
	_, ok := errors.AsType[*missingFolderError](err)
	return ok
}

// reasonOf is why a datastore was skipped, in a sentence.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

// searchDatastore lists a datastore's configuration files, and its disks where
// the configurations are to be read.
func (h *host) searchDatastore(ctx context.Context, g *storeGroup, q vix.FileQuery) ([]vixFile, error) {
	what := asked{"search the datastore", g.home.Name + " of " + g.home.in.path}
	if !g.home.Accessible {
		return nil, &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeFileError, Field: vix.FieldDatastores,
			Reason: fmt.Sprintf("The datastore %s of %s is inaccessible: no host can read it.", g.home.Name, g.home.in.path),
			Remedy: "Mount it. Or leave it out with on_inaccessible = \"warn\", " +
				"but not under for_each: what is missing from the list would be unregistered.",
		}
	}
	patterns := []string{cmp.Or(q.Match, "*.vmx")}
	if strings.ContainsAny(patterns[0], `[]\`) {
		patterns[0] = "*" // hosts know * and ? only; the rest is done here
	}
	if q.ReadConfig {
		patterns = append(patterns, "*.vmdk")
	}
	response, err := methods.SearchDatastoreSubFolders_Task(ctx, h.client, &types.SearchDatastoreSubFolders_Task{
		This: g.home.browser, DatastorePath: datastorePath(g.home.Name, strings.Trim(q.Folder, "/")), SearchSpec: searchSpec(patterns...),
	})
	var result types.AnyType
	if err == nil {
		result, err = h.tasks.wait(ctx, response.Returnval)
	}
	if q.Folder != "" && fault.Is(err, &types.FileNotFound{}) {
		return nil, &missingFolderError{err}
	}
	if err != nil {
		return nil, h.denied(ctx, what, err)
	}
	folders, ok := result.(types.ArrayOfHostDatastoreBrowserSearchResults)
	if !ok {
		return nil, h.typed(what.op, what.object, fmt.Errorf("the search gave %T", result))
	}
	return collect(g, folders.HostDatastoreBrowserSearchResults, q), nil
}

// collect takes the files from a search's answer.
func collect(g *storeGroup, folders []types.HostDatastoreBrowserSearchResults, q vix.FileQuery) []vixFile {
	var files []vixFile
	disks := map[string]bool{}
	for _, folder := range folders {
		below := folderBelow(folder.FolderPath)
		for _, item := range folder.File {
			info := item.GetFileInfo()
			name := path.Join(below, info.Path)
			if strings.EqualFold(path.Ext(name), ".vmdk") {
				disks[name] = true
			}
			at := vix.Path{Datastore: g.home.Name, File: name}
			if ok, _ := path.Match(cmp.Or(q.Match, "*.vmx"), path.Base(name)); !ok || isFolder(item) || !isConfig(name) {
				continue
			}
			f := vixFile{group: g, disks: disks, File: vix.File{Path: at, Datacenter: g.home.in.path, Size: info.FileSize}}
			if info.Modification != nil {
				f.Modified = *info.Modification
			}
			files = append(files, f)
		}
	}
	return files
}

// isConfig reports that a file is a VM's or a template's configuration by its ending.
func isConfig(name string) bool {
	return slices.Contains([]string{".vmx", ".vmtx"}, strings.ToLower(path.Ext(name)))
}

func isFolder(item types.BaseFileInfo) bool {
	_, folder := item.(*types.FolderFileInfo)
	return folder
}

// leaveOut notes what is excluded and gives the rest.
func leaveOut(out *vix.Files, files []vixFile, q vix.FileQuery) []vixFile {
	var kept []vixFile
	for _, f := range files {
		by, excluded := vix.Excluded(f.Path.File, q.Exclude)
		if p, err := vix.ParsePath(f.Path.String()); !excluded && (err != nil || p != f.Path) {
			by, excluded = vix.ByName, true
		}
		if excluded {
			out.LeftOut = append(out.LeftOut, vix.LeftOut{Path: f.Path, Datacenter: f.Datacenter, By: by})
			continue
		}
		kept = append(kept, f)
	}
	sortBy(out.LeftOut, func(f vix.LeftOut) string { return f.Datacenter + "\x00" + f.Path.String() })
	return kept
}

// matchInventory says of each file which VMs have it, with one read of the VMs of
// all the datastores. A file that is registered in another datacenter than its
// datastore's home is counted there.
func (h *host) matchInventory(ctx context.Context, what asked, groups []*storeGroup, files []vixFile) error {
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{
			"name", "parent", "parentVApp", "resourcePool", "runtime.powerState", "config.instanceUuid", "config.uuid",
			"config.files.vmPathName", "summary.config.vmPathName", "summary.config.instanceUuid",
		}},
		{Type: "Datastore", PathSet: []string{"vm"}},
	}}
	mounts := map[types.ManagedObjectReference]*datastore{}
	for _, g := range groups {
		for _, ds := range g.mounts {
			mounts[ds.ref] = ds
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{
				Obj: ds.ref, SelectSet: []types.BaseSelectionSpec{traverse("vms", "Datastore", "vm")},
			})
		}
	}
	if len(files) == 0 {
		return nil
	}
	content, err := h.retrieve(ctx, spec)
	if err != nil {
		return h.typed(what.op, what.object, err)
	}
	vms := itemsOn(content, mounts)
	for i := range files {
		f := &files[i]
		for _, ds := range f.group.mounts {
			f.Registered = append(f.Registered, vms[indexKey{ds.ref, f.Path.File}]...)
		}
		if len(f.Registered) > 0 && !slices.ContainsFunc(f.Registered, func(v vix.Item) bool { return v.Datacenter == f.Datacenter }) {
			f.Datacenter = f.Registered[0].Datacenter
			f.Path.Datastore = f.Registered[0].Path.Datastore
		}
	}
	return nil
}

// itemsOn are the VMs of what was read, by the file that they have.
func itemsOn(content []types.ObjectContent, mounts map[types.ManagedObjectReference]*datastore) map[indexKey][]vix.Item {
	records := map[types.ManagedObjectReference]*record{}
	for _, o := range content {
		if o.Obj.Type == "VirtualMachine" {
			r := &record{}
			load(o, &r.vm)
			records[o.Obj] = r
		}
	}
	out := map[indexKey][]vix.Item{}
	for _, o := range content {
		ds := mounts[o.Obj]
		if ds == nil {
			continue
		}
		for _, ref := range vmsOf(o) {
			r := records[ref]
			if r == nil || r.path().Datastore != ds.Name {
				continue // its disks are here, its configuration is elsewhere
			}
			reg := r.registration()
			key := indexKey{ds.ref, reg.Path.File}
			out[key] = append(out[key], vix.Item{
				ID: reg.ID, ManagedObjectID: reg.ManagedObjectID, Name: reg.Name, Path: reg.Path,
				Datacenter: ds.in.path, PowerState: reg.PowerState,
			})
		}
	}
	return out
}

// vmsOf are the VMs of a datastore.
func vmsOf(o types.ObjectContent) []types.ManagedObjectReference {
	for _, property := range o.PropSet {
		if vms, ok := property.Val.(types.ArrayOfManagedObjectReference); ok {
			return vms.ManagedObjectReference
		}
	}
	return nil
}
