// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planUpdate decides for every changed value whether it means a change in place, or another clone. Its source is asked for
// only where another one is configured: a clone does not hang on it.
func (r *cloneResource) planUpdate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state cloneModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rec.planned()
	var found diag.Diagnostics
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	replace := r.replacements(ctx, &plan, state, rec, &found)
	if len(replace) == 0 && r.conn.connected() && !plan.VMID.Equal(state.VMID) && !plan.VMID.IsUnknown() {
		r.conn.checkVM(ctx, plan.VMID, &found) // of a replacement the second half asks
	}
	if r.conn.connected() && r.registrar != nil {
		r.planInPlace(ctx, plan, state, &rec, len(replace) > 0, &found, resp.Plan.Schema)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	resp.RequiresReplace = append(resp.RequiresReplace, replace...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// planInPlace checks what is changed without another clone, or else what a destroy of this one does; and that no other address
// of the plan has it.
func (r *cloneResource) planInPlace(
	ctx context.Context, plan, state cloneModel, rec *cloneRecord, replaces bool, diags *diag.Diagnostics, schema typed,
) {
	handle := state.handle(rec.Server, r.conn.parsePath)
	// A replacement that is forced is planned as no change, and then as a create.
	rec.Out = &handle
	if r.conn.foresight.nothing(rec.thing()); replaces {
		r.foresee(ctx, state, rec, diags)
		return
	}
	switch r.conn.ledger.planned(rec.part(stays)) {
	case parted:
		addCloneParted(diags, handle.Path)
	case twice:
		addCloneTwice(diags, handle.Path)
	case none:
	}
	change := state.changeTo(plan)
	if change.IsZero() {
		return
	}
	if err := r.registrar.CheckChange(ctx, handle, change); err != nil {
		addError(diags, schema, err)
	}
}

// planDestroy says what a destroy will do, and what would make it fail.
func (r *cloneResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state cloneModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.conn.connected() || r.registrar == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	rec.planned()
	r.foresee(ctx, state, &rec, &resp.Diagnostics)
	if !rec.Foreseen {
		r.conn.foresight.nothing(rec.thing())
	}
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// foresee checks that the clone can go, and says by name what is lost with it: nothing is deleted or powered off that the plan
// has not said.
func (r *cloneResource) foresee(ctx context.Context, state cloneModel, rec *cloneRecord, diags *diag.Diagnostics) {
	// Older Terraforms plan the end of what left the configuration before they refresh it.
	is, err := r.registrar.Registration(ctx, state.handle(rec.Server, r.conn.parsePath))
	switch {
	case errors.Is(err, vix.ErrGone):
		return
	case err != nil:
		addErrorAt(diags, path.Empty(), ofClone(err))
		return
	}
	if r.conn.ledger.isTaken(is) {
		return // it is handed over
	}
	rec.read(is)
	rec.Walk = r.conn.foresight.walk
	rec.Foreseen, rec.Planned, rec.Deletes = true, time.Now(), state.DeleteFiles.ValueBool() && rec.isMade(state, is, r.conn.parsePath)
	r.conn.foresight.says(ctx, rec.thing(), rec.end())
	if r.conn.ledger.planned(rec.part(leaves)) == parted {
		addCloneParted(diags, is.Path)
	}
	off := vix.PowerOff(state.PowerOffOnDestroy.ValueString())
	if is.PowerState != vix.PoweredOn {
		off = vix.PowerOffFail
	}
	check := r.registrar.CheckUnregister
	if rec.Deletes {
		check = r.cloner.CheckDestroy
	}
	if err := check(ctx, is.Handle(), off); err != nil {
		addErrorAt(diags, path.Empty(), err)
	}
	switch {
	case rec.Deletes:
		warnDeletesFiles(diags, is)
	case state.DeleteFiles.ValueBool():
		warnKeepsFiles(diags, state, *rec, is, r.conn.parsePath)
	}
	warnCloneRuns(diags, state, is)
}
