// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// newSnapshotHandovers know which object of the state has a snapshot: two have one where it was imported to another address.
func newSnapshotHandovers() *objectHandovers { return newObjectHandovers("vix-snapshots") }

// handoverKey is what objects of the state have a snapshot by: its number in its VM.
func (m *snapshotModel) handoverKey() string {
	return "snapshot " + m.ID.ValueString() + " of the VM " + strings.ToLower(m.VMID.ValueString())
}

// leaves notes that an object is planned to go, and reports that another one keeps its snapshot, as far as the plan has come.
func (r *snapshotResource) leaves(ctx context.Context, state snapshotModel, private privateGetter, diags *diag.Diagnostics) bool {
	key, object := state.handoverKey(), privateFrom[string](ctx, private, objectKept, diags)
	r.conn.snapshots.goes(ctx, key, object)
	return r.conn.snapshots.isAnothers(key, object)
}

// warnSnapshotLeft says that a snapshot is another object's, and stays.
func warnSnapshotLeft(diags *diag.Diagnostics, state snapshotModel) {
	reverted := ""
	if state.RevertOnDestroy.ValueBool() {
		reverted = " The VM was not reverted to it."
	}
	diags.AddWarning("A snapshot was not removed", coded(vix.CodeAlreadyExists, fmt.Sprintf(
		"Another object of this state has the snapshot %s (id %s) of the VM %s by now, one of another address. What is there is its "+
			"snapshot.%s", state.Path.ValueString(), state.ID.ValueString(), state.VMID.ValueString(), reverted)))
}
