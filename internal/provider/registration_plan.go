// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planDestroy says what would make the destroy fail. It asks the host nothing:
// state has just been refreshed.
func (r *registrationResource) planDestroy(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	var state registrationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		warnRunning(&resp.Diagnostics, state, rec)
	}
}

// planCreate checks what Create is going to ask, if it is all known.
func (r *registrationResource) planCreate(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if !r.conn.connected() {
		return
	}
	var config, plan registrationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// The configuration tells a value that is not known yet from one that is
	// left to the host; the plan has the defaults.
	config.Template, config.IfRegistered = plan.Template, plan.IfRegistered
	if !config.complete() {
		return
	}
	limit, diags := config.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.check(ctx, config, resp)
}

// check asks the host what Register would do.
func (r *registrationResource) check(
	ctx context.Context, config registrationModel, resp *resource.ModifyPlanResponse,
) {
	schema := resp.Plan.Schema
	spec, err := config.spec()
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	if begun, ok := r.conn.journal.begun(r.conn.intent(server, spec)); ok {
		spec.Begun = begun
	}
	check, err := r.conn.host.Check(ctx, spec)
	switch {
	case err != nil && vix.CodeOf(err) == vix.CodeAlreadyExists && r.conn.releases(spec.Path, ""):
		// What is in the way is the registration that this one replaces.
	case err != nil:
		addError(&resp.Diagnostics, schema, err)
	case check.Registered != nil && !r.conn.releases(check.Registered.Path, check.Registered.ID):
		for _, conflict := range conflicts(spec, check.Registered) {
			addError(&resp.Diagnostics, schema, conflict)
		}
		if check.Finished {
			resp.Diagnostics.AddWarning(fmt.Sprintf("%s is registered already, by an apply that was interrupted", spec.Path),
				fmt.Sprintf("The host's record shows that our user registered it (%s) in an apply of this configuration that "+
					"did not get as far as saving state. This apply finishes that one.", check.Registered.ID))
		}
	case check.Registered == nil && check.FileUnknown != "":
		resp.Diagnostics.AddAttributeWarning(path.Root("vmx_path"), fmt.Sprintf("Whether %s is there cannot be told", spec.Path),
			check.FileUnknown+" Registering does not need it, but without it a missing file shows only at apply.")
	case check.Registered == nil && !check.FileExists:
		resp.Diagnostics.AddAttributeWarning(path.Root("vmx_path"), fmt.Sprintf("%s is not there yet", spec.Path),
			"The file is not on the datastore now. The apply fails unless something puts it there before the registration, "+
				"for example another resource that this one depends on.")
	}
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
	if r.conn != nil && state.unregisters() {
		r.conn.willRelease(state.handle(rec.Server).Path, state.ID.ValueString())
	}
	replace := planPath(&plan, state)
	// Another folder or pool is a change in place, which needs nothing more.
	samePlace(&plan.Folder, state.Folder, rec.Is.Folder)
	samePlace(&plan.ResourcePool, state.ResourcePool, rec.Is.ResourcePool)
	if !samePlace(&plan.Datacenter, state.Datacenter, rec.Is.Datacenter) {
		replace = append(replace, path.Root("datacenter"))
	}
	if !plan.Template.Equal(state.Template) {
		replace = append(replace, path.Root("template"))
	}
	for _, place := range []struct {
		name       string
		plan       *types.String
		prior      types.String
		placed, is string
		configured bool
	}{
		{"cluster", &plan.Cluster, state.Cluster, rec.PlacedCluster, rec.Is.Cluster, rec.ClusterConfigured},
		{"host", &plan.Host, state.Host, rec.PlacedHost, rec.Is.Host, rec.HostConfigured},
	} {
		switch placement(*place.plan, place.prior, place.placed, place.is, place.configured) {
		case placeSame:
			*place.plan = place.prior
		case placeOther:
			replace = append(replace, path.Root(place.name))
		case placeNoted:
			warnMovedSince(&resp.Diagnostics, place.name, *place.plan, place.is)
		case placeHere:
		}
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	resp.RequiresReplace = append(resp.RequiresReplace, replace...)
	if len(replace) > 0 {
		warnRunning(&resp.Diagnostics, state, rec)
	}
}

// warnRunning says that a destroy would fail because the VM runs.
func warnRunning(diags *diag.Diagnostics, state registrationModel, rec record) {
	if rec.PowerState != vix.PoweredOn || !state.unregisters() ||
		state.PowerOffOnDestroy.ValueString() != string(vix.PowerOffFail) {
		return
	}
	diags.AddWarning(fmt.Sprintf("%s is powered on", state.RegisteredPath.ValueString()),
		"A host does not unregister a VM that runs: the destroy fails unless the VM is powered off before. "+
			"To have the destroy do that, apply power_off_on_destroy = \"guest\" (the guest shuts down) or \"hard\" first; "+
			"to leave the VM registered, apply on_destroy = \"keep\" first.")
}
