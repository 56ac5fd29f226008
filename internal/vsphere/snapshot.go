// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// snapshotPrivileges are what is needed on the VM.
var snapshotPrivileges = map[vix.SnapshotOp]string{
	vix.SnapshotTake: privilegeCreateSnapshot, vix.SnapshotRename: privilegeRenameSnapshot,
	vix.SnapshotRemove: privilegeRemoveSnapshot, vix.SnapshotRevert: privilegeRevert,
}

// snapshotVerbs are the operations as errors name them, before the VM.
var snapshotVerbs = map[vix.SnapshotOp]string{
	vix.SnapshotTake: "take a snapshot of", vix.SnapshotRename: "rename a snapshot of",
	vix.SnapshotRemove: "remove a snapshot of", vix.SnapshotRevert: "revert",
}

// CheckSnapshot implements vix.Snapshots. It changes nothing.
func (h *host) CheckSnapshot(ctx context.Context, handle vix.Handle, op vix.SnapshotOp) error {
	return h.mayDo(ctx, wire.To(snapshotVerbs[op], shownHandle(handle)), vmReference(handle), snapshotPrivileges[op])
}

// Snapshots implements vix.Snapshots: the property snapshot, read together with all that an open reads.
func (h *host) Snapshots(ctx context.Context, handle vix.Handle) (*vix.VM, error) {
	r, err := h.latelyReadable(ctx, wire.To("read the snapshots of", shownHandle(handle)), handle)
	if err != nil {
		return nil, err
	}
	vm := r.Opened()
	vm.Registration = h.stamp(ctx, vm.Registration)
	return vm, nil
}

// ofSnapshots is the VM of snapshots that are to be changed, as it is now.
func (h *host) ofSnapshots(ctx context.Context, op vix.SnapshotOp, handle vix.Handle) (wire.Step, *vms.Record, error) {
	what := wire.To(snapshotVerbs[op], shownHandle(handle))
	r, err := h.meant(ctx, what, handle, &h.Opens)
	if err != nil {
		return what, nil, err
	}
	what = wire.To(snapshotVerbs[op], shown(r.Opened()))
	return what, r, h.readableConfig(what, r)
}

// TakeSnapshot implements vix.Snapshots: CreateSnapshot_Task. Nothing of the VM but which one it is matters to it: what an
// open has read is not read again.
func (h *host) TakeSnapshot(ctx context.Context, handle vix.Handle, spec vix.SnapshotSpec) (*vix.Snapshot, error) {
	what := wire.To(snapshotVerbs[vix.SnapshotTake], shownHandle(handle))
	r, err := h.latelyReadable(ctx, what, handle)
	if err != nil {
		return nil, err
	}
	what = wire.To(what.Op, shown(r.Opened()))
	vm := r.VM.Self
	unlock, err := h.alone.lock(ctx, vm)
	if err != nil {
		return nil, err
	}
	defer unlock()
	defer h.Changed(vm)
	var taken reference
	var finished *vix.Snapshot
	for rest := firstRest; ; rest = min(2*rest, longestRest) {
		// What an interrupted attempt of ours has begun may end at any time: it is looked for whenever the VM was busy.
		if finished, err = h.finishedSnapshot(ctx, what, handle, spec); err != nil || finished != nil {
			return finished, err
		}
		taken, err = h.createSnapshot(ctx, vm, spec)
		other, busy := h.busyWith(err)
		if !busy {
			break
		}
		if err := h.join(ctx, other, rest); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, h.Denied(ctx, what, err)
	}
	return h.takenSnapshot(ctx, what, vm, taken)
}

// createSnapshot starts the task, once, and gives what came of it.
func (h *host) createSnapshot(ctx context.Context, vm reference, spec vix.SnapshotSpec) (reference, error) {
	if spec.Sending != nil {
		now, err := h.now(ctx)
		if err != nil {
			return reference{}, err
		}
		spec.Sending(now)
	}
	response, err := methods.CreateSnapshot_Task(ctx, h.Client, &types.CreateSnapshot_Task{
		This: vm, Name: wire.EscapeName(spec.Name), Description: spec.Description, Memory: spec.Memory, Quiesce: spec.Quiesce,
	})
	if err != nil {
		return reference{}, err
	}
	result, err := h.waits.Result(ctx, response.Returnval)
	if err != nil {
		return reference{}, err
	}
	taken, ok := result.(reference)
	if !ok {
		return reference{}, fmt.Errorf("the task gave %T rather than a snapshot", result)
	}
	return taken, nil
}

