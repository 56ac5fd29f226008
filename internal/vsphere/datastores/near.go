// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

const (
	// MostNear is for how many files of a datastore that are not there a connection looks what is
	// near: a typing error in a thousand paths is explained by the first of them.
	MostNear = 10
	// NearDepth is how many folders are searched for one of them.
	NearDepth = 3
	// mostShown is up to how many files a folder shows all that it has.
	mostShown = 3
)

// Near is what lies where a file is not that was looked for, as paths: the VMs' files of its folder; or, where
// there is no such folder, the folders beside it with names like it, which end in a slash. It is there to
// explain an error, so that it has none of its own.
func (d *Datastores) Near(ctx context.Context, ds *inventory.Datastore, p vix.Path) []string {
	if d.canRead(ds, p) != nil || !d.searches.explain(ds.Ref) {
		return nil
	}
	names, err := d.list(ctx, ds, p.Folder(), searchSpec("*.vmx", "*.vmtx"))
	if err == nil {
		if len(names) > mostShown {
			names = vix.Nearest(p.Base(), names)
		}
		return pathsBelow(ds, p.Folder(), names, "")
	}
	missing := p.Folder()
	for depth := 1; depth < NearDepth && missing != "" && fault.Is(err, &types.FileNotFound{}); depth++ {
		beside := strings.TrimPrefix(path.Dir("/"+missing), "/")
		spec := searchSpec("*")
		spec.Query = []types.BaseFileQuery{&types.FolderFileQuery{}}
		if names, err = d.list(ctx, ds, beside, spec); err == nil {
			return pathsBelow(ds, beside, vix.Nearest(path.Base(missing), names), "/")
		}
		missing = beside
	}
	return nil
}

// explain reports whether one more file of a datastore may be explained.
func (f *fileSearches) explain(ds types.ManagedObjectReference) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.explained == nil {
		f.explained = map[types.ManagedObjectReference]int{}
	}
	f.explained[ds]++
	return f.explained[ds] <= MostNear
}

// list gives the names of what a folder has.
func (d *Datastores) list(
	ctx context.Context, ds *inventory.Datastore, folder string, spec *types.HostDatastoreBrowserSearchSpec,
) ([]string, error) {
	found, err := d.search(ctx, ds, folder, spec)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range found.File {
		names = append(names, file.GetFileInfo().Path)
	}
	slices.Sort(names)
	return names, nil
}

func pathsBelow(ds *inventory.Datastore, folder string, names []string, end string) []string {
	var paths []string
	for _, name := range names {
		paths = append(paths, datastorePath(ds.Name, path.Join(folder, name))+end)
	}
	return paths
}
