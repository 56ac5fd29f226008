// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestInterruptedRegistrationTellsItsEnd(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	ctx, cancel := context.WithCancel(t.Context())
	s.OnRequest(func(method string, _ []byte) {
		if method == "WaitForUpdatesEx" {
			s.OnRequest(nil)
			cancel()
		}
	})
	r, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	// The host finishes it or cancels it; either way the answer agrees with the host.
	vm, openErr := h.Open(t.Context(), vix.Locator{Path: p})
	if (err == nil) != (openErr == nil) || err == nil && r.ID != vm.ID {
		t.Errorf("register: %+v, %v; open: %+v, %v", r, err, vm, openErr)
	}
}

func TestATaskThatOutlivesItsCallerIsSaidSo(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	ctx, end := runsOut(t)
	s.OnRequest(func(method string, _ []byte) {
		if method == "WaitForUpdatesEx" {
			end()
		}
	})
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Times: -1, After: true, Hang: true})
	defer s.ClearFaults()
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	e := failure(t, err, vix.CodeNetHTTPOperationTimedout, vix.FieldNone)
	if says(t, e, "did not end within the time of the operation", "may still finish on the host"); !e.Doubt {
		t.Error("the outcome counts as known")
	}
}

func TestManyRegistrationsShareTheirWaiting(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	const n = 60
	var paths []vix.Path
	for i := range n {
		paths = append(paths, laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i)))
	}
	s.Fault(sim.Fault{Method: "RegisterVM_Task", Skip: 20, Times: 3, Task: &types.InvalidFormat{}})
	s.ResetRequests()
	var mu sync.Mutex
	failed := 0
	work := make(chan vix.Path)
	var workers sync.WaitGroup
	for range 10 {
		workers.Go(func() {
			for p := range work {
				if _, err := h.Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	for _, p := range paths {
		work <- p
	}
	close(work)
	workers.Wait()
	if failed != 3 {
		t.Errorf("%d registrations failed; three were made to, and none may disturb another", failed)
	}
	r := s.Requests()
	if r["CreatePropertyCollector"] != 1 || r["CreateListView"] != 1 || r["CreateFilter"] != 1 {
		t.Errorf("the waiting is not shared: %v", r)
	}
	if total := s.RequestCount(); total > 4*n {
		t.Errorf("%d registrations took %d requests: %v", n, total, r)
	}
	t.Logf("%d registrations: %d requests: %v", n, s.RequestCount(), r)
}

func TestTasksAreWatchedAnewWhenTheWatchBreaks(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	h := connected(t, s)
	for i, f := range []sim.Fault{
		{Method: "WaitForUpdatesEx", Cut: true},
		{Method: "WaitForUpdatesEx", Status: 503, Times: 2},
		{Method: "CreateFilter", Cut: true},
		{Method: "ModifyListView", Cut: true},
		{Method: "WaitForUpdatesEx", SOAP: &types.ManagedObjectNotFound{}},
	} {
		p := laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i))
		s.Fault(f)
		if _, err := h.Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
			t.Errorf("%+v: %v", f, err)
		}
		s.ClearFaults()
	}
	p := laid(t, s, "DC0", "[LocalDS_0] last/last.vmx")
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Times: -1, Status: 503})
	s.Fault(sim.Fault{Method: "CreatePropertyCollector", Times: -1, Status: 503})
	// The wait lasts as long as the operation may, which is longer than one call.
	impatient := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 3 * time.Second })
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	_, err := impatient.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeNetHTTPOperationTimedout, vix.FieldNone), "may still finish on the host")
	s.ClearFaults()
}

