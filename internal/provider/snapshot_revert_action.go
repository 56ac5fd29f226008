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
	_ action.Action               = (*snapshotRevertAction)(nil)
	_ action.ActionWithConfigure  = (*snapshotRevertAction)(nil)
	_ action.ActionWithModifyPlan = (*snapshotRevertAction)(nil)
)

// snapshotRevertAction is action "vix_snapshot_revert": VixVM_RevertToSnapshot.
type snapshotRevertAction struct {
	conn      *connection
	snapshots vix.Snapshots
}

// snapshotRevertModel is its configuration.
type snapshotRevertModel struct {
	VMID            types.String   `tfsdk:"vm_id"`
	Snapshot        types.String   `tfsdk:"snapshot"`
	SuppressPowerOn types.Bool     `tfsdk:"suppress_power_on"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

// NewSnapshotRevertAction makes action "vix_snapshot_revert".
func NewSnapshotRevertAction() action.Action { return &snapshotRevertAction{} }

// Metadata implements action.Action.
func (a *snapshotRevertAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_snapshot_revert"
}

// Schema implements action.Action.
func (a *snapshotRevertAction) Schema(ctx context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reverts a VM to a snapshot (VixVM_RevertToSnapshot): its disks, its configuration and its power state are " +
			"those of the snapshot. What has happened in the VM since is lost.",
		Attributes: map[string]schema.Attribute{
			"vm_id": actionVMID(),
			"snapshot": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Snapshot: its path (`base/patched`; inside a name, `%` is `%25` and `/` is `%2F`) or its id. " +
					"Default: the " +
					"current one, which the VM goes on from. What several snapshots are named by is an error that lists them.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"suppress_power_on": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the VM stays off where the snapshot holds one that runs " +
					"(VIX_VMPOWEROP_SUPPRESS_SNAPSHOT_POWERON). " +
					"Default `false`.",
			},
			"timeouts": actionTimeouts(ctx),
		},
	}
}

// Configure implements action.ActionWithConfigure.
func (a *snapshotRevertAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	a.snapshots = partOf[vix.Snapshots](a.conn, vix.FeatureSnapshots, &resp.Diagnostics)
}

// ModifyPlan checks privileges. Whether the snapshot is there shows when the action runs: what runs before may take it.
func (a *snapshotRevertAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config snapshotRevertModel
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
	if err := a.snapshots.CheckSnapshot(ctx, vm.Handle(), vix.SnapshotRevert); err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
	}
}

// Invoke implements action.Action.
func (a *snapshotRevertAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config snapshotRevertModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	limit, diags := config.Timeouts.Invoke(ctx, defaultVMTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !a.conn.connected() {
		addNotConnected(&resp.Diagnostics, "revert", a.conn)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	id := config.VMID.ValueString()
	resp.SendProgress(action.InvokeProgressEvent{Message: id + ": reverting"})
	done, err := a.snapshots.Revert(ctx, a.conn.actionHandle(ctx, id), vix.SnapshotName{Either: config.Snapshot.ValueString()},
		config.SuppressPowerOn.ValueBool())
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, invoked(err))
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("%s: reverted to %s (id %s), power state %s",
		id, done.Snapshot.Path, done.Snapshot.ID, done.PowerState)})
}
