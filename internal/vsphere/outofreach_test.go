// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A VM whose datastore is down tells a path of its host's file system and no name. It is the registered one for everything,
// with one id.
func TestVMsOutOfReach(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, Datastores: 2, StandaloneHosts: -1})
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	registered(t, s, "DC1", "[LocalDS_0] web/web.vmx")
	before, err := connected(t, s).Open(t.Context(), vix.Locator{Path: p, Datacenter: "DC0"})
	must(t, err)
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))

	h := connected(t, s)
	vm, err := h.Open(t.Context(), vix.Locator{Path: p, Datacenter: "DC0"})
	must(t, err)
	if vm.ID != before.ID || vm.Path != p || vm.Name != "" || vm.ConnectionState != vix.Inaccessible || vm.ManagedObjectID != moref {
		t.Errorf("opened %+v", vm.Registration)
	}
	check, err := h.Check(t.Context(), vix.RegisterSpec{Path: p, Datacenter: "DC0", Adopt: true})
	must(t, err)
	if check.Registered == nil || check.Registered.ID != before.ID || check.FileID != before.FileID {
		t.Errorf("checked %+v", check)
	}
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Datacenter: "DC0"})
	says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), "registered already", moref)
	r, err := h.Registration(t.Context(), before.Handle())
	must(t, err)
	if r.Path != p || r.FileID != before.FileID || r.Name != "" {
		t.Errorf("read %+v", r)
	}
	items, err := h.Find(t.Context(), vix.Query{Datacenter: "DC0"})
	must(t, err)
	if len(items) != 1 || items[0].ID != before.ID || items[0].Path != p || items[0].Name != "" {
		t.Errorf("listed %+v", items)
	}
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", true))
	must(t, s.SetConnectionState("DC0", p.String(), "inaccessible")) // it has not been reloaded
	files, err := connected(t, s).Files(t.Context(), vix.FileQuery{Datacenter: "DC0"})
	must(t, err)
	if len(files.Files) != 1 || len(files.Files[0].Registered) != 1 || files.Files[0].Registered[0].ID != before.ID || files.Files[0].Path != p {
		t.Errorf("discovered %+v", files.Files)
	}
}

// Many paths are looked for in an index, which knows such VMs, too; also where datacenters share the datastore's name.
func TestManyVMsOutOfReach(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, VMs: 10})
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))
	h := connected(t, s)
	for _, vm := range s.Registered() {
		opened, err := h.Open(t.Context(), vix.Locator{Path: pathOf(t, vm.Path), Datacenter: vm.Datacenter})
		if err != nil || opened.ManagedObjectID != vm.ManagedObjectID || opened.Path.String() != vm.Path {
			t.Fatalf("%s: %+v, %v", vm.Path, opened, err)
		}
	}
}

// AlreadyExists names the VM that has the file: it is adopted or named, though no lookup finds it.
func TestTheHostNamesWhatIsRegistered(t *testing.T) {
	for _, options := range []sim.Options{{Clusters: -1}, {ESX: true}} {
		s := simulated(t, options)
		dc := "DC0"
		if options.ESX {
			dc = "ha-datacenter"
		}
		p, moref := registered(t, s, dc, "[LocalDS_0] web/web.vmx")
		must(t, s.SetConnectionState(dc, p.String(), "inaccessible"))
		h := connected(t, s)
		_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
		e := failure(t, err, vix.CodeAlreadyExists, vix.FieldPath)
		says(t, e, "registered already", moref)
		if e.VM == nil || e.VM.ManagedObjectID != moref {
			t.Errorf("the error has %+v", e.VM)
		}
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Adopt: true})
		must(t, err)
		if !r.Adopted || r.ManagedObjectID != moref || r.Path != p {
			t.Errorf("adopted %+v", r)
		}
	}
}

// A VM that tells another path of itself is named and not taken.
func TestTheHostNamesAnotherVM(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: -1})
	_, other := registered(t, s, "DC0", "[LocalDS_0] other/other.vmx")
	h := connected(t, s)
	spec := vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] web/web.vmx"), Adopt: true}
	for name, says1 := range map[string]string{other: "[LocalDS_0] other/other.vmx", "vm-99999": "AlreadyExists", "web": "AlreadyExists"} {
		s.Fault(sim.Fault{Method: "RegisterVM_Task", Task: &types.AlreadyExists{Name: name}})
		_, err := h.Register(t.Context(), spec)
		says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldNone), says1)
	}
}
