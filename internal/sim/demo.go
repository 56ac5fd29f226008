// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import "path"

// DemoVM is a VM that LayoutDemo has laid out. It is not registered.
type DemoVM struct {
	Datacenter string `json:"datacenter"` // inventory path
	VMXPath    string `json:"vmx_path"`
	Name       string `json:"name"`
	Template   bool   `json:"template,omitempty"`
}

// LayoutDemo lays out VMs that are not registered: several in the first datacenter, one in the second under the very
// path of one of the first, a template, and names that need care.
func LayoutDemo(h *Host) ([]DemoVM, error) {
	first, second := "/DC0", "/DC1"
	if h.opts.ESX {
		first = "/ha-datacenter"
	} else if dc, err := h.datacenter("DC1"); err == nil {
		second = h.inventoryPath(dc.Self)
	}
	vms := []struct {
		dc, at   string
		vm       VMX
		template bool
	}{
		{dc: first, at: "[LocalDS_0] web-01/web-01.vmx", vm: VMX{
			Annotation: "front end", Tools: true, BIOSUUID: "564d2ca9-b112-5e77-9120-4f0d7e1abb01",
			InstanceUUID: "52a1c0de-0000-4000-8000-000000000001", GuestInfo: map[string]string{"role": "web"},
		}},
		{dc: first, at: "[LocalDS_0] web-02/web-02.vmx", vm: VMX{
			Annotation: "front end", Tools: true, BIOSUUID: "564d2ca9-b112-5e77-9120-4f0d7e1abb02",
			InstanceUUID: "52a1c0de-0000-4000-8000-000000000002", GuestInfo: map[string]string{"role": "web"},
		}},
		{dc: first, at: "[LocalDS_0] db-01/db-01.vmx", vm: VMX{
			GuestOS: "rhel9-64", CPUs: 4, MemoryMiB: 8192, BIOSUUID: "564d2ca9-b112-5e77-9120-4f0d7e1abb03",
			InstanceUUID: "52a1c0de-0000-4000-8000-000000000003",
			GuestInfo:    map[string]string{"role": "database", "tier": "gold"},
		}},
		{dc: first, at: "[LocalDS_0] restored (copy)/mail server.vmx", vm: VMX{DisplayName: "Mail server, restored"}},
		{dc: first, at: "[LocalDS_0] archive/2019/ünïcode & co/old.vmx", vm: VMX{
			DisplayName: "Büro 100% / alt", GuestOS: "windows9-64", NoDisk: true,
		}},
		{dc: first, at: "[LocalDS_0] templates/ubuntu-24.04/ubuntu-24.04.vmtx", vm: VMX{DisplayName: "ubuntu-24.04"}, template: true},
		{dc: second, at: "[LocalDS_0] web-01/web-01.vmx", vm: VMX{
			Annotation: "the other web-01", BIOSUUID: "564d2ca9-b112-5e77-9120-4f0d7e1abb11",
			InstanceUUID: "52a1c0de-0000-4000-8000-000000000011",
		}},
	}
	var out []DemoVM
	for _, v := range vms {
		if _, err := h.datacenter(v.dc); err != nil {
			continue // a host with one datacenter
		}
		if err := h.WriteVM(v.dc, v.at, v.vm); err != nil {
			return nil, err
		}
		name := v.vm.DisplayName
		if name == "" {
			p, _ := parsePath(v.at)
			name = p.Path[len(p.dir())+1 : len(p.Path)-len(path.Ext(p.Path))]
		}
		out = append(out, DemoVM{Datacenter: v.dc, VMXPath: v.at, Name: name, Template: v.template})
	}
	return out, nil
}

// DatastoreDirs returns the directories that hold the datastores' files, by datacenter path and datastore name joined
// with a colon.
func (h *Host) DatastoreDirs() map[string]string {
	out := map[string]string{}
	for _, e := range h.reg.All("Datacenter") {
		at := h.inventoryPath(e.Reference())
		dc, err := h.datacenter(at)
		if err != nil {
			continue
		}
		for _, ref := range h.refs(dc, &dc.Datastore) {
			name := h.nameOf(ref)
			if ds := h.datastoreOf(dc, name); ds != nil {
				out[at+":"+name] = ds.Summary.Url
			}
		}
	}
	return out
}
