// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"path"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// skeleton is the part of the inventory that every lookup needs: the datacenters
// and the datastores of each.
type skeleton struct {
	datacenters []*datacenter // by inventory path, sorted
	// entities are the folders down to the datacenters, and those.
	entities nodes
	// withheld are the folders and datacenters that the host names and does not show.
	withheld []withheld
}

// datacenter is one Datacenter of the inventory.
type datacenter struct {
	ref        types.ManagedObjectReference
	name, path string
	vmFolder   types.ManagedObjectReference
	hostFolder types.ManagedObjectReference
	datastores map[string]*datastore // by name
	// withheld are the datastores that the host names and does not show, not even
	// their names.
	withheld []withheld
}

// datastore is one Datastore, as its datacenter sees it.
type datastore struct {
	vix.Datastore
	ref     types.ManagedObjectReference
	browser types.ManagedObjectReference
	in      *datacenter
	// export is the remote path of an NFS datastore, cleaned; empty for all others.
	export string
	// withheld is set where the host shows the datastore's name and not the rest.
	withheld bool
}

// skeleton reads the skeleton once per process; again when it was read before
// notBefore.
func (h *host) skeleton(ctx context.Context, notBefore time.Time) (*skeleton, error) {
	sk, err := h.skeletons.Get(ctx, h.Life, struct{}{}, notBefore, h.readSkeleton)
	return sk, h.Failed(wire.To("read the inventory of", h.Endpoint.Host), err)
}

// skeletonNow reads the skeleton anew, because what is remembered may be why
// something is not found, or down. Of many who have the same doubt, the first look
// for themselves; the others share one look for a while.
func (h *host) skeletonNow(ctx context.Context) (*skeleton, error) {
	if h.looked.Add(1) <= maxSingles {
		return h.skeleton(ctx, time.Now())
	}
	return h.looks.Get(ctx, h.Life, struct{}{}, noOlderThan(absenceAge), func(ctx context.Context) (*skeleton, error) {
		return h.skeleton(ctx, time.Now())
	})
}

// readSkeleton reads it in one request: RetrievePropertiesEx from the root
// folder down to the datacenters and across to their datastores.
func (h *host) readSkeleton(ctx context.Context) (*skeleton, error) {
	content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: h.Client.ServiceContent.RootFolder,
			SelectSet: []types.BaseSelectionSpec{
				wire.Traverse("children", "Folder", "childEntity", "children", "datastores"),
				wire.Traverse("datastores", "Datacenter", "datastore"),
			},
		}},
		PropSet: []types.PropertySpec{
			{Type: "Folder", PathSet: []string{"name", "parent", "childEntity"}},
			{Type: "Datacenter", PathSet: []string{"name", "parent", "vmFolder", "hostFolder", "datastore"}},
			{Type: "Datastore", PathSet: []string{"name", "summary.url", "summary.type", "summary.accessible", "browser", "info"}},
		},
	})
	if err != nil {
		return nil, err
	}
	return newSkeleton(content), nil
}

// newSkeleton makes the skeleton of what was read.
func newSkeleton(content []types.ObjectContent) *skeleton {
	sk := &skeleton{entities: newNodes(content)}
	sk.withheld = sk.unseen(content)
	datastores := map[types.ManagedObjectReference]*datastore{}
	for _, o := range content {
		if o.Obj.Type == "Datastore" {
			datastores[o.Obj] = newDatastore(o)
		}
	}
	for _, o := range content {
		if o.Obj.Type != "Datacenter" {
			continue
		}
		var d mo.Datacenter
		wire.Load(o, &d)
		dc := &datacenter{
			ref: o.Obj, name: wire.UnescapeName(d.Name), path: sk.entities.path(o.Obj),
			vmFolder: d.VmFolder, hostFolder: d.HostFolder, datastores: map[string]*datastore{},
		}
		for _, ref := range d.Datastore {
			ds := datastores[ref]
			if ds == nil || ds.Name == "" {
				dc.withheld = append(dc.withheld, withheld{ref: ref, in: dc.path})
				continue
			}
			mine := *ds
			mine.in = dc
			dc.datastores[ds.Name] = &mine
		}
		sk.datacenters = append(sk.datacenters, dc)
	}
	sortBy(sk.datacenters, func(d *datacenter) string { return d.path })
	return sk
}

// newDatastore is a datastore, as far as the host shows it.
func newDatastore(o types.ObjectContent) *datastore {
	var d mo.Datastore
	wire.Load(o, &d)
	ds := &datastore{
		ref: o.Obj, browser: d.Browser, withheld: isWithheld(o),
		Datastore: vix.Datastore{
			Name: wire.UnescapeName(d.Name), URL: d.Summary.Url, Type: d.Summary.Type, Accessible: d.Summary.Accessible,
		},
	}
	nfs := d.Summary.Type == string(types.HostFileSystemVolumeFileSystemTypeNFS) ||
		d.Summary.Type == string(types.HostFileSystemVolumeFileSystemTypeNFS41)
	if info, ok := d.Info.(*types.NasDatastoreInfo); ok && nfs && info.Nas != nil && info.Nas.RemotePath != "" {
		ds.export = path.Clean("/" + info.Nas.RemotePath)
	}
	return ds
}
