// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ resource.Resource                   = (*variableResource)(nil)
	_ resource.ResourceWithConfigure      = (*variableResource)(nil)
	_ resource.ResourceWithIdentity       = (*variableResource)(nil)
	_ resource.ResourceWithImportState    = (*variableResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*variableResource)(nil)
	_ resource.ResourceWithValidateConfig = (*variableResource)(nil)
)

// variableResource is resource "vix_variable": VixVM_WriteVariable. What it plans stands in
// variable_plan.go, how it is imported in variable_import.go.
type variableResource struct {
	conn *connection
	// variables is nil while the provider is not connected.
	variables vix.Variables
}

// NewVariableResource makes resource "vix_variable".
func NewVariableResource() resource.Resource { return &variableResource{} }

// Metadata implements resource.Resource.
func (r *variableResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_variable"
	resp.ResourceBehavior.MutableIdentity = true // a variable that is spelled anew is the same one
}

// Schema implements resource.Resource.
func (r *variableResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = variableSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *variableResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	attributes := vmIdentity()
	attributes["kind"] = identityschema.StringAttribute{RequiredForImport: true, Description: "Kind of the variable."}
	attributes["name"] = identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the variable."}
	resp.IdentitySchema = identityschema.Schema{Attributes: attributes}
}

// Configure implements resource.ResourceWithConfigure.
func (r *variableResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.variables = partOf[vix.Variables](r.conn, vix.FeatureVariables, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (r *variableResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config variableModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.validate(&resp.Diagnostics)
	}
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *variableResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	r.plan(ctx, req, resp)
}

// Create writes the variable. Terraform calls it again after an interruption, and what has the value then is
// taken over.
func (r *variableResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config variableModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "write "+plan.of().String(), r.conn)
		return
	}
	key := plan.key(plan.VMID.ValueString())
	defer r.conn.ledger.lock(key)()
	vm := r.write(ctx, &plan, config, vmRecord{}, plan.Overwrite.ValueBool(), &resp.Diagnostics)
	if vm == nil {
		return
	}
	r.conn.variables.created(ctx, key, resp.Private, &resp.Diagnostics)
	vmRecordOf(vm).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setVariableIdentity(ctx, resp.Identity, vm.Server, plan)...)
}

// Read reads the variable back. One that is gone leaves the state; of a VM that is not registered nothing is proved.
func (r *variableResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state variableModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(setVariableIdentity(ctx, resp.Identity, rec.Server, state)...)
	if !r.conn.connected() || r.variables == nil {
		warnNotRefreshed(&resp.Diagnostics, state.of().String(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	found, err := r.variables.ReadVariable(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), state.of())
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		r.conn.vms.forget(state.VMID.ValueString())
		warnVMAbsent(&resp.Diagnostics, state.VMID.ValueString(), err)
		return
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	r.conn.vms.remember(&found.VM)
	if !found.Exists {
		resp.State.RemoveResource(ctx)
		return
	}
	if !state.Value.IsNull() {
		state.Value = types.StringValue(found.Value)
	}
	objectOf(ctx, req.Private, resp.Private, &resp.Diagnostics)
	vmRecordOf(&found.VM).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setVariableIdentity(ctx, resp.Identity, found.VM.Server, state)...)
}

// Update writes another value; the VM goes on running.
func (r *variableResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config variableModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.writes(state) {
		if plan.ID.IsUnknown() { // its vm_id was not known, and it is spelled anew
			plan.ID = plan.id()
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(setVariableIdentity(ctx, resp.Identity, rec.Server, plan)...)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	vm := r.write(ctx, &plan, config, rec, true, &resp.Diagnostics)
	if vm == nil {
		return
	}
	vmRecordOf(vm).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setVariableIdentity(ctx, resp.Identity, vm.Server, plan)...)
}

// Delete removes the variable.
func (r *variableResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state variableModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "remove "+state.of().String(), r.conn)
		return
	}
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	key := state.key(state.VMID.ValueString())
	defer r.conn.ledger.lock(key)()
	defer r.conn.variables.forget(key, object)
	if r.conn.variables.isAnothers(key, object) {
		resp.Diagnostics.AddWarning("A variable was not removed", coded(vix.CodeAlreadyExists, "Another object of this state has "+
			state.of().String()+" by now: the one that replaces the object that was destroyed, or one of another address. What is there "+
			"is its variable."))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := r.variables.RemoveVariable(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), state.of())
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		warnVMAbsentAtDestroy(&resp.Diagnostics, state.of().String()+" was not removed", state.VMID.ValueString(), err)
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
	}
}

// ImportState takes a variable that exists into state, by its id or its identity.
func (r *variableResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.importVariable(ctx, req, resp)
}
