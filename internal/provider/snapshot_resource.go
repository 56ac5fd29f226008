// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ resource.Resource                = (*snapshotResource)(nil)
	_ resource.ResourceWithConfigure   = (*snapshotResource)(nil)
	_ resource.ResourceWithIdentity    = (*snapshotResource)(nil)
	_ resource.ResourceWithImportState = (*snapshotResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*snapshotResource)(nil)
)

// snapshotResource is resource "vix_snapshot": VixVM_CreateSnapshot and VixVM_RemoveSnapshot. What it plans stands in
// snapshot_plan.go, how it is taken in snapshot_take.go, how it is imported in snapshot_import.go.
type snapshotResource struct {
	conn *connection
	// snapshots is nil while the provider is not connected.
	snapshots vix.Snapshots
}

// NewSnapshotResource makes resource "vix_snapshot".
func NewSnapshotResource() resource.Resource { return &snapshotResource{} }

// Metadata implements resource.Resource.
func (r *snapshotResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_snapshot"
}

// Schema implements resource.Resource.
func (r *snapshotResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = snapshotSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity. Path and name are no identity: a rename changes both.
func (r *snapshotResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	attributes := vmIdentity()
	attributes["id"] = identityschema.StringAttribute{RequiredForImport: true, Description: "The host's number of the snapshot in its VM."}
	resp.IdentitySchema = identityschema.Schema{Attributes: attributes}
}

// Configure implements resource.ResourceWithConfigure.
func (r *snapshotResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.snapshots = partOf[vix.Snapshots](r.conn, vix.FeatureSnapshots, &resp.Diagnostics)
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *snapshotResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	r.plan(ctx, req, resp)
}

// Create takes the snapshot, or finds the one that an interrupted attempt has taken.
func (r *snapshotResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan snapshotModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "take the snapshot "+plan.Name.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	vm, taken := r.take(ctx, plan, &resp.Diagnostics)
	if taken == nil {
		return
	}
	plan.follow(taken)
	r.conn.snapshots.created(ctx, plan.handoverKey(), resp.Private, &resp.Diagnostics)
	vmRecordOf(vm).save(ctx, resp.Private, &resp.Diagnostics)
	savePrivate(ctx, resp.Private, snapshotEndKept, snapshotEnd{}, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setSnapshotIdentity(ctx, resp.Identity, vm.Server, plan)...)
}

// Read reads the snapshot back. One that is gone leaves the state; of a VM that is not registered nothing is proved.
func (r *snapshotResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state snapshotModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	objectOf(ctx, req.Private, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(setSnapshotIdentity(ctx, resp.Identity, rec.Server, state)...)
	if !r.conn.connected() || r.snapshots == nil {
		warnNotRefreshed(&resp.Diagnostics, "the snapshot "+state.Name.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	vm, err := r.snapshots.Snapshots(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath))
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		r.conn.vms.forget(state.VMID.ValueString())
		warnVMAbsent(&resp.Diagnostics, state.VMID.ValueString(), err)
		return
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	r.conn.vms.learn(vm)
	is := state.in(vm)
	if is == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	// It is in the state: an attempt at it has come to its end.
	r.conn.journalEnd(ctx, vm.Server, attempted{path: snapshotKey(state)})
	r.conn.foresight.nothing(state.thing())
	state.follow(is)
	vmRecordOf(&vm.Registration).save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setSnapshotIdentity(ctx, resp.Identity, vm.Server, state)...)
}

// Update renames the snapshot. A rename that fails leaves state as it was.
func (r *snapshotResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state snapshotModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if plan.renames(state) {
		vm := r.rename(ctx, &plan, rec, &resp.Diagnostics)
		if vm == nil {
			return
		}
		rec = vmRecordOf(vm)
	}
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setSnapshotIdentity(ctx, resp.Identity, rec.Server, plan)...)
}

// Delete removes the snapshot, after a revert to it if that is wanted.
func (r *snapshotResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state snapshotModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "remove the snapshot "+state.Name.ValueString(), r.conn)
		return
	}
	object, key := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics), state.handoverKey()
	defer r.conn.ledger.lock(key)()
	defer r.conn.snapshots.forget(key, object)
	if r.conn.snapshots.isAnothers(key, object) {
		warnSnapshotLeft(&resp.Diagnostics, state)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	end := privateFrom[snapshotEnd](ctx, req.Private, snapshotEndKept, &resp.Diagnostics)
	end = saidOf(r.conn.foresight, state.thing(), end.Walk, end)
	err := r.remove(ctx, state, end, rec.handle(state.VMID.ValueString(), r.conn.parsePath), &resp.Diagnostics)
	switch {
	case errors.Is(err, vix.ErrGone), errors.Is(err, vix.ErrOtherVM):
		warnVMAbsentAtDestroy(&resp.Diagnostics, "its snapshot "+state.Name.ValueString()+" was not removed", state.VMID.ValueString(), err)
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
	}
}

// ImportState takes a snapshot that exists into state, by its path, its id or its identity.
func (r *snapshotResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	r.importSnapshot(ctx, req, resp)
}
