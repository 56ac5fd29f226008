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

var (
	_ resource.Resource                   = (*registrationResource)(nil)
	_ resource.ResourceWithConfigure      = (*registrationResource)(nil)
	_ resource.ResourceWithIdentity       = (*registrationResource)(nil)
	_ resource.ResourceWithImportState    = (*registrationResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*registrationResource)(nil)
	_ resource.ResourceWithValidateConfig = (*registrationResource)(nil)
)

// registrationResource is resource "vix_registration": VixHost_RegisterVM and
// VixHost_UnregisterVM. What it plans stands in registration_plan.go, how it is
// created in registration_create.go, how it is imported in registration_import.go.
type registrationResource struct {
	conn *connection
	// registrar is nil while the provider is not connected, and where the product has none: lacks says so then.
	registrar vix.Registrar
	lacks     error
}

// NewRegistrationResource makes resource "vix_registration".
func NewRegistrationResource() resource.Resource { return &registrationResource{} }

// Metadata implements resource.Resource.
func (r *registrationResource) Metadata(
	_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_registration"
}

// Schema implements resource.Resource.
func (r *registrationResource) Schema(
	ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse,
) {
	resp.Schema = registrationSchema(ctx)
}

// IdentitySchema implements resource.ResourceWithIdentity. The vmx path and the
// managed object id are no identity: both change in a registration's life.
func (r *registrationResource) IdentitySchema(
	_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse,
) {
	resp.IdentitySchema = registeredIdentity()
}

// Configure implements resource.ResourceWithConfigure.
func (r *registrationResource) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	r.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	if r.conn.connected() {
		r.registrar, r.lacks = vix.Part[vix.Registrar](r.conn.host, vix.FeatureRegister)
	}
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (r *registrationResource) ValidateConfig(
	ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse,
) {
	var config registrationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.validate(&resp.Diagnostics)
}

// ModifyPlan says at plan time what can be known at plan time.
func (r *registrationResource) ModifyPlan(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	switch {
	case req.Plan.Raw.IsNull():
		r.planDestroy(ctx, req, resp)
	case r.lacks != nil && req.Plan.Raw.Equal(req.State.Raw): // so a destroy has it planned before
	case !r.usable(&resp.Diagnostics):
	case req.State.Raw.IsNull():
		r.planCreate(ctx, req, resp)
	default:
		r.planUpdate(ctx, req, resp)
	}
}

// Create registers the VM, or adopts it.
func (r *registrationResource) Create(
	ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse,
) {
	var plan, config registrationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Create(ctx, defaultCreateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "register "+plan.VMXPath.ValueString(), r.conn)
		return
	}
	if !r.usable(&resp.Diagnostics) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.create(ctx, plan, config, resp)
}

