// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

func (s *seat) retrieve(specs ...types.PropertyFilterSpec) ([]types.ObjectContent, error) {
	res, err := methods.RetrievePropertiesEx(s.ctx, s.c, &types.RetrievePropertiesEx{
		This: s.c.ServiceContent.PropertyCollector, SpecSet: specs,
	})
	if err != nil || res.Returnval == nil {
		return nil, err
	}
	return res.Returnval.Objects, nil
}

func named(s string) *types.SelectionSpec { return &types.SelectionSpec{Name: s} }

func step(name, kind, path string, next ...types.BaseSelectionSpec) *types.TraversalSpec {
	return &types.TraversalSpec{SelectionSpec: types.SelectionSpec{Name: name}, Type: kind, Path: path, SelectSet: next}
}

func props(kind string, paths ...string) types.PropertySpec {
	return types.PropertySpec{Type: kind, PathSet: paths}
}

// The traversals that a client of this provider uses, on an inventory that is not small.
func TestTraversals(t *testing.T) {
	n := 500
	if testing.Short() {
		n = 200
	}
	begin := time.Now()
	s := sit(t, Options{Datacenters: 2, DatacenterFolders: 1, VMs: n})
	t.Logf("%d VMs registered in %v", 2*n, time.Since(begin))
	pool, err := s.AddPool("DC0", "DC0_C0", "child")
	if err != nil {
		t.Fatal(err)
	}
	vm, err := s.VM("DC0", "[LocalDS_0] DC0_VM7/DC0_VM7.vmx")
	if err != nil {
		t.Fatal(err)
	}
	dc := s.dc("DC0")
	count := func(objects []types.ObjectContent, kind string) (n int) {
		for _, o := range objects {
			if o.Obj.Type == kind {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		name string
		spec types.PropertyFilterSpec
		want map[string]int
	}{
		{"down to datacenters and datastores", types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: s.c.ServiceContent.RootFolder, SelectSet: []types.BaseSelectionSpec{
				step("folder", "Folder", "childEntity", named("folder"), step("", "Datacenter", "datastore")),
			}}},
			PropSet: []types.PropertySpec{props("Folder", "name"), props("Datacenter", "name", "parent"), props("Datastore", "name", "summary.url")},
		}, map[string]int{"Datacenter": 2, "Datastore": 2}},
		{"from datastore to VMs", types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: dc.Datastore[0], Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{
				step("", "Datastore", "vm"),
			}}},
			PropSet: []types.PropertySpec{props("VirtualMachine", "name", "config.files.vmPathName", "config.instanceUuid")},
		}, map[string]int{"VirtualMachine": n}},
		{"from VM up", types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: vm.Self, SelectSet: []types.BaseSelectionSpec{
				step("up", "ManagedEntity", "parent", named("up")),
				step("", "VirtualMachine", "resourcePool", named("up")),
				step("", "VirtualMachine", "runtime.host", named("up")),
			}}},
			PropSet: []types.PropertySpec{props("ManagedEntity", "name", "parent")},
		}, map[string]int{"VirtualMachine": 1, "Datacenter": 1, "HostSystem": 1, "ResourcePool": 1, "Folder": 3}},
		{"down to hosts, pools and folders", types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: dc.Self, SelectSet: []types.BaseSelectionSpec{
				step("", "Datacenter", "vmFolder"),
				step("", "Datacenter", "hostFolder", step("hosts", "Folder", "childEntity", named("hosts"),
					step("", "ComputeResource", "host"),
					step("", "ComputeResource", "resourcePool", step("pools", "ResourcePool", "resourcePool", named("pools"))))),
			}}},
			PropSet: []types.PropertySpec{
				props("Folder", "name"), props("ComputeResource", "name"), props("HostSystem", "name", "runtime.connectionState", "datastore"),
				props("ResourcePool", "name", "owner"),
			},
		}, map[string]int{"ClusterComputeResource": 1, "ComputeResource": 1, "HostSystem": 3, "ResourcePool": 3}},
	} {
		begin := time.Now()
		objects, err := s.retrieve(c.spec)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		t.Logf("%s: %d objects in %v", c.name, len(objects), time.Since(begin))
		for kind, want := range c.want {
			if got := count(objects, kind); got != want {
				t.Errorf("%s: %d objects of type %s, want %d", c.name, got, kind, want)
			}
		}
	}
	_ = pool
	begin = time.Now()
	for i := range 200 {
		if ref, err := s.findPath("DC0", fmt.Sprintf("[LocalDS_0] DC0_VM%d/DC0_VM%d.vmx", i, i)); err != nil || ref == nil {
			t.Fatalf("find: %v, %v", ref, err)
		}
	}
	t.Logf("find: %v each", time.Since(begin)/200)
}

// Registering in parallel must neither lose a VM nor get stuck.
func TestRegisterInParallel(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 100
	}
	s := sit(t, Options{})
	for i := range n {
		if err := s.WriteVM("DC0", fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i), VMX{NoDisk: true}); err != nil {
			t.Fatal(err)
		}
	}
	pool, host := s.place("DC0")
	folder := s.dc("DC0").VmFolder
	var wg sync.WaitGroup
	errs := make(chan error, n)
	begin := time.Now()
	next := make(chan int)
	for range 16 {
		wg.Go(func() {
			for i := range next {
				res, err := methods.RegisterVM_Task(s.ctx, s.c, &types.RegisterVM_Task{
					This: folder, Path: fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i), Pool: &pool, Host: &host,
				})
				if err == nil {
					_, err = s.outcome(s.ctx, res.Returnval)
				}
				if err == nil && i%4 == 0 {
					err = s.Unregister(s.ctx, "DC0", fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i))
				}
				errs <- err
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d registered in %v", n, time.Since(begin))
	want := n - (n+3)/4
	ds := s.datastoreOf(must(s.Host.datacenter("DC0")), "LocalDS_0")
	if got := len(s.refs(ds, &ds.Vm)); got != want {
		t.Errorf("the datastore lists %d VMs, want %d", got, want)
	}
	if got := len(s.vms.snapshot()); got != want {
		t.Errorf("the index has %d VMs, want %d", got, want)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
