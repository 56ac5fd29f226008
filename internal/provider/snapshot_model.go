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
	m.Created = types.StringNull()
	if !is.Created.IsZero() {
		m.Created = types.StringValue(is.Created.UTC().Format(time.RFC3339))
	}
}

// renames reports that the name or the description is another than what state has.
func (m *snapshotModel) renames(state snapshotModel) bool {
	return !m.Name.Equal(state.Name) || !m.Description.Equal(state.Description)
}

// snapshotKey is what the journal notes attempts at a snapshot under.
func snapshotKey(m snapshotModel) string {
	return "snapshot " + m.VMID.ValueString() + " " + m.Name.ValueString()
}

// numberedSnapshot is the snapshot of a VM with an id; nil if there is none.
func numberedSnapshot(vm *vix.VM, id string) *vix.Snapshot {
	for i := range vm.Snapshots {
		if vm.Snapshots[i].ID == id {
			return &vm.Snapshots[i]
		}
	}
	return nil
}

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
