// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// take takes the snapshot, and notes the attempt before: the provider may be killed between the host's task and the
// state. It gives the VM and the snapshot; nil, with an error, if there is none.
func (r *snapshotResource) take(ctx context.Context, plan snapshotModel, diags *diag.Diagnostics) (*vix.Registration, *vix.Snapshot) {
	vm := r.conn.meantVM(ctx, plan.VMID, vmRecord{}, diags)
	if vm == nil {
		return nil, nil
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil, nil
	}
	at := intent{Server: server, User: r.conn.user, Path: snapshotKey(plan)}
	// Two of one name at once must not both be the end of one attempt.
	unlock := r.conn.ledger.lock(at.Path)
	defer unlock()
	spec, sent := plan.spec(), false
	spec.Attempt, spec.Others = r.conn.journal.open(at), r.conn.snapshotsOf(vm.ID)
	spec.Sending = func(now time.Time) {
		sent = true
		at.Attempt = vix.Attempt{Begun: now, Until: now.Add(remaining(ctx))}
		r.conn.journalBegin(ctx, at)
	}
	taken, err := r.snapshots.TakeSnapshot(ctx, vm.Handle(), spec)
	if err != nil {
		if e, ok := errors.AsType[*vix.Error](err); sent && ok && !e.Doubt {
			r.conn.journalEnd(ctx, at.Server, attempted{path: at.Path})
		}
		addErrorAt(diags, path.Empty(), err)
		return nil, nil
	}
	r.conn.noteSnapshot(vm.ID, taken.ID)
	r.conn.journalFinished(attempted{path: at.Path})
	vm.Server = server
	return vm, taken
}

// snapshotsOf are the ids of the snapshots of a VM that this process has taken.
func (c *connection) snapshotsOf(vmID string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken[vmID]
}

// noteSnapshot notes that a snapshot is an address's.
func (c *connection) noteSnapshot(vmID, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	set(&c.taken, vmID, append(c.taken[vmID], id))
}

// rename gives the snapshot the name and the description of the plan, and fills in what came of it. It gives the VM; nil, with
// an error, if it could not.
func (r *snapshotResource) rename(ctx context.Context, plan *snapshotModel, rec vmRecord, diags *diag.Diagnostics) *vix.Registration {
	if !r.conn.connected() {
		addNotConnected(diags, "rename the snapshot "+plan.Name.ValueString(), r.conn)
		return nil
	}
	handle := rec.handle(plan.VMID.ValueString(), r.conn.parsePath)
	err := r.snapshots.RenameSnapshot(ctx, handle, plan.ID.ValueString(), plan.Name.ValueString(), plan.Description.ValueString())
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	vm, err := r.snapshots.Snapshots(ctx, handle)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	is, err := vix.SnapshotName{ID: plan.ID.ValueString()}.Find(vm.Snapshots, "the VM "+vm.Name)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	plan.Path, plan.IsCurrent = said(is.Path), types.BoolValue(is.IsCurrent)
	return &vm.Registration
}

// remove reverts the VM to the snapshot, if that is wanted, and removes it. One that is gone already is removed.
func (r *snapshotResource) remove(
	ctx context.Context, state snapshotModel, end snapshotEnd, handle vix.Handle, diags *diag.Diagnostics,
) error {
	vm, err := r.snapshots.Snapshots(ctx, handle)
	if err != nil {
		return err
	}
	is := state.in(vm)
	if is == nil {
		return nil
	}
	if state.RevertOnDestroy.ValueBool() {
		if !end.Reverts {
			addNotForeseenRevert(diags, is, vm)
			return nil
		}
		_, err := r.snapshots.Revert(ctx, handle, vix.SnapshotName{ID: is.ID}, false)
		switch {
		case vix.CodeOf(err) == vix.CodeSnapshotNotFound:
			return nil
		case err != nil:
			return err
		}
	}
	children := state.RemoveChildren.ValueBool()
	if kept := r.unforeseen(vm, is, end); children && len(kept) > 0 {
		warnChildrenStay(diags, is, vm, kept)
		children = false
	}
	return r.snapshots.RemoveSnapshot(ctx, handle, is.ID, children, state.Consolidate.ValueBool())
}

// unforeseen are the snapshots on one that no plan has said to go along, or that an address of this apply has taken.
func (r *snapshotResource) unforeseen(vm *vix.VM, is *vix.Snapshot, end snapshotEnd) []vix.Snapshot {
	ours := r.conn.snapshotsOf(vm.ID)
	return slices.DeleteFunc(snapshotsBelow(vm, is), func(s vix.Snapshot) bool {
		return slices.Contains(end.Below, s.ID) && !slices.Contains(ours, s.ID)
	})
}

// addNotForeseenRevert refuses to revert a VM of which no plan has said so, and to remove what it could be reverted to.
func addNotForeseenRevert(diags *diag.Diagnostics, is *vix.Snapshot, vm *vix.VM) {
	diags.AddError("Cannot remove the snapshot "+is.Path, coded(vix.CodeCancelled, fmt.Sprintf(
		"Before it is removed, the VM %s (%s) is to be reverted to it (revert_on_destroy), and the plan has not said so: that of a "+
			"tainted resource has no place for it. Take the taint away (terraform untaint), or apply revert_on_destroy = false, then plan "+
			"again.",
		vm.Name, vm.Path)))
}

// warnChildrenStay says that snapshots stay although remove_children is set.
func warnChildrenStay(diags *diag.Diagnostics, is *vix.Snapshot, vm *vix.VM, kept []vix.Snapshot) {
	diags.AddWarning("Snapshots stay that were taken on one that goes", coded(vix.CodeCancelled, fmt.Sprintf(
		"The snapshot %s of the VM %s (%s) is removed alone, although remove_children is set: the plan has not said that these go along, "+
			"or they were taken in this apply:\n\n%s", is.Path, vm.Name, vm.Path, listedSnapshots(kept))))
}

// listedSnapshots are snapshots as warnings list them.
func listedSnapshots(snapshots []vix.Snapshot) string {
	lines := make([]string, 0, len(snapshots))
	for _, s := range snapshots {
		lines = append(lines, "  - "+s.Path+" (id "+s.ID+")")
	}
	return strings.Join(lines, "\n")
}
