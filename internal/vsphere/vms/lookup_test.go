// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
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
		{name: "one through more", come: at(0), width: MaxWidth + 1},
		{name: "one after the other", come: at(0, 30, 60, 90, 120, 150, 180), width: 1, singly: MaxSingles},
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

// world is a host, and what finds its VMs.
func world(t *testing.T, options sim.Options) (*sim.Host, *VMs) {
	t.Helper()
	s, err := sim.Start(options)
	must(t, err)
	t.Cleanup(s.Close)
	line, err := wire.Dial(t.Context(), vix.ConnectOptions{
		Hostname: s.URL(), Username: s.Username(), Password: s.Password(), CA: s.CAPEM(), Insecure: options.PlainHTTP,
		RequestTimeout: 10 * time.Second,
	})
	must(t, err)
	t.Cleanup(func() { _ = line.Close(context.Background(), func(context.Context) {}) })
	return s, New(inventory.New(line), func([]types.ManagedObjectReference) {})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Of ten opens at once, few are looked up by themselves, and the others share an
// index. How many come in time for it is the machine's affair; what is decided then
// is TestACrowdIsForAnIndex's.
func TestOpensAtOnceShareAnIndex(t *testing.T) {
	s, v := world(t, sim.Options{VMs: 40, PlainHTTP: true})
	s.OnRequest(func(method string, _ []byte) {
		for method == "FindByDatastorePath" && t.Context().Err() == nil {
			v.lookups.mu.Lock()
			decided := v.lookups.spent >= MaxSingles
			v.lookups.mu.Unlock()
			if decided {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	outline, err := v.Outline(t.Context(), time.Time{})
	must(t, err)
	var opens sync.WaitGroup
	for i := range 10 {
		opens.Go(func() {
			p := vix.Path{Datastore: "LocalDS_0", File: fmt.Sprintf("DC0_VM%[1]d/DC0_VM%[1]d.vmx", i)}
			if found, err := v.At(t.Context(), p, outline.Datacenters, &v.Opens); err != nil || len(found) != 1 || found[0].Path() != p {
				t.Errorf("%s: %+v, %v", p, found, err)
			}
		})
	}
	opens.Wait()
	if got := s.Requests(); got["FindByDatastorePath"] > MaxSingles {
		t.Errorf("ten opens took %v, want at most %d lookups", got, MaxSingles)
	}
}

func TestTheIndexHasEveryVM(t *testing.T) {
	s, v := world(t, sim.Options{Datacenters: 2, VMs: 3})
	odd := []string{"[LocalDS_0] a&b/a&b.vmx", "[LocalDS_0] a <b>/ä.vmx", "[LocalDS_0] it's \"so\"/x.vmx", "[LocalDS_0] 100% [x]/y.vmx"}
	for _, path := range odd {
		must(t, s.WriteVM("DC1", path, sim.VMX{}))
		_, err := s.Register(t.Context(), "DC1", path)
		must(t, err)
	}
	must(t, s.SetConnectionState("DC1", odd[0], "inaccessible")) // it tells no configuration any more
	outline, err := v.Outline(t.Context(), time.Time{})
	must(t, err)
	ix, err := v.readIndex(t.Context(), outline, outline.DatastoreNames())
	must(t, err)
	if len(ix.vms) != 6+len(odd) {
		t.Errorf("the index has %d paths: %v", len(ix.vms), ix.vms)
	}
	for _, path := range odd {
		p, err := vix.ParsePath(path)
		must(t, err)
		if hits := ix.find(p, outline.Datacenters); len(hits) != 1 || hits[0].in.Name != "DC1" {
			t.Errorf("%s: %+v", path, hits)
		}
	}
}

// An index that somebody asks for who has not said so beforehand has the VMs, too.
func TestTheIndexOfANameThatNobodyAnnounced(t *testing.T) {
	_, v := world(t, sim.Options{VMs: 3})
	ix, err := v.index(t.Context(), "LocalDS_0", time.Time{})
	must(t, err)
	if len(ix.vms) != 3 {
		t.Errorf("the index has %d paths", len(ix.vms))
	}
}
