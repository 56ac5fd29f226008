// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/action/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ action.Action               = (*questionAnswerAction)(nil)
	_ action.ActionWithConfigure  = (*questionAnswerAction)(nil)
	_ action.ActionWithModifyPlan = (*questionAnswerAction)(nil)
)

// The values of if_none.
const (
	ifNoneFail   = "fail"
	ifNoneIgnore = "ignore"
)

// questionAnswerAction is action "vix_question_answer", for what VIX shows as
// VIX_E_VMX_MSG_DIALOG_AND_NO_UI.
type questionAnswerAction struct {
	conn  *connection
	power vix.Power
}

// questionAnswerModel is its configuration.
type questionAnswerModel struct {
	VMID     types.String   `tfsdk:"vm_id"`
	Answers  types.Map      `tfsdk:"answers"`
	IfNone   types.String   `tfsdk:"if_none"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

// NewQuestionAnswerAction makes action "vix_question_answer".
func NewQuestionAnswerAction() action.Action { return &questionAnswerAction{} }

// Metadata implements action.Action.
func (a *questionAnswerAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_question_answer"
}

// Schema implements action.Action.
func (a *questionAnswerAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Answers the question that a VM waits with: the one that VIX reports as VIX_E_VMX_MSG_DIALOG_AND_NO_UI.",
		Attributes: map[string]schema.Attribute{
			"vm_id":   actionVMID(),
			"answers": schema.MapAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: answersDescription},
			"if_none": schema.StringAttribute{
				Optional: true, MarkdownDescription: "What it means that the VM asks nothing: `fail` or `ignore`. Default `fail`.",
				Validators: []validator.String{stringvalidator.OneOf(ifNoneFail, ifNoneIgnore)},
			},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// Configure implements action.ActionWithConfigure.
func (a *questionAnswerAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	a.power = partOf[vix.Power](a.conn, vix.FeaturePower, &resp.Diagnostics)
}

// ModifyPlan checks what can be checked before.
func (a *questionAnswerAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config questionAnswerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	vm := a.conn.checkVM(ctx, config.VMID, &resp.Diagnostics)
	if vm == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	if err := a.power.CheckAnswer(ctx, vm.Handle()); err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
	}
}

// Invoke implements action.Action.
func (a *questionAnswerAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config questionAnswerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !a.conn.connected() {
		addNotConnected(&resp.Diagnostics, "answer", a.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	id := config.VMID.ValueString()
	answered, err := a.power.Answer(ctx, a.conn.actionHandle(ctx, id), answersOf(config.Answers))
	switch {
	case err != nil:
		addError(&resp.Diagnostics, req.Config.Schema, invoked(err))
	case answered != nil:
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("%s: %q is answered with %q",
			id, answered.Question.Plain(), answered.Choice.Label)})
	case config.IfNone.ValueString() == ifNoneIgnore:
		resp.SendProgress(action.InvokeProgressEvent{Message: id + ": nothing is asked"})
	default:
		addError(&resp.Diagnostics, req.Config.Schema, &vix.Error{
			Op: "answer", Object: "the VM " + id, Code: vix.CodeInvalidArg, Reason: "The VM asks nothing.",
			Remedy: "Where that is no error, set if_none = \"ignore\".",
		})
	}
}
