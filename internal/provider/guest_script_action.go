// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ action.Action                   = (*guestScriptAction)(nil)
	_ action.ActionWithConfigure      = (*guestScriptAction)(nil)
	_ action.ActionWithModifyPlan     = (*guestScriptAction)(nil)
	_ action.ActionWithValidateConfig = (*guestScriptAction)(nil)
)

// guestScriptAction is action "vix_guest_script": VixVM_RunScriptInGuest.
type guestScriptAction struct{ guestAction }

// guestScriptActionModel is its configuration.
type guestScriptActionModel struct {
	guestScriptArgs
	guestOutputs

	VMID     types.String   `tfsdk:"vm_id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// NewGuestScriptAction makes action "vix_guest_script".
func NewGuestScriptAction() action.Action { return &guestScriptAction{} }

// Metadata implements action.Action.
func (a *guestScriptAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_script"
}

// Schema implements action.Action.
func (a *guestScriptAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := guestScriptArguments()
	attributes["vm_id"], attributes["timeouts"] = actionVMID(), actionTimeouts(ctx)
	attributes["script"] = schema.StringAttribute{
		Required: true, MarkdownDescription: scriptDescription, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs a script in the guest of a VM each time it is invoked (VixVM_RunScriptInGuest), by the provider's " +
			"login " +
			"in guests. Another exit code than `success_exit_codes` is an error that shows the end of its standard error.",
		Attributes: attributes,
	}
}

// Configure implements action.ActionWithConfigure.
func (a *guestScriptAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (a *guestScriptAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config guestScriptActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.guestScriptArgs.validate(&resp.Diagnostics)
		config.guestOutputs.validate(config.Wait, &resp.Diagnostics)
	}
}

// ModifyPlan checks what can be checked before.
func (a *guestScriptAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config guestScriptActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		a.planRun(ctx, config.VMID, guestRunArgs{guestScriptArgs: config.guestScriptArgs}, &resp.Diagnostics)
	}
}

// Invoke implements action.Action.
func (a *guestScriptAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config guestScriptActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lines := newProgress(resp.SendProgress)
	defer lines.close()
	a.invoke(ctx, guestInvocation{
		id: config.VMID.ValueString(), run: config.run(), success: config.successCodes(), outputs: config.guestOutputs, say: lines.say,
	}, &resp.Diagnostics)
}
