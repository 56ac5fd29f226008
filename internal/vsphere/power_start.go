// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// starts powers VMs on: those that come together with one call.
type starts struct {
	batch vms.Batch[startKey, *started]
	// tasks are the power-on tasks of VMs; none is a zero reference.
	tasks vms.Batch[begunBy, reference]

	mu sync.Mutex
	// asking is the end of each who asks: what nobody asks for any more is not powered on.
	asking map[startKey]<-chan struct{}
}

// startKey is a VM and its datacenter.
type startKey struct{ vm, dc reference }

// begunBy is a VM that is powered on, and the task that began it, among others; empty if it does not matter.
type begunBy struct {
	vm     reference
	parent string
}

// started is what became of VMs that were powered on together. It is complete when done is closed.
type started struct {
	done chan struct{}
	// failed is why nothing is known of any, of each why it was not begun, or its task; a VM that has
	// neither shows itself what becomes of it.
	failed  error
	refused map[reference]error
	tasks   map[reference]reference
}

func newStarted() *started {
	return &started{done: make(chan struct{}), refused: map[reference]error{}, tasks: map[reference]reference{}}
}

// powerOn powers a VM on, and waits for the end of its task where there is one. It says when the call is made.
func (s *starts) powerOn(ctx context.Context, h *host, vm, dc reference, made func()) error {
	key := startKey{vm, dc}
	s.mu.Lock()
	if s.asking == nil {
		s.asking = map[startKey]<-chan struct{}{}
	}
	s.asking[key] = ctx.Done()
	s.mu.Unlock()
	all, err := s.batch.Get(ctx, key)
	made()
	if err != nil {
		return err
	}
	select {
	case <-all.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if all.failed != nil {
		return all.failed
	}
	if err := all.refused[vm]; err != nil {
		return err
	}
	if task := all.tasks[vm]; task.Value != "" {
		return h.waits.Follow(ctx, task)
	}
	return nil
}

// wanted are the keys that somebody still asks for.
func (s *starts) wanted(keys []startKey) []startKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []startKey
	for _, key := range keys {
		select {
		case <-s.asking[key]:
		default:
			out = append(out, key)
		}
		delete(s.asking, key)
	}
	return out
}

// startPower begins to power VMs on, with one call a datacenter. What becomes of each is found
// out while others are begun.
func (h *host) startPower(ctx context.Context, keys []startKey) map[startKey]vms.Answer[*started] {
	out := map[startKey]vms.Answer[*started]{}
	for _, key := range keys {
		out[key] = vms.Answer[*started]{Err: context.Canceled}
	}
	wanted := h.starts.wanted(keys)
	if !h.Client.IsVC() {
		all := h.startEach(ctx, wanted)
		for _, key := range wanted {
			out[key] = vms.Answer[*started]{Value: all}
		}
		return out
	}
	in := map[reference][]reference{}
	for _, key := range wanted {
		in[key.dc] = append(in[key.dc], key.vm)
	}
	for dc, machines := range in {
		response, err := methods.PowerOnMultiVM_Task(ctx, h.Client, &types.PowerOnMultiVM_Task{This: dc, Vm: machines})
		all := newStarted()
		for _, vm := range machines {
			out[startKey{vm, dc}] = vms.Answer[*started]{Value: all, Err: err}
		}
		if err == nil {
			go h.learn(ctx, all, response.Returnval, machines)
		}
	}
	return out
}

