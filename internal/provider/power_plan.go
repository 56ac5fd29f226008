// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// plan plans a create or an update: whether there is something to do, and whether it can be done.
func (r *powerResource) plan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state powerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	rec := powerRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	vm := planVM(ctx, r.conn, plan.VMID, state.VMID, rec.vmRecord, req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	const twice = "The power of a VM is planned twice"
	// Of one configuration of the provider alone: what is to be on for some work and off afterwards is given to two (the golden image).
	if vm != nil && !r.conn.claimed(ctx, vm, "power of "+vmKey(vm.ManagedObjectID)+vm.ID+" in "+r.conn.walk(), twice, req, resp) {
		return
	}
	todo := plan.VMID.IsUnknown() || rec.Waits || vm != nil && string(settled(vm.PowerState)) != plan.State.ValueString()
	if !req.State.Raw.IsNull() {
		plan.keep(state, todo || !plan.State.Equal(state.State))
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
	if vm != nil && todo && !plan.State.IsUnknown() {
		r.checkPower(ctx, vm, plan, resp)
	}
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	switch {
	case len(resp.RequiresReplace) > 0:
		r.foretell(ctx, state, &rec, object, resp)
		rec.save(ctx, resp.Private, &resp.Diagnostics)
	case !req.State.Raw.IsNull():
		r.conn.foresight.nothing(powerOf(object))
		r.conn.powers.stays(ctx, powerOf(state.VMID.ValueString()), object)
		rec.Previous = vix.PowerState(state.PreviousState.ValueString())
		rec.save(ctx, resp.Private, &resp.Diagnostics)
	case rec.Changed && rec.Previous != "" && vm != nil && vm.ManagedObjectID == rec.ManagedObjectID:
		// The second half of a replacement that is forced: with create_before_destroy nothing else tells it what was found first.
		r.conn.powerNotes.begin(ctx, rec.Server, plan.VMID.ValueString(), rec.Previous)
	}
}

// keep plans what stays as it is. The address may be another one where there is something to do: that
// is how an update shows that has nothing else to show.
func (m *powerModel) keep(state powerModel, todo bool) {
	m.ID, m.PreviousState, m.IPAddress = state.ID, state.PreviousState, state.IPAddress
	if todo {
		m.IPAddress = types.StringUnknown()
	}
}

// checkPower says what the apply would fail for.
func (r *powerResource) checkPower(ctx context.Context, vm *vix.Registration, plan powerModel, resp *resource.ModifyPlanResponse) {
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	if err := r.power.CheckPower(ctx, vm.Handle(), plan.order(plan.State.ValueString())); err != nil {
		var found diag.Diagnostics
		addError(&found, resp.Plan.Schema, err)
		resp.Diagnostics.Append(stopsDestroy(found)...)
	}
}

// planDestroy says what a destroy does with the VM.
func (r *powerResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state powerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := powerRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	r.conn.powers.goes(ctx, powerOf(state.VMID.ValueString()), object)
	r.foretell(ctx, state, &rec, object, resp)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// foretell is foresee, and notes what was said.
func (r *powerResource) foretell(
	ctx context.Context, state powerModel, rec *powerRecord, object string, resp *resource.ModifyPlanResponse,
) {
	rec.Foreseen, rec.Walk = r.foresee(ctx, state, *rec, object, resp), r.conn.foresight.walk
	if rec.Foreseen {
		r.conn.foresight.says(ctx, powerOf(object), true)
	} else {
		r.conn.foresight.nothing(powerOf(object))
	}
}

// foresee says that the VM gets its previous state back, and what that would fail for; false where there is nothing to say. Nothing is
// restored that no plan has said. A replacement that is forced is planned as no change and then as a create, of whose warnings Terraform
// shows none: it leaves the VM as it is.
func (r *powerResource) foresee(
	ctx context.Context, state powerModel, rec powerRecord, object string, resp *resource.ModifyPlanResponse,
) bool {
	to := state.restores(rec)
	if to == "" || string(to) == state.State.ValueString() || r.conn.powers.isAnothers(powerOf(state.VMID.ValueString()), object) {
		return false
	}
	code := vix.CodeVMNotRunning
	if vix.PowerState(state.State.ValueString()) == vix.PoweredOn {
		code = vix.CodeVMIsRunning
	}
	resp.Diagnostics.AddWarning("A destroy brings VMs back to the power state that was found", coded(code, fmt.Sprintf(
		"The VM %s (%s), which is %s, becomes %s (mode %s). With on_destroy = \"keep\", applied before, it stays as it is.",
		state.VMID.ValueString(), rec.Path, state.State.ValueString(), to, state.Mode.ValueString())))
	if !r.conn.connected() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	err := r.power.CheckPower(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), state.order(string(to)))
	if err != nil && !gone(err) {
		addError(&resp.Diagnostics, resp.Plan.Schema, err)
	}
	return true
}
