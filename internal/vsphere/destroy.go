// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckDestroy implements vix.Cloner. It changes nothing.
func (h *host) CheckDestroy(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	needs := []string{privilegeDelete}
	if off != vix.PowerOffFail {
		needs = append(needs, privilegePowerOff)
	}
	return h.mayDo(ctx, wire.To("delete", shownHandle(handle)), vmReference(handle), needs...)
}

// Destroy implements vix.Cloner: ManagedEntity.Destroy_Task, the one call of this package that deletes files. It looks
// at the VM right before, and once more after it had to power it off.
func (h *host) Destroy(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	what := wire.To("delete", handle.Path.String())
	r, err := h.exactly(ctx, what, handle)
	if err != nil {
		return goneIsNil(err)
	}
	if r.VM.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
		if err := h.powerOff(ctx, what, r, off); err != nil {
			return err
		}
		if r, err = h.exactly(ctx, what, handle); err != nil {
			return goneIsNil(err)
		}
	}
	vm := r.VM.Self
	err = h.oneByOne(ctx, vm, func(ctx context.Context) (reference, error) {
		response, err := methods.Destroy_Task(ctx, h.Client, &types.Destroy_Task{This: vm})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
	switch {
	case err == nil, wire.IsGone(err):
		h.Unregistered(r.Path().Datastore, vm)
		return nil
	case fault.Is(err, &types.InvalidPowerState{}):
		return poweredOn(what, err)
	}
	return h.Denied(ctx, what, err)
}

// exactly is the record of the VM of which all is true that a handle remembers.
func (h *host) exactly(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error) {
	r, err := h.itself(ctx, what, handle)
	if errors.Is(err, vix.ErrOtherVM) {
		return nil, notTheClone(what, err)
	}
	if err != nil {
		return nil, err
	}
	if is := h.stamp(ctx, r.Registration()); !handle.IsExactly(&is) {
		return nil, notTheClone(what, &vix.Error{VM: &is})
	}
	return r, nil
}

// notTheClone is the error of a VM whose files are not deleted, because it is not what is remembered.
func notTheClone(what wire.Step, err error) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidHandle, Kind: vix.ErrNotTheClone,
		Reason: "The VM is not the one that was remembered.",
	}
	if is, ok := errors.AsType[*vix.Error](err); ok && is.VM != nil {
		e.VM = is.VM
		e.Reason = fmt.Sprintf("The VM is not in every respect the one that was remembered: it is %s at %s. No files were deleted.",
			described(*is.VM), is.VM.Path)
	}
	return e
}
