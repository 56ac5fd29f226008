// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"slices"

	"github.com/vmware/govmomi/simulator"
)

// Registered is one VM of the inventory, as somebody sees it who sees everything.
type Registered struct {
	ManagedObjectID string
	Datacenter      string // inventory path
	Path            string
	Name            string
	Folder          string // inventory path
	PowerState      string
}

// Registered returns every VM of the inventory, in the order of their managed object ids.
func (h *Host) Registered() []Registered {
	all := h.vms.snapshot()
	out := make([]Registered, 0, len(all))
	for ref, e := range all {
		r := Registered{
			ManagedObjectID: ref.Value, Datacenter: h.inventoryPath(e.datacenter), Path: e.path, Name: e.name,
			Folder: h.inventoryPath(e.folder),
		}
		if vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine); ok {
			h.context().WithLock(vm, func() { r.PowerState = string(vm.Runtime.PowerState) })
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Registered) int {
		return cmp.Or(cmp.Compare(len(a.ManagedObjectID), len(b.ManagedObjectID)), cmp.Compare(a.ManagedObjectID, b.ManagedObjectID))
	})
	return out
}
