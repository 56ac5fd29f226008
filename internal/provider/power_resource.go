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
	_ resource.Resource                = (*powerResource)(nil)
	_ resource.ResourceWithConfigure   = (*powerResource)(nil)
	_ resource.ResourceWithIdentity    = (*powerResource)(nil)
	_ resource.ResourceWithImportState = (*powerResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*powerResource)(nil)
)

// powerResource is resource "vix_power": VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend. What it
// plans stands in power_plan.go, what it applies in power_apply.go.
type powerResource struct {
	conn *connection
	// power is nil while the provider is not connected.
	power vix.Power
}

// NewPowerResource makes resource "vix_power".
func NewPowerResource() resource.Resource { return &powerResource{} }

// Metadata implements resource.Resource.
func (r *powerResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_power"
}

// Schema implements resource.Resource.
func (r *powerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = powerSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity: a VM has one power.
func (r *powerResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = identityschema.Schema{Attributes: vmIdentity()}
}

// Configure implements resource.ResourceWithConfigure.
func (r *powerResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.power = partOf[vix.Power](r.conn, vix.FeaturePower, &resp.Diagnostics)
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *powerResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	r.plan(ctx, req, resp)
}

// Create brings the VM to its state. What fails leaves no state: one that is tainted would be made
// anew, which powers off.
func (r *powerResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan powerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "power the VM", r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.create(ctx, plan, resp)
}

// Read reads the VM. Only the proof that it is no more, or another one, makes state forget it.
func (r *powerResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state powerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := powerRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(setVMIdentity(ctx, resp.Identity, rec.Server, state.VMID)...)
	if !r.conn.connected() {
		resp.Diagnostics.AddWarning("The power of a VM was not refreshed", coded(vix.CodeHostNotConnected,
			r.conn.reason+" What state says of the VM "+
				state.VMID.ValueString()+" is kept as it was."))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	vm, err := r.conn.host.Read(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath))
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		warnVMForgotten(&resp.Diagnostics, state.VMID.ValueString(), err)
		r.conn.vms.forget(state.VMID.ValueString())
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		addError(&resp.Diagnostics, req.State.Schema, err)
		return
	}
	r.conn.vms.learn(vm)
	r.conn.powerNotes.end(ctx, vm.Server, state.VMID.ValueString())
	rec.vmRecord = vmRecordOf(&vm.Registration)
	r.conn.foresight.nothing(powerOf(objectOf(ctx, req.Private, resp.Private, &resp.Diagnostics)))
	state.follow(vm)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setVMIdentity(ctx, resp.Identity, vm.Server, state.VMID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// Update brings the VM to its state again, or waits for its guest again. What else can change is for
// Terraform only and needs no call.
func (r *powerResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state powerModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := powerRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.update(ctx, plan, state, rec, resp)
}

// Delete brings back the state that was found before, if the resource has changed it.
func (r *powerResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state powerModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := powerRecordFrom(ctx, req.Private, &resp.Diagnostics)
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	defer r.conn.powers.forget(powerOf(state.VMID.ValueString()), object)
	switch {
	case state.restores(rec) == "":
		return
	case !saidOf(r.conn.foresight, powerOf(object), rec.Walk, rec.Foreseen):
		r.keepAsIs(ctx, state, rec, object, &resp.Diagnostics)
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "bring the VM back to its previous state", r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.restore(ctx, state, rec, object, resp)
}

// ImportState takes the power of a VM into state, by its id.
func (r *powerResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity vmIdentityModel
	if req.ID == "" && req.Identity != nil {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	vm := importedVM(ctx, r.conn, req.ID, identity, &resp.Diagnostics)
	if vm == nil {
		return
	}
	m := importedPower(vm)
	for name, value := range map[string]types.String{
		"vm_id": m.VMID, "id": m.ID, "state": m.State, "mode": m.Mode, "soft_timeout": m.SoftTimeout, "wait_for": m.WaitFor,
		"on_destroy": m.OnDestroy, "previous_state": m.PreviousState, "ip_address": m.IPAddress,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(setVMIdentity(ctx, resp.Identity, vm.Server, m.VMID)...)
	powerRecord{vmRecord: vmRecordOf(&vm.Registration)}.save(ctx, resp.Private, &resp.Diagnostics)
}
