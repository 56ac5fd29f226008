// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// importVariable reads a variable that exists into state, its value too.
func (r *variableResource) importVariable(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	diags := &resp.Diagnostics
	var identity variableIdentityModel
	var vmID string
	var v vix.Variable
	if req.ID == "" {
		if req.Identity != nil {
			diags.Append(req.Identity.Get(ctx, &identity)...)
		}
		v = vix.Variable{Kind: vix.VariableKind(identity.Kind.ValueString()), Name: identity.Name.ValueString()}
	} else {
		var ok bool
		if vmID, v, ok = parseVariableID(req.ID); !ok {
			diags.AddError("Not the id of a variable", coded(vix.CodeInvalidArg,
				"An import takes VM_ID:KIND:NAME, with the kind guest, runtime_config or "+
					"guest_env:\n\n"+
					"  50201e5a-0000-0000-0000-000000000001:guest:owner"))
		}
	}
	if diags.HasError() {
		return
	}
	vm := importedVM(ctx, r.conn, vmID, vmIdentityModel{Server: identity.Server, VMID: identity.VMID}, diags)
	if vm == nil {
		return
	}
	found, err := r.variables.ReadVariable(ctx, vm.Handle(), v)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return
	}
	if !found.Exists {
		diags.AddError("Cannot import "+v.String(), coded(vix.CodeNotFound,
			"The VM "+vm.Name+" ("+vm.Path.String()+") has no such variable."))
		return
	}
	m := variableModel{VMID: types.StringValue(vm.ID), Kind: types.StringValue(string(v.Kind)), Name: types.StringValue(v.Name)}
	for name, value := range map[string]any{
		"id": m.id(), "vm_id": m.VMID, "kind": m.Kind, "name": m.Name, "value": types.StringValue(found.Value),
		"overwrite": types.BoolValue(false),
	} {
		diags.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	vmRecordOf(&vm.Registration).save(ctx, resp.Private, diags)
	diags.Append(setVariableIdentity(ctx, resp.Identity, vm.Server, m)...)
}

// parseVariableID reads VM_ID:KIND:NAME.
func parseVariableID(text string) (vmID string, v vix.Variable, ok bool) {
	vmID, _, rest := cutVMID(text, ":")
	kind, name, _ := strings.Cut(rest, ":")
	v = vix.Variable{Kind: vix.VariableKind(kind), Name: name}
	kinds := []vix.VariableKind{vix.VariableGuest, vix.VariableRuntimeConfig, vix.VariableGuestEnv}
	return vmID, v, vmID != "" && name != "" && slices.Contains(kinds, v.Kind)
}
