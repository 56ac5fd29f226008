// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ resource.Resource                   = (*cloneResource)(nil)
	_ resource.ResourceWithConfigure      = (*cloneResource)(nil)
	_ resource.ResourceWithIdentity       = (*cloneResource)(nil)
	_ resource.ResourceWithImportState    = (*cloneResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*cloneResource)(nil)
	_ resource.ResourceWithValidateConfig = (*cloneResource)(nil)
)

// cloneResource is resource "vix_clone": VixVM_Clone and VixVM_Delete. What it plans stands in clone_plan.go and
// clone_plan_update.go, how it is made in clone_create.go, how it goes in clone_delete.go.
type cloneResource struct {
	conn *connection
	// cloner and registrar are nil while the provider is not connected.
	cloner    vix.Cloner
	registrar vix.Registrar
	snapshots vix.Snapshots
}

// NewCloneResource makes resource "vix_clone".
func NewCloneResource() resource.Resource { return &cloneResource{} }

// Metadata implements resource.Resource.
func (r *cloneResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_clone"
}

// Schema implements resource.Resource.
func (r *cloneResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = cloneSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity. It is that of a registration, which a clone is, too.
func (r *cloneResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = registeredIdentity()
}

// Configure implements resource.ResourceWithConfigure.
func (r *cloneResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	r.cloner = partOf[vix.Cloner](r.conn, vix.FeatureClones, &resp.Diagnostics)
	if r.cloner != nil {
		r.registrar = partOf[vix.Registrar](r.conn, vix.FeatureRegister, &resp.Diagnostics)
		r.snapshots = partOf[vix.Snapshots](r.conn, vix.FeatureSnapshots, &resp.Diagnostics)
	}
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (r *cloneResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config cloneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.validate(&resp.Diagnostics)
	}
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *cloneResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	switch {
	case req.Plan.Raw.IsNull():
		r.planDestroy(ctx, req, resp)
	case req.State.Raw.IsNull():
		r.planCreate(ctx, req, resp)
	default:
		r.planUpdate(ctx, req, resp)
	}
}

// Create makes the clone, or finds the one that an interrupted attempt has made.
func (r *cloneResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config cloneModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "make the clone "+plan.Name.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.create(ctx, plan, config, resp)
}

// Read reads the clone back. Only the proof that it is no more makes state forget it.
func (r *cloneResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state cloneModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, rec.Server, state.ID)...)
	if !r.conn.connected() || r.registrar == nil {
		warnNotRefreshed(&resp.Diagnostics, "the clone "+state.Name.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	handle := state.handle(rec.Server, r.conn.parsePath)
	found := r.conn.imports.take(handle)
	var err error
	if rec.Imported = found != nil; !rec.Imported {
		found, err = r.registrar.Registration(ctx, handle)
	}
	switch {
	case errors.Is(err, vix.ErrGone):
		warnCloneGone(&resp.Diagnostics, state)
		r.conn.vms.forget(state.ID.ValueString())
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		addErrorAt(&resp.Diagnostics, path.Empty(), ofClone(err))
		return
	}
	if rec.Server == "" {
		rec.Server = found.Server
	}
	if rec.Attempt != "" {
		r.conn.journalEnd(ctx, rec.Server, attempted{path: rec.Attempt})
	}
	rec.read(found)
	state.follow(found, rec)
	r.conn.opened(found)
	r.conn.ledger.see(held{Registration: *found, clone: true})
	r.conn.replaced.forget(found, "")
	r.conn.foresight.nothing(rec.thing())
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, rec.Server, state.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// Update renames and moves the clone. Everything else that can change in place is for Terraform only and needs no call.
func (r *cloneResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state, config cloneModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if change := state.changeTo(plan); !change.IsZero() {
		if !r.conn.connected() {
			addNotConnected(&resp.Diagnostics, "change the clone "+state.Name.ValueString(), r.conn)
			return
		}
		handle := state.handle(rec.Server, r.conn.parsePath)
		failed := r.registrar.Update(ctx, handle, change)
		found, err := r.registrar.Registration(ctx, handle)
		if err == nil {
			rec.read(found)
			r.conn.opened(found)
		}
		if failed != nil {
			addError(&resp.Diagnostics, req.Plan.Schema, failed)
			if err == nil {
				// Some of it may have been done; state tells what was.
				state.follow(found, rec)
				resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
			}
			return
		}
	}
	rec.planned()
	rec.configured(config, plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, rec.Server, plan.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// Delete unregisters the clone or, if that is wanted and it is certain to be what this resource made, deletes it with its files.
func (r *cloneResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state cloneModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "take away the clone "+state.Name.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.remove(ctx, state, rec, &resp.Diagnostics)
}

// ImportState takes a VM that exists into state. What it was made of is not known, and its files are never deleted.
func (r *cloneResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "import", r.conn)
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	vm := r.conn.findImported(ctx, req, server, &resp.Diagnostics)
	if vm == nil {
		return
	}
	rec := cloneRecord{}
	rec.Server = server
	rec.placed(vm)
	rec.Imported = true
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	r.conn.imports.keep(*vm)
	for name, value := range importedClone(vm) {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, server, types.StringValue(vm.ID))...)
}
