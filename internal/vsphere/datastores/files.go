// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package datastores searches datastores, and reads the files on them.
package datastores

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Datastores searches datastores, and reads the files on them.
type Datastores struct {
	*inventory.Inventory

	waits    *watch.Watch
	searches fileSearches
	tops     wire.Memory[types.ManagedObjectReference, *topFolders]
}

// New searches the datastores of an inventory; its tasks are waited for with waits.
func New(inv *inventory.Inventory, waits *watch.Watch) *Datastores {
	return &Datastores{Inventory: inv, waits: waits}
}

// fileSearches tells which configuration files lie on a datastore. One file is
// looked for in its folder; when many are asked for, one search goes through the
// whole datastore for all of them.
type fileSearches struct {
	mu    sync.Mutex
	spent map[types.ManagedObjectReference]int // single searches so far, by datastore
	// explained is of how many files that are not there it has been told what is near.
	explained map[types.ManagedObjectReference]int
	all       wire.Memory[types.ManagedObjectReference, map[string]bool]
}

const (
	// MaxFolders is how many folders of a datastore are searched one by one.
	MaxFolders = 5
	// listingAge is how long a datastore's listing is believed.
	listingAge = time.Minute
)

// FileExists reports whether the file is on the datastore now. What a listing
// does not have is looked for once more: it may be newer than the listing.
func (d *Datastores) FileExists(ctx context.Context, ds *inventory.Datastore, p vix.Path) (bool, error) {
	return d.findFile(ctx, ds, p, false)
}

// findFile is FileExists, for a file that may be looked for in many places.
func (d *Datastores) findFile(ctx context.Context, ds *inventory.Datastore, p vix.Path, wide bool) (bool, error) {
	if err := d.canRead(ds, p); err != nil {
		return false, err
	}
	if !d.searches.single(ds.Ref, wide) {
		search := func(ctx context.Context) (map[string]bool, error) { return d.searchAll(ctx, ds, "*.vmx", "*.vmtx") }
		listing, err := d.searches.all.Get(ctx, d.Life, ds.Ref, wire.NoOlderThan(listingAge), search)
		if err != nil {
			return false, d.Failed(wire.To("look for", p.String()), err)
		}
		if listing[p.File] {
			return true, nil
		}
		if wide {
			return false, nil // it is no older than what is believed of a plan
		}
	}
	found, err := d.searchFolder(ctx, ds, p)
	return found != nil, d.Failed(wire.To("look for", p.String()), err)
}

// FileInfo is what the datastore's folder says of a file now; nil if it is not there.
func (d *Datastores) FileInfo(ctx context.Context, ds *inventory.Datastore, p vix.Path) (*types.FileInfo, error) {
	if err := d.canRead(ds, p); err != nil {
		return nil, err
	}
	found, err := d.searchFolder(ctx, ds, p)
	return found, d.Failed(wire.To("look for", p.String()), err)
}

// canRead refuses to look on a datastore that cannot be read.
func (d *Datastores) canRead(ds *inventory.Datastore, p vix.Path) error {
	if ds.Withheld {
		return d.MayNotRead(wire.To("look for", p.String()), ds)
	}
	if ds.Accessible {
		return nil
	}
	return &vix.Error{
		Op: "look for", Object: p.String(), Code: vix.CodeFileError, Field: vix.FieldPath,
		Reason: fmt.Sprintf("The datastore %s of %s is inaccessible: no host can read it.", ds.Name, ds.In.Path),
		Remedy: "Mount it, or wait until it is back. Nothing is concluded from a datastore that cannot be read.",
	}
}

// Looked is whether a file is there, in one datacenter.
type Looked struct {
	In    *inventory.Datacenter
	There bool
	Err   error
}

// maxLooked is in how many datacenters a file is looked for that is to explain an
// error.
const maxLooked = 20

