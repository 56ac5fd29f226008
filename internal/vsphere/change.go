// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckChange implements vix.Host. It resolves what Update would, and changes nothing.
func (h *host) CheckChange(ctx context.Context, handle vix.Handle, change vix.Change) error {
	what := wire.To("update", handle.Path.String())
	r, err := h.current(ctx, what, handle)
	if err != nil {
		return err
	}
	return h.checkChange(ctx, what, r, change)
}

// checkChange looks whether a VM can be given another name and other places.
func (h *host) checkChange(ctx context.Context, what wire.Step, r *vms.Record, change vix.Change) error {
	if change.IsZero() {
		return nil
	}
	t, err := h.placesAround(ctx, what, r)
	if err != nil {
		return err
	}
	vm := r.VM.Self
	named := map[types.ManagedObjectReference]string{vm: "the VM " + what.Object}
	var needs []missingGrant
	in := inventory.Place{}
	if r.VM.Parent != nil {
		in = inventory.Place{Ref: *r.VM.Parent, Path: r.Folder()}
	}
	if change.Folder != nil {
		to, err := folderFor(what, t, *change.Folder)
		if err != nil {
			return err
		}
		if to.Ref != in.Ref {
			needs = append(needs, missingGrant{vm, privilegeMove}, missingGrant{to.Ref, privilegeMove})
			named[to.Ref] = "the folder " + to.Path
		}
		in = to
	}
	if change.ResourcePool != nil {
		to, err := poolFor(what, r, t, *change.ResourcePool)
		if err != nil {
			return err
		}
		needs = append(needs, missingGrant{to.Ref, privilegeAssignPool})
		named[to.Ref] = "the resource pool " + to.Path
	}
	if change.Name != nil {
		needs = append(needs, missingGrant{vm, privilegeRename})
		if err := h.nameFree(ctx, what, *change.Name, in, r); err != nil {
			return err
		}
	} else if change.Folder != nil {
		if err := h.nameFree(ctx, what, vix.Unescape(r.VM.Name), in, r); err != nil {
			return err
		}
	}
	missing, err := h.missing(ctx, needs)
	if err != nil {
		return h.Failed(what, err)
	}
	return h.lacks(what, missing, named)
}

// folderFor is the VM folder that a name means.
func folderFor(what wire.Step, t *inventory.Places, name string) (inventory.Place, error) {
	return inventory.Pick(what, vix.FieldFolder, "VM folder", name, t.VMFolder.Path, t.Folders)
}

// poolFor is the pool that a name means, of the cluster or host that the VM is on.
func poolFor(what wire.Step, r *vms.Record, t *inventory.Places, name string) (*inventory.Pool, error) {
	to, err := inventory.Pick(what, vix.FieldResourcePool, "resource pool", name, t.VMFolder.Path, t.Pools)
	if err != nil || r.VM.ResourcePool == nil {
		return to, err
	}
	for _, from := range t.Pools {
		if from.Ref == *r.VM.ResourcePool && from.In != to.In {
			return nil, &vix.Error{
				Op: "move", Object: what.Object, Code: vix.CodeNotSupported, Field: vix.FieldResourcePool,
				Reason: fmt.Sprintf("The pool %s is not one of the cluster or host that the VM is on: "+
					"that would be a migration, not a move.", to.Path),
				Remedy: "Migrate the VM first, or give a pool of where it is.",
			}
		}
	}
	return to, nil
}

// nameFree makes sure that no other VM or folder of a folder has the name: a
// vCenter allows it once in each. An ESXi does not mind.
func (h *host) nameFree(ctx context.Context, what wire.Step, name string, in inventory.Place, of *vms.Record) error {
	if name == "" || in.Path == "" || !h.Client.IsVC() {
		return nil
	}
	holder, err := h.holderOf(ctx, name, in.Ref)
	if err != nil {
		return h.Failed(what, err)
	}
	if holder == nil || of != nil && *holder == of.VM.Self {
		return nil
	}
	e := nameTaken(what, name, in.Path, *holder)
	if holder.Type != "VirtualMachine" {
		return e
	}
	if r, err := h.Reads.Get(ctx, *holder); err == nil { // if not, the name says enough
		is := h.stamp(ctx, r.Registration())
		e.VM = &is
	}
	return e
}

// nameTaken is the error of a name that something in a folder has.
func nameTaken(what wire.Step, name, folder string, holder types.ManagedObjectReference) *vix.Error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeDuplicateName, Field: vix.FieldName,
		Reason: fmt.Sprintf("The name %q is taken in the folder %s, by %s.", name, folder, holder.Value),
		Remedy: "Choose another name or another folder.",
	}
}

// holderOf is what has a name in a folder; nil if nothing has. A name is asked for
// by itself (SearchIndex.FindChild); of many in one run, the folder is read.
func (h *host) holderOf(ctx context.Context, name string, folder types.ManagedObjectReference) (*types.ManagedObjectReference, error) {
	if h.namesAsked.Add(1) <= vms.MaxSingles {
		found, err := object.NewSearchIndex(h.Client).FindChild(ctx, object.NewFolder(h.Client, folder), wire.EscapeName(name))
		if err != nil || found == nil {
			return nil, err
		}
		ref := found.Reference()
		return &ref, nil
	}
	read := func(ctx context.Context) (map[string]types.ManagedObjectReference, error) {
		return h.readNames(ctx, folder)
	}
	names, err := h.names.Get(ctx, h.Life, folder, wire.NoOlderThan(vms.AbsenceAge), read)
	if holder, taken := names[name]; taken {
		return &holder, err
	}
	return nil, err
}

// readNames reads what is in a folder, by name.
func (h *host) readNames(ctx context.Context, folder types.ManagedObjectReference) (map[string]types.ManagedObjectReference, error) {
	content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: folder, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("children", "Folder", "childEntity")},
		}},
		PropSet: []types.PropertySpec{{Type: "ManagedEntity", PathSet: []string{"name"}}},
	})
	if err != nil {
		return nil, err
	}
	names := make(map[string]types.ManagedObjectReference, len(content))
	for _, o := range content {
		var e mo.ManagedEntity
		wire.Load(o, &e)
		names[vix.Unescape(e.Name)] = o.Obj
	}
	return names, nil
}
