// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

func TestObjectsAreCalledWhatPeopleCallThem(t *testing.T) {
	for ref, want := range map[string]string{"Folder": "the folder", "ResourcePool": "the resource pool", "Datastore": "the datastore", "VirtualMachine": "the VM", "Datacenter": "the datacenter", "HostSystem": "the hostsystem"} {
		if got := NounOf(types.ManagedObjectReference{Type: ref}); got != want {
			t.Errorf("NounOf(%s) = %q", ref, got)
		}
	}
}