// LookForFile looks for a file in the first datacenters, and says how many more
// there are.
func (d *Datastores) LookForFile(ctx context.Context, p vix.Path, in []*inventory.Datacenter) (looked []Looked, more int) {
	more = max(0, len(in)-maxLooked)
	looked = make([]Looked, len(in)-more)
	var group errgroup.Group
	group.SetLimit(vms.Parallel)
	for i, dc := range in[:len(looked)] {
		group.Go(func() error {
			there, err := d.findFile(ctx, dc.Datastore(p.Datastore), p, len(in) > vms.MaxWidth)
			looked[i] = Looked{dc, there, err}
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	return looked, more
}

// single reports whether the next file is to be looked for by itself: of several
// that are each looked for in many places, only the first is.
func (f *fileSearches) single(ds types.ManagedObjectReference, wide bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.spent == nil {
		f.spent = map[types.ManagedObjectReference]int{}
	}
	f.spent[ds]++
	if wide {
		return f.spent[ds] <= 1
	}
	return f.spent[ds] <= MaxFolders
}

// searchFolder looks for one file.
func (d *Datastores) searchFolder(ctx context.Context, ds *inventory.Datastore, p vix.Path) (*types.FileInfo, error) {
	files, err := d.listFolder(ctx, ds, p.Folder(), pattern(p.Base()))
	return files[p.File], err
}

// listFolder gives the files of a folder that match, by their path below the
// datastore; none of a folder that is not there.
func (d *Datastores) listFolder(ctx context.Context, ds *inventory.Datastore, folder, pattern string) (map[string]*types.FileInfo, error) {
	found, err := d.search(ctx, ds, folder, searchSpec(pattern))
	if err != nil {
		return nil, notFoundIsNil(err)
	}
	files := map[string]*types.FileInfo{}
	for _, file := range found.File {
		info := file.GetFileInfo()
		files[path.Join(folder, info.Path)] = info
	}
	return files, nil
}

// search lists a folder: HostDatastoreBrowser.SearchDatastore_Task.
func (d *Datastores) search(
	ctx context.Context, ds *inventory.Datastore, folder string, spec *types.HostDatastoreBrowserSearchSpec,
) (found types.HostDatastoreBrowserSearchResults, err error) {
	response, err := methods.SearchDatastore_Task(ctx, d.Client, &types.SearchDatastore_Task{
		This: ds.Browser, DatastorePath: datastorePath(ds.Name, folder), SearchSpec: spec,
	})
	if err != nil {
		return found, err
	}
	result, err := d.waits.Result(ctx, response.Returnval)
	if err != nil {
		return found, err
	}
	found, ok := result.(types.HostDatastoreBrowserSearchResults)
	if !ok {
		return found, fmt.Errorf("the search gave %T", result)
	}
	return found, nil
}

// searchAll lists all files of a datastore that match:
// HostDatastoreBrowser.SearchDatastoreSubFolders_Task.
func (d *Datastores) searchAll(ctx context.Context, ds *inventory.Datastore, patterns ...string) (map[string]bool, error) {
	response, err := methods.SearchDatastoreSubFolders_Task(ctx, d.Client, &types.SearchDatastoreSubFolders_Task{
		This: ds.Browser, DatastorePath: datastorePath(ds.Name, ""), SearchSpec: searchSpec(patterns...),
	})
	if err != nil {
		return nil, err
	}
	result, err := d.waits.Result(ctx, response.Returnval)
	if err != nil {
		return nil, err
	}
	folders, ok := result.(types.ArrayOfHostDatastoreBrowserSearchResults)
	if !ok {
		return nil, fmt.Errorf("the search gave %T", result)
	}
	files := map[string]bool{}
	for _, folder := range folders.HostDatastoreBrowserSearchResults {
		below := folderBelow(folder.FolderPath)
		for _, file := range folder.File {
			files[path.Join(below, file.GetFileInfo().Path)] = true
		}
	}
	return files, nil
}

// searchSpec always has a pattern, details and whether case counts: hosts differ in
// what they do without.
func searchSpec(patterns ...string) *types.HostDatastoreBrowserSearchSpec {
	return &types.HostDatastoreBrowserSearchSpec{
		MatchPattern: patterns, SearchCaseInsensitive: types.NewBool(true),
		Details: &types.FileQueryFlags{FileType: true, FileSize: true, Modification: true},
	}
}

// pattern matches the file and, where its name could be read as a pattern,
// others; the answer is compared in full.
func pattern(file string) string {
	if strings.ContainsAny(file, `*?[]\`) {
		return "*" + path.Ext(file)
	}
	return file
}

func datastorePath(name, folder string) string {
	return strings.TrimSpace("[" + name + "] " + folder)
}

// folderBelow reads a folder as hosts report it: "[ds] a/b/", "[ds] a/b",
// "[ds]/a/b" and "[ds] " are all in use.
func folderBelow(reported string) string {
	if _, below, ok := strings.Cut(reported, "]"); ok {
		reported = below
	}
	return strings.Trim(strings.TrimSpace(reported), "/")
}

// notFoundIsNil makes no error of the proof that a file is not there.
func notFoundIsNil(err error) error {
	if fault.Is(err, &types.FileNotFound{}) || fault.Is(err, &types.NotFound{}) {
		return nil
	}
	if known, ok := errors.AsType[*vix.Error](err); ok {
		return known
	}
	return err
}
