// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// left is what an interrupted attempt at a clone has left.
type left struct {
	vm *vms.Record // the clone; nil if there is none
	// underway is set where it is still being made, and nobody waited.
	underway bool
	// why says why nothing is proved to be the attempt's; empty where there was no attempt.
	why string
}

// leftClone finds what an interrupted attempt of ours has left, and waits for what is still under way if wait is set. The
// tasks of the attempt tell, where they are known and the host still has them; otherwise its events do.
func (h *host) leftClone(ctx context.Context, c *cloning, wait bool) (left, error) {
	if c.spec.Attempt.IsZero() {
		return left{}, nil
	}
	certain := c.spec.Attempt.Told()
	var running []reference
	for _, task := range c.spec.Attempt.Tasks {
		ref := reference{Type: "Task", Value: task}
		info, err := h.waits.Now(ctx, ref)
		switch {
		case err != nil:
			return left{}, err
		case info == nil:
			certain = false // the host has forgotten it
		case !watch.HasEnded(*info):
			running = append(running, ref)
		default:
			if vm, err := h.cloneOf(ctx, c, info.Result); vm != nil || err != nil {
				return left{vm: vm}, err
			}
		}
	}
	if !certain {
		more, err := h.runningClones(ctx, c)
		if err != nil {
			return left{}, err
		}
		running = append(running, more...)
	}
	if len(running) > 0 && !wait {
		return left{underway: true}, nil
	}
	for _, task := range running {
		result, err := h.waits.FollowResult(ctx, task) // not every one of them is certain to be ours to cancel
		if ctx.Err() != nil {
			return left{}, err
		}
		if slices.Contains(c.spec.Attempt.Tasks, task.Value) && err == nil {
			if vm, err := h.cloneOf(ctx, c, result); vm != nil || err != nil {
				return left{vm: vm}, err
			}
		}
	}
	if certain {
		return left{why: "the host says that its tasks came to another end"}, nil
	}
	return h.recordedClone(ctx, c)
}

// cloneOf is the VM that a task has made, if it made one that is there still and is nobody else's.
func (h *host) cloneOf(ctx context.Context, c *cloning, result types.AnyType) (*vms.Record, error) {
	vm, ok := result.(reference)
	if !ok || slices.Contains(c.spec.Others, vm.Value) {
		return nil, nil
	}
	r, err := h.Reads.Get(ctx, vm)
	if wire.IsGone(err) {
		return nil, nil
	}
	return r, err
}

// runningClones are the tasks of our user that clone the source and began within the time of the attempt. Of what they will
// be called the host's tasks tell nothing.
func (h *host) runningClones(ctx context.Context, c *cloning) ([]reference, error) {
	content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: c.source.VM.Self, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("tasks", "VirtualMachine", "recentTask")},
		}},
		PropSet:                       []types.PropertySpec{{Type: "Task", PathSet: []string{"info"}}},
		ReportMissingObjectsInResults: types.NewBool(true),
	})
	if err != nil {
		return nil, err
	}
	var running []reference
	for _, o := range content {
		var task mo.Task
		wire.Load(o, &task)
		by, _ := task.Info.Reason.(*types.TaskReasonUser)
		if task.Info.Name == "CloneVM_Task" && !watch.HasEnded(task.Info) && by != nil && by.UserName == h.User.UserName &&
			c.spec.Attempt.Covers(task.Info.QueueTime) && !slices.Contains(c.spec.Attempt.Tasks, o.Obj.Value) {
			running = append(running, o.Obj)
		}
	}
	return running, nil
}

// recordedClone asks the host's events for clones of the source by our user, with the name, within the time of the attempt:
// EventManager.QueryEvents. One that is in the folder is the end of it.
func (h *host) recordedClone(ctx context.Context, c *cloning) (left, error) {
	events, told, err := h.cloneEvents(ctx, c.spec.Attempt)
	switch {
	case err != nil:
		return left{}, err
	case !told:
		return left{why: "the host does not tell its events"}, nil
	}
	var elsewhere, here []*vms.Record
	for _, e := range events {
		if e.Vm == nil || e.SourceVm.Vm != c.source.VM.Self || !vix.SameName(vix.Unescape(e.Vm.Name), c.spec.Name) {
			continue
		}
		r, err := h.cloneOf(ctx, c, e.Vm.Vm)
		switch {
		case err != nil:
			return left{}, err
		case r == nil:
		case r.VM.Parent != nil && *r.VM.Parent == c.placed.Folder.Ref:
			here = append(here, r)
		default:
			elsewhere = append(elsewhere, r)
		}
	}
	switch {
	case len(here) == 1:
		return left{vm: here[0]}, nil
	case len(here)+len(elsewhere) > 0:
		return left{}, h.severalClones(ctx, c, slices.Concat(here, elsewhere))
	}
	return left{why: fmt.Sprintf("the host has no event of a clone that %q made of this source between %s and %s",
		h.User.UserName, at(c.spec.Attempt.Begun), at(c.spec.Attempt.Until))}, nil
}

// cloneEvents are the events of clones that our user made within the time of an attempt; a host may not tell.
func (h *host) cloneEvents(ctx context.Context, attempt vix.Attempt) (events []*types.VmClonedEvent, told bool, err error) {
	manager := h.Client.ServiceContent.EventManager
	if manager == nil {
		return nil, false, nil
	}
	begun, until := attempt.Begun.Truncate(time.Second), attempt.Until.Add(time.Second)
	response, err := methods.QueryEvents(ctx, h.Client, &types.QueryEvents{
		This: *manager,
		Filter: types.EventFilterSpec{
			EventTypeId: []string{"VmClonedEvent"}, UserName: &types.EventFilterSpecByUsername{UserList: []string{h.User.UserName}},
			Time: &types.EventFilterSpecByTime{BeginTime: &begun, EndTime: &until},
		},
	})
	if err != nil {
		if unanswerable(err) {
			return nil, false, nil // no record, no proof
		}
		return nil, false, err
	}
	for _, event := range response.Returnval {
		if e, ok := event.(*types.VmClonedEvent); ok && e.UserName == h.User.UserName && attempt.Covers(e.CreatedTime) {
			events = append(events, e)
		}
	}
	return events, true, nil
}

// severalClones is the error of clones of which none is certain to be what the attempt has left.
func (h *host) severalClones(ctx context.Context, c *cloning, found []*vms.Record) error {
	is := h.stamp(ctx, found[0].Registration())
	e := &vix.Error{
		Op: c.what.Op, Object: c.what.Object, Code: vix.CodeAlreadyExists, Kind: vix.ErrCloneThere, Field: vix.FieldName, VM: &is,
		Reason: fmt.Sprintf("An attempt at this clone was interrupted, and its end was never told. By the host's events %q has made of "+
			"this source, within its time and with this name, what is not in the folder %s alone:", h.User.UserName, c.placed.Folder.Path),
	}
	for _, r := range found {
		reg := r.Registration()
		e.Choices = append(e.Choices, candidate(reg)+" at "+reg.Path.String()+" in "+reg.Folder)
	}
	return e
}
