// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// terraformsParallelism is how many operations Terraform runs at a time.
const terraformsParallelism = 10

// stocked starts a host with v VMs, spread over d datacenters whose datastores
// all have one name: the hardest case for a path, which names no datacenter.
func stocked(t testing.TB, v, d int, change ...func(*sim.Options)) *sim.Host {
	t.Helper()
	options := sim.Options{Datacenters: d, VMs: v / d, PlainHTTP: true}
	for _, f := range change {
		f(&options)
	}
	return simulated(t, options)
}

// inventoryPaths are the paths of n of the VMs that stocked makes, from all
// datacenters in turn. There may be fewer VMs than n; then they repeat.
func inventoryPaths(t testing.TB, n, v, d, datastores int) []vix.Path {
	t.Helper()
	out := make([]vix.Path, n)
	for i := range out {
		vm := (i / d) % (v / d)
		name := fmt.Sprintf("DC%d_VM%d", i%d, vm)
		out[i] = pathOf(t, fmt.Sprintf("[LocalDS_%d] %s/%s.vmx", vm%datastores, name, name))
	}
	return out
}

// tenAtATime does something for each item, as Terraform would.
func tenAtATime[T any](items []T, do func(int, T)) {
	var workers sync.WaitGroup
	work := make(chan int)
	for range terraformsParallelism {
		workers.Go(func() {
			for i := range work {
				do(i, items[i])
			}
		})
	}
	for i := range items {
		work <- i
	}
	close(work)
	workers.Wait()
}

// openAll opens paths and checks that each open gives the VM of its path.
func openAll(t testing.TB, h *host, paths []vix.Path) {
	t.Helper()
	tenAtATime(paths, func(_ int, p vix.Path) {
		vm, err := h.Open(t.Context(), vix.Locator{Path: p})
		if err != nil || vm.Path != p {
			t.Errorf("open %s: %+v, %v", p, vm, err)
		}
	})
}

// What opening costs the host depends neither on the size of the inventory nor on
// how it is divided, and hardly on how many VMs are opened.
func TestRequestsAtScale(t *testing.T) {
	most := map[int]int{1: 8, 100: 30, 1000: 200}
	for _, c := range []struct {
		v, d, datastores int
		latency          time.Duration
	}{
		{v: 120, d: 1, datastores: 1},
		{v: 1000, d: 4, datastores: 1},
		{v: 120, d: 2, datastores: 1, latency: 2 * time.Millisecond},
		{v: 120, d: 1, datastores: 20},
	} {
		s := stocked(t, c.v, c.d, func(o *sim.Options) { o.Datastores, o.Latency = c.datastores, c.latency })
		index := indexBytes(t, s)
		for _, n := range []int{1, 100, 1000} {
			t.Run(fmt.Sprintf("N=%d,V=%d,D=%d,datastores=%d", n, c.v, c.d, c.datastores), func(t *testing.T) {
				paths := inventoryPaths(t, n, c.v, c.d, c.datastores)
				s.ResetRequests()
				h := connected(t, s)
				openAll(t, h, paths)
				must(t, h.Disconnect(t.Context()))
				requests, connections := s.RequestCount(), s.Connections()
				each := float64(s.BytesOut()-index) / float64(n) / 1024
				t.Logf("%d requests, %.1f KB a VM, %d connections", requests, each, connections)
				if requests > most[n] {
					t.Errorf("%d requests, at most %d are allowed: %v", requests, most[n], s.Requests())
				}
				if n > 1 && each > 6 {
					t.Errorf("%.1f KB a VM, at most 6 are allowed", each)
				}
				if connections > 12 {
					t.Errorf("%d connections, at most 12 are allowed", connections)
				}
			})
		}
	}
}

// indexBytes is what reading the path of every VM costs, which no bound includes:
// it is the price of not asking for each by itself.
func indexBytes(t testing.TB, s *sim.Host) int64 {
	t.Helper()
	h := connected(t, s)
	outline, err := h.Outline(t.Context(), time.Time{})
	must(t, err)
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{"summary.config.vmPathName"}},
	}}
	if len(outline.Datacenters) > 1 { // which have datastores of one name
		spec.PropSet = append(spec.PropSet, types.PropertySpec{Type: "Datastore", PathSet: []string{"vm"}})
	}
	for _, dc := range outline.Datacenters {
		for _, ds := range dc.Datastores {
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{
				Obj: ds.Ref, SelectSet: []types.BaseSelectionSpec{wire.Traverse("vms", "Datastore", "vm")},
			})
		}
	}
	s.ResetRequests()
	_, err = h.RetrieveBriefly(t.Context(), spec)
	must(t, err)
	return s.BytesOut()
}

