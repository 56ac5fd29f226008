// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "strings"

// Sameness says what a VM in the inventory is to a registration that is remembered.
type Sameness int

const (
	// Another is another VM altogether.
	Another Sameness = iota
	// Itself is the VM, wherever it has been moved to.
	Itself
	// Copy is one that has the id, and is another VM as far as anybody can tell: another managed
	// object at another path. A restored copy keeps its original's instance UUID.
	Copy
)

// Same decides whether a VM is the one that h remembers. A managed object id is
// never given to another VM of a server, and stays through every move; registering
// anew changes it. So the id and the managed object id together are the VM, wherever it
// is; the id alone is, where the VM lies at the path that is remembered, or at
// the one that the user names. What the host tells no UUID of is judged by the
// managed object id.
func (h Handle) Same(r *Registration) Sameness {
	named := r.InstanceUUID != ""
	if h.ManagedObjectID != "" && r.ManagedObjectID == h.ManagedObjectID {
		if !named || h.ID == h.ManagedObjectID || strings.EqualFold(r.InstanceUUID, h.ID) {
			return Itself
		}
		return Another
	}
	if !strings.EqualFold(r.ID, h.ID) {
		return Another
	}
	if h.ManagedObjectID == "" || h.at(r) {
		return Itself
	}
	return Copy
}

// at reports that a VM lies where h says.
func (h Handle) at(r *Registration) bool {
	if r.Path.IsZero() || h.Datacenter != "" && r.Datacenter != "" && !SamePlace(r.Datacenter, h.Datacenter) {
		return false
	}
	// A template's file is the VM's under another ending.
	p := r.Path.AsVMX()
	return p.Same(h.Path.AsVMX()) || !h.Wanted.IsZero() && p.Same(h.Wanted.AsVMX())
}
