// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planDestroy says what a destroy will do, and what would make it fail.
func (r *registrationResource) planDestroy(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var state registrationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	kept := false
	defer func() {
		note := planNote{Record: rec, PowerState: rec.PowerState, Keeps: kept, Walk: r.conn.walk()}
		note.save(ctx, resp.Private, &resp.Diagnostics)
	}()
	if r.conn.staysListed(state) {
		warnStaysListed(&resp.Diagnostics, state)
	}
	if !r.conn.connected() {
		return
	}
	if !state.unregisters() {
		r.conn.handovers.forget(&vix.Registration{Server: rec.Server, ManagedObjectID: rec.ManagedObjectID}) // it goes, too
		return
	}
	if err := r.conn.host.Supports(vix.FeatureUnregister); err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	limit, diags := state.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	asking, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	// Older Terraforms plan the end of what left the configuration before they refresh it.
	is, err := r.registrar.Registration(asking, state.handle(rec.Server, r.conn.parsePath))
	switch {
	case errors.Is(err, vix.ErrGone):
		return
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	if r.conn.ledger.isTaken(is) {
		return // it is handed over: this is the deposed one of a create_before_destroy
	}
	if rec.registeredAnew(state, is) && !rec.OnDestroyConfigured {
		rec.read(is)
		kept = true
		warnKept(&resp.Diagnostics, is.Path, state, is)
		return
	}
	rec.read(is)
	goes := rec.part(leaves)
	goes.ends = true
	switch r.conn.ledger.planned(goes) {
	case parted:
		addParted(&resp.Diagnostics, is.Path)
	case handsOver:
		r.conn.handovers.plan(ctx, rec.Server, rec.ManagedObjectID)
		warnHandsOver(&resp.Diagnostics, is.Path)
		return
	case none, twice:
	}
	off := vix.PowerOff(state.PowerOffOnDestroy.ValueString())
	if is.PowerState != vix.PoweredOn {
		off = vix.PowerOffFail
	}
	if err := r.registrar.CheckUnregister(asking, is.Handle(), off); err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
	}
	r.conn.foresight.says(ctx, rec.thing(), rec.PowerState)
	warnRunning(&resp.Diagnostics, state, rec)
}

