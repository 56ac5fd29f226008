// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"errors"
	"testing"
)

// The paths of VMs follow the name of their datastore; another datacenter's datastore of the old name is another one.
func TestRenameDatastore(t *testing.T) {
	s := sit(t, Options{Datacenters: 2})
	const old, now = "[LocalDS_0] web/web.vmx", "[renamed] web/web.vmx"
	for _, dc := range []string{"DC0", "DC1"} {
		if err := s.WriteVM(dc, old, VMX{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Register(s.ctx, dc, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.RenameDatastore("DC0", "LocalDS_0", "renamed"), s.AddDatastore("DC0", "second")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.VM("DC0", now); err != nil {
		t.Error(err)
	}
	if _, err := s.VM("DC0", old); err == nil {
		t.Error("the VM is found by the old name too")
	}
	if _, err := s.VM("DC1", old); err != nil {
		t.Errorf("the other datacenter's VM: %v", err)
	}
	if err := s.RenameDatastore("DC0", "second", "renamed"); err == nil {
		t.Error("two datastores of one datacenter have one name")
	}
}
