// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// createSnapshotTask is the host's name of the task that takes a snapshot.
const createSnapshotTask = "CreateSnapshot_Task"

// finishedSnapshot is the end of an interrupted attempt of ours; nil if there is none. Name and time prove nothing: somebody else may
// have taken one of that name since. The host's record of who it was does, a task that it still knows or else its events.
func (h *host) finishedSnapshot(ctx context.Context, what wire.Step, handle vix.Handle, spec vix.SnapshotSpec) (*vix.Snapshot, error) {
	if spec.Attempt.IsZero() {
		return nil, nil
	}
	r, err := h.meant(ctx, what, handle, &h.Opens)
	if err != nil {
		return nil, err
	}
	found, refs := r.Opened().Snapshots, r.SnapshotRefs()
	var makers map[reference]string
	var unknown []vix.Snapshot
	for i, s := range found {
		if !spec.Finishes(s) {
			continue
		}
		if makers == nil {
			if makers, err = h.snapshotMakers(ctx, r.VM.Self); err != nil {
				return nil, h.Failed(what, err)
			}
		}
		switch maker, told := makers[refs[i]]; {
		case !told:
			unknown = append(unknown, s)
		case maker == h.User.UserName:
			return &s, nil
		}
	}
	if len(unknown) == 0 {
		return nil, nil
	}
	return h.recordedSnapshot(ctx, what, r, spec, unknown)
}

// snapshotMakers are the users who have taken snapshots of a VM, as far as the host still knows their tasks.
func (h *host) snapshotMakers(ctx context.Context, vm reference) (map[reference]string, error) {
	content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: vm, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("tasks", "VirtualMachine", "recentTask")},
		}},
		PropSet:                       []types.PropertySpec{{Type: "Task", PathSet: []string{"info"}}},
		ReportMissingObjectsInResults: types.NewBool(true),
	})
	if err != nil {
		return nil, err
	}
	makers := map[reference]string{}
	for _, o := range content {
		var task mo.Task
		wire.Load(o, &task)
		taken, made := task.Info.Result.(reference)
		if by, ok := task.Info.Reason.(*types.TaskReasonUser); ok && made && task.Info.Name == createSnapshotTask {
			makers[taken] = by.UserName
		}
	}
	return makers, nil
}

// recordedSnapshot asks the host's events who has taken snapshots of the VM within the time of the attempt: EventManager.QueryEvents. One
// snapshot, and our user alone, is the end of it; others alone, and there is none. What is not certain is an error that names it: it is
// not taken twice, and is not taken for ours.
func (h *host) recordedSnapshot(
	ctx context.Context, what wire.Step, r *vms.Record, spec vix.SnapshotSpec, found []vix.Snapshot,
) (*vix.Snapshot, error) {
	ours, others, err := h.snapshotEvents(ctx, r.VM.Self, spec.Attempt)
	switch {
	case err != nil:
		return nil, h.Failed(what, err)
	case ours > 0 && others == 0 && len(found) == 1:
		return &found[0], nil
	case ours == 0 && others > 0:
		return nil, nil
	}
	is := h.stamp(ctx, r.Registration())
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeAlreadyExists, Kind: vix.ErrSnapshotThere, Field: vix.FieldName, VM: &is,
		Reason: fmt.Sprintf("There was an attempt at this snapshot whose end was never told. That it has left what has this name and "+
			"description is not proved: by the host's events, between %s and %s %q has taken %d of this VM, and others %d.",
			at(spec.Attempt.Begun), at(spec.Attempt.Until), h.User.UserName, ours, others),
	}
	for _, s := range found {
		e.Choices = append(e.Choices, s.String())
	}
	return nil, e
}

// snapshotEvents counts the snapshots of a VM that the host's events tell of within the time of an attempt. A host that does not tell its
// events tells of none.
func (h *host) snapshotEvents(ctx context.Context, vm reference, attempt vix.Attempt) (ours, others int, err error) {
	manager := h.Client.ServiceContent.EventManager
	if manager == nil {
		return 0, 0, nil
	}
	begun, until := attempt.Begun.Truncate(time.Second), attempt.Until.Add(time.Second)
	response, err := methods.QueryEvents(ctx, h.Client, &types.QueryEvents{
		This: *manager,
		Filter: types.EventFilterSpec{
			Entity:      &types.EventFilterSpecByEntity{Entity: vm, Recursion: types.EventFilterSpecRecursionOptionSelf},
			EventTypeId: []string{"TaskEvent"},
			Time:        &types.EventFilterSpecByTime{BeginTime: &begun, EndTime: &until},
		},
	})
	if err != nil {
		if unanswerable(err) {
			return 0, 0, nil
		}
		return 0, 0, err
	}
	for _, event := range response.Returnval {
		e, ok := event.(*types.TaskEvent)
		switch {
		case !ok || e.Info.Name != createSnapshotTask || !attempt.Covers(e.CreatedTime):
		case e.UserName == h.User.UserName:
			ours++
		default:
			others++
		}
	}
	return ours, others, nil
}
