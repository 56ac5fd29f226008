// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// hanging is a host on which something does not end until it is let go.
type hanging struct {
	*inside
	h   *host
	ref string
	let chan struct{}
}

// task makes the tasks of a method hang.
func (w *hanging) task(method string) (free func()) {
	w.sim.OnTask(func(_ context.Context, called string) {
		if called == method {
			<-w.let
		}
	})
	return func() { close(w.let) }
}

// TestAWaitIsToldWhenItBegins: a wait that hangs is in the log with what it is for, before it ends; and with its milliseconds when
// it has.
func TestAWaitIsToldWhenItBegins(t *testing.T) {
	snapshot := func(ctx context.Context, w *hanging, h *host) error {
		return second(h.TakeSnapshot(ctx, w.handle, vix.SnapshotSpec{Name: "base"}))
	}
	for name, c := range map[string]struct {
		kind string
		hang func(*testing.T, *hanging) (free func())
		do   func(context.Context, *hanging) error
		says func(*hanging) map[string]any
	}{
		"a task": {
			"task",
			func(_ *testing.T, w *hanging) func() { return w.task("CreateSnapshot_Task") },
			func(ctx context.Context, w *hanging) error { return snapshot(ctx, w, w.h) },
			func(w *hanging) map[string]any { return map[string]any{"task": w.sim.LastTask().Value} },
		},
		"another one's task": {
			"wait",
			func(t *testing.T, w *hanging) func() {
				free := w.task("CreateSnapshot_Task")
				before := w.sim.LastTask()
				go func() { _ = snapshot(t.Context(), w, w.inside.host) }()
				other := eventually(t, func() (types.ManagedObjectReference, error) {
					if now := w.sim.LastTask(); now != before {
						return now, nil
					}
					return before, errors.New("no task has begun")
				})
				w.sim.Fault(sim.Fault{Method: "Rename_Task", SOAP: &types.TaskInProgress{Task: other}, Times: 1})
				return free
			},
			func(ctx context.Context, w *hanging) error {
				return w.h.Update(ctx, w.handle, vix.Change{Name: ptr("renamed")})
			},
			func(w *hanging) map[string]any {
				return map[string]any{"wait": w.sim.LastTask().Value, "for": "the end of another task"}
			},
		},
		"a state of a VM": {
			"wait",
			func(t *testing.T, w *hanging) func() {
				must(t, w.sim.SetTools("DC0", w.path, true, false))
				return func() { must(t, w.sim.SetTools("DC0", w.path, true, true)) }
			},
			func(ctx context.Context, w *hanging) error {
				return second(w.h.SetPower(ctx, w.handle, vix.PowerOrder{Op: vix.PowerOpOn, WaitFor: vix.WaitForTools}))
			},
			func(w *hanging) map[string]any {
				return map[string]any{"wait": w.ref, "for": "VMware Tools that are ready"}
			},
		},
		"an agent that is busy": {
			"wait",
			func(_ *testing.T, w *hanging) func() {
				w.guest.Refuse(sim.VixFault(3016, 0), -1)
				return w.guest.StopRefusing
			},
			func(ctx context.Context, w *hanging) error {
				return second(w.h.GuestProcesses(ctx, w.handle, w.login))
			},
			func(w *hanging) map[string]any {
				return map[string]any{"wait": w.ref, "for": "an agent in the guest that takes orders"}
			},
		},
		"a program in a guest": {
			"wait",
			func(t *testing.T, w *hanging) func() {
				disk, err := w.guest.Real("/root")
				must(t, err)
				return func() { must(t, os.WriteFile(filepath.Join(disk, "go"), nil, 0o600)) }
			},
			func(ctx context.Context, w *hanging) error {
				return second(w.h.RunInGuest(ctx, w.handle, w.login, vix.GuestRun{
					Script: "while [ ! -e /root/go ]; do sleep 0.1; done", Token: "token",
				}))
			},
			func(w *hanging) map[string]any {
				return map[string]any{"wait": w.ref, "for": "the end of the program vix-token"}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log kept
			w := &hanging{inside: visited(t), let: make(chan struct{})}
			vm, err := w.sim.VM("DC0", w.path)
			must(t, err)
			w.ref = vm.Self.Value
			w.h = connected(t, w.sim, func(o *vix.ConnectOptions) {
				o.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			free := c.hang(t, w)
			done := make(chan error, 1)
			go func() { done <- c.do(t.Context(), w) }()
			line := eventually(t, func() (map[string]any, error) {
				want := c.says(w)
				want["level"], want["msg"] = "DEBUG", "waiting"
				for _, line := range log.lines(t) {
					if maps.Equal(line, want) {
						return want, nil
					}
				}
				return nil, errors.New("the beginning of the wait is not told")
			})
			line["msg"] = c.kind
			if n := log.ends(t, line); n != 0 {
				t.Errorf("the end of the wait is told %d times before it is there", n)
			}
			free()
			must(t, <-done)
			if n := log.ends(t, line); n != 1 {
				t.Errorf("the end of the wait is told %d times", n)
			}
		})
	}
}

// ends is how many lines are one, and say how long it took.
func (k *kept) ends(t *testing.T, want map[string]any) int {
	t.Helper()
	n := 0
	for _, line := range k.lines(t) {
		if _, took := line["ms"].(float64); took {
			delete(line, "ms")
			if maps.Equal(line, want) {
				n++
			}
		}
	}
	return n
}
