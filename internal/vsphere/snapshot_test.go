// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Snapshots of one VM that are taken at once are taken one after the other, and no call is refused.
func TestSnapshotsOfOneVMGoOneAfterTheOther(t *testing.T) {
	s := simulated(t, sim.Options{})
	handle := machines(t, s, "DC0", 1)[0]
	h := connected(t, s)
	var takers sync.WaitGroup
	for range 5 {
		takers.Go(func() { must(t, second(h.TakeSnapshot(t.Context(), handle, vix.SnapshotSpec{Name: "same"}))) })
	}
	takers.Wait()
	vm, err := h.Snapshots(t.Context(), handle)
	must(t, err)
	if n := s.Requests()["CreateSnapshot_Task"]; n != 5 || len(vm.Snapshots) != 5 || vm.Snapshots[4].Path != "same/same/same/same/same" {
		t.Errorf("%d calls: %+v", n, vm.Snapshots)
	}
}

// What comes together is read, and waited for, together.
func TestSnapshotsTravelTogether(t *testing.T) {
	for _, n := range []int{1, 10, 100} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := simulated(t, sim.Options{PlainHTTP: true})
			handles := machines(t, s, "DC0", n)
			h := connected(t, s)
			_, err := h.Info(t.Context())
			must(t, err)
			for _, step := range []struct {
				name string
				most int
				do   func(vix.Handle) error
			}{
				{"take", 3*n + 25, func(handle vix.Handle) error {
					return second(h.TakeSnapshot(t.Context(), handle, vix.SnapshotSpec{Name: "a"}))
				}},
				{"read", 3*n/10 + 10, func(handle vix.Handle) error { return second(h.Snapshots(t.Context(), handle)) }},
				{"remove", 3*n + 25, func(handle vix.Handle) error { return h.RemoveSnapshot(t.Context(), handle, "1", false, true) }},
			} {
				s.ResetRequests()
				tenAtATime(handles, func(_ int, handle vix.Handle) {
					if err := step.do(handle); err != nil {
						t.Errorf("%s: %v", step.name, err)
					}
				})
				total, text := besides(s)
				t.Logf("%s %d snapshots: %d requests:%s", step.name, n, total, text)
				if total > step.most {
					t.Errorf("%s %d snapshots took %d requests:%s", step.name, n, total, text)
				}
			}
		})
	}
}
