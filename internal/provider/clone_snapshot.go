// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// sameSnapshot reports that another snapshot in the configuration is the one that the clone was made of: of a clone that is made it is
// history, and a path changes with the name of the snapshot or of one above it. Only its source can tell; where that is gone, or has no
// such snapshot, another text means another one.
func (r *cloneResource) sameSnapshot(ctx context.Context, plan, state cloneModel, rec cloneRecord, diags *diag.Diagnostics) bool {
	made := vix.SnapshotName{ID: rec.Snapshot, Either: state.Snapshot.ValueString()}
	wanted := plan.Snapshot.ValueString()
	switch {
	case wanted == "" || made == vix.SnapshotName{} || !plan.VMID.IsUnknown() && !sameVMID(plan.VMID, state.VMID):
		return false
	case wanted == made.ID:
		return true
	case !r.conn.connected() || r.snapshots == nil:
		return false
	}
	source, err := r.snapshots.Snapshots(ctx, vmRecord{}.handle(state.VMID.ValueString(), r.conn.parsePath))
	switch {
	case errors.Is(err, vix.ErrGone):
		return false
	case err != nil:
		addErrorAt(diags, path.Root("snapshot"), err)
		return false
	}
	is, err := vix.SnapshotName{Either: wanted}.Find(source.Snapshots, "")
	if err != nil {
		return false // the second half of a replacement says so
	}
	if made.ID == "" {
		was, err := made.Find(source.Snapshots, "")
		return err == nil && was.ID == is.ID
	}
	return is.ID == made.ID
}
