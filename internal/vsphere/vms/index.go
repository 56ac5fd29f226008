// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// index is where the VMs of the datastores of some names are.
type index struct {
	mu  sync.Mutex
	vms map[FileOn][]types.ManagedObjectReference
}

// FileOn is a path on one datacenter's datastore. In an index it is composed: what is
// found there is held against what the VM says.
type FileOn struct {
	Datastore types.ManagedObjectReference
	File      string
}

const (
	// indexAge is how long an index is believed.
	indexAge = 30 * time.Second
	// AbsenceAge is how long it is believed that what an index does not have is not
	// there.
	AbsenceAge = 5 * time.Second
	// maxIndexes is how many indexes are read of the datastores that are asked for;
	// the next is one of all datastores, so that it is the last.
	maxIndexes = 2
)

// index is an index that has the datastores of a name, begun no earlier than
// notBefore. Those who ask at the same time share one read, which is of all names that are
// looked for at that time.
func (v *VMs) index(ctx context.Context, datastore string, notBefore time.Time) (*index, error) {
	outline, err := v.Outline(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	datastore = vix.Composed(datastore)
	return v.indexes.GetTogether(ctx, v.Life, datastore, notBefore,
		func() []string { return v.lookups.together(datastore, outline) },
		func(ctx context.Context, names []string) (*index, error) { return v.readIndex(ctx, outline, names) })
}

// together are the names that an index is read of, for the sake of one: those that are looked for now, or all.
func (l *lookups) together(datastore string, outline *inventory.Outline) []string {
	names := l.datastores()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.indexed[datastore] {
		l.reads++ // not one that is read again
	}
	if l.reads > maxIndexes {
		names = outline.DatastoreNames()
	}
	if l.indexed == nil {
		l.indexed = map[string]bool{}
	}
	for _, name := range append(names, datastore) {
		l.indexed[name] = true
	}
	return names
}

// pathProperty is the path that an inaccessible VM tells, too.
const pathProperty = "summary.config.vmPathName"

// readIndex reads the paths of all VMs of the datastores of some names, with one
// request: from each datastore to its VMs. Only where several datacenters have a
// datastore of one name do the datastores need to say which VMs are theirs.
func (v *VMs) readIndex(ctx context.Context, outline *inventory.Outline, names []string) (*index, error) {
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{pathProperty}},
	}}
	var (
		only   = map[string]*inventory.Datastore{} // the one datastore of a name
		all    = map[types.ManagedObjectReference]*inventory.Datastore{}
		shared = false
	)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		for _, dc := range outline.Datacenters {
			ds := dc.Datastore(name)
			if ds == nil {
				continue
			}
			_, twice := only[name]
			shared = shared || twice
			only[name], all[ds.Ref] = ds, ds
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{
				Obj: ds.Ref, Skip: types.NewBool(false), SelectSet: []types.BaseSelectionSpec{wire.Traverse("vms", "Datastore", "vm")},
			})
		}
	}
	if shared {
		spec.PropSet = append(spec.PropSet, types.PropertySpec{Type: "Datastore", PathSet: []string{"vm"}})
	}
	content, err := v.RetrieveBriefly(ctx, spec)
	if err != nil {
		return nil, err
	}
	ix := &index{vms: make(map[FileOn][]types.ManagedObjectReference, len(content))}
	paths := make(map[types.ManagedObjectReference]string, len(content))
	for i := range content {
		if o := &content[i]; o.Obj.Type == "VirtualMachine" {
			paths[o.Obj] = o.Text(pathProperty)
		}
	}
	if shared {
		ix.fill(content, paths, all)
		return ix, nil
	}
	for vm, text := range paths {
		if name, below := shellPath(text); below {
			ix.addBelow(name, only, vm)
		} else if p := hostPath(text); only[vix.Composed(p.Datastore)] != nil {
			ix.add(FileOn{only[vix.Composed(p.Datastore)].Ref, p.File}, vm)
		}
	}
	return ix, nil
}

// addBelow adds a VM whose path is one of the hosts' file system.
func (ix *index) addBelow(name string, datastores map[string]*inventory.Datastore, vm types.ManagedObjectReference) {
	for _, ds := range datastores {
		if file, ok := ds.Below(name); ok {
			ix.add(FileOn{ds.Ref, file}, vm)
		}
	}
}

// fill takes the VMs that the datastores say are theirs. A VM may have files on
// several datastores; its path says which one counts.
func (ix *index) fill(
	content []wire.Brief, paths map[types.ManagedObjectReference]string, datastores map[types.ManagedObjectReference]*inventory.Datastore,
) {
	for i := range content {
		o := &content[i]
		for _, vm := range o.Refs("vm") {
			if file, ok := fileOn(paths[vm], datastores[o.Obj]); ok {
				ix.add(FileOn{o.Obj, file}, vm)
			}
		}
	}
}

func (ix *index) add(key FileOn, vm types.ManagedObjectReference) {
	key.File = vix.Composed(key.File)
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if !slices.Contains(ix.vms[key], vm) {
		ix.vms[key] = append(ix.vms[key], vm)
	}
}

func (ix *index) remove(vm types.ManagedObjectReference) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for key, vms := range ix.vms {
		if i := slices.Index(vms, vm); i >= 0 {
			ix.vms[key] = slices.Delete(slices.Clone(vms), i, i+1)
		}
	}
}

// find gives the VMs that have a path in some datacenters.
func (ix *index) find(p vix.Path, in []*inventory.Datacenter) []hit {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var hits []hit
	for _, dc := range in {
		if ds := dc.Datastore(p.Datastore); ds != nil {
			for _, vm := range ix.vms[FileOn{ds.Ref, vix.Composed(p.File)}] {
				hits = append(hits, hit{vm: vm, in: dc, remembered: true})
			}
		}
	}
	return hits
}
