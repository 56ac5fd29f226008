// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// plan checks what writing the variable is going to ask.
func (r *variableResource) plan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state variableModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	vm := planVM(ctx, r.conn, plan.VMID, state.VMID, vmRecordFrom(ctx, req.Private, &resp.Diagnostics), req, resp)
	plan.ID = plan.plannedID(state, creates)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), plan.ID)...)
	if plan.Name.IsUnknown() || plan.Kind.IsUnknown() {
		return
	}
	if creates || plan.writes(state) {
		resp.Diagnostics.Append(writable(plan.of())...)
	}
	if vm == nil || resp.Diagnostics.HasError() {
		return
	}
	if !creates && plan.of().Same(state.of()) {
		object := privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics)
		r.conn.variables.stays(ctx, state.key(state.VMID.ValueString()), object)
	}
	if !r.conn.claimed(ctx, vm, plan.key(vm.ID), capital(plan.of().String())+" of one VM is planned twice", req, resp) {
		return
	}
	if !creates && !plan.writes(state) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	var found diag.Diagnostics
	r.check(ctx, vm, plan, creates, &found)
	resp.Diagnostics.Append(stopsDestroy(found)...)
}

// plannedID is the id as far as it is known.
func (m *variableModel) plannedID(state variableModel, creates bool) types.String {
	switch {
	case !creates && m.Kind.Equal(state.Kind) && m.Name.Equal(state.Name) && (m.VMID.IsUnknown() || sameVMID(m.VMID, state.VMID)):
		return state.ID
	case m.VMID.IsUnknown() || m.Name.IsUnknown() || m.Kind.IsUnknown():
		return types.StringUnknown()
	}
	return m.id()
}

// writable refuses what is none to write, whichever VM it is of.
func writable(v vix.Variable) diag.Diagnostics {
	var found diag.Diagnostics
	if err := v.CheckWritten(); err != nil {
		addVariableError(&found, err)
	}
	return stopsDestroy(found)
}

// check says what would make the write fail for certain.
func (r *variableResource) check(ctx context.Context, vm *vix.Registration, plan variableModel, creates bool, diags *diag.Diagnostics) {
	if err := r.variables.CheckVariable(ctx, vm.Handle(), plan.of()); err != nil {
		addVariableError(diags, err)
		return
	}
	if !creates || plan.Overwrite.ValueBool() || plan.Value.IsUnknown() || plan.Value.IsNull() {
		return
	}
	is, err := r.variables.ReadVariable(ctx, vm.Handle(), plan.of())
	switch {
	case err != nil:
		addVariableError(diags, err)
	case is.Exists && is.Value != plan.Value.ValueString():
		addVariableError(diags, &vix.Error{
			Op: "write " + plan.of().String() + " of", Object: "the VM " + vm.Path.String(), Code: vix.CodeAlreadyExists,
			Kind: vix.ErrVariableExists, Reason: "The VM has the variable already, with another value.",
		})
	}
}

// planDestroy checks what removing the variable is going to ask.
func (r *variableResource) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state variableModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	rec := vmRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !r.conn.connected() || rec.ManagedObjectID == "" {
		return
	}
	r.conn.variables.goes(ctx, state.key(state.VMID.ValueString()), privateFrom[string](ctx, req.Private, objectKept, &resp.Diagnostics))
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	err := r.variables.CheckVariable(ctx, rec.handle(state.VMID.ValueString(), r.conn.parsePath), state.of())
	if err != nil && !errors.Is(err, vix.ErrGone) {
		addVariableError(&resp.Diagnostics, err)
	}
}

// write gives the variable the value that the configuration says, and gives the VM; nil, with an error, if
// it could not.
func (r *variableResource) write(
	ctx context.Context, plan *variableModel, config variableModel, rec vmRecord, overwrite bool, diags *diag.Diagnostics,
) *vix.Registration {
	if !r.conn.connected() {
		addNotConnected(diags, "write "+plan.of().String(), r.conn)
		return nil
	}
	vm := r.conn.meantVM(ctx, plan.VMID, rec, diags)
	if vm == nil {
		return nil
	}
	value := plan.Value.ValueString()
	if plan.Value.IsNull() {
		value = config.ValueWO.ValueString()
	}
	if err := r.variables.WriteVariable(ctx, vm.Handle(), plan.of(), value, overwrite); err != nil {
		addVariableError(diags, err)
		return nil
	}
	plan.ID, plan.ValueWO = plan.id(), types.StringNull()
	return vm
}

// addVariableError points at the argument at fault, but never at a value: Terraform prints the line that a
// diagnostic points at.
func addVariableError(diags *diag.Diagnostics, err error) {
	at := path.Empty()
	var e *vix.Error
	if errors.As(err, &e) && (e.Field == vix.FieldKind || e.Field == vix.FieldName) {
		at = path.Root(string(e.Field))
	}
	addErrorAt(diags, at, err)
}

// capital begins a sentence with a text.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
