// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// variableModel is resource "vix_variable" in plan and state.
type variableModel struct {
	ID             types.String   `tfsdk:"id"`
	VMID           types.String   `tfsdk:"vm_id"`
	Kind           types.String   `tfsdk:"kind"`
	Name           types.String   `tfsdk:"name"`
	Value          types.String   `tfsdk:"value"`
	ValueWO        types.String   `tfsdk:"value_wo"`
	ValueWOVersion types.Int64    `tfsdk:"value_wo_version"`
	Overwrite      types.Bool     `tfsdk:"overwrite"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// of is the variable. A kind that is not written is guest.
func (m *variableModel) of() vix.Variable {
	v := vix.Variable{Kind: vix.VariableKind(m.Kind.ValueString()), Name: m.Name.ValueString()}
	if v.Kind == "" {
		v.Kind = vix.VariableGuest
	}
	return v
}

// id is what the variable is imported by.
func (m *variableModel) id() types.String {
	return types.StringValue(m.VMID.ValueString() + ":" + string(m.of().Kind) + ":" + m.Name.ValueString())
}

// key is what the variable of a VM is, of which there is one: names have no case, and two kinds can name one setting.
func (m *variableModel) key(vmID string) string {
	v := m.of()
	return fmt.Sprintf("variable %s %t %s", strings.ToLower(vmID), v.Kind == vix.VariableGuestEnv, strings.ToLower(v.Key()))
}

// validate finds what contradicts itself in a configuration.
func (m *variableModel) validate(diags *diag.Diagnostics) {
	if !m.Kind.IsUnknown() && !m.Name.IsUnknown() {
		if err := m.of().Check(); err != nil {
			addErrorAt(diags, path.Root("name"), err)
		}
	}
	for _, v := range []types.String{m.Value, m.ValueWO} {
		if v.IsNull() || v.IsUnknown() {
			continue
		}
		if err := vix.CheckVariableValue(v.ValueString()); err != nil {
			addErrorAt(diags, path.Root("name"), err) // not at the value, which Terraform would print
		}
	}
	if m.Value.IsUnknown() || m.ValueWO.IsUnknown() {
		return
	}
	switch {
	case m.Value.IsNull() && m.ValueWO.IsNull():
		diags.AddAttributeError(path.Root("name"), "The variable has no value", coded(vix.CodeInvalidArg,
			"Exactly one of value and value_wo says it."))
	case !m.Value.IsNull() && !m.ValueWO.IsNull():
		diags.AddAttributeError(path.Root("name"), "The variable has two values", coded(vix.CodeInvalidArg,
			"Exactly one of value and value_wo says it."))
	case !m.Value.IsNull() && !m.ValueWOVersion.IsNull():
		diags.AddAttributeError(path.Root("value_wo_version"), "The version is of no value", coded(vix.CodeInvalidArg,
			"value_wo_version goes with value_wo: a "+
				"change "+
				"of it writes that again. A change of value is seen by itself."))
	}
}

// writes reports that there is something to write over what state has.
func (m *variableModel) writes(state variableModel) bool {
	return !m.Value.Equal(state.Value) || !m.ValueWOVersion.Equal(state.ValueWOVersion)
}

// variableIdentityModel is the identity of a variable.
type variableIdentityModel struct {
	Server types.String `tfsdk:"server"`
	VMID   types.String `tfsdk:"vm_id"`
	Kind   types.String `tfsdk:"kind"`
	Name   types.String `tfsdk:"name"`
}

// setVariableIdentity writes the identity of a variable.
func setVariableIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, m variableModel) diag.Diagnostics {
	return writeIdentity(ctx, identity, server, variableIdentityModel{
		Server: said(server), VMID: composed(m.VMID), Kind: types.StringValue(string(m.of().Kind)), Name: composed(m.Name),
	})
}
