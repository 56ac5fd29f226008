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

// plan says what is going to be written, and checks what that is going to ask.
func (r *guestFileResource) plan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state, config guestFileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	vm := planVM(ctx, r.conn, plan.VMID, state.VMID, vmRecordFrom(ctx, req.Private, &resp.Diagnostics), req, resp)
	writes := r.foresee(&plan, state, config, creates, &resp.Diagnostics)
	switch {
	case !creates && plan.Path.Equal(state.Path) && (plan.VMID.IsUnknown() || sameVMID(plan.VMID, state.VMID)):
		plan.ID = state.ID
	case plan.VMID.IsUnknown() || plan.Path.IsUnknown():
		plan.ID = types.StringUnknown()
	default:
		plan.ID = plan.id()
	}
	for name, value := range map[string]any{"id": plan.ID, "size": plan.Size, "sha256": plan.SHA256, "modified": plan.Modified} {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(name), value)...)
	}
	r.handsOver(ctx, plan, state, req, resp)
	var found diag.Diagnostics
	if plan.deletes() && !plan.OnDestroy.IsUnknown() {
		r.deletable(&found)
	}
	if vm != nil {
		r.conn.checkGuestFamily(&found, vm, "path", plan.Path)
	}
	if writes {
		r.conn.plannedLogin(config.guestLoginModel, &found)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
	if vm == nil || plan.Path.IsUnknown() || resp.Diagnostics.HasError() {
		return
	}
	key := guestFileKey(types.StringValue(vm.ID), plan.Path)
	twice := "The file " + plan.Path.ValueString() + " in the guest of one VM is planned twice"
	if !r.conn.claimed(ctx, vm, "guest file "+key, twice, req, resp) || !writes {
		return
	}
	var lacks diag.Diagnostics
	privileges(ctx, r.guest, vm, &lacks, plan.ops()...)
	resp.Diagnostics.Append(stopsDestroy(lacks)...)
}

// handsOver notes what the apply must know of an object that keeps its file, or that replaces another one.
func (r *guestFileResource) handsOver(
	ctx context.Context, plan, state guestFileModel, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if !r.conn.connected() || plan.Path.IsUnknown() {
		return
	}
	if req.State.Raw.IsNull() {
		prior := privateFrom[guestFilePrior](ctx, req.Private, guestFilePriorKept, &resp.Diagnostics)
		r.conn.guestFiles.replaces(ctx, guestFileKey(plan.VMID, plan.Path), prior)
		return
	}
	key := guestFileKey(state.VMID, state.Path)
	savePrivate(ctx, resp.Private, guestFilePriorKept, guestFilePrior{
		Key: key, SHA256: state.SHA256.ValueString(), Modified: state.Modified.ValueString(),
	}, &resp.Diagnostics)
	if vix.SameGuestPath(plan.Path.ValueString(), state.Path.ValueString()) {
		object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
		r.conn.guestFiles.stays(ctx, key, object)
	}
}

// ops is what writing the file does in a guest.
func (m *guestFileModel) ops() []vix.GuestOp {
	ops := []vix.GuestOp{vix.GuestModify}
	if m.Validate.ValueString() != "" {
		ops = append(ops, vix.GuestExecute)
	}
	return ops
}

// foresee fills in what is known of the file after the apply, and reports whether it is going to be written.
func (r *guestFileResource) foresee(plan *guestFileModel, state, config guestFileModel, creates bool, diags *diag.Diagnostics) bool {
	if config.contentUnknown() {
		plan.plans(nil)
		return true
	}
	content, err := config.content(&r.conn.sources)
	if err != nil {
		addSourceError(diags, config.Source.ValueString(), err)
		return false
	}
	if creates || plan.changes(state, content) {
		plan.plans(content)
		return true
	}
	plan.Size, plan.SHA256, plan.Modified = state.Size, state.SHA256, state.Modified
	return false
}

// addSourceError says that a file of this machine cannot be read.
func addSourceError(diags *diag.Diagnostics, name string, err error) {
	diags.AddAttributeError(path.Root("source"), "Cannot read the file "+name, coded(vix.CodeFileError,
		"It is read on the machine that runs Terraform: "+err.Error()+"."))
}

// deletable says that a destroy would have no login.
func (r *guestFileResource) deletable(diags *diag.Diagnostics) {
	if !r.conn.connected() || r.conn.guest.unknown {
		return
	}
	if _, ok := r.conn.readLogin(); !ok {
		diags.AddAttributeError(path.Root("on_destroy"), "A destroy has no login to delete the file with", coded(
			vix.CodeCannotAuthenticateWithGuest, "on_destroy = \"delete\" needs the provider's guest_username and guest_password (or "+
				"VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD): a destroy has no other login. To leave the file in the guest, set "+
				"on_destroy = \"keep\"."))
	}
}

// planDestroy checks what deleting the file is going to ask.
func (r *guestFileResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state guestFileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.conn.connected() || !state.deletes() {
		return
	}
	object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
	r.conn.guestFiles.goes(ctx, guestFileKey(state.VMID, state.Path), object)
	r.deletable(&resp.Diagnostics)
	if resp.Diagnostics.HasError() || rec.ManagedObjectID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	err := r.guest.CheckGuest(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), vix.GuestModify)
	if err != nil && !gone(err) {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
	}
}
