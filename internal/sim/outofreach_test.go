// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"
)

// A VM whose datastore is down has no name and a path of its host's file system, and no lookup finds it by its own; once the
// datastore is back, all is as it was.
func TestAVMOutOfReach(t *testing.T) {
	vsphere(t, Options{VMs: 1}, func(s *seat) error {
		const at = "[LocalDS_0] DC0_VM0/DC0_VM0.vmx"
		ref, err := s.findPath("DC0", at)
		if err != nil || ref == nil {
			return missing("found %v, %v", ref, err)
		}
		dir, err := s.DatastoreDir("DC0", "LocalDS_0")
		if err != nil {
			return err
		}
		if err := s.SetDatastoreAccessible("DC0", "LocalDS_0", false); err != nil {
			return err
		}
		vm, err := s.read(*ref, "name", "summary.config.vmPathName")
		if err != nil || vm.Name != "Unknown" || vm.Summary.Config.VmPathName != "[] "+dir+"/DC0_VM0/DC0_VM0.vmx" {
			return missing("%q at %q, %v", vm.Name, vm.Summary.Config.VmPathName, err)
		}
		if found, err := s.findPath("DC0", at); err != nil || found != nil {
			return missing("found %v, %v", found, err)
		}
		if err := s.SetDatastoreAccessible("DC0", "LocalDS_0", true); err != nil {
			return err
		}
		vm, err = s.read(*ref, "name", "summary.config.vmPathName")
		if err != nil || vm.Name != "DC0_VM0" || vm.Summary.Config.VmPathName != at {
			return missing("afterwards %q at %q, %v", vm.Name, vm.Summary.Config.VmPathName, err)
		}
		return nil
	})
}

// What is registered already is named by its managed object id.
func TestAlreadyExistsNamesTheManagedObject(t *testing.T) {
	vsphere(t, Options{VMs: 1}, func(s *seat) error {
		const at = "[LocalDS_0] DC0_VM0/DC0_VM0.vmx"
		ref, err := s.findPath("DC0", at)
		if err != nil || ref == nil {
			return missing("found %v, %v", ref, err)
		}
		var exists *types.AlreadyExists
		if _, err := s.register("DC0", at, ""); err == nil {
			return missing("registered twice")
		} else if _, ok := fault.As(err, &exists); !ok || exists.Name != ref.Value {
			return missing("%v", err)
		}
		return nil
	})
}
