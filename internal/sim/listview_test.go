// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// Whoever changes a view while somebody else waits for what is in it gets his answer, and so does the other.
func TestAViewIsChangedWhileItIsWaitedFor(t *testing.T) {
	s := sit(t, Options{VMs: 3})
	vm, err := s.VM("DC0", "[LocalDS_0] DC0_VM0/DC0_VM0.vmx")
	if err != nil {
		t.Fatal(err)
	}
	collector, err := property.DefaultCollector(s.c.Client).Create(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	list, err := view.NewManager(s.c.Client).CreateListView(s.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collector.CreateFilter(s.ctx, types.CreateFilter{Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: list.Reference(), Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{step("", "ListView", "view")}}},
		PropSet:   []types.PropertySpec{props("VirtualMachine", "name")},
	}}); err != nil {
		t.Fatal(err)
	}
	done, finish := context.WithCancel(s.ctx)
	var waiter sync.WaitGroup
	waiter.Go(func() {
		version := ""
		for done.Err() == nil {
			res, err := methods.WaitForUpdatesEx(s.ctx, s.c, &types.WaitForUpdatesEx{
				This: collector.Reference(), Version: version, Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(1)},
			})
			if err != nil {
				t.Error(err)
				return
			}
			if res.Returnval != nil {
				version = res.Returnval.Version
			}
		}
	})
	var hands sync.WaitGroup
	for range 16 {
		hands.Go(func() {
			for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && !t.Failed(); {
				ctx, cancel := context.WithTimeout(s.ctx, time.Minute)
				_, err := methods.ModifyListView(ctx, s.c, &types.ModifyListView{
					This: list.Reference(), Add: []types.ManagedObjectReference{vm.Self}, Remove: []types.ManagedObjectReference{vm.Self},
				})
				cancel()
				if err != nil {
					t.Errorf("the view was not changed: %v", err)
				}
			}
		})
	}
	hands.Wait()
	finish()
	waiter.Wait()
}

// A view is its session's: nobody makes a filter over one of another session, which would never tell anything.
func TestAViewIsNoOtherSessions(t *testing.T) {
	s := sit(t, Options{VMs: 1})
	other, err := s.Client(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	list, err := view.NewManager(s.c.Client).CreateListView(s.ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*vim25.Client{"its own": s.c.Client, "another": other.Client} {
		collector, err := property.DefaultCollector(c).Create(s.ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, err = collector.CreateFilter(s.ctx, types.CreateFilter{Spec: types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: list.Reference(), SelectSet: []types.BaseSelectionSpec{step("", "ListView", "view")}}},
			PropSet:   []types.PropertySpec{props("VirtualMachine", "name")},
		}})
		var gone *types.ManagedObjectNotFound
		if _, is := fault.As(err, &gone); is != (name == "another") || is && gone.Obj != list.Reference() {
			t.Errorf("in %s session: %v", name, err)
		}
	}
}
