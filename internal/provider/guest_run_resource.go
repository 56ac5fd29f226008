// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ resource.Resource                   = (*guestRunResource)(nil)
	_ resource.ResourceWithConfigure      = (*guestRunResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*guestRunResource)(nil)
	_ resource.ResourceWithValidateConfig = (*guestRunResource)(nil)
)

// guestRunResource is resource "vix_guest_run": VixVM_RunProgramInGuest and VixVM_RunScriptInGuest. How it runs what it
// runs once stands in guest_run_once.go.
type guestRunResource struct {
	conn *connection
	// guest is nil while the provider is not connected.
	guest vix.Guest
}

// NewGuestRunResource makes resource "vix_guest_run".
func NewGuestRunResource() resource.Resource { return &guestRunResource{} }

// Metadata implements resource.Resource.
func (r *guestRunResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_run"
}

// Schema implements resource.Resource.
func (r *guestRunResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = guestRunSchema(ctx)
}

// Configure implements resource.ResourceWithConfigure.
func (r *guestRunResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.guest = partOf[vix.Guest](r.conn, vix.FeatureGuest, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (r *guestRunResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config guestRunModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.guestRunArgs.validate(&resp.Diagnostics)
		config.guestLoginModel.validate(&resp.Diagnostics)
	}
}

// ModifyPlan says at plan time what can be known at plan time. A destroy does nothing in the guest.
func (r *guestRunResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.isInState(ctx, req.Private, &resp.Diagnostics) // it may not have been refreshed
	if !req.Plan.Raw.IsNull() {
		r.plan(ctx, req, resp)
	}
}

// Create runs it. Terraform calls it again after an interruption, and what was started then is looked for.
func (r *guestRunResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config guestRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rec, ran := r.once(ctx, &plan, config.guestLoginModel, &resp.Diagnostics)
	if !ran {
		return
	}
	savePrivate(ctx, resp.Private, guestRunKept, rec, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read asks nobody: what has run has run.
func (r *guestRunResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.isInState(ctx, req.Private, &resp.Diagnostics)
}

// Update does nothing in the guest: whatever makes it another run replaces it.
func (r *guestRunResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan guestRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete does nothing in the guest. What is run after it is run anew.
func (r *guestRunResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	r.isInState(ctx, req.Private, &resp.Diagnostics)
}
