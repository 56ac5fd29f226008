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
	start := time.Now()
	r, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the interruption took %v", took)
	}
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
	s.Fault(sim.Fault{Method: "WaitForUpdatesEx", Times: -1, Delay: 3 * time.Second})
	defer s.ClearFaults()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "may still finish on the host", "Apply again")
	if took := time.Since(start); took > 2500*time.Millisecond {
		t.Errorf("the caller was kept for %v", took)
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
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := h.Register(ctx, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "may still finish on the host")
	s.ClearFaults()
}
