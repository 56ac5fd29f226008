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

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ action.Action               = (*toolsInstallAction)(nil)
	_ action.ActionWithConfigure  = (*toolsInstallAction)(nil)
	_ action.ActionWithModifyPlan = (*toolsInstallAction)(nil)
)

// toolsInstallAction is action "vix_tools_install": VixVM_InstallTools.
type toolsInstallAction struct {
	conn      *connection
	installer vix.ToolsInstaller
}

// toolsInstallModel is its configuration.
type toolsInstallModel struct {
	VMID     types.String   `tfsdk:"vm_id"`
	Mode     types.String   `tfsdk:"mode"`
	Options  types.String   `tfsdk:"options"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// NewToolsInstallAction makes action "vix_tools_install".
func NewToolsInstallAction() action.Action { return &toolsInstallAction{} }

// Metadata implements action.Action.
func (a *toolsInstallAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_tools_install"
}

// Schema implements action.Action.
func (a *toolsInstallAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Mounts or unmounts the VMware Tools installer of a VM that is on, or lets VMware Tools that run upgrade " +
			"themselves (VixVM_InstallTools).",
		Attributes: map[string]schema.Attribute{
			"vm_id": actionVMID(),
			"mode": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "`mount` puts the installer's image into the VM's drive, for somebody in the guest to " +
					"run; `unmount` takes it " +
					"out again; `upgrade` lets Tools that run upgrade themselves, which may reboot the guest.",
				Validators: []validator.String{stringvalidator.OneOf(
					string(vix.ToolsMount), string(vix.ToolsUnmount), string(vix.ToolsUpgrade))},
			},
			"options": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Options of the installer in the guest, for `upgrade`. Default none.",
			},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// Configure implements action.ActionWithConfigure.
func (a *toolsInstallAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	a.installer = partOf[vix.ToolsInstaller](a.conn, vix.FeatureInstallTools, &resp.Diagnostics)
}

// ModifyPlan checks what can be checked before.
func (a *toolsInstallAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config toolsInstallModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	vm := a.conn.checkVM(ctx, config.VMID, &resp.Diagnostics)
	if vm == nil || config.Mode.IsUnknown() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	if err := a.installer.CheckTools(ctx, vm.Handle(), vix.ToolsStep(config.Mode.ValueString())); err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
	}
}

// Invoke implements action.Action.
func (a *toolsInstallAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config toolsInstallModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !a.conn.connected() {
		addNotConnected(&resp.Diagnostics, "install VMware Tools", a.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	id, step := config.VMID.ValueString(), vix.ToolsStep(config.Mode.ValueString())
	err := a.installer.InstallTools(ctx, a.conn.actionHandle(ctx, id), step, config.Options.ValueString())
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, invoked(err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: id + ": " + map[vix.ToolsStep]string{
		vix.ToolsMount: "the installer is mounted", vix.ToolsUnmount: "the installer is not mounted any more",
		vix.ToolsUpgrade: "VMware Tools are upgraded",
	}[step]})
}
