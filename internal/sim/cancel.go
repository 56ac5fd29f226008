// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// OnTask sets a function that is called with every task that runs, before its work begins; nil removes it. It may
// block, which keeps that task running; its context ends when the task is cancelled.
func (h *Host) OnTask(f func(ctx context.Context, method string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onTask = f
}

// cancellable makes a task one that may be cancelled until its work begins. The function returned waits for that
// and says whether the work is to begin.
func (h *Host) cancellable(ref moref, method string) func() bool {
	ctx, cancel := context.WithCancel(context.Background())
	h.mu.Lock()
	defer h.mu.Unlock()
	hook := h.onTask
	if h.cancels == nil {
		h.cancels = map[moref]context.CancelFunc{}
	}
	h.cancels[ref] = cancel
	return func() bool {
		defer cancel()
		if hook != nil {
			hook(ctx, method)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.cancels, ref)
		return ctx.Err() == nil
	}
}

// cancelAll lets go of every task that has not begun.
func (h *Host) cancelAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, cancel := range h.cancels {
		cancel()
	}
}

// taskObject corrects Task.
type taskObject struct{ standIn }

// CancelTask asks a task to end. The simulator's own reports it as ended at once and lets its work go on, so that
// what is said to have been cancelled is done all the same. Here, as on vSphere, a task that has begun its work ends
// as that ends.
func (t *taskObject) CancelTask(ctx *simulator.Context, r *types.CancelTask) soap.HasFault {
	t.enter(ctx)
	body := &methods.CancelTaskBody{}
	inner, ok := t.h.reg.Get(t.Self).(*simulator.Task)
	if !ok {
		body.Fault_ = soapFaultOf(&types.ManagedObjectNotFound{Obj: r.This})
		return body
	}
	done := false
	t.h.context().WithLock(inner, func() { done = inner.Info.CompleteTime != nil })
	if done {
		body.Fault_ = soapFaultOf(&types.InvalidState{})
		return body
	}
	t.h.mu.Lock()
	defer t.h.mu.Unlock()
	if cancel := t.h.cancels[t.Self]; cancel != nil {
		cancel()
	}
	body.Res = &types.CancelTaskResponse{}
	return body
}
