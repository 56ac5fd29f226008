// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ action.Action                   = (*guestCopyAction)(nil)
	_ action.ActionWithConfigure      = (*guestCopyAction)(nil)
	_ action.ActionWithModifyPlan     = (*guestCopyAction)(nil)
	_ action.ActionWithValidateConfig = (*guestCopyAction)(nil)
)

// The values of direction.
const (
	toGuest   = "to_guest"
	fromGuest = "from_guest"
)

// guestCopyAction is action "vix_guest_copy": VixVM_CopyFileFromHostToGuest and VixVM_CopyFileFromGuestToHost.
type guestCopyAction struct{ guestAction }

// guestCopyModel is its configuration.
type guestCopyModel struct {
	VMID        types.String   `tfsdk:"vm_id"`
	Direction   types.String   `tfsdk:"direction"`
	Source      types.String   `tfsdk:"source"`
	Destination types.String   `tfsdk:"destination"`
	Overwrite   types.Bool     `tfsdk:"overwrite"`
	Verify      types.Bool     `tfsdk:"verify"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// NewGuestCopyAction makes action "vix_guest_copy".
func NewGuestCopyAction() action.Action { return &guestCopyAction{} }

// Metadata implements action.Action.
func (a *guestCopyAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_copy"
}

// Schema implements action.Action.
func (a *guestCopyAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Copies a file, or a folder with what is in it, between the machine that runs Terraform and the guest of a " +
			"VM " +
			"each time it is invoked (VixVM_CopyFileFromHostToGuest, VixVM_CopyFileFromGuestToHost), by the provider's login in guests. " +
			"Files are streamed, whatever their size; one that breaks off is not left under its name.",
		Attributes: map[string]schema.Attribute{
			"vm_id": actionVMID(),
			"direction": schema.StringAttribute{
				Required: true, MarkdownDescription: "`to_guest` or `from_guest`.",
				Validators: []validator.String{stringvalidator.OneOf(toGuest, fromGuest)},
			},
			"source": schema.StringAttribute{
				Required: true, MarkdownDescription: "File or folder that is copied. In the guest its path is absolute.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"destination": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "Path of the copy itself, not of a folder to put it in. A folder that is there is merged, file by " +
					"file. In " +
					"the guest its path is absolute.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"overwrite": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to replace files that are there. Default `false`: that is an error " +
					"(`VIX_E_FILE_ALREADY_EXISTS`).",
			},
			"verify": schema.BoolAttribute{
				Optional: true, MarkdownDescription: "Whether to compare the SHA-256 of what has arrived. Default `true`.",
			},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// Configure implements action.ActionWithConfigure.
func (a *guestCopyAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig finds what is no path in a guest.
func (a *guestCopyAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config guestCopyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	switch config.Direction.ValueString() {
	case toGuest:
		checkGuestPath(&resp.Diagnostics, "destination", config.Destination)
	case fromGuest:
		checkGuestPath(&resp.Diagnostics, "source", config.Source)
	}
}

// ModifyPlan checks what can be checked before. What is not there yet, another resource may still make.
func (a *guestCopyAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config guestCopyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	op, name, there := vix.GuestQuery, "source", config.Source
	if config.Direction.ValueString() == toGuest {
		op, name, there = vix.GuestModify, "destination", config.Destination
		if _, err := os.Stat(config.Source.ValueString()); err != nil && !config.Source.IsUnknown() {
			resp.Diagnostics.AddAttributeWarning(path.Root("source"), "What is to be copied cannot be read yet", coded(vix.CodeFileError,
				"If nothing makes it before the action runs, that fails. On the machine that runs Terraform: "+err.Error()+"."))
		}
	}
	if vm := a.plan(ctx, config.VMID, &resp.Diagnostics, op); vm != nil {
		a.conn.checkGuestFamily(&resp.Diagnostics, vm, name, there)
	}
}

// Invoke implements action.Action.
func (a *guestCopyAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config guestCopyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !a.conn.connected() {
		addNotConnected(&resp.Diagnostics, "copy", a.conn)
		return
	}
	login, ok := a.conn.providersLogin(&resp.Diagnostics)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lines := newProgress(resp.SendProgress)
	defer lines.close()
	copies := a.guest.CopyToGuest
	if config.Direction.ValueString() == fromGuest {
		copies = a.guest.CopyFromGuest
	}
	done, err := copies(withoutSecrets(ctx, login), a.conn.actionHandle(ctx, config.VMID.ValueString()), login, vix.GuestCopy{
		Source: config.Source.ValueString(), Destination: config.Destination.ValueString(), Overwrite: config.Overwrite.ValueBool(),
		Verify:   config.Verify.IsNull() || config.Verify.ValueBool(),
		Progress: func(vm *vix.VM, what string) { lines.say(vmLine(vm, what)) },
	})
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), invoked(notRecognised(err)))
		return
	}
	lines.say(vmLine(done.VM, fmt.Sprintf("copied %s, %s", numbered(int(done.Files), "file"), numbered(int(done.Bytes), "byte"))))
}