// Read reads the registration back. Only the proof that it is no more makes
// state forget it.
func (r *registrationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state registrationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, rec.Server, state.ID)...)
	if !r.conn.connected() || r.lacks != nil {
		r.warnUnread(&resp.Diagnostics, state)
		return
	}
	ctx = vix.Believing(ctx, believedAge)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	found, err := r.current(ctx, state, &rec)
	switch {
	case errors.Is(err, vix.ErrGone):
		warnGone(&resp.Diagnostics, state)
		r.conn.vms.forget(state.ID.ValueString())
		resp.State.RemoveResource(ctx)
		return
	case errors.Is(err, vix.ErrOtherVM):
		// The configuration, which a read does not see, may say by now that that one is
		// meant. If not, the plan ends with the error.
		warnDisplaced(&resp.Diagnostics, state, err)
		rec.Displaced = true
		rec.save(ctx, resp.Private, &resp.Diagnostics)
		return
	case err != nil:
		addError(&resp.Diagnostics, req.State.Schema, err)
		return
	}
	if found.Server == "" {
		if found.Server, err = r.conn.server(ctx); err != nil {
			addError(&resp.Diagnostics, req.State.Schema, err)
			return
		}
	}
	r.warnElsewhere(&resp.Diagnostics, state, found)
	if was := state.RegisteredPath.ValueString(); was != "" && !vix.SameName(was, found.Path.String()) {
		warnMoved(&resp.Diagnostics, state, found.Path)
	}
	anew := rec.registeredAnew(state, found)
	if anew && r.finishes(ctx, state, rec, found) {
		anew = false // the attempt counts until the state has what it has made
	} else {
		r.settle(ctx, found, state)
	}
	r.conn.opened(found)
	if rec.Server != "" && rec.FileID == "" && !state.OnDestroy.IsNull() {
		rec.OnDestroyConfigured = true // by a version that wrote it where it was configured only
	}
	if anew {
		warnKept(&resp.Diagnostics, found.Path, state, found)
		state.Adopted = types.BoolValue(true)
		if !rec.OnDestroyConfigured {
			state.OnDestroy = types.StringValue(onDestroyKeep)
		}
	}
	rec.Server = found.Server
	rec.read(found)
	rec.names(state.VMXPath, found, r.conn.parsePath)
	if !state.Name.IsNull() && r.conn.host.Supports(vix.FeatureRename) != nil {
		found.Name = "" // what it was registered as, the product tells nobody
	}
	state.follow(found, rec)
	r.conn.handovers.forget(found)
	r.conn.replaced.forget(found)
	r.conn.foresight.nothing(rec.thing())
	r.conn.ledger.see(held{
		Registration: *found, record: rec, unregisters: state.unregisters(), powersOff: vix.PowerOff(state.PowerOffOnDestroy.ValueString()),
	})
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, found.Server, state.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// Update renames and moves the VM. Everything else that can change in place is
// for Terraform only and needs no call.
func (r *registrationResource) Update(
	ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse,
) {
	var plan, state, config registrationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := plan.Timeouts.Update(ctx, defaultUpdateTimeout)
	resp.Diagnostics.Append(diags...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if change := state.changeTo(plan); !change.IsZero() || rec.Displaced {
		if !r.usable(&resp.Diagnostics) {
			return
		}
		if !r.conn.connected() {
			addNotConnected(&resp.Diagnostics, "change "+state.VMXPath.ValueString(), r.conn)
			return
		}
		handle := state.handle(rec.Server, r.conn.parsePath)
		handle.Wanted = plan.names(state, r.conn.parsePath)
		failed := r.registrar.Update(ctx, handle, change)
		found, err := r.registrar.Registration(ctx, handle)
		if err == nil {
			rec.read(found)
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
	rec.configured(config, plan)
	if !plan.VMXPath.Equal(state.VMXPath) {
		rec.NamedFileID = rec.FileID // a change in place is one to where the VM is
	}
	if r.conn != nil {
		r.conn.ledger.done(&vix.Registration{FileID: rec.FileID, ManagedObjectID: rec.ManagedObjectID})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, rec.Server, plan.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// Delete undoes what Create did: it unregisters what was registered and keeps
// what was adopted, unless on_destroy says otherwise. The files stay.
func (r *registrationResource) Delete(
	ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse,
) {
	var state registrationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	limit, diags := state.Timeouts.Delete(ctx, defaultDeleteTimeout)
	resp.Diagnostics.Append(diags...)
	rec := recordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	note := noteFrom(ctx, req.Private, &resp.Diagnostics)
	if r.conn.staysListed(state) {
		warnStaysListed(&resp.Diagnostics, state)
	}
	if resp.Diagnostics.HasError() || !state.unregisters() || !r.usable(&resp.Diagnostics) {
		return
	}
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "unregister "+state.VMXPath.ValueString(), r.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	r.unregister(ctx, state, rec, note, resp)
}

// ImportState takes a registration that exists into state, in six forms.
func (r *registrationResource) ImportState(
	ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse,
) {
	if !r.conn.connected() {
		addNotConnected(&resp.Diagnostics, "import", r.conn)
		return
	}
	if !r.usable(&resp.Diagnostics) {
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, resp.State.Schema, err)
		return
	}
	vm := r.conn.findImported(ctx, req, server, &resp.Diagnostics)
	if vm == nil {
		return
	}
	rec := record{Server: server}
	rec.placed(vm)
	rec.Imported = true
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	r.conn.imports.keep(*vm)
	imported := importedModel(vm)
	for name, value := range imported {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, server, types.StringValue(vm.ID))...)
}

// usable reports that there is a registrar, or no host to ask; if not, it says what the product lacks. To forget a registration needs
// none.
func (r *registrationResource) usable(diags *diag.Diagnostics) bool {
	if r.lacks != nil {
		addErrorAt(diags, path.Empty(), r.lacks)
	}
	return r.lacks == nil
}

// current is the registration as it is, or as an import has read it a moment ago.
func (r *registrationResource) current(ctx context.Context, state registrationModel, rec *record) (*vix.Registration, error) {
	handle := state.handle(rec.Server, r.conn.parsePath)
	found := r.conn.imports.take(handle)
	if rec.Imported = found != nil; rec.Imported {
		return found, nil
	}
	return r.registrar.Registration(ctx, handle)
}

// warnUnread says that a registration was not read, and why.
func (r *registrationResource) warnUnread(diags *diag.Diagnostics, state registrationModel) {
	if r.conn.connected() {
		warnUnread(diags, state, r.lacks)
		return
	}
	warnNotRefreshed(diags, "the registration of "+state.VMXPath.ValueString(), r.conn)
}

// followsVMs reports that the host finds a registration wherever its VM has moved: vmx_path need not say where it is then.
func (c *connection) followsVMs() bool {
	return !c.connected() || c.host.Supports(vix.FeatureInventory) == nil
}

// warnElsewhere says that vmx_path leads to another file by now than to the one that is registered, as a link may that was changed.
func (r *registrationResource) warnElsewhere(diags *diag.Diagnostics, state registrationModel, found *vix.Registration) {
	if r.conn.followsVMs() || found.ConnectionState != vix.Connected {
		return
	}
	if leads, err := r.conn.parsePath(state.VMXPath.ValueString()); err == nil && !leads.Same(found.Path) {
		warnLeadsElsewhere(diags, state.VMXPath.ValueString(), leads, found.Path)
	}
}
