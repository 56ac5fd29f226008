// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The privileges without which a user does not see what is there.
const (
	PrivilegeView = "System.View"
	PrivilegeRead = "System.Read"
)

// Withheld is an object that the host names and does not show, or not whole: the
// user lacks privileges on it. A user without System.View does not get the object
// at all, while what lies above it refers to it all the same; one without
// System.Read gets little more than its name. A list that leaves it out looks like
// one that is complete, so it is none.
type Withheld struct {
	Ref types.ManagedObjectReference
	// path is its inventory path; empty where the host does not even show its name.
	Path string
	// in is the inventory path of what refers to it.
	In string
}

// String is what is missing, and on what.
func (w Withheld) String() string {
	if w.Path != "" {
		return fmt.Sprintf("%s on %s %s", PrivilegeRead, NounOf(w.Ref), w.Path)
	}
	return fmt.Sprintf("%s and %s on %s with the managed object id %s, in %s", PrivilegeView, PrivilegeRead,
		NounOf(w.Ref), w.Ref.Value, w.In)
}

// IsWithheld reports that the host kept something of an object to itself because
// of privileges.
func IsWithheld(o types.ObjectContent) bool {
	return slices.ContainsFunc(o.MissingSet, func(m types.MissingProperty) bool {
		_, denied := m.Fault.Fault.(*types.NoPermission)
		return denied
	})
}

// unseen are the folders and datacenters of what was read that were named and did
// not come, or not whole.
func (outline *Outline) unseen(content []types.ObjectContent) []Withheld {
	came := map[types.ManagedObjectReference]bool{}
	for _, o := range content {
		came[o.Obj] = true
	}
	var out []Withheld
	for _, o := range content {
		if o.Obj.Type != "Folder" && o.Obj.Type != "Datacenter" {
			continue
		}
		if IsWithheld(o) {
			out = append(out, Withheld{Ref: o.Obj, Path: outline.Entities.Path(o.Obj), In: "/"})
		}
		for _, ref := range Referred(o, "childEntity") {
			if !came[ref] {
				out = append(out, Withheld{Ref: ref, In: outline.Entities.Path(o.Obj)})
			}
		}
	}
	return out
}

// Referred are the objects that a property of what was read refers to.
func Referred(o types.ObjectContent, property string) []types.ManagedObjectReference {
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

// WithheldOf are the datastores of a datacenter that a list of those of some names,
// of all if there are none, lacks. One whose name is hidden may have any name that
// no other one of the datacenter has.
func (dc *Datacenter) WithheldOf(names []string) []Withheld {
	var out []Withheld
	for _, ds := range dc.Datastores {
		if ds.Withheld && ds.IsOneOf(names) {
			out = append(out, Withheld{Ref: ds.Ref, Path: ds.InventoryPath(), In: dc.Path})
		}
	}
	if len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return dc.Datastore(name) == nil }) {
		out = append(out, dc.Withheld...)
	}
	SortBy(out, Withheld.String)
	return out
}

// InventoryPath is where people look for a datastore.
func (ds *Datastore) InventoryPath() string {
	return ds.In.Path + "/datastore/" + wire.EscapeName(ds.Name)
}

// Incomplete is the error of a list that would be shorter than it looks.
func (i *Inventory) Incomplete(what wire.Step, missing []Withheld) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeHostUserPermissions,
		Reason: fmt.Sprintf("The host withholds from the user %q a part of what the list covers: it would be shorter than it should be, "+
			"and look complete. The user lacks:", i.User.UserName),
		Remedy: "Grant the user a role with that there, or name the datacenter, and the datastores of it, that are to be looked at.",
	}
	for _, w := range missing {
		e.Choices = append(e.Choices, w.String())
	}
	e.Choices = AtMost(e.Choices, 20)
	return e
}

// MayNotRead is the error of an operation on a datastore that the user may not read.
func (i *Inventory) MayNotRead(what wire.Step, ds *Datastore) error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeHostUserPermissions, Field: vix.FieldPath,
		Reason: fmt.Sprintf("The user %q lacks the privilege %s on the datastore %s.", i.User.UserName, PrivilegeRead, ds.InventoryPath()),
		Remedy: "Grant the user a role with it there, or connect as another user.",
	}
}

// NounOf is what people call a managed object of that type.
func NounOf(ref types.ManagedObjectReference) string {
	switch ref.Type {
	case "Folder":
		return "the folder"
	case "ResourcePool":
		return "the resource pool"
	case "Datastore":
		return "the datastore"
	case "VirtualMachine":
		return "the VM"
	case "Datacenter":
		return "the datacenter"
	}
	return "the " + strings.ToLower(ref.Type)
}
