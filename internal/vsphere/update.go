// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Update implements vix.Host: Rename_Task, Folder.MoveIntoFolder_Task,
// ResourcePool.MoveIntoResourcePool.
func (h *host) Update(ctx context.Context, handle vix.Handle, change vix.Change) error {
	what := wire.To("update", handle.Path.String())
	r, err := h.current(ctx, what, handle)
	if err != nil {
		return err
	}
	ref := r.VM.Self
	if change.Name != nil && !vix.SameName(vix.Unescape(r.VM.Name), *change.Name) {
		err := h.carry(ctx, wire.To("rename", what.Object), func() (types.ManagedObjectReference, error) {
			task, err := methods.Rename_Task(ctx, h.Client, &types.Rename_Task{This: ref, NewName: wire.EscapeName(*change.Name)})
			if err != nil {
				return types.ManagedObjectReference{}, err
			}
			return task.Returnval, nil
		})
		if err != nil {
			return err
		}
	}
	if change.Folder == nil && change.ResourcePool == nil {
		return nil
	}
	t, err := h.placesAround(ctx, what, r)
	if err != nil {
		return err
	}
	if change.Folder != nil {
		if err := h.moveToFolder(ctx, what, r, t, *change.Folder); err != nil {
			return err
		}
	}
	if change.ResourcePool != nil {
		return h.moveToPool(ctx, what, r, t, *change.ResourcePool)
	}
	return nil
}

// placesAround is what there is to move a VM to: the places of its datacenter.
func (h *host) placesAround(ctx context.Context, what wire.Step, r *vms.Record) (*inventory.Places, error) {
	dc, err := h.datacenterOf(ctx, what, r)
	if err != nil {
		return nil, err
	}
	return h.Places(ctx, dc)
}

// datacenterOf is the datacenter that a VM is in.
func (h *host) datacenterOf(ctx context.Context, what wire.Step, r *vms.Record) (*inventory.Datacenter, error) {
	ref, ok := r.Datacenter()
	if !ok {
		return nil, &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeFail, Reason: "The datacenter of the VM cannot be told."}
	}
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, dc := range outline.Datacenters {
		if dc.Ref == ref {
			return dc, nil
		}
	}
	return nil, &vix.Error{Op: "read the inventory of", Object: ref.Value, Code: vix.CodeObjectNotFound, Reason: "The datacenter is gone."}
}

func (h *host) moveToFolder(ctx context.Context, what wire.Step, r *vms.Record, t *inventory.Places, name string) error {
	to, err := folderFor(what, t, name)
	if err != nil {
		return err
	}
	if r.VM.Parent != nil && *r.VM.Parent == to.Ref {
		return nil
	}
	return h.carry(ctx, wire.To("move", what.Object), func() (types.ManagedObjectReference, error) {
		task, err := methods.MoveIntoFolder_Task(ctx, h.Client, &types.MoveIntoFolder_Task{
			This: to.Ref, List: []types.ManagedObjectReference{r.VM.Self},
		})
		if err != nil {
			return types.ManagedObjectReference{}, err
		}
		return task.Returnval, nil
	})
}

func (h *host) moveToPool(ctx context.Context, what wire.Step, r *vms.Record, t *inventory.Places, name string) error {
	to, err := poolFor(what, r, t, name)
	if err != nil {
		return err
	}
	if r.VM.ResourcePool != nil && *r.VM.ResourcePool == to.Ref {
		return nil
	}
	return h.carry(ctx, wire.To("move", what.Object), func() (none types.ManagedObjectReference, err error) {
		_, err = methods.MoveIntoResourcePool(ctx, h.Client, &types.MoveIntoResourcePool{
			This: to.Ref, List: []types.ManagedObjectReference{r.VM.Self},
		})
		return none, err
	})
}

// Unregister implements vix.Host: VirtualMachine.UnregisterVM. It leaves the
// files alone, as everything in this package does but Destroy. It acts on the managed
// object of the handle and on no other: what somebody has registered anew since the caller
// looked is not what the caller meant.
func (h *host) Unregister(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	what := wire.To("unregister", handle.Path.String())
	r, err := h.itself(ctx, what, handle)
	if err != nil {
		return goneIsNil(err)
	}
	vm := object.NewVirtualMachine(h.Client, r.VM.Self)
	if r.VM.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		if err := h.powerOff(ctx, what, r, off); err != nil {
			return err
		}
	}
	if err := h.patiently(ctx, func() error { return vm.Unregister(ctx) }); err != nil && !wire.IsGone(err) {
		if fault.Is(err, &types.InvalidPowerState{}) {
			return poweredOn(what, err)
		}
		return h.Denied(ctx, what, err)
	}
	h.Unregistered(r.Path().Datastore, r.VM.Self)
	return nil
}

// powerOff turns a running VM off in the way that the user chose.
func (h *host) powerOff(ctx context.Context, what wire.Step, r *vms.Record, off vix.PowerOff) error {
	mode, ok := map[vix.PowerOff]vix.PowerMode{vix.PowerOffHard: vix.PowerHard, vix.PowerOffGuest: vix.PowerSoft}[off]
	if !ok {
		return poweredOn(what, nil)
	}
	p, err := h.powering(ctx, r, vix.PowerOrder{Op: vix.PowerOpOff, Mode: mode})
	if err != nil {
		return err
	}
	p.what.Object = what.Object
	return p.off(ctx)
}

// poweredOn refuses to unregister, or to delete, a running VM.
func poweredOn(what wire.Step, cause error) error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeVMIsRunning, Kind: vix.ErrRunning, Cause: cause, Fault: wire.FaultOf(cause),
		Reason: "The VM is powered on, and a host " + what.Op + "s only VMs that are not.",
	}
}

// goneIsNil makes no error of a registration that is proved gone: VIX unregisters
// what is not registered without complaint.
func goneIsNil(err error) error {
	if errors.Is(err, vix.ErrGone) {
		return nil
	}
	return err
}
