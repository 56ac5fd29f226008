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
	inPlace(&plan.Folder, state.Folder, rec.Is.Folder)
	inPlace(&plan.ResourcePool, state.ResourcePool, rec.Is.ResourcePool)
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

// planPath plans vmx_path: another spelling is no change, where the VM is now is
// one without a call, and only another file is another registration.
func planPath(plan *registrationModel, state registrationModel) path.Paths {
	if plan.VMXPath.Equal(state.VMXPath) {
		return nil
	}
	other := path.Paths{path.Root("vmx_path")}
	if plan.VMXPath.IsUnknown() {
		return other
	}
	want, err := vix.ParsePath(plan.VMXPath.ValueString())
	if err != nil {
		return other
	}
	if was, err := vix.ParsePath(state.VMXPath.ValueString()); err == nil && was == want {
		plan.VMXPath = state.VMXPath
		return nil
	}
	if is, err := vix.ParsePath(state.RegisteredPath.ValueString()); err == nil && is == want {
		return nil
	}
	return other
}

// samePlace plans the prior value where the planned one means the same: what
// was written once stays, and another spelling is no change.
func samePlace(plan *types.String, prior types.String, is string) bool {
	if plan.Equal(prior) {
		return true
	}
	if plan.IsUnknown() {
		return false
	}
	want := plan.ValueString()
	if !vix.SamePlace(is, want) && !vix.SamePlace(prior.ValueString(), want) {
		return false
	}
	*plan = prior
	return true
}

// inPlace is samePlace for what may change in place.
func inPlace(plan *types.String, prior types.String, is string) { samePlace(plan, prior, is) }

// placementChange is what a host or cluster in a plan means.
type placementChange int

const (
	placeSame  placementChange = iota // no change
	placeHere                         // written anew, to where the VM is by now
	placeOther                        // elsewhere: another registration
	placeNoted                        // written for the first time, after the VM has moved
)

// placement decides what a host or cluster in a plan means. It is where the
// registration puts the VM; vSphere may have moved it since, and that alone must
// never unregister anything. While the user had written none, nobody can tell
// whether one that the VM has left was meant before or after the move; then it
// is noted for the next registration.
func placement(plan, prior types.String, placed, is string, configured bool) placementChange {
	if plan.Equal(prior) {
		return placeSame
	}
	if plan.IsUnknown() {
		return placeOther
	}
	if placed == "" && is == "" {
		placed, is = prior.ValueString(), prior.ValueString()
	}
	want := plan.ValueString()
	switch {
	case vix.SamePlace(placed, want):
		return placeSame
	case vix.SamePlace(is, want) && configured:
		return placeHere
	case vix.SamePlace(is, want):
		return placeSame
	case !configured && placed != is:
		return placeNoted
	}
	return placeOther
}

// warnMovedSince explains placeNoted.
func warnMovedSince(diags *diag.Diagnostics, name string, want types.String, is string) {
	diags.AddAttributeWarning(path.Root(name), fmt.Sprintf("%s takes effect at the next registration", name),
		fmt.Sprintf("%s says where registering puts a VM. This one was registered without it, has been moved since and is at %s "+
			"now. It is not registered again because of %s = %q; terraform apply -replace does that.",
			name, is, name, want.ValueString()))
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
