// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ resource.Resource                   = (*guestFileResource)(nil)
	_ resource.ResourceWithConfigure      = (*guestFileResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*guestFileResource)(nil)
	_ resource.ResourceWithValidateConfig = (*guestFileResource)(nil)
)

// guestFileResource is resource "vix_guest_file": VixVM_CopyFileFromHostToGuest and VixVM_DeleteFileInGuest. What it plans
// stands in guest_file_plan.go, how it is written and looked at in guest_file_write.go.
type guestFileResource struct {
	conn *connection
	// guest is nil while the provider is not connected.
	guest vix.Guest
}

// NewGuestFileResource makes resource "vix_guest_file".
func NewGuestFileResource() resource.Resource { return &guestFileResource{} }

// Metadata implements resource.Resource.
func (r *guestFileResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_file"
}

// Schema implements resource.Resource.
func (r *guestFileResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = guestFileSchema(ctx)
}

// Configure implements resource.ResourceWithConfigure.
func (r *guestFileResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.guest = partOf[vix.Guest](r.conn, vix.FeatureGuest, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (r *guestFileResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config guestFileModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.validate(&resp.Diagnostics)
		config.guestLoginModel.validate(&resp.Diagnostics)
	}
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *guestFileResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	r.plan(ctx, req, resp)
}

// Create writes the file. Terraform calls it again after an interruption, and what was written then is taken over.
func (r *guestFileResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config guestFileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	job := r.job(ctx, plan, config, vmRecord{}, &resp.Diagnostics)
	if job == nil {
		return
	}
	key := guestFileKey(types.StringValue(job.vm.ID), plan.Path)
	defer r.conn.ledger.lock(key)()
	note, done := r.create(ctx, &plan, job, &resp.Diagnostics)
	if !done {
		return
	}
	r.conn.guestFiles.created(ctx, key, resp.Private, &resp.Diagnostics)
	vmRecordOf(job.vm).save(ctx, resp.Private, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, guestFileNoteKept, note, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Read looks at the file, where the provider has a login. One that is gone leaves the state; of a VM that is not registered,
// or of a guest that does not answer, nothing is proved.
func (r *guestFileResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state guestFileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	note := privateFrom[string](ctx, req.Private, guestFileNoteKept, &resp.Diagnostics)
	objectOf(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() || r.guest == nil {
		warnNotRefreshed(&resp.Diagnostics, "the file "+state.Path.ValueString(), r.conn)
		return
	}
	r.conn.guestNotes.end(ctx, note) // it is in the state: the attempt at it has come to its end
	if !r.look(ctx, &state, rec.handle(state.VMID.ValueString(), r.conn.parsePath), &resp.Diagnostics) {
		resp.State.RemoveResource(ctx)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update writes the file again where the plan has left open when it was modified; all else is nothing to the guest.
func (r *guestFileResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, config guestFileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.Modified.IsUnknown() {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		job := r.job(ctx, plan, config, rec, &resp.Diagnostics)
		if job == nil {
			return
		}
		if !r.update(ctx, &plan, job, &resp.Diagnostics) {
			return
		}
		vmRecordOf(job.vm).save(ctx, resp.Private, &resp.Diagnostics)
	}
	if plan.ID.IsUnknown() { // its vm_id was not known, and the path is spelled anew
		plan.ID = plan.id()
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete deletes the file, with the provider's login, unless it is to be kept.
func (r *guestFileResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state guestFileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !state.deletes() {
		return
	}
	name := state.Path.ValueString()
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "delete "+name, r.conn)
		return
	}
	login, ok := r.conn.providersLogin(&resp.Diagnostics)
	if !ok {
		return
	}
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	key := guestFileKey(state.VMID, state.Path)
	defer r.conn.ledger.lock(key)()
	defer r.conn.guestFiles.forget(key, object)
	if r.conn.guestFiles.isAnothers(key, object) {
		warnFileHandedOver(&resp.Diagnostics, name)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := r.guest.RemoveGuestFile(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), login, name)
	switch {
	case gone(err):
		warnVMAbsentAtDestroy(&resp.Diagnostics, "the file "+name+" was not deleted", state.VMID.ValueString(), err)
	case vix.CodeOf(err) == vix.CodeNotAFile: // which proves that the file is gone
		warnFolderInPlace(&resp.Diagnostics, name)
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
	}
}

// warnFileHandedOver says why a file stays.
func warnFileHandedOver(diags *diag.Diagnostics, name string) {
	diags.AddWarning("A file in a guest was not deleted", coded(vix.CodeAlreadyExists, "Another object of this state has "+name+" by now: "+
		"the one that replaces the object that was destroyed, or one of another address. What is there is its file."))
}

// warnFolderInPlace says that there was nothing to delete.
func warnFolderInPlace(diags *diag.Diagnostics, name string) {
	diags.AddWarning("A file in a guest is gone already", coded(vix.CodeNotAFile,
		name+" is no file any more: something else of that name is there, which was left as it is."))
}
