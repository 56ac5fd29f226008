// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// withheld is an object that the host names and does not show, or not whole: the
// user lacks privileges on it. A user without System.View does not get the object
// at all, while what lies above it refers to it all the same; one without
// System.Read gets little more than its name. A list that leaves it out looks like
// one that is complete, so it is none.
type withheld struct {
	ref types.ManagedObjectReference
	// path is its inventory path; empty where the host does not even show its name.
	path string
	// in is the inventory path of what refers to it.
	in string
}

// String is what is missing, and on what.
func (w withheld) String() string {
	if w.path != "" {
		return fmt.Sprintf("%s on %s %s", privilegeRead, kindOf(w.ref), w.path)
	}
	return fmt.Sprintf("%s and %s on %s with the managed object id %s, in %s", privilegeView, privilegeRead,
		kindOf(w.ref), w.ref.Value, w.in)
}

// isWithheld reports that the host kept something of an object to itself because
// of privileges.
func isWithheld(o types.ObjectContent) bool {
	return slices.ContainsFunc(o.MissingSet, func(m types.MissingProperty) bool {
		_, denied := m.Fault.Fault.(*types.NoPermission)
		return denied
	})
}

// unseen are the folders and datacenters of what was read that were named and did
// not come, or not whole.
func (sk *skeleton) unseen(content []types.ObjectContent) []withheld {
	came := map[types.ManagedObjectReference]bool{}
	for _, o := range content {
		came[o.Obj] = true
	}
	var out []withheld
	for _, o := range content {
		if o.Obj.Type != "Folder" && o.Obj.Type != "Datacenter" {
			continue
		}
		if isWithheld(o) {
			out = append(out, withheld{ref: o.Obj, path: sk.entities.path(o.Obj), in: "/"})
		}
		for _, ref := range referred(o, "childEntity") {
			if !came[ref] {
				out = append(out, withheld{ref: ref, in: sk.entities.path(o.Obj)})
			}
		}
	}
	return out
}

// referred are the objects that a property of what was read refers to.
func referred(o types.ObjectContent, property string) []types.ManagedObjectReference {
	for _, p := range o.PropSet {
		if p.Name != property {
			continue
		}
		switch refs := p.Val.(type) {
		case types.ArrayOfManagedObjectReference:
			return refs.ManagedObjectReference
		case types.ManagedObjectReference:
			return []types.ManagedObjectReference{refs}
		}
	}
	return nil
}

// withheldOf are the datastores of a datacenter that a list of those of some names,
// of all if there are none, lacks. One whose name is hidden may have any name that
// no other one of the datacenter has.
func (dc *datacenter) withheldOf(names []string) []withheld {
	var out []withheld
	for _, ds := range dc.datastores {
		if ds.withheld && (len(names) == 0 || slices.Contains(names, ds.Name)) {
			out = append(out, withheld{ref: ds.ref, path: ds.inventoryPath(), in: dc.path})
		}
	}
	if len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return dc.datastores[name] == nil }) {
		out = append(out, dc.withheld...)
	}
	sortBy(out, withheld.String)
	return out
}

// inventoryPath is where people look for a datastore.
func (ds *datastore) inventoryPath() string {
	return ds.in.path + "/datastore/" + wire.EscapeName(ds.Name)
}

// incomplete is the error of a list that would be shorter than it looks.
func (h *host) incomplete(what wire.Step, missing []withheld) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeHostUserPermissions,
		Reason: fmt.Sprintf("The host withholds from the user %q a part of what the list covers: it would be shorter than it should be, "+
			"and look complete. The user lacks:", h.User.UserName),
		Remedy: "Grant the user a role with that there, or name the datacenter, and the datastores of it, that are to be looked at.",
	}
	for _, w := range missing {
		e.Choices = append(e.Choices, w.String())
	}
	e.Choices = atMost(e.Choices, 20)
	return e
}

// mayNotRead is the error of an operation on a datastore that the user may not read.
func (h *host) mayNotRead(what wire.Step, ds *datastore) error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeHostUserPermissions, Field: vix.FieldPath,
		Reason: fmt.Sprintf("The user %q lacks the privilege %s on the datastore %s.", h.User.UserName, privilegeRead, ds.inventoryPath()),
		Remedy: "Grant the user a role with it there, or connect as another user.",
	}
}
