// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckClone implements vix.Cloner. It changes nothing, and waits for nothing.
func (h *host) CheckClone(ctx context.Context, spec vix.CloneSpec) (*vix.CloneCheck, error) {
	c, err := h.cloning(ctx, spec, h.latelyReadable)
	if err != nil {
		return nil, err
	}
	out := &vix.CloneCheck{Placement: c.placed.Reported(c.dc), Datastore: c.ds.Name, Snapshot: c.snapshot}
	left, err := h.leftClone(ctx, c, false)
	if err != nil {
		return nil, h.Failed(c.what, err)
	}
	if left.vm != nil {
		r := h.stamp(ctx, left.vm.Registration())
		out.Finished = &r
		return out, h.checkChange(ctx, c.what, left.vm, spec.Change(r))
	}
	if out.Underway = left.underway; out.Underway {
		return out, nil
	}
	if err := c.named(); err != nil {
		return nil, err
	}
	if err := h.mayClone(ctx, c); err != nil {
		return nil, err
	}
	return out, h.cloneNameFree(ctx, c, left.why)
}

// Clone implements vix.Cloner: VirtualMachine.CloneVM_Task. It is sent once; it is repeated only where the host refused to
// begin because another task has the source.
func (h *host) Clone(ctx context.Context, spec vix.CloneSpec) (*vix.Cloned, error) {
	c, err := h.cloning(ctx, spec, h.meantReadable)
	if err != nil {
		return nil, err
	}
	left, err := h.leftClone(ctx, c, true)
	if err != nil {
		return nil, h.Failed(c.what, err)
	}
	if left.vm != nil {
		return &vix.Cloned{Registration: h.stamp(ctx, left.vm.Registration()), Finished: true, Snapshot: c.snapshot}, nil
	}
	if err := c.named(); err != nil {
		return nil, err
	}
	var vm reference
	err = h.patiently(ctx, func() (err error) {
		vm, err = h.cloneVM(ctx, c)
		return err
	})
	if err != nil {
		return nil, h.cloneError(ctx, c, left.why, err)
	}
	return h.cloned(ctx, c, vm)
}

// cloneVM starts the task and waits for it.
func (h *host) cloneVM(ctx context.Context, c *cloning) (reference, error) {
	if c.spec.Sending != nil {
		now, err := h.now(ctx)
		if err != nil {
			return reference{}, err
		}
		c.spec.Sending(now)
	}
	response, err := methods.CloneVM_Task(ctx, h.Client, c.request())
	if err != nil {
		return reference{}, err
	}
	if c.spec.Sent != nil {
		c.spec.Sent(response.Returnval.Value)
	}
	result, err := h.waits.Result(ctx, response.Returnval)
	if err != nil {
		return reference{}, err
	}
	vm, ok := result.(reference)
	if !ok {
		return vm, fmt.Errorf("the task gave %T rather than a VM", result)
	}
	return vm, nil
}

// request is what the host is asked. Of the datastore it is told only what the user said: left alone, each disk stays on
// the datastore that the source's is on.
func (c *cloning) request() *types.CloneVM_Task {
	spec := types.VirtualMachineCloneSpec{Template: c.spec.Template}
	spec.Location.Pool, spec.Location.Host = c.placed.Refs()
	if c.spec.Datastore != "" {
		spec.Location.Datastore = &c.ds.Ref
	}
	if c.snapshot != nil {
		spec.Snapshot = &c.snapshotRef
	}
	if c.spec.Linked {
		spec.Location.DiskMoveType = string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
	}
	return &types.CloneVM_Task{
		This: c.source.VM.Self, Folder: c.placed.Folder.Ref, Name: wire.EscapeName(c.spec.Name), Spec: spec,
	}
}

// cloned reads a clone back. It exists: an interruption that came too late to stop it must not cut the reading short.
func (h *host) cloned(ctx context.Context, c *cloning, vm reference) (*vix.Cloned, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.Options.RequestTimeout)
	defer cancel()
	r, err := h.Reads.Get(ctx, vm)
	if err != nil {
		return nil, &vix.Error{
			Op: "read back", Object: "the clone " + c.spec.Name, Code: vix.CodeHostConnectionLost, Doubt: true, Cause: err,
			Reason: fmt.Sprintf("The clone was made as %s, but the host did not tell more: %s.", vm.Value, err),
		}
	}
	h.Registered(r.Path(), c.dc, vm)
	return &vix.Cloned{Registration: h.stamp(ctx, r.Registration()), Snapshot: c.snapshot}, nil
}

// cloneError says more about a refused clone than its fault does.
func (h *host) cloneError(ctx context.Context, c *cloning, why string, err error) error {
	e, ok := errors.AsType[*vix.Error](h.Denied(ctx, c.what, err))
	if !ok {
		return err
	}
	var (
		taken    *types.DuplicateName
		argument *types.InvalidArgument
	)
	switch {
	case unsettled(e, err):
	case as(err, &taken):
		return h.cloneThere(ctx, c, taken.Object, why, err)
	case as(err, &argument):
		e.Field = map[string]vix.Field{
			"spec.location.pool": vix.FieldResourcePool, "pool": vix.FieldResourcePool,
			"spec.location.host": vix.FieldHost, "host": vix.FieldHost,
			"spec.location.datastore": vix.FieldDatastore, "spec.snapshot": vix.FieldSnapshot, "name": vix.FieldName,
		}[argument.InvalidProperty]
	case e.Field == vix.FieldPath:
		e.Field = vix.FieldNone // it is the source's, or one that the host has chosen
	}
	return e
}

// cloneNameFree makes sure that nothing else in the folder has the name of the clone.
func (h *host) cloneNameFree(ctx context.Context, c *cloning, why string) error {
	holder, err := h.holderOf(ctx, c.spec.Name, c.placed.Folder.Ref)
	if err != nil {
		return h.Failed(c.what, err)
	}
	if holder == nil || c.leaving != nil && *holder == c.leaving.VM.Self {
		return nil
	}
	return h.cloneThere(ctx, c, *holder, why, nil)
}

// cloneThere is the error of a name that is taken, by what; and of an interrupted attempt, why that is not taken to be the end
// of it.
func (h *host) cloneThere(ctx context.Context, c *cloning, holder reference, why string, cause error) error {
	e := nameTaken(c.what, c.spec.Name, c.placed.Folder.Path, holder)
	e.Cause, e.Fault = cause, wire.FaultOf(cause)
	if holder.Type != "VirtualMachine" {
		return e
	}
	r, err := h.Reads.Get(ctx, holder)
	if err != nil {
		return e // it says enough
	}
	is := h.stamp(ctx, r.Registration())
	e.VM, e.Choices = &is, []string{candidate(is) + " at " + is.Path.String()}
	if why != "" {
		e.Kind = vix.ErrCloneThere
		e.Reason += " There was an attempt at this clone whose end was never told; that the VM is what that attempt has left is not " +
			"proved: " + why + "."
	}
	return e
}
