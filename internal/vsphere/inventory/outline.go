// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package inventory is what a host has: datacenters, datastores, folders, clusters,
// hosts and pools, their inventory paths, and which of them a name means.
package inventory

import (
	"context"
	"path"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Inventory is what a host has, as far as it has been read.
type Inventory struct {
	*wire.Line

	outlines wire.Memory[struct{}, *Outline]
	looks    wire.Memory[struct{}, *Outline]
	looked   atomic.Int32 // looks that were nobody else's
	places   wire.Memory[types.ManagedObjectReference, *Places]
	mounts   wire.Memory[types.ManagedObjectReference, Mounts]
}

// New is the inventory at the end of a line; nothing of it is read yet.
func New(line *wire.Line) *Inventory { return &Inventory{Line: line} }

const (
	// ownLooks is how many look anew for themselves.
	ownLooks = 5
	// lookAge is how long the others share one look.
	lookAge = 5 * time.Second
)

// Outline is the part of the inventory that every lookup needs: the datacenters
// and the datastores of each.
type Outline struct {
	Datacenters []*Datacenter // by inventory path, sorted
	// entities are the folders down to the datacenters, and those.
	Entities Entities
	// withheld are the folders and datacenters that the host names and does not show.
	Withheld []Withheld
}

// Datacenter is one Datacenter of the inventory.
type Datacenter struct {
	Ref        types.ManagedObjectReference
	Name, Path string
	VMFolder   types.ManagedObjectReference
	HostFolder types.ManagedObjectReference
	Datastores map[string]*Datastore // by composed name
	// Alike are the names of datastores that are one to users, by that.
	Alike map[string][]string
	// withheld are the datastores that the host names and does not show, not even
	// their names.
	Withheld []Withheld
}

// Datastore is one Datastore, as its datacenter sees it.
type Datastore struct {
	vix.Datastore
	Ref     types.ManagedObjectReference
	Browser types.ManagedObjectReference
	In      *Datacenter
	// export is the remote path of an NFS datastore, cleaned; empty for all others.
	Export string
	// withheld is set where the host shows the datastore's name and not the rest.
	Withheld bool
}

// Outline reads the outline once per process; again when it was read before
// notBefore.
func (i *Inventory) Outline(ctx context.Context, notBefore time.Time) (*Outline, error) {
	outline, err := i.outlines.Get(ctx, i.Life, struct{}{}, notBefore, i.readOutline)
	return outline, i.Failed(wire.To("read the inventory of", i.Endpoint.Host), err)
}

// OutlineNow reads the outline anew, because what is remembered may be why
// something is not found, or down. Of many who have the same doubt, the first look
// for themselves; the others share one look for a while.
func (i *Inventory) OutlineNow(ctx context.Context) (*Outline, error) {
	if i.looked.Add(1) <= ownLooks {
		return i.Outline(ctx, time.Now())
	}
	return i.looks.Get(ctx, i.Life, struct{}{}, wire.NoOlderThan(lookAge), func(ctx context.Context) (*Outline, error) {
		return i.Outline(ctx, time.Now())
	})
}

// readOutline reads it in one request: RetrievePropertiesEx from the root
// folder down to the datacenters and across to their datastores.
func (i *Inventory) readOutline(ctx context.Context) (*Outline, error) {
	content, err := i.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: i.Client.ServiceContent.RootFolder,
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
	return newOutline(content), nil
}

// newOutline makes the outline of what was read.
func newOutline(content []types.ObjectContent) *Outline {
	outline := &Outline{Entities: NewEntities(content)}
	outline.Withheld = outline.unseen(content)
	datastores := map[types.ManagedObjectReference]*Datastore{}
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
		dc := &Datacenter{
			Ref: o.Obj, Name: vix.Unescape(d.Name), Path: outline.Entities.Path(o.Obj),
			VMFolder: d.VmFolder, HostFolder: d.HostFolder, Datastores: map[string]*Datastore{},
		}
		for _, ref := range d.Datastore {
			ds := datastores[ref]
			if ds == nil || ds.Name == "" {
				dc.Withheld = append(dc.Withheld, Withheld{Ref: ref, In: dc.Path})
				continue
			}
			mine := *ds
			mine.In = dc
			dc.add(&mine)
		}
		outline.Datacenters = append(outline.Datacenters, dc)
	}
	SortBy(outline.Datacenters, func(d *Datacenter) string { return d.Path })
	return outline
}

// add adds a datastore. Of two whose names are one to users neither is taken for the other.
func (dc *Datacenter) add(ds *Datastore) {
	key := vix.Composed(ds.Name)
	if other := dc.Datastores[key]; other != nil {
		if dc.Alike == nil {
			dc.Alike = map[string][]string{}
		}
		if len(dc.Alike[key]) == 0 {
			dc.Alike[key] = []string{other.Name}
		}
		dc.Alike[key] = append(dc.Alike[key], ds.Name)
	}
	dc.Datastores[key] = ds
}

// Datastore is the one with a name, as people or as the host write it; nil if there is none.
func (dc *Datacenter) Datastore(name string) *Datastore {
	if ds := dc.Datastores[vix.Composed(name)]; ds != nil {
		return ds
	}
	return dc.Datastores[vix.Composed(vix.Unescape(name))]
}

// newDatastore is a datastore, as far as the host shows it.
func newDatastore(o types.ObjectContent) *Datastore {
	var d mo.Datastore
	wire.Load(o, &d)
	ds := &Datastore{
		Ref: o.Obj, Browser: d.Browser, Withheld: IsWithheld(o),
		Datastore: vix.Datastore{
			Name: vix.Unescape(d.Name), URL: d.Summary.Url, Type: d.Summary.Type, Accessible: d.Summary.Accessible,
		},
	}
	nfs := d.Summary.Type == string(types.HostFileSystemVolumeFileSystemTypeNFS) ||
		d.Summary.Type == string(types.HostFileSystemVolumeFileSystemTypeNFS41)
	if info, ok := d.Info.(*types.NasDatastoreInfo); ok && nfs && info.Nas != nil && info.Nas.RemotePath != "" {
		ds.Export = path.Clean("/" + info.Nas.RemotePath)
	}
	return ds
}
