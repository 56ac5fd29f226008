// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// matchInventory says of each file which VMs have it, with one read of the VMs of
// all the datastores. A file that is registered in another datacenter than its
// datastore's home is counted there.
func (h *host) matchInventory(ctx context.Context, what wire.Step, groups []*storeGroup, files []vixFile) error {
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
				Obj: ds.ref, SelectSet: []types.BaseSelectionSpec{wire.Traverse("vms", "Datastore", "vm")},
			})
		}
	}
	if len(files) == 0 {
		return nil
	}
	content, err := h.Retrieve(ctx, spec)
	if err != nil {
		return h.Failed(what, err)
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
			wire.Load(o, &r.vm)
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
