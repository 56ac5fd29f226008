// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

func TestPowerStates(t *testing.T) {
	for _, c := range []struct {
		state  types.VirtualMachinePowerState
		paused *bool
		want   vix.PowerState
	}{
		{types.VirtualMachinePowerStatePoweredOn, nil, vix.PoweredOn},
		{types.VirtualMachinePowerStatePoweredOn, types.NewBool(false), vix.PoweredOn},
		{types.VirtualMachinePowerStatePoweredOn, types.NewBool(true), vix.Paused},
		{types.VirtualMachinePowerStatePoweredOff, nil, vix.PoweredOff},
		{types.VirtualMachinePowerStateSuspended, nil, vix.Suspended},
		{"", nil, ""},
	} {
		if got := powerState(c.state, c.paused); got != c.want {
			t.Errorf("powerState(%q, %v) = %q", c.state, c.paused, got)
		}
	}
}

func TestToolsStates(t *testing.T) {
	for _, c := range []struct {
		running, version string
		want             vix.ToolsState
	}{
		{"guestToolsRunning", "guestToolsCurrent", vix.ToolsRunning},
		{"guestToolsExecutingScripts", "guestToolsCurrent", vix.ToolsUnknown},
		{"guestToolsNotRunning", "guestToolsNotInstalled", vix.ToolsNotInstalled},
		{"guestToolsNotRunning", "guestToolsUnmanaged", vix.ToolsNotRunning},
		{"", "", vix.ToolsUnknown},
	} {
		if got := ToolsState(&types.GuestInfo{ToolsRunningStatus: c.running, ToolsVersionStatus2: c.version}); got != c.want {
			t.Errorf("ToolsState(%q, %q) = %q", c.running, c.version, got)
		}
	}
}

func TestAddressesAreListedOnce(t *testing.T) {
	g := &types.GuestInfo{IpAddress: "10.0.0.2", Net: []types.GuestNicInfo{
		{IpAddress: []string{"10.0.0.1", "10.0.0.2"}}, {IpAddress: []string{"fe80::1", "", "10.0.0.1"}},
	}}
	if got := addresses(g); !slices.Equal(got, []string{"10.0.0.2", "10.0.0.1", "fe80::1"}) {
		t.Errorf("addresses = %q", got)
	}
}

func TestAVMInAVAppIsInItsDatacenter(t *testing.T) {
	ref := func(kind, value string) *types.ManagedObjectReference {
		return &types.ManagedObjectReference{Type: kind, Value: value}
	}
	above := inventory.Entities{
		*ref("VirtualApp", "resgroup-v1"): {Name: "app", Parent: ref("Folder", "group-v3")},
		*ref("Folder", "group-v3"):        {Name: "vm", Parent: ref("Datacenter", "datacenter-2")},
		*ref("Datacenter", "datacenter-2"): {
			Name: "DC0", Parent: ref("Folder", "group-d1"),
		},
		*ref("Folder", "group-d1"): {Name: "Datacenters", Parent: nil},
	}
	r := &Record{above: above, VM: mo.VirtualMachine{ParentVApp: ref("VirtualApp", "resgroup-v1")}}
	if dc, ok := r.Datacenter(); !ok || dc.Value != "datacenter-2" {
		t.Errorf("datacenter = %v, %v", dc, ok)
	}
	if got := r.Folder(); got != "/DC0/vm/app" {
		t.Errorf("folder = %q", got)
	}
	orphan := &Record{above: above, VM: mo.VirtualMachine{}}
	orphan.VM.Runtime.Host = ref("HostSystem", "host-unknown")
	if _, ok := orphan.Datacenter(); ok || orphan.Registration().Host != "" {
		t.Error("a VM of which nothing is known is somewhere")
	}
	circle := inventory.Entities{*ref("Folder", "a"): {Name: "a", Parent: ref("Folder", "b")}, *ref("Folder", "b"): {Name: "b", Parent: ref("Folder", "a")}}
	if circle.Path(*ref("Folder", "a")) != "" {
		t.Error("a circle has a path")
	}
	if _, ok := circle.Above(*ref("Folder", "a"), "Datacenter"); ok {
		t.Error("a circle has a datacenter")
	}
}

func TestAPathThatTheHostReportsIsNeverTakenForAnother(t *testing.T) {
	for _, text := range []string{"", "/vmfs/volumes/x/web/web.vmx", "[LocalDS_0] web", "[LocalDS_0] ../web/web.vmx", "[LocalDS_0] web/web.vmx\n"} {
		if p := hostPath(text); p.Datastore != "" || p.File != text {
			t.Errorf("hostPath(%q) = %+v", text, p)
		}
	}
	if p := hostPath("[LocalDS_0] web/web.vmx"); p.Datastore != "LocalDS_0" || p.File != "web/web.vmx" {
		t.Errorf("a good path: %+v", p)
	}
}
