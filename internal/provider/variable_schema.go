// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// variableKindDescription is what kind is, for the resource and the data source.
const variableKindDescription = "Kind of the variable: `guest` (default), which is `guestinfo.NAME` and what the guest's Tools read " +
	"(`vmtoolsd --cmd \"info-get guestinfo.NAME\"`); `runtime_config`, a setting of the `.vmx` by its own key; or `guest_env`, an " +
	"environment variable in the guest, which vSphere cannot write (give a program that is run its `environment`)."

// variableKinds are the kinds that there are.
var variableKinds = stringvalidator.OneOf(
	string(vix.VariableGuest), string(vix.VariableRuntimeConfig), string(vix.VariableGuestEnv))

// variableSchema describes resource "vix_variable".
func variableSchema(ctx context.Context) schema.Schema {
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplaceIf(otherVariable, "", "")}
	return schema.Schema{
		MarkdownDescription: "Writes a variable of a VM (VixVM_WriteVariable), and removes it on destroy. The VM may run, and goes on " +
			"running. On vSphere a variable is a setting of the `.vmx` and lasts, unlike a guest variable of VIX, which is gone at power " +
			"off. Another value on the host is drift and is written over; a variable that somebody removed is written again.\n\n" +
			"Several variables of one VM are written one after the other.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "`VM_ID:KIND:NAME`, which an import takes.",
			},
			"vm_id": vmIDAttribute(),
			"kind": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(string(vix.VariableGuest)), PlanModifiers: replaces,
				MarkdownDescription: variableKindDescription + " Another kind replaces, unless the setting is the same one.",
				Validators:          []validator.String{variableKinds},
			},
			"name": schema.StringAttribute{
				Required: true, PlanModifiers: replaces,
				MarkdownDescription: "Name of the variable, without `guestinfo.` for a guest variable. The host tells names with capital " +
					"and small letters apart no more than a `.vmx` does. The name of another variable replaces; another spelling of the " +
					"same one does nothing at the host. What says which VM it is, what hardware it has or which files are its own is no " +
					"variable, and an error at plan: `uuid.bios`, `displayName`, `memsize`, `nvram`, `ethernet0.address`, " +
					"`scsi0:0.fileName` and the like.",
			},
			"value": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Value, any text but the empty one: quotes, bars, newlines and all of Unicode arrive as they are. " +
					"Exactly one of `value` and `value_wo`.",
			},
			"value_wo": schema.StringAttribute{
				Optional: true, WriteOnly: true, Sensitive: true,
				MarkdownDescription: "Value that is in no plan and no state (Terraform 1.11). It is written when the variable is not " +
					"there and " +
					"when `value_wo_version` changes; another value on the host is not noticed.",
			},
			"value_wo_version": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Number of the version of `value_wo`: a change of it writes the value again.",
			},
			"overwrite": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a create may write over another value. Default `false`: a variable that is there with " +
					"another " +
					"value is an error (`VIX_E_ALREADY_EXISTS`), one with the same value is taken over.",
			},
			"timeouts": vmTimeouts(ctx, "writing it at create", "writing it at update", "removing it"),
		},
	}
}

// otherVariable has a kind or a name replace that makes it another variable.
func otherVariable(ctx context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	var plan, state variableModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.RequiresReplace = plan.Kind.IsUnknown() || plan.Name.IsUnknown() || !plan.of().Same(state.of())
}
