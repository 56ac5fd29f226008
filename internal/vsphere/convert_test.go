// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
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
		if got := toolsState(&types.GuestInfo{ToolsRunningStatus: c.running, ToolsVersionStatus2: c.version}); got != c.want {
			t.Errorf("toolsState(%q, %q) = %q", c.running, c.version, got)
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

func TestAQuestionIsShown(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	must(t, s.Ask("DC0", p.String(), sim.MovedOrCopied))
	vm, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	if vm.Question == nil || vm.Question.ID == "" || vm.Question.Text == "" || len(vm.Question.Choices) < 2 {
		t.Fatalf("question: %+v", vm.Question)
	}
	if !slices.ContainsFunc(vm.Question.Choices, func(c vix.Choice) bool { return c.Default }) {
		t.Errorf("no choice is the default: %+v", vm.Question.Choices)
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
	r := &record{above: above, vm: mo.VirtualMachine{ParentVApp: ref("VirtualApp", "resgroup-v1")}}
	if dc, ok := r.datacenter(); !ok || dc.Value != "datacenter-2" {
		t.Errorf("datacenter = %v, %v", dc, ok)
	}
	if got := r.folder(); got != "/DC0/vm/app" {
		t.Errorf("folder = %q", got)
	}
	orphan := &record{above: above, vm: mo.VirtualMachine{}}
	orphan.vm.Runtime.Host = ref("HostSystem", "host-unknown")
	if _, ok := orphan.datacenter(); ok || orphan.registration().Host != "" {
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

func TestConfigurationToPaste(t *testing.T) {
	for name, want := range map[string]string{"web": "web", "1web": "vm_1web", "größe 100%": "gr__e_100_", "": "vm_", "-a": "vm_-a"} {
		if got := identifier(name); got != want {
			t.Errorf("identifier(%q) = %q, want %q", name, got, want)
		}
	}
	if got := hcl(`[ds] a"b${c}%{d}\e`); got != `"[ds] a\"b$${c}%%{d}\\e"` {
		t.Errorf("hcl = %s", got)
	}
	if got := []string{join(nil), join([]string{"a"}), join([]string{"a", "b"}), join([]string{"a", "b", "c"})}; !slices.Equal(got, []string{"any datacenter", "a", "a and b", "a, b and c"}) {
		t.Errorf("join = %q", got)
	}
	if got := inventory.AtMost([]string{"a", "b", "c"}, 2); !slices.Equal(got, []string{"a", "b", "and 1 more"}) {
		t.Errorf("atMost = %q", got)
	}
}

func TestOwnWritesAreSeenByTheIndex(t *testing.T) {
	s := simulated(t, sim.Options{VMs: 20, StandaloneHosts: -1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	openMany(t, h, vmPaths(t, s, 12))
	before, ok := h.lookups.indexes.known("LocalDS_0")
	if !ok {
		t.Fatal("there is no index, so that this test proves nothing")
	}
	for range 3 {
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
		must(t, err)
		s.ResetRequests()
		vm, err := h.Open(t.Context(), vix.Locator{Path: p})
		if err != nil || vm.ManagedObjectID != r.ManagedObjectID {
			t.Fatalf("open after registering: %+v, %v", vm, err)
		}
		if n := s.Requests()["FindByDatastorePath"]; n != 0 {
			t.Errorf("our own registration had to be looked up: %d", n)
		}
		must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
		_, err = h.Open(t.Context(), vix.Locator{Path: p})
		failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	}
	if after, _ := h.lookups.indexes.known("LocalDS_0"); after != before {
		t.Error("the index was read again for what we did ourselves")
	}
}

func TestObjectsAreCalledWhatPeopleCallThem(t *testing.T) {
	for ref, want := range map[string]string{"Folder": "the folder", "ResourcePool": "the resource pool", "Datastore": "the datastore", "VirtualMachine": "the VM", "Datacenter": "the datacenter", "HostSystem": "the hostsystem"} {
		if got := inventory.KindOf(types.ManagedObjectReference{Type: ref}); got != want {
			t.Errorf("kindOf(%s) = %q", ref, got)
		}
	}
}
