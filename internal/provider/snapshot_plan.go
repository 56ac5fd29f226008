// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// plan checks what taking or renaming the snapshot is going to ask.
func (r *snapshotResource) plan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state snapshotModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	vm := planVM(ctx, r.conn, plan.VMID, state.VMID, vmRecordFrom(ctx, req.Private, &resp.Diagnostics), req, resp)
	if !creates && plan.renames(state) {
		plan.Path, plan.IsCurrent = types.StringUnknown(), types.BoolUnknown()
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("path"), plan.Path)...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("is_current"), plan.IsCurrent)...)
	}
	if resp.Diagnostics.HasError() || !r.conn.connected() {
		return
	}
	replaces := len(resp.RequiresReplace) > 0 || !plan.Memory.Equal(state.Memory) || !plan.Quiesce.Equal(state.Quiesce)
	if !creates && replaces { // of which the second half is planned as a create
		rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
		r.foresee(ctx, state, rec.handle(state.VMID.ValueString(), r.conn.parsePath), &resp.Diagnostics)
		return
	}
	op := vix.SnapshotTake
	if !creates {
		op = vix.SnapshotRename
	}
	if vm == nil || !creates && !plan.renames(state) {
		return
	}
	var found diag.Diagnostics
	r.permitted(ctx, vm.Handle(), &found, op)
	resp.Diagnostics.Append(stopsDestroy(found)...)
}

// permitted checks privileges.
func (r *snapshotResource) permitted(ctx context.Context, handle vix.Handle, diags *diag.Diagnostics, ops ...vix.SnapshotOp) {
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	for _, op := range ops {
		if err := r.snapshots.CheckSnapshot(ctx, handle, op); err != nil {
			addErrorAt(diags, path.Empty(), err)
		}
	}
}

// planDestroy checks what removing the snapshot is going to ask, and says what goes with it.
func (r *snapshotResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state snapshotModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.conn.connected() {
		return
	}
	r.foresee(ctx, state, rec.handle(state.VMID.ValueString(), r.conn.parsePath), &resp.Diagnostics)
}

// foresee checks a removal, and says what is lost with it: by name, because nothing is removed or reverted that the plan
// has not said.
func (r *snapshotResource) foresee(ctx context.Context, state snapshotModel, handle vix.Handle, diags *diag.Diagnostics) {
	if handle.ManagedObjectID == "" {
		return
	}
	ops := []vix.SnapshotOp{vix.SnapshotRemove}
	if state.RevertOnDestroy.ValueBool() {
		ops = append(ops, vix.SnapshotRevert)
	}
	r.permitted(ctx, handle, diags, ops...)
	if diags.HasError() || !state.RevertOnDestroy.ValueBool() && !state.RemoveChildren.ValueBool() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	vm, err := r.snapshots.Snapshots(ctx, handle)
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		return // there is nothing to do
	case err != nil:
		addErrorAt(diags, path.Empty(), err)
		return
	}
	is := numberedSnapshot(vm, state.ID.ValueString())
	if is == nil {
		return
	}
	if state.RevertOnDestroy.ValueBool() {
		diags.AddWarning("A VM will be reverted", fmt.Sprintf(
			"Before the snapshot %s is removed, the VM %s (%s) is reverted to it, which leaves it %s: what has happened in the VM "+
				"since %s is lost.",
			is.Path, vm.Name, vm.Path, is.PowerState, state.Created.ValueString()))
	}
	var below []string
	for _, s := range vm.Snapshots {
		if strings.HasPrefix(s.Path, is.Path+"/") {
			below = append(below, "  - "+s.Path+" (id "+s.ID+")")
		}
	}
	if state.RemoveChildren.ValueBool() && len(below) > 0 {
		diags.AddWarning("Snapshots go with the one that they were taken on", fmt.Sprintf(
			"With the snapshot %s of the VM %s (%s) go, since remove_children is "+
				"set:\n\n%s", is.Path, vm.Name, vm.Path, strings.Join(below, "\n")))
	}
}
