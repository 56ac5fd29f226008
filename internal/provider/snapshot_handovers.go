// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// newSnapshotHandovers know which object of the state has a snapshot: two have one where it was imported to another address.
func newSnapshotHandovers() *objectHandovers {
	return &objectHandovers{notes: newNotes("vix-snapshots")}
}

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
	diags.AddWarning("A snapshot was not removed", fmt.Sprintf(
		"Another object of this state has the snapshot %s (id %s) of the VM %s by now, one of another address. What is there is its "+
			"snapshot.%s", state.Path.ValueString(), state.ID.ValueString(), state.VMID.ValueString(), reverted))
}

// identified gives an object that has no id one: it was imported, or comes from a version that gave none.
func identified(ctx context.Context, private privateGetter, to privateSetter, diags *diag.Diagnostics) {
	if privateFrom[string](ctx, private, objectKept, diags) == "" {
		savePrivate(ctx, to, objectKept, rand.Text(), diags)
	}
}
