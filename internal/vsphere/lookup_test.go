// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// A lookup by itself never waits. Of those that come while it is under way, few
// are made one by one, and many by an index.
func TestACrowdIsForAnIndex(t *testing.T) {
	for _, c := range []struct {
		name    string
		come    []time.Duration // when, each through width datacenters
		width   int
		singly  int
		waiting time.Duration // the longest
	}{
		{name: "one", come: at(0), width: 1, singly: 1},
		{name: "one through three datacenters", come: at(0), width: 3, singly: 1},
		{name: "one through more", come: at(0), width: maxWidth + 1},
		{name: "one after the other", come: at(0, 30, 60, 90, 120, 150, 180), width: 1, singly: maxSingles},
		{name: "two", come: at(0, 5), width: 1, singly: 2, waiting: crowding},
		{name: "five", come: at(0, 5, 5, 6, 6), width: 1, singly: 5, waiting: crowding + time.Millisecond},
		{name: "ten", come: at(0, 5, 5, 5, 6, 6, 6, 6, 6, 6), width: 1, singly: 1, waiting: time.Millisecond},
		{name: "ten, one by one", come: at(0, 5, 6, 7, 8, 9, 10, 11, 12, 13), width: 1, singly: 1, waiting: 4 * time.Millisecond},
		{name: "ten at once", come: at(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), width: 1, singly: 1},
		{name: "three through two datacenters", come: at(0, 5, 5), width: 2, singly: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &lookups{}
				var (
					mu      sync.Mutex
					singly  int
					waiting time.Duration
					lookers sync.WaitGroup
				)
				for i, when := range c.come {
					time.Sleep(when)
					if i > 0 {
						synctest.Wait() // the first is the first
					}
					lookers.Go(func() {
						defer l.begin("storage1")()
						begun := time.Now()
						single := l.single(c.width)
						mu.Lock()
						waiting = max(waiting, time.Since(begun))
						if single {
							singly++
						}
						mu.Unlock()
						time.Sleep(20 * time.Millisecond) // the lookup itself
					})
				}
				lookers.Wait()
				if singly != c.singly || waiting > c.waiting {
					t.Errorf("%d of %d were made one by one, the longest wait was %v; want %d and %v",
						singly, len(c.come), waiting, c.singly, c.waiting)
				}
			})
		})
	}
}

// at gives the pauses between moments in milliseconds.
func at(moments ...int) []time.Duration {
	out := make([]time.Duration, len(moments))
	before := 0
	for i, m := range moments {
		out[i] = time.Duration(m-before) * time.Millisecond
		before = m
	}
	return out
}

// Of ten opens, nine come while the lookup of the first is under way, and share an
// index.
func TestOpensAtOnceShareAnIndex(t *testing.T) {
	s := stocked(t, 40, 1)
	h := connected(t, s)
	s.OnRequest(func(method string, _ []byte) {
		for method == "FindByDatastorePath" && t.Context().Err() == nil {
			h.lookups.mu.Lock()
			decided := h.lookups.spent >= maxSingles
			h.lookups.mu.Unlock()
			if decided {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	openAll(t, h, inventoryPaths(t, terraformsParallelism, 40, 1, 1))
	if got := s.Requests(); got["FindByDatastorePath"] != 1 {
		t.Errorf("ten opens took %v, want one lookup", got)
	}
}

func TestTheIndexHasEveryVM(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, VMs: 3})
	odd := []string{"[LocalDS_0] a&b/a&b.vmx", "[LocalDS_0] a <b>/ä.vmx", "[LocalDS_0] it's \"so\"/x.vmx", "[LocalDS_0] 100% [x]/y.vmx"}
	for _, path := range odd {
		registered(t, s, "DC1", path)
	}
	must(t, s.SetConnectionState("DC1", odd[0], "inaccessible")) // it tells no configuration any more
	h := connected(t, s)
	sk, err := h.Outline(t.Context(), time.Time{})
	must(t, err)
	ix, err := h.readIndex(t.Context(), sk, sk.DatastoreNames())
	must(t, err)
	if len(ix.vms) != 6+len(odd) {
		t.Errorf("the index has %d paths: %v", len(ix.vms), ix.vms)
	}
	for _, path := range odd {
		if hits := ix.find(pathOf(t, path), sk.Datacenters); len(hits) != 1 || hits[0].in.Name != "DC1" {
			t.Errorf("%s: %+v", path, hits)
		}
	}
}

// An index that somebody asks for who has not said so beforehand has the VMs, too.
func TestTheIndexOfANameThatNobodyAnnounced(t *testing.T) {
	h := connected(t, simulated(t, sim.Options{VMs: 3}))
	ix, err := h.index(t.Context(), "LocalDS_0", time.Time{})
	must(t, err)
	if len(ix.vms) != 3 {
		t.Errorf("the index has %d paths", len(ix.vms))
	}
}
