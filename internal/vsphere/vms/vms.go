// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vms finds VMs, by path and by id, and reads them: many in one request.
package vms

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// VMs finds the VMs of an inventory and reads them.
type VMs struct {
	*inventory.Inventory

	ids     ids
	lookups lookups
	indexes wire.Memory[string, *index] // by the composed name of a datastore
	recent  recent
	// Opens, Reads and Powers read VMs: with what an open, what a registration and what an order to
	// its power needs.
	Opens, Reads, Powers Batch[types.ManagedObjectReference, *Record]
	// seen is told which VMs are read.
	seen func([]types.ManagedObjectReference)
}

// New finds VMs in an inventory, and tells seen which it reads.
func New(inv *inventory.Inventory, seen func([]types.ManagedObjectReference)) *VMs {
	v := &VMs{Inventory: inv, seen: seen}
	v.Opens.Run, v.Opens.Life = v.readForOpen, v.Life
	v.Reads.Run, v.Reads.Life = v.readForRegistration, v.Life
	v.Powers.Run, v.Powers.Life, v.Powers.Max = v.readForPower, v.Life, Bulk
	v.ids.batch.Run, v.ids.batch.Life = v.findIDs, v.Life
	return v
}

// Registered makes a registration of our own known to the next lookup.
func (v *VMs) Registered(p vix.Path, in *inventory.Datacenter, vm types.ManagedObjectReference) {
	v.ids.whole.Drop(struct{}{})
	if ds := in.Datastore(p.Datastore); ds != nil {
		v.indexes.Change(vix.Composed(p.Datastore), func(ix *index) { ix.add(FileOn{ds.Ref, p.File}, vm) })
	}
}

// Unregistered forgets a VM that was on a datastore of that name.
func (v *VMs) Unregistered(datastore string, vm types.ManagedObjectReference) {
	v.ids.whole.Drop(struct{}{})
	v.Changed(vm)
	v.indexes.Change(vix.Composed(datastore), func(ix *index) { ix.remove(vm) })
}

// Forget forgets which VMs are on the datastores of a name.
func (v *VMs) Forget(datastore string) { v.indexes.Drop(vix.Composed(datastore)) }

// Withheld is the error of a VM of which the host does not tell the user what it
// knows: what is left of it must not be taken for what it is.
func (v *VMs) Withheld(what wire.Step, r *Record) error {
	for _, missing := range r.Withheld {
		if denied, ok := missing.Fault.Fault.(*types.NoPermission); ok {
			e := &vix.Error{Op: what.Op, Object: what.Object}
			v.Explain(e, denied, missing.Fault.LocalizedMessage)
			return e
		}
	}
	return nil
}

// StillThere leaves out of what was referred to and did not come what has gone
// meanwhile: reading it says so.
func (v *VMs) StillThere(ctx context.Context, hidden []inventory.Withheld) ([]inventory.Withheld, error) {
	inventory.SortBy(hidden, inventory.Withheld.String)
	hidden = slices.Compact(hidden) // a VM may have files on several datastores
	replies := make([]Reply[*Record], len(hidden))
	for i, w := range hidden {
		if w.Ref.Type == "VirtualMachine" {
			replies[i] = v.Reads.Ask(w.Ref)
		}
	}
	var there []inventory.Withheld
	for i, w := range hidden {
		if w.Ref.Type == "VirtualMachine" {
			_, err := replies[i].Wait(ctx)
			if fault.Is(err, &types.ManagedObjectNotFound{}) {
				continue
			}
			if ctx.Err() != nil {
				return nil, err
			}
		}
		there = append(there, w)
	}
	return there, nil
}
