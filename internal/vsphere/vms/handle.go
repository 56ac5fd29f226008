// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"regexp"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Underway are reads that are on their way already.
type Underway = map[types.ManagedObjectReference]Reply[*Record]

// AskElsewhere asks for the VMs that an index knows to have an id, but for one.
func (v *VMs) AskElsewhere(id, but string, reads Reader) Underway {
	out := Underway{}
	for _, ref := range v.ids.indexed(id) {
		if ref.Value != but {
			out[ref] = reads.Ask(ref)
		}
	}
	return out
}

// AbsentLately reports that what was read of the whole inventory a moment ago proves that
// no VM has the path.
func (v *VMs) AbsentLately(p vix.Path) bool {
	w, begun, ok := v.ids.whole.Known(struct{}{})
	return ok && begun.After(wire.NoOlderThan(AbsenceAge)) && !w.byPath[p.Composed()]
}

// OfHandle finds and reads the VMs with an id: an instance UUID, those that this
// process has seen with it, if there are any.
func (v *VMs) OfHandle(ctx context.Context, id string, reads Reader) ([]*Record, error) {
	if known := v.ids.known(id); len(known) > 0 {
		found, _, err := v.recordsOf(ctx, id, known, reads, nil)
		if len(found) > 0 || err != nil {
			return found, err
		}
	}
	return v.ByID(ctx, id, reads, nil)
}

// OfObject reads the VM with a managed object id; none, if there is none.
func (v *VMs) OfObject(ctx context.Context, id string, reads Reader) ([]*Record, error) {
	r, err := reads.Ask(types.ManagedObjectReference{Type: "VirtualMachine", Value: id}).Wait(ctx)
	if wire.IsGone(err) {
		return nil, nil
	}
	return []*Record{r}, err
}

// OfInventoryPath finds and reads the VM at an inventory path, in the host's own spelling of names:
// SearchIndex.FindByInventoryPath.
func (v *VMs) OfInventoryPath(ctx context.Context, path string, reads Reader) ([]*Record, error) {
	response, err := methods.FindByInventoryPath(ctx, v.Client, &types.FindByInventoryPath{
		This: *v.Client.ServiceContent.SearchIndex, InventoryPath: strings.Trim(path, "/"),
	})
	if err != nil {
		return nil, err
	}
	if ref := response.Returnval; ref != nil && ref.Type == "VirtualMachine" {
		return v.OfObject(ctx, ref.Value, reads)
	}
	return nil, nil
}

// ByID finds and reads the VMs with an instance UUID, all of them. What is
// on its way already is not asked for again.
func (v *VMs) ByID(
	ctx context.Context, id string, reads Reader, started Underway,
) ([]*Record, error) {
	if !uuidForm.MatchString(id) {
		return nil, nil // a managed object id is not one, and must not be asked for as one
	}
	refs := v.ids.indexed(id) // it needs no company, and so no wait for it
	if len(refs) == 0 {
		var err error
		if refs, err = v.ids.batch.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	found, stale, err := v.recordsOf(ctx, id, refs, reads, started)
	if err != nil || !stale {
		return found, err
	}
	// What was remembered does not hold any more: the host itself is asked.
	v.ids.whole.Drop(struct{}{})
	a := v.askIDs(ctx, []string{id})[id]
	if a.Err != nil {
		return nil, a.Err
	}
	found, _, err = v.recordsOf(ctx, id, a.Value, reads, nil)
	return found, err
}

// recordsOf reads VMs of which it was said that they have an id, and keeps those
// that say so themselves. It reports stale if one does not.
func (v *VMs) recordsOf(
	ctx context.Context, id string, refs []types.ManagedObjectReference, reads Reader,
	started Underway,
) (found []*Record, stale bool, err error) {
	replies := make([]Reply[*Record], len(refs))
	for i, ref := range refs {
		if replies[i] = started[ref]; replies[i] == nil {
			replies[i] = reads.Ask(ref)
		}
	}
	for _, reply := range replies {
		r, err := reply.Wait(ctx)
		switch {
		case wire.IsGone(err):
			stale = true
		case err != nil:
			return nil, false, err
		case len(r.Withheld) == 0 && !strings.EqualFold(r.Registration().InstanceUUID, id):
			stale = true
		default:
			found = append(found, r)
		}
	}
	return found, stale, nil
}

// IsObjectID reports that a text looks like the managed object id of a VM: vm-42, or 42 on an ESXi.
func IsObjectID(id string) bool { return objectForm.MatchString(id) }

var (
	// uuidForm is what a UUID looks like.
	uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	// objectForm is what the managed object id of a VM looks like, on a vCenter and on an ESXi.
	objectForm = regexp.MustCompile(`^(vm-)?[0-9]+$`)
)