// planUpdate decides for every changed value whether it means a change at all,
// a change in place, or another registration.
func (r *registrationResource) planUpdate(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var config, plan, state registrationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.takes(plan.VMXPath, &resp.Diagnostics) || !r.conn.unregistersIf(config.OnDestroy, &resp.Diagnostics) {
		return
	}
	var found diag.Diagnostics
	limit, d := state.Timeouts.Read(ctx, defaultReadTimeout)
	found.Append(d...)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if rec.Displaced && r.conn.connected() {
		r.planDisplaced(ctx, &plan, &state, &rec, &found, resp.Plan.Schema)
	}
	replace := r.planPlaces(ctx, &plan, state, rec, &found)
	if rec.Displaced && len(replace) > 0 {
		addReplacedDisplaced(&found, replace[0], state)
	}
	if config.OnDestroy.IsNull() {
		plan.OnDestroy = r.conn.undoing(plan.Adopted)
	}
	if plan.Server.IsUnknown() {
		plan.Server = said(rec.Server)
	}
	handle := state.handle(rec.Server, r.conn.parsePath)
	note := planNote{
		Out: &handle, Record: rec, Unregisters: state.unregisters(), PowersOff: vix.PowerOff(state.PowerOffOnDestroy.ValueString()),
		Replaces: len(replace) > 0, PowerState: rec.PowerState, Walk: r.conn.walk(),
		Readable: state.ConnectionState.ValueString() == string(vix.Connected),
	}
	if p, err := r.conn.parsePath(state.VMXPath.ValueString()); err == nil {
		note.VMXPath = p
	}
	note.save(ctx, resp.Private, &resp.Diagnostics)
	if r.conn.connected() {
		r.planInPlace(ctx, &plan, state, &rec, note, &found, resp.Plan.Schema)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	resp.RequiresReplace = append(resp.RequiresReplace, replace...)
	if r.conn.connected() {
		r.conn.foresight.nothing(rec.thing())
	}
	if len(replace) > 0 {
		r.conn.foresight.says(ctx, rec.thing(), rec.PowerState)
		warnRunning(&resp.Diagnostics, state, rec)
		if r.conn.staysListed(state) {
			warnStaysListed(&resp.Diagnostics, state)
		}
	}
}

// planDisplaced takes another VM with the id for the one that is meant, if the
// configuration says by now that it is. Somebody else has registered it.
func (r *registrationResource) planDisplaced(
	ctx context.Context, plan, state *registrationModel, rec *record, diags *diag.Diagnostics, schema typed,
) {
	handle := state.handle(rec.Server, r.conn.parsePath)
	handle.Wanted = plan.names(*state, r.conn.parsePath)
	is, err := r.registrar.Registration(ctx, handle)
	if err != nil {
		addError(diags, schema, displaced(err, plan.VMXPath))
		return
	}
	rec.read(is)
	rec.Displaced = true // until it is in the state
	state.facts(is)
	plan.facts(is)
	plan.Adopted = types.BoolValue(true)
}

// planPlaces gives the attributes whose change makes another registration. A value that
// is not known yet is none: it may come out the same.
func (r *registrationResource) planPlaces(
	ctx context.Context, plan *registrationModel, state registrationModel, rec record, diags *diag.Diagnostics,
) path.Paths {
	handle := state.handle(rec.Server, r.conn.parsePath)
	replace := r.conn.planPath(ctx, &plan.VMXPath, state.VMXPath, handle, r.conn.followsVMs(), diags)
	// Another folder or pool is a change in place, which needs nothing more.
	samePlace(&plan.Folder, state.Folder, rec.Is.Folder)
	samePlace(&plan.ResourcePool, state.ResourcePool, rec.Is.ResourcePool)
	if !plan.Template.Equal(state.Template) && !plan.Template.IsUnknown() {
		replace = append(replace, path.Root("template"))
	}
	placedDatacenter, datacenterConfigured := rec.PlacedDatacenter, rec.DatacenterConfigured
	if placedDatacenter == "" { // by a version that kept neither
		placedDatacenter, datacenterConfigured = rec.Is.Datacenter, true
	}
	for _, place := range []struct {
		name       string
		plan       *types.String
		prior      types.String
		placed, is string
		configured bool
	}{
		{"datacenter", &plan.Datacenter, state.Datacenter, placedDatacenter, rec.Is.Datacenter, datacenterConfigured},
		{"cluster", &plan.Cluster, state.Cluster, rec.PlacedCluster, rec.Is.Cluster, rec.ClusterConfigured},
		{"host", &plan.Host, state.Host, rec.PlacedHost, rec.Is.Host, rec.HostConfigured},
	} {
		switch placement(*place.plan, place.prior, place.placed, place.is, place.configured) {
		case placeSame:
			*place.plan = place.prior
		case placeOther:
			if rec.Imported && place.name != "datacenter" {
				// Where it was when the configuration was written: vSphere moves VMs by itself.
				warnMovedSince(diags, place.name, *place.plan, place.is)
				continue
			}
			replace = append(replace, path.Root(place.name))
		case placeNoted:
			warnMovedSince(diags, place.name, *place.plan, place.is)
		case placeHere, placeUnknown:
		}
	}
	return replace
}

// planInPlace checks what is changed without another registration, and that no
// other address of the plan has the VM.
func (r *registrationResource) planInPlace(
	ctx context.Context, plan *registrationModel, state registrationModel, rec *record, note planNote,
	diags *diag.Diagnostics, schema typed,
) {
	handle := *note.Out
	role := stays
	if note.Replaces && note.Unregisters {
		role = leaves
	}
	is := rec.part(role)
	is.adopted = state.Adopted.ValueBool() && !state.unregisters()
	switch r.conn.ledger.planned(is) {
	case parted:
		addParted(diags, handle.Path)
	case twice:
		addTwice(diags, handle.Path)
	case handsOver:
		r.conn.handovers.plan(ctx, rec.Server, rec.ManagedObjectID)
		warnHandsOver(diags, handle.Path)
	case none:
	}
	if note.Replaces {
		return
	}
	change := state.changeTo(*plan)
	if change.IsZero() {
		return
	}
	if change.Name != nil {
		if err := r.conn.host.Supports(vix.FeatureRename); err != nil {
			addError(diags, schema, err)
			return
		}
	}
	if err := r.registrar.CheckChange(ctx, handle, change); err != nil {
		addError(diags, schema, err)
		return
	}
	if change.Name == nil && change.Folder == nil {
		return
	}
	folder, name := rec.Is.Folder, plan.Name.ValueString()
	if change.Folder != nil {
		folder = *change.Folder
	}
	if name != "" && !r.conn.ledger.named(is.server, folder, name, is.file) {
		addNameTwice(diags, handle.Path.String(), name, folder)
	}
}
