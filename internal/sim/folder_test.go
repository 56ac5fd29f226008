// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"sync"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// A folder is looked into while VMs come into it; the race detector tells where that is not so, as in the simulator.
func TestFoldersAreLookedIntoWhileTheyFill(t *testing.T) {
	s := sit(t, Options{})
	folder := s.dc("DC0").VmFolder
	var filling sync.WaitGroup
	filling.Go(func() {
		for i := range 20 {
			path := fmt.Sprintf("[LocalDS_0] v%d/v%d.vmx", i, i)
			if err := s.WriteVM("DC0", path, VMX{NoDisk: true}); err != nil {
				t.Error(err)
			}
			if _, err := s.Register(s.ctx, "DC0", path); err != nil {
				t.Error(err)
			}
		}
	})
	find := func(name string) (child, path *moref) {
		one, err := methods.FindChild(s.ctx, s.c, &types.FindChild{This: *s.c.ServiceContent.SearchIndex, Entity: folder, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		other, err := methods.FindByInventoryPath(s.ctx, s.c, &types.FindByInventoryPath{
			This: *s.c.ServiceContent.SearchIndex, InventoryPath: "/DC0/vm/" + name,
		})
		if err != nil {
			t.Fatal(err)
		}
		return one.Returnval, other.Returnval
	}
	for range 4 {
		filling.Go(func() {
			for range 100 {
				_, _ = methods.FindChild(s.ctx, s.c, &types.FindChild{This: *s.c.ServiceContent.SearchIndex, Entity: folder, Name: "v19"})
			}
		})
	}
	filling.Wait()
	if child, path := find("v19"); child == nil || path == nil || *child != *path {
		t.Errorf("found %v and %v", child, path)
	}
	if child, path := find("none"); child != nil || path != nil {
		t.Errorf("found %v and %v", child, path)
	}
}