// Ten registrations at a time, planned by one process and applied by another, as
// Terraform does, and refreshed by a third.
func TestRequestsOfManyRegistrations(t *testing.T) {
	const n = 1000
	s := stocked(t, 100, 1, func(o *sim.Options) { o.StandaloneHosts = -1 })
	specs := make([]vix.RegisterSpec, n)
	for i := range specs {
		specs[i].Path = laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] new%d/new%d.vmx", i, i), sim.VMX{NoDisk: true})
	}
	s.ResetRequests()
	checkAll(t, connected(t, s), specs)
	planned := s.RequestCount()
	t.Logf("plan: %.2f requests a registration, %d connections: %v", float64(planned)/n, s.Connections(), s.Requests())
	handles := registerAll(t, connected(t, s), specs)
	t.Logf("plan and apply: %.2f requests a registration, %d connections: %v", float64(s.RequestCount())/n, s.Connections(), s.Requests())
	if most := 4 * n; s.RequestCount() > most {
		t.Errorf("plan and apply took %d requests, at most %d are allowed: %v", s.RequestCount(), most, s.Requests())
	}
	if got := s.Connections(); got > 24 {
		t.Errorf("two processes made %d connections, at most 24 are allowed", got)
	}
	s.ResetRequests()
	refreshAll(t, connected(t, s), handles)
	t.Logf("refresh: %.2f requests a registration: %v", float64(s.RequestCount())/n, s.Requests())
	if most := 3 * n / 10; s.RequestCount() > most {
		t.Errorf("refresh took %d requests, at most %d are allowed: %v", s.RequestCount(), most, s.Requests())
	}
}

func checkAll(t testing.TB, h *host, specs []vix.RegisterSpec) {
	t.Helper()
	tenAtATime(specs, func(_ int, spec vix.RegisterSpec) {
		got, err := h.Check(t.Context(), spec)
		if err != nil || !got.FileExists || got.Registered != nil {
			t.Errorf("check of %s: %+v, %v", spec.Path, got, err)
		}
	})
	must(t, h.Disconnect(t.Context()))
}

func registerAll(t testing.TB, h *host, specs []vix.RegisterSpec) []vix.Handle {
	t.Helper()
	handles := make([]vix.Handle, len(specs))
	tenAtATime(specs, func(i int, spec vix.RegisterSpec) {
		r, err := h.Register(t.Context(), spec)
		if err != nil || r.Path != spec.Path {
			t.Errorf("register %s: %+v, %v", spec.Path, r, err)
			return
		}
		handles[i] = r.Handle()
	})
	must(t, h.Disconnect(t.Context()))
	return handles
}

func refreshAll(t testing.TB, h *host, handles []vix.Handle) {
	t.Helper()
	tenAtATime(handles, func(_ int, handle vix.Handle) {
		r, err := h.Registration(t.Context(), handle)
		if err != nil || r.Path != handle.Path {
			t.Errorf("read of %s: %+v, %v", handle.Path, r, err)
		}
	})
	must(t, h.Disconnect(t.Context()))
}

// What many registrations share may be out of date when one of them acts on it:
// the host refuses, and the answer is the one that a look would have given.
func TestASharedAbsenceIsNoProofAgainstTheHost(t *testing.T) {
	s := stocked(t, 10, 1, func(o *sim.Options) { o.StandaloneHosts = -1 })
	h := connected(t, s)
	var last vix.Path
	for i := range 20 * vms.MaxSingles {
		s.ResetRequests()
		last = laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] new%d/new%d.vmx", i, i), sim.VMX{NoDisk: true})
		if got, err := h.Check(t.Context(), vix.RegisterSpec{Path: last}); err != nil || got.Registered != nil {
			t.Fatalf("check of %s: %+v, %v", last, got, err)
		}
		if s.Requests()["FindByDatastorePath"] == 0 {
			break
		}
	}
	if s.Requests()["FindByDatastorePath"] > 0 {
		t.Fatal("every path was asked for by itself, so that this test proves nothing")
	}
	moref, err := s.Register(t.Context(), "DC0", last.String())
	must(t, err)
	_, err = h.Register(t.Context(), vix.RegisterSpec{Path: last})
	says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), "The VM is registered already", moref)
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: last, Adopt: true})
	if err != nil || !r.Adopted || r.ManagedObjectID != moref {
		t.Errorf("adopt: %+v, %v", r, err)
	}
	if vm, err := h.Open(t.Context(), vix.Locator{Path: last}); err != nil || vm.ManagedObjectID != moref {
		t.Errorf("open: %+v, %v", vm, err)
	}
}
