// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ action.Action                   = (*powerAction)(nil)
	_ action.ActionWithConfigure      = (*powerAction)(nil)
	_ action.ActionWithModifyPlan     = (*powerAction)(nil)
	_ action.ActionWithValidateConfig = (*powerAction)(nil)
)

// powerAction is action "vix_power": VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend, VixVM_Reset, of one VM or
// of many.
type powerAction struct {
	conn  *connection
	power vix.Power
}

// powerActionModel is its configuration.
type powerActionModel struct {
	VMID        types.String   `tfsdk:"vm_id"`
	VMIDs       types.List     `tfsdk:"vm_ids"`
	Operation   types.String   `tfsdk:"operation"`
	Mode        types.String   `tfsdk:"mode"`
	SoftTimeout types.String   `tfsdk:"soft_timeout"`
	WaitFor     types.String   `tfsdk:"wait_for"`
	Answers     types.Map      `tfsdk:"answers"`
	Timeouts    timeouts.Value `tfsdk:"timeouts"`
}

// NewPowerAction makes action "vix_power".
func NewPowerAction() action.Action { return &powerAction{} }

// Metadata implements action.Action.
func (a *powerAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_power"
}

// Schema implements action.Action.
func (a *powerAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	one := func(description string, values ...string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.OneOf(values...)},
		}
	}
	id := actionVMID()
	id.Required, id.Optional = false, true
	id.MarkdownDescription += " Either this or `vm_ids`."
	resp.Schema = schema.Schema{
		MarkdownDescription: "Powers a VM, or many, on or off, suspends or resets them (VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend, " +
			"VixVM_Reset). What is so already is success.",
		Attributes: map[string]schema.Attribute{
			"vm_id": id,
			"vm_ids": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Ids of many VMs, instead of `vm_id`. They are powered together; each has its lines, a " +
					"failure names its VM, " +
					"and the others are done.",
				Validators: []validator.List{listvalidator.SizeAtLeast(1)},
			},
			"operation": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "`on` (resumes a suspended VM), `off`, `suspend` or `reset`. `suspend` and `reset` of " +
					"a VM that is off are " +
					"errors.",
				Validators: []validator.String{stringvalidator.OneOf(
					string(vix.PowerOpOn), string(vix.PowerOpOff), string(vix.PowerOpSuspend), string(vix.PowerOpReset))},
			},
			"mode": one(modeDescription, string(vix.PowerSoft), string(vix.PowerHard), string(vix.PowerSoftThenHard)),
			"soft_timeout": schema.StringAttribute{
				Optional: true, MarkdownDescription: softTimeoutDescription, Validators: []validator.String{durationValidator{}},
			},
			"wait_for": one(waitForDescription+" It counts for `on`, also where the VM is on already, and for `reset`.",
				string(vix.WaitForNothing), string(vix.WaitForTools), string(vix.WaitForIP)),
			"answers":  schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: answersDescription},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// Configure implements action.ActionWithConfigure.
func (a *powerAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	a.power = partOf[vix.Power](a.conn, vix.FeaturePower, &resp.Diagnostics)
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (a *powerAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config powerActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.VMID.IsUnknown() || config.VMIDs.IsUnknown() {
		return
	}
	if config.VMID.IsNull() == config.VMIDs.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("vm_id"), "One of vm_id and vm_ids", coded(vix.CodeInvalidArg,
			"Say which VM is meant with vm_id, or which VMs with vm_ids; one of the two."))
	}
}

// ModifyPlan checks what can be checked before.
func (a *powerAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config powerActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !a.conn.connected() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	each(config.ids(), &resp.Diagnostics, func(id string, diags *diag.Diagnostics) {
		vm := a.conn.checkVM(ctx, types.StringValue(id), diags)
		if vm == nil || config.Operation.IsUnknown() {
			return
		}
		if err := a.power.CheckPower(ctx, vm.Handle(), config.order()); err != nil {
			addError(diags, req.Config.Schema, err)
		}
	})
}

// Invoke implements action.Action.
func (a *powerAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config powerActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !a.conn.connected() {
		addNotConnected(&resp.Diagnostics, "power the VM", a.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	lines := newProgress(resp.SendProgress)
	defer lines.close()
	each(config.ids(), &resp.Diagnostics, func(id string, diags *diag.Diagnostics) {
		order := config.order()
		order.Progress = func(vm *vix.VM, what string) { lines.say(fmt.Sprintf("%s (%s): %s", vm.Name, vm.Path, what)) }
		done, err := a.power.SetPower(ctx, a.conn.actionHandle(ctx, id), order)
		if err != nil {
			lines.say(fmt.Sprintf("%s: failed", id))
			addError(diags, req.Config.Schema, invoked(err))
			return
		}
		now := done.VM.Registration
		now.PowerState = done.State
		a.conn.vms.remember(&now)
		lines.say(fmt.Sprintf("%s (%s): %s", now.Name, now.Path, done.State))
	})
}

// ids are the VMs that are known, each once.
func (m *powerActionModel) ids() []string {
	var out []string
	if !m.VMID.IsNull() && !m.VMID.IsUnknown() {
		out = append(out, m.VMID.ValueString())
	}
	for _, id := range textsOf(m.VMIDs) {
		// Whichever case an id is written in, it is one VM, which is not reset twice.
		if !slices.ContainsFunc(out, func(other string) bool { return strings.EqualFold(other, id) }) {
			out = append(out, id)
		}
	}
	return out
}

// order is what the configuration says.
func (m *powerActionModel) order() vix.PowerOrder {
	order := vix.PowerOrder{
		Op: vix.PowerOp(m.Operation.ValueString()), Mode: vix.PowerSoft, SoftTimeout: durationOf(m.SoftTimeout),
		WaitFor: vix.GuestWait(m.WaitFor.ValueString()), Answers: answersOf(m.Answers),
	}
	if mode := m.Mode.ValueString(); mode != "" {
		order.Mode = vix.PowerMode(mode)
	}
	if order.SoftTimeout == 0 {
		order.SoftTimeout = durationOf(types.StringValue(defaultSoftTimeout))
	}
	return order
}

// each does something for many VMs at once, and gives what they have to say in their order.
func each(ids []string, diags *diag.Diagnostics, do func(id string, diags *diag.Diagnostics)) {
	said := make([]diag.Diagnostics, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { do(id, &said[i]) })
	}
	all.Wait()
	for _, one := range said {
		diags.Append(one...)
	}
}