// startEach is for an ESXi, which takes one VM a call.
func (h *host) startEach(ctx context.Context, keys []startKey) *started {
	all := newStarted()
	defer close(all.done)
	var group errgroup.Group
	var mu sync.Mutex
	group.SetLimit(vms.Parallel)
	for _, key := range keys {
		group.Go(func() error {
			response, err := methods.PowerOnVM_Task(ctx, h.Client, &types.PowerOnVM_Task{This: key.vm})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				all.refused[key.vm] = err
				return nil
			}
			all.tasks[key.vm] = response.Returnval
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	return all
}

// learn finds out what became of VMs that were powered on together.
func (h *host) learn(ctx context.Context, all *started, multi reference, machines []reference) {
	defer close(all.done)
	result, err := h.waits.FollowResult(ctx, multi)
	if err != nil {
		all.failed = err
		return
	}
	said, ok := result.(types.ClusterPowerOnVmResult)
	if !ok {
		return // the VMs show it
	}
	for _, not := range said.NotAttempted {
		all.refused[not.Vm] = h.Typed(task.Error{LocalizedMethodFault: &not.Fault})
	}
	attempted := map[reference]bool{}
	var silent []reference
	for _, info := range said.Attempted {
		attempted[info.Vm] = true
		if info.Task != nil {
			all.tasks[info.Vm] = *info.Task
		} else {
			silent = append(silent, info.Vm)
		}
	}
	for _, vm := range machines {
		if len(said.Recommendations) > 0 && !attempted[vm] && all.refused[vm] == nil {
			all.refused[vm] = onlyRecommended(said.Recommendations)
		}
	}
	if len(silent) == 0 {
		return
	}
	// A cluster tells no task; the VMs do. Where they do not, they show what becomes of them.
	replies := make([]vms.Reply[reference], len(silent))
	for i, vm := range silent {
		replies[i] = h.starts.tasks.Ask(begunBy{vm, multi.Value})
	}
	for i, vm := range silent {
		if begun, err := replies[i].Wait(ctx); err == nil {
			all.tasks[vm] = begun
		}
	}
}

// onlyRecommended is the error of a cluster that leaves to a person where VMs run.
func onlyRecommended(made []types.ClusterRecommendation) error {
	e := &vix.Error{
		Code: vix.CodeCannotPowerOnVM,
		Reason: "DRS of the cluster is manual: it only recommends where the VM is to be powered on, and waits for " +
			"somebody to approve it. " +
			"Nothing was powered on.",
		Remedy: "Approve the recommendation, or let DRS place VMs by itself (partially or fully automated).",
	}
	for _, r := range made {
		text := r.ReasonText
		if r.Target != nil {
			text = fmt.Sprintf("%s (%s)", text, r.Target.Value)
		}
		e.Choices = append(e.Choices, text)
	}
	return e
}

// powerOnTasks are the newest power-on tasks of VMs, as the VMs tell them with one request: those that
// have not ended, and those of a parent, if one is given.
func (h *host) powerOnTasks(ctx context.Context, begun []begunBy) map[begunBy]vms.Answer[reference] {
	spec := types.PropertyFilterSpec{
		PropSet:                       []types.PropertySpec{{Type: "Task", PathSet: []string{"info"}}},
		ReportMissingObjectsInResults: types.NewBool(true),
	}
	recent := []types.BaseSelectionSpec{wire.Traverse("recent", "VirtualMachine", "recentTask")}
	for _, by := range begun {
		spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: by.vm, Skip: types.NewBool(true), SelectSet: recent})
		recent = wire.Selected("recent")
	}
	content, err := h.Retrieve(ctx, spec)
	newest := map[begunBy]types.TaskInfo{}
	for _, o := range content {
		var t mo.Task
		wire.Load(o, &t)
		info := t.Info
		if info.Entity == nil || !strings.EqualFold(info.DescriptionId, "VirtualMachine.powerOn") {
			continue
		}
		running := info.State == types.TaskInfoStateRunning || info.State == types.TaskInfoStateQueued
		for _, by := range begun {
			if by.vm != *info.Entity || !running && (by.parent == "" || info.ParentTaskKey != by.parent) {
				continue
			}
			if before, ok := newest[by]; !ok || before.QueueTime.Before(info.QueueTime) {
				newest[by] = info
			}
		}
	}
	out := map[begunBy]vms.Answer[reference]{}
	for _, by := range begun {
		out[by] = vms.Answer[reference]{Value: newest[by].Task, Err: err}
	}
	return out
}