// takenSnapshot reads a snapshot back. It exists: an interruption that came too late to stop it must not cut the reading short.
func (h *host) takenSnapshot(ctx context.Context, what wire.Step, vm, taken reference) (*vix.Snapshot, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.Options.RequestTimeout)
	defer cancel()
	r, err := h.Opens.Get(ctx, vm)
	if err != nil {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeHostConnectionLost, Doubt: true, Cause: err,
			Reason: fmt.Sprintf("The snapshot was taken as %s, but the host did not tell more: %s.", taken.Value, err),
		}
	}
	refs, all := r.SnapshotRefs(), r.Opened().Snapshots
	if i := slices.Index(refs, taken); i >= 0 {
		return &all[i], nil
	}
	return nil, &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeSnapshotNotFound,
		Reason: "The snapshot was taken, and is gone already: somebody has removed it.",
	}
}

// numbered is the snapshot with an id, as a managed object; ok is false if there is none.
func numbered(r *vms.Record, id string) (ref reference, ok bool) {
	for i, s := range r.Opened().Snapshots {
		if s.ID == id {
			return r.SnapshotRefs()[i], true
		}
	}
	return reference{}, false
}

// RenameSnapshot implements vix.Snapshots: VirtualMachineSnapshot.RenameSnapshot.
func (h *host) RenameSnapshot(ctx context.Context, handle vix.Handle, id, name, description string) error {
	what, r, err := h.ofSnapshots(ctx, vix.SnapshotRename, handle)
	if err != nil {
		return err
	}
	ref, ok := numbered(r, id)
	if !ok {
		_, err := vix.SnapshotName{ID: id}.Find(r.Opened().Snapshots, what.Object)
		return err
	}
	err = h.oneByOne(ctx, r.VM.Self, func(ctx context.Context) (reference, error) {
		var response renameSnapshotBody
		return reference{}, h.Client.RoundTrip(ctx, &renameSnapshotBody{Req: &renameSnapshot{
			This: ref, Name: wire.EscapeName(name), Description: description,
		}}, &response)
	})
	return h.Denied(ctx, what, err)
}

// renameSnapshot is RenameSnapshot's request, which says an empty description, too: the one of govmomi leaves it out,
// and the host leaves what it has.
type renameSnapshot struct {
	This        reference `xml:"_this"`
	Name        string    `xml:"name"`
	Description string    `xml:"description"`
}

type renameSnapshotBody struct {
	Req    *renameSnapshot               `xml:"urn:vim25 RenameSnapshot,omitempty"`
	Res    *types.RenameSnapshotResponse `xml:"RenameSnapshotResponse,omitempty"`
	Fault_ *soap.Fault                   `xml:"http://schemas.xmlsoap.org/soap/envelope/ Fault,omitempty"` //nolint:revive // govmomi's
}

// Fault implements soap.HasFault.
func (b *renameSnapshotBody) Fault() *soap.Fault { return b.Fault_ }

// RemoveSnapshot implements vix.Snapshots: VirtualMachineSnapshot.RemoveSnapshot_Task.
func (h *host) RemoveSnapshot(ctx context.Context, handle vix.Handle, id string, children, consolidate bool) error {
	what, r, err := h.ofSnapshots(ctx, vix.SnapshotRemove, handle)
	if err != nil {
		return err
	}
	ref, ok := numbered(r, id)
	if !ok {
		return nil
	}
	err = h.oneByOne(ctx, r.VM.Self, func(ctx context.Context) (reference, error) {
		response, err := methods.RemoveSnapshot_Task(ctx, h.Client, &types.RemoveSnapshot_Task{
			This: ref, RemoveChildren: children, Consolidate: &consolidate,
		})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
	if wire.IsGone(err) {
		return nil // a parent's removal took it along, or somebody was faster
	}
	return h.Denied(ctx, what, err)
}

// Revert implements vix.Snapshots: VirtualMachineSnapshot.RevertToSnapshot_Task, of the current one too, because
// RevertToCurrentSnapshot_Task reverts to whichever that is by then.
func (h *host) Revert(
	ctx context.Context, handle vix.Handle, named vix.SnapshotName, suppressPowerOn bool,
) (*vix.Reverted, error) {
	what, r, err := h.ofSnapshots(ctx, vix.SnapshotRevert, handle)
	if err != nil {
		return nil, err
	}
	to, err := named.Find(r.Opened().Snapshots, what.Object)
	if err != nil {
		return nil, err
	}
	ref, _ := numbered(r, to.ID)
	err = h.oneByOne(ctx, r.VM.Self, func(ctx context.Context) (reference, error) {
		request := &types.RevertToSnapshot_Task{This: ref}
		if suppressPowerOn {
			request.SuppressPowerOn = &suppressPowerOn
		}
		response, err := methods.RevertToSnapshot_Task(ctx, h.Client, request)
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
	if err != nil {
		return nil, h.Denied(ctx, what, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(h.Options.RequestTimeout, time.Second))
	defer cancel()
	now, err := h.Opens.Get(ctx, r.VM.Self)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	return &vix.Reverted{Snapshot: *to, PowerState: now.Opened().PowerState}, nil
}
