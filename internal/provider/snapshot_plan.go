// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	r.planReplaced(ctx, state, replaces, req, resp)
	if !creates && replaces { // of which the second half is planned as a create
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

// planReplaced says what a replacement does with the snapshot before. One that is forced is planned as no change, and then as a create
// that knows only what the first half has kept, and of whose warnings Terraform shows none: where something would be lost, it is refused.
func (r *snapshotResource) planReplaced(
	ctx context.Context, state snapshotModel, replaces bool, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	first := !req.State.Raw.IsNull()
	end := privateFrom[snapshotEnd](ctx, req.Private, snapshotEndKept, &resp.Diagnostics)
	out := end.Out
	switch {
	case first && !replaces:
		r.conn.snapshots.stays(ctx, state.handoverKey(), privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics))
		r.conn.foresight.nothing(state.thing())
		end = snapshotEnd{Out: state.out()}
	case first:
		end = r.foretell(ctx, state, req, &resp.Diagnostics)
	case out != nil:
		var said diag.Diagnostics
		end = r.foresee(ctx, out.model(), req, &said)
		resp.Diagnostics.Append(said.Errors()...)
		if end.Reverts || len(end.Below) > 0 {
			addForcedEnd(&resp.Diagnostics, said)
		}
		end = snapshotEnd{}
	default:
		return
	}
	savePrivate(ctx, resp.Private, snapshotEndKept, end, &resp.Diagnostics)
}

// addForcedEnd refuses a replacement that is forced, which would lose what said says.
func addForcedEnd(diags *diag.Diagnostics, said diag.Diagnostics) {
	for _, w := range said.Warnings() {
		diags.AddError(w.Summary(), coded(vix.CodeCancelled,
			strings.TrimSuffix(w.Detail(), coded(vix.CodeOK, ""))+"\n\nTerraform has no place to say so in the plan of a "+
				"replacement that is forced (-replace, or replace_triggered_by). Apply revert_on_destroy = false and "+
				"remove_children = false first, or destroy the snapshot and take it again."))
	}
}

// planDestroy checks what removing the snapshot is going to ask, and says what goes with it.
func (r *snapshotResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state snapshotModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.conn.connected() {
		return
	}
	end := r.foretell(ctx, state, req, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, snapshotEndKept, end, &resp.Diagnostics)
}

// foresee checks a removal, and says what is lost with it: by name, because nothing is removed or reverted that the plan
// has not said.
func (r *snapshotResource) foresee(
	ctx context.Context, state snapshotModel, req resource.ModifyPlanRequest, diags *diag.Diagnostics,
) (end snapshotEnd) {
	if r.leaves(ctx, state, req.Private, diags) {
		return end // nothing is done with it
	}
	handle := vmRecordFrom(ctx, req.Private, diags).handle(state.VMID.ValueString(), r.conn.parsePath)
	if handle.ManagedObjectID == "" && handle.Path.IsZero() {
		return end
	}
	ops := []vix.SnapshotOp{vix.SnapshotRemove}
	if state.RevertOnDestroy.ValueBool() {
		ops = append(ops, vix.SnapshotRevert)
	}
	r.permitted(ctx, handle, diags, ops...)
	if diags.HasError() || !state.RevertOnDestroy.ValueBool() && !state.RemoveChildren.ValueBool() {
		return end
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	vm, err := r.snapshots.Snapshots(ctx, handle)
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		return end // there is nothing to do
	case err != nil:
		addErrorAt(diags, path.Empty(), err)
		return end
	}
	if is := state.in(vm); is != nil {
		end = r.sayEnd(state, vm, is, diags)
	}
	return end
}

// foretell is foresee, and notes what was said.
func (r *snapshotResource) foretell(
	ctx context.Context, state snapshotModel, req resource.ModifyPlanRequest, diags *diag.Diagnostics,
) snapshotEnd {
	end := r.foresee(ctx, state, req, diags)
	end.Walk = r.conn.foresight.walk
	if end.Reverts || len(end.Below) > 0 {
		r.conn.foresight.says(ctx, state.thing(), end)
	} else {
		r.conn.foresight.nothing(state.thing())
	}
	return end
}

// sayEnd says what is lost with a snapshot.
func (r *snapshotResource) sayEnd(state snapshotModel, vm *vix.VM, is *vix.Snapshot, diags *diag.Diagnostics) (end snapshotEnd) {
	if state.RevertOnDestroy.ValueBool() {
		end.Reverts = true
		diags.AddWarning("A VM will be reverted", coded(vix.CodeOK, fmt.Sprintf(
			"Before the snapshot %s is removed, the VM %s (%s) is reverted to it, which leaves it %s: what has happened in the VM "+
				"since %s is lost.",
			is.Path, vm.Name, vm.Path, is.PowerState, state.Created.ValueString())))
	}
	ours := r.conn.snapshotsOf(vm.ID)
	below := slices.DeleteFunc(snapshotsBelow(vm, is), func(s vix.Snapshot) bool { return slices.Contains(ours, s.ID) })
	if !state.RemoveChildren.ValueBool() || len(below) == 0 || len(below) < len(snapshotsBelow(vm, is)) {
		return end
	}
	for _, s := range below {
		end.Below = append(end.Below, s.ID)
	}
	diags.AddWarning("Snapshots go with the one that they were taken on", coded(vix.CodeOK, fmt.Sprintf(
		"With the snapshot %s of the VM %s (%s) go, since remove_children is "+
			"set:\n\n%s", is.Path, vm.Name, vm.Path, listedSnapshots(below))))
	return end
}
