// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// carry makes a change: it starts it, waits for its task, if it has one, and for other
// tasks of the object before.
func (h *host) carry(ctx context.Context, what wire.Step, start func() (types.ManagedObjectReference, error)) error {
	return h.Denied(ctx, what, h.patiently(ctx, func() error {
		task, err := start()
		if err != nil || task.Value == "" {
			return err
		}
		return h.waits.Done(ctx, task)
	}))
}

// The pauses before a host that was busy is asked again; they double.
const (
	firstRest   = 100 * time.Millisecond
	longestRest = 5 * time.Second
)

// patiently tries a change again while another task is running on the object: the host has
// begun nothing then. That task is waited for, where this user may see it, for as long as ctx
// lasts.
func (h *host) patiently(ctx context.Context, try func() error) error {
	for rest := firstRest; ; rest = min(2*rest, longestRest) {
		err := try()
		var busy *types.TaskInProgress
		if !as(err, &busy) {
			return err
		}
		_ = h.waits.Outlast(ctx, busy.Task) // where the host does not tell, it is asked again a moment later
		if wire.Pause(ctx, rest); ctx.Err() != nil {
			return h.stillBusy(ctx, busy, err)
		}
	}
}

// following starts a task and waits for its end, for other tasks of the object before. Unlike
// carry it does not cancel a task of its own when ctx ends.
func (h *host) following(ctx context.Context, start func(context.Context) (reference, error)) error {
	return h.patiently(ctx, func() error {
		task, err := start(ctx)
		if err != nil || task.Value == "" {
			return err
		}
		return h.waits.Follow(ctx, task)
	})
}

// busyWith reports that a call or a task was refused because another task, if it is told which, has
// the VM.
func (h *host) busyWith(err error) (reference, bool) {
	var busy *types.TaskInProgress
	if !as(err, &busy) {
		return reference{}, false
	}
	return busy.Task, true
}

// join waits for the end of another one's task, however it ends; a little, where it is not known.
func (h *host) join(ctx context.Context, task reference, rest time.Duration) error {
	if task.Value == "" || h.waits.Follow(ctx, task) != nil {
		wire.Pause(ctx, rest)
	}
	return ctx.Err()
}

// stillBusy is the error of a host that is busy for all the time that there is.
func (h *host) stillBusy(ctx context.Context, busy *types.TaskInProgress, err error) error {
	var e *vix.Error
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.As(h.Typed(err), &e) {
		return h.Typed(ctx.Err())
	}
	late := *e
	late.Kind, late.Cause = vix.ErrPassing, err
	late.Reason = fmt.Sprintf("Another task, %s, is running on the object, and did not end within the time of this operation. "+
		"Nothing was begun.", wire.OrUnknown(busy.Task.Value))
	return &late
}
