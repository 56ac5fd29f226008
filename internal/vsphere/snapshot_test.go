// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"sync"
	"testing"
	"time"

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

// What somebody else has taken within the time of an attempt, with its name, is not its end: the host's record says who it was. Where it
// does not, the snapshot is named, and none is taken.
func TestASnapshotOfSomebodyElseIsNotTheEndOfAnAttempt(t *testing.T) {
	for name, test := range map[string]struct {
		ours, others, pruned bool
		taken                int
	}{
		"ours": {ours: true}, "others'": {others: true, taken: 1}, "both": {ours: true, others: true}, "nobody knows": {ours: true, pruned: true},
	} {
		for _, forgotten := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " forgotten ", forgotten), func(t *testing.T) {
				s := simulated(t, sim.Options{})
				s.AddUser("nightly", "secret")
				handle := machines(t, s, "DC0", 1)[0]
				h := connected(t, s)
				spec := vix.SnapshotSpec{Name: "before the upgrade"}
				begun := time.Now().Add(-time.Second)
				if test.others {
					other := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = "nightly", "secret" })
					must(t, second(other.TakeSnapshot(t.Context(), handle, spec)))
				}
				var mine *vix.Snapshot
				if test.ours {
					var err error
					mine, err = h.TakeSnapshot(t.Context(), handle, spec)
					must(t, err)
				}
				if forgotten {
					s.ForgetTasks()
				}
				if test.pruned {
					s.PruneEvents()
				}
				s.ResetRequests()
				spec.Attempt = vix.Attempt{Begun: begun, Until: begun.Add(time.Minute)}
				taken, err := connected(t, s).TakeSnapshot(t.Context(), handle, spec)
				if n := s.Requests()["CreateSnapshot_Task"]; n != test.taken {
					t.Errorf("%d were taken", n)
				}
				if forgotten && (test.pruned || test.ours && test.others) {
					e := failure(t, err, vix.CodeAlreadyExists, vix.FieldName)
					kind(t, e, vix.ErrSnapshotThere)
					says(t, e, "before the upgrade (id ", "is not proved")
					return
				}
				must(t, err)
				if test.ours && taken.ID != mine.ID {
					t.Errorf("%v is taken for %v", taken, mine)
				}
			})
		}
	}
}
