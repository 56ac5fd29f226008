// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// snapshotModel is resource "vix_snapshot" in plan and state.
type snapshotModel struct {
	ID              types.String   `tfsdk:"id"`
	VMID            types.String   `tfsdk:"vm_id"`
	Name            types.String   `tfsdk:"name"`
	Description     types.String   `tfsdk:"description"`
	Memory          types.Bool     `tfsdk:"memory"`
	Quiesce         types.Bool     `tfsdk:"quiesce"`
	RemoveChildren  types.Bool     `tfsdk:"remove_children"`
	Consolidate     types.Bool     `tfsdk:"consolidate"`
	RevertOnDestroy types.Bool     `tfsdk:"revert_on_destroy"`
	Path            types.String   `tfsdk:"path"`
	Created         types.String   `tfsdk:"created"`
	PowerState      types.String   `tfsdk:"power_state"`
	IsCurrent       types.Bool     `tfsdk:"is_current"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

// spec is the snapshot that is to be taken.
func (m *snapshotModel) spec() vix.SnapshotSpec {
	return vix.SnapshotSpec{
		Name: m.Name.ValueString(), Description: m.Description.ValueString(), Memory: m.Memory.ValueBool(), Quiesce: m.Quiesce.ValueBool(),
	}
}

// follow takes over what the host says of the snapshot.
func (m *snapshotModel) follow(is *vix.Snapshot) {
	m.ID, m.Name, m.Description = types.StringValue(is.ID), types.StringValue(is.Name), types.StringValue(is.Description)
	m.Path, m.IsCurrent, m.PowerState = types.StringValue(is.Path), types.BoolValue(is.IsCurrent), said(is.PowerState)
	m.Created = createdAt(is)
}

// renames reports that the name or the description is another than what state has.
func (m *snapshotModel) renames(state snapshotModel) bool {
	return !m.Name.Equal(state.Name) || !m.Description.Equal(state.Description)
}

// snapshotKey is what the journal notes attempts at a snapshot under.
func snapshotKey(m snapshotModel) string {
	return "snapshot " + m.VMID.ValueString() + " " + m.Name.ValueString()
}

// in is the snapshot among those of the VM; nil if it is not there. The number alone does not say which it is: files that were
// restored count again from where they were, and what has the number then was made at another time.
func (m *snapshotModel) in(vm *vix.VM) *vix.Snapshot {
	for i := range vm.Snapshots {
		if is := &vm.Snapshots[i]; is.ID == m.ID.ValueString() && (m.Created.IsNull() || m.Created.Equal(createdAt(is))) {
			return is
		}
	}
	return nil
}

// createdAt is when a snapshot was taken, as state has it.
func createdAt(is *vix.Snapshot) types.String {
	if is.Created.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(is.Created.UTC().Format(time.RFC3339))
}

// snapshotsBelow are the snapshots that were taken on one, by the tree: several may have one name, and so one path.
func snapshotsBelow(vm *vix.VM, is *vix.Snapshot) []vix.Snapshot {
	var below []vix.Snapshot
	on := map[string]bool{is.ID: true}
	for _, s := range vm.Snapshots { // parents come first
		if on[s.Parent] {
			below, on[s.ID] = append(below, s), true
		}
	}
	return below
}

// snapshotEnd is what plans keep of the end of a snapshot: nothing is removed or reverted that none has said.
type snapshotEnd struct {
	// Reverts is set where a plan has said that the VM is reverted, Below are the ids that it has said to go along.
	Reverts bool     `json:"reverts,omitempty"`
	Below   []string `json:"below,omitempty"`
	// Walk is the one that has said so.
	Walk string `json:"walk,omitempty"`
	// Out is the snapshot, if this is the first half of the plan of a replacement, for the second half.
	Out *snapshotOut `json:"out,omitempty"`
}

// thing is the snapshot, whose end plans say something of.
func (m *snapshotModel) thing() string {
	return "snapshot " + m.ID.ValueString() + " of " + m.VMID.ValueString() + " of " + m.Created.ValueString()
}

// snapshotOut is a snapshot that goes, as far as a plan needs to know it.
type snapshotOut struct {
	VMID, ID, Created string
	Reverts, Children bool
}

// out is the snapshot when it goes.
func (m *snapshotModel) out() *snapshotOut {
	return &snapshotOut{
		m.VMID.ValueString(), m.ID.ValueString(), m.Created.ValueString(), m.RevertOnDestroy.ValueBool(), m.RemoveChildren.ValueBool(),
	}
}

// model is the snapshot again.
func (o *snapshotOut) model() snapshotModel {
	return snapshotModel{
		VMID: types.StringValue(o.VMID), ID: types.StringValue(o.ID), Created: said(o.Created),
		RevertOnDestroy: types.BoolValue(o.Reverts), RemoveChildren: types.BoolValue(o.Children),
	}
}

// snapshotEndKept is where it stands in the private state.
const snapshotEndKept = "snapshot_end"

// snapshotIdentityModel is the identity of a snapshot.
type snapshotIdentityModel struct {
	Server types.String `tfsdk:"server"`
	VMID   types.String `tfsdk:"vm_id"`
	ID     types.String `tfsdk:"id"`
}

// setSnapshotIdentity writes the identity of a snapshot.
func setSnapshotIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, m snapshotModel) diag.Diagnostics {
	return writeIdentity(ctx, identity, server, snapshotIdentityModel{Server: said(server), VMID: composed(m.VMID), ID: composed(m.ID)})
}
