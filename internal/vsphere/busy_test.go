// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A change that the host refuses because another task is running is asked for again when that is over.
func TestABusyVMIsWaitedFor(t *testing.T) {
	register := func(ctx context.Context, h *host, p vix.Path, _ vix.Handle) error {
		return second(h.Register(ctx, vix.RegisterSpec{Path: p}))
	}
	for method, c := range map[string]struct {
		task bool
		run  func(context.Context, *host, vix.Path, vix.Handle) error
	}{
		"RegisterVM_Task":      {true, register},
		"Rename_Task":          {true, changing(vix.Change{Name: ptr("new")})},
		"MoveIntoFolder_Task":  {true, changing(vix.Change{Folder: ptr("Linux")})},
		"MoveIntoResourcePool": {false, changing(vix.Change{ResourcePool: ptr("front")})},
		"PowerOffVM_Task":      {true, unregistering(vix.PowerOffHard)},
		"ShutdownGuest":        {false, unregistering(vix.PowerOffGuest)},
		"UnregisterVM":         {false, unregistering(vix.PowerOffHard)},
	} {
		for _, form := range []string{"call", "task"} {
			if form == "task" && !c.task {
				continue
			}
			t.Run(method+" "+form, func(t *testing.T) {
				t.Parallel()
				s := simulated(t, single)
				must(t, second(s.AddFolder("DC0", "Linux")))
				must(t, second(s.AddPool("DC0", "DC0_C0", "front")))
				p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
				h := connected(t, s)
				var handle vix.Handle
				if method != "RegisterVM_Task" {
					r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
					must(t, err)
					handle = r.Handle()
					must(t, s.SetTools("DC0", p.String(), true, true))
					must(t, s.SetPower("DC0", p.String(), "poweredOn"))
				}
				busy := &types.TaskInProgress{Task: types.ManagedObjectReference{Type: "Task", Value: "task-77"}}
				f := sim.Fault{Method: method, Times: 2, SOAP: busy}
				if form == "task" {
					f.SOAP, f.Task = nil, busy
				}
				s.Fault(f)
				s.ResetRequests()
				must(t, c.run(t.Context(), h, p, handle))
				if n := s.Requests()[method]; n != 3 {
					t.Errorf("%d calls", n)
				}

				again := c.run
				switch method {
				case "RegisterVM_Task":
					must(t, s.Unregister(t.Context(), "DC0", p.String()))
				case "Rename_Task":
					again = changing(vix.Change{Name: ptr("newer")})
				default:
					return
				}
				f.Times = -1
				s.Fault(f)
				other := connected(t, s)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				e := failure(t, again(ctx, other, p, handle), vix.CodeOperationAlreadyInProgress, vix.FieldNone)
				says(t, kind(t, e, vix.ErrPassing), "Another task, task-77, is running on the object", "Nothing was begun", "the host says: TaskInProgress")
			})
		}
	}
}

// The task of somebody else is waited for, and left alone.
func TestTheTaskOfSomebodyElseIsLeftAlone(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	running := make(chan struct{})
	started := make(chan struct{}, 1)
	s.OnTask(func(ctx context.Context, method string) {
		if method == "RegisterVM_Task" {
			started <- struct{}{}
			<-running
		}
	})
	other := connected(t, s)
	done := make(chan error, 1)
	go func() { done <- second(other.Register(context.WithoutCancel(t.Context()), vix.RegisterSpec{Path: p})) }()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.waits.Outlast(ctx, s.LastTask()); !errors.Is(err, context.Canceled) {
		t.Errorf("it was waited for: %v", err)
	}
	if n := s.Requests()["CancelTask"]; n != 0 {
		t.Errorf("it was cancelled %d times", n)
	}
	close(running)
	must(t, h.waits.Outlast(t.Context(), s.LastTask()))
	must(t, <-done)
}

// A task that did not end in time is not called one that somebody cancelled.
func TestATimeoutIsNoCancelledTask(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	ctx, end := runsOut(t)
	var running atomic.Bool
	s.OnTask(func(ctx context.Context, method string) {
		if method == "RegisterVM_Task" {
			running.Store(true)
			<-ctx.Done()
		}
	})
	s.OnRequest(func(_ string, body []byte) {
		if running.Load() && bytes.Contains(body, []byte(">"+s.LastTask().Value+"<")) { // it is being waited for
			end()
		}
	})
	h := connected(t, s)
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeNetHTTPOperationTimedout, vix.FieldNone), "did not end within the time of the operation")

	ctx, interrupt := context.WithCancel(t.Context())
	s.OnTask(func(ctx context.Context, method string) {
		if method == "RegisterVM_Task" {
			interrupt()
			<-ctx.Done()
		}
	})
	_, err = h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "interrupted")
}

// Why an attempt is not recognised is said by what is so.
func TestAnAttemptThatIsNotRecognised(t *testing.T) {
	for name, c := range map[string]struct {
		by      func(*sim.Host) string
		prune   bool
		attempt vix.Attempt
		says    string
	}{
		"events are pruned": {(*sim.Host).Username, true, attemptNow(), "the host has no event of its registration any more: events are pruned after a while"},
		"somebody else":     {func(*sim.Host) string { return "mallory" }, false, attemptNow(), `by the host's events "mallory" registered it, at `},
		"another time": {(*sim.Host).Username, false, vix.Attempt{Begun: time.Now().Add(-2 * time.Hour), Until: time.Now().Add(-time.Hour)},
			"by the host's events and clock it was registered at "},
	} {
		t.Run(name, func(t *testing.T) {
			s := simulated(t, single)
			p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
			must(t, second(s.RegisterAs(t.Context(), c.by(s), "DC0", p.String())))
			if c.prune {
				s.PruneEvents()
			}
			_, err := connected(t, s).Check(t.Context(), vix.RegisterSpec{Path: p, Attempt: c.attempt})
			says(t, kind(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), vix.ErrAlreadyRegistered),
				"There was an attempt at this registration whose end was never told", c.says)
		})
	}
}

func attemptNow() vix.Attempt {
	return vix.Attempt{Begun: time.Now().Add(-time.Minute), Until: time.Now().Add(time.Hour)}
}
