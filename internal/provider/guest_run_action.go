// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ action.Action                   = (*guestRunAction)(nil)
	_ action.ActionWithConfigure      = (*guestRunAction)(nil)
	_ action.ActionWithModifyPlan     = (*guestRunAction)(nil)
	_ action.ActionWithValidateConfig = (*guestRunAction)(nil)
)

// guestRunAction is action "vix_guest_run": VixVM_RunProgramInGuest.
type guestRunAction struct{ guestAction }

// guestRunActionModel is its configuration.
type guestRunActionModel struct {
	guestRunArgs
	guestOutputs

	VMID     types.String   `tfsdk:"vm_id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// NewGuestRunAction makes action "vix_guest_run".
func NewGuestRunAction() action.Action { return &guestRunAction{} }

// Metadata implements action.Action.
func (a *guestRunAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_run"
}

// Schema implements action.Action.
func (a *guestRunAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	attributes := guestScriptArguments()
	attributes["vm_id"], attributes["timeouts"] = actionVMID(), actionTimeouts(ctx)
	attributes["program"] = schema.StringAttribute{Optional: true, MarkdownDescription: programDescription}
	attributes["arguments"] = schema.StringAttribute{Optional: true, MarkdownDescription: argsDescription}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Runs a program, or a script, in the guest of a VM each time it is invoked (VixVM_RunProgramInGuest, " +
			"VixVM_RunScriptInGuest), by the provider's login in guests. Another exit code than `success_exit_codes` is an error that " +
			"shows the end of its standard error. A run with a result that configurations can use is `vix_guest_run`, the resource.",
		Attributes: attributes,
	}
}

// Configure implements action.ActionWithConfigure.
func (a *guestRunAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (a *guestRunAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config guestRunActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.guestRunArgs.validate(&resp.Diagnostics)
		config.guestOutputs.validate(config.Wait, &resp.Diagnostics)
	}
}

// ModifyPlan checks what can be checked before.
func (a *guestRunAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config guestRunActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		a.planRun(ctx, config.VMID, config.guestRunArgs, &resp.Diagnostics)
	}
}

// Invoke implements action.Action.
func (a *guestRunAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config guestRunActionModel
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
