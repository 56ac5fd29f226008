// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// matchInventory says of each file which VMs have it, with one read of the VMs of
// all the datastores. A file that is registered in another datacenter than its
// datastore's home is counted there.
func (h *host) matchInventory(ctx context.Context, what wire.Step, groups []*inventory.Store, files []datastores.File) error {
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{
			"name", "parent", "parentVApp", "resourcePool", "runtime.connectionState", "runtime.powerState",
			"config.instanceUuid", "config.uuid",
			"config.files.vmPathName", "summary.config.vmPathName", "summary.config.instanceUuid",
		}},
		{Type: "Datastore", PathSet: []string{"vm"}},
	}}
	mounts := map[types.ManagedObjectReference]*inventory.Datastore{}
	for _, g := range groups {
		for _, ds := range g.Mounts {
			mounts[ds.Ref] = ds
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{
				Obj: ds.Ref, SelectSet: []types.BaseSelectionSpec{wire.Traverse("vms", "Datastore", "vm")},
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
	registered, hidden := itemsOn(content, mounts)
	if hidden, err = h.StillThere(ctx, hidden); err != nil {
		return h.Failed(what, err)
	}
	if len(hidden) > 0 {
		return h.Incomplete(what, hidden)
	}
	for i := range files {
		f := &files[i]
		for _, ds := range f.Store.Mounts {
			f.Registered = append(f.Registered, registered[vms.FileOn{Datastore: ds.Ref, File: f.Path.File}]...)
		}
		if len(f.Registered) > 0 && !slices.ContainsFunc(f.Registered, func(v vix.Item) bool {
			return v.Datacenter == f.Datacenter && v.Path == f.Path
		}) {
			f.Datacenter, f.Path = f.Registered[0].Datacenter, f.Registered[0].Path
		}
	}
	return nil
}

// itemsOn are the VMs of what was read, by the file that they have, and those of
// which the host does not tell which one they have.
func itemsOn(
	content []types.ObjectContent, mounts map[types.ManagedObjectReference]*inventory.Datastore,
) (map[vms.FileOn][]vix.Item, []inventory.Withheld) {
	records := map[types.ManagedObjectReference]*vms.Record{}
	for _, o := range content {
		if o.Obj.Type == "VirtualMachine" {
			records[o.Obj] = vms.NewRecord(o, nil, nil)
		}
	}
	out := map[vms.FileOn][]vix.Item{}
	var hidden []inventory.Withheld
	for _, o := range content {
		ds := mounts[o.Obj]
		if ds == nil {
			continue
		}
		if inventory.IsWithheld(o) {
			hidden = append(hidden, inventory.Withheld{Ref: o.Obj, Path: ds.InventoryPath(), In: ds.In.Path})
		}
		for _, ref := range inventory.Referred(o, "vm") {
			r := records[ref]
			file, here := "", false
			if r != nil {
				file, here = r.On(ds)
			}
			switch {
			case r == nil:
				hidden = append(hidden, inventory.Withheld{Ref: ref, In: ds.In.Path})
				continue
			case r.Path().IsZero() && len(r.Withheld) > 0:
				hidden = append(hidden, inventory.Withheld{Ref: ref, Path: vix.Unescape(r.VM.Name), In: ds.In.Path})
				continue
			case !here:
				continue // its disks are here, its configuration is elsewhere
			}
			reg := r.Registration()
			reg.Path = vix.Path{Datastore: ds.Name, File: file}
			key := vms.FileOn{Datastore: ds.Ref, File: file}
			out[key] = append(out[key], vix.Item{
				ID: reg.ID, ManagedObjectID: reg.ManagedObjectID, Name: reg.Name, Path: reg.Path,
				Datacenter: ds.In.Path, PowerState: reg.PowerState,
			})
		}
	}
	return out, hidden
}