// A task that starts while the watch is replaced is waited for by the new one,
// also if a change of the old one's view is still under way.
func TestNoWaitIsLostWhenTheWatchBreaks(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	var paths []vix.Path
	for i := range 3 {
		paths = append(paths, laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i)))
	}
	finish, cut, change := make(chan struct{}), make(chan struct{}), make(chan struct{})
	started, waits, changes := make(chan struct{}, 9), make(chan struct{}, 9), make(chan struct{}, 9)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	await := func(c <-chan struct{}) {
		select {
		case <-c:
		case <-ctx.Done():
		}
	}
	s.OnTask(func(context.Context, string) {
		started <- struct{}{}
		await(finish)
	})
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Cut: true})
	var first, firstChange sync.Once
	s.OnRequest(func(method string, _ []byte) {
		switch method {
		case "WaitForUpdatesEx":
			waits <- struct{}{}
			first.Do(func() { await(cut) })
		case "ModifyListView":
			changes <- struct{}{}
			firstChange.Do(func() { await(change) })
		}
	})
	defer s.OnRequest(nil)
	var all sync.WaitGroup
	register := func(p vix.Path) {
		all.Go(func() {
			if _, err := h.Register(ctx, vix.RegisterSpec{Path: p}); err != nil {
				t.Errorf("register %s: %v", p, err)
			}
		})
		await(started)
	}
	register(paths[0])
	await(waits)
	register(paths[1])
	await(changes)
	close(cut)
	await(waits) // on the next watch
	register(paths[2])
	close(change)
	close(finish)
	all.Wait()
	s.OnTask(nil)
}

// running lays out VMs that are on and listen.
func running(t *testing.T, s *sim.Host, h *host, n int) []vix.Handle {
	t.Helper()
	var handles []vix.Handle
	for i := range n {
		p, _ := registered(t, s, "DC0", fmt.Sprintf("[LocalDS_0] on%d/on%d.vmx", i, i))
		must(t, s.SetTools("DC0", p.String(), true, true))
		must(t, s.SetPower("DC0", p.String(), "poweredOn"))
		vm, err := h.Open(t.Context(), vix.Locator{Path: p})
		must(t, err)
		handles = append(handles, vm.Handle())
	}
	return handles
}

func TestGuestShutdownsShareTheirWaiting(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	handles := running(t, s, h, 10)
	s.ResetRequests()
	tenAtATime(handles, func(_ int, handle vix.Handle) { must(t, h.Unregister(t.Context(), handle, vix.PowerOffGuest)) })
	if r := s.Requests(); r["CreatePropertyCollector"] != 1 || r["CreateFilter"] != 1 || r["ModifyListView"] > 10 {
		t.Errorf("the waiting is not shared: %v", r)
	}
}

// Whoever interrupts a shutdown waits for no answer of the host.
func TestAnInterruptedShutdownWaitsForNoAnswer(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	handle := running(t, s, h, 1)[0]
	s.SetGuestsHang(true)
	release := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	s.OnRequest(func(method string, _ []byte) {
		if method == "WaitForUpdatesEx" {
			cancel()
		}
		if ctx.Err() != nil {
			<-release
		}
	})
	done := make(chan error, 1)
	go func() { done <- h.Unregister(ctx, handle, vix.PowerOffGuest) }()
	select {
	case err := <-done:
		failure(t, err, vix.CodeCancelled, vix.FieldNone)
	case <-time.After(8 * time.Second): // a call may take 10
		t.Error("the interruption waits for the host")
	}
	s.OnRequest(nil)
	close(release)
}

func TestAWatchThatIsGivenUpIsDestroyed(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Status: 503})
	_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if r := s.Requests(); r["DestroyView"] == 1 && r["DestroyPropertyCollector"] == 1 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("the host still keeps it: %v", s.Requests())
}

// What many share comes in pages, and a page that is cut off fails nobody.
func TestAReadWhosePageIsCutBeginsAnew(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{VMs: 30, PageSize: 10})
	paths := inventoryPaths(t, 30, 30, 1, 1)
	h := connected(t, s)
	s.Fault(sim.Fault{Method: "ContinueRetrievePropertiesEx", Skip: 1, Times: 2, Cut: true})
	openAll(t, h, paths)
	s.Fault(sim.Fault{Method: "ContinueRetrievePropertiesEx", Times: 2, Cut: true})
	items, err := h.Find(t.Context(), vix.Query{})
	if err != nil || len(items) != 30 {
		t.Errorf("%d VMs are found, %v", len(items), err)
	}
	if n := s.Requests()["ContinueRetrievePropertiesEx"]; n < 5 {
		t.Errorf("only %d further pages were asked for", n)
	}
}
