// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// propertiesOf are the names of all properties of a managed object's type.
func propertiesOf(kind reflect.Type) []string {
	var names []string
	for f := range kind.Fields() {
		switch {
		case f.Anonymous:
			names = append(names, propertiesOf(f.Type)...)
		case f.Name != "Self":
			names = append(names, strings.ToLower(f.Name[:1])+f.Name[1:])
		}
	}
	return names
}

// What is read by reflection is what the simulator reads by way of XML, which it does when it is asked for a page.
func TestRetrievedAsTheSimulatorRetrieves(t *testing.T) {
	s := sit(t, Options{Datacenters: 2, VMs: 3})
	if _, err := s.AddPool("DC0", "DC0_C0", "child"); err != nil {
		t.Fatal(err)
	}
	root := s.c.ServiceContent.RootFolder
	everything := types.PropertyFilterSpec{ObjectSet: []types.ObjectSpec{{Obj: root, SelectSet: []types.BaseSelectionSpec{
		step("folder", "Folder", "childEntity", named("folder"), named("datacenter"), named("compute")),
		step("datacenter", "Datacenter", "datastore"),
		step("", "Datacenter", "vmFolder", named("folder")),
		step("", "Datacenter", "hostFolder", named("folder")),
		step("", "Datacenter", "network"),
		step("compute", "ComputeResource", "host"),
		step("", "ComputeResource", "resourcePool", named("pools")),
		step("pools", "ResourcePool", "resourcePool", named("pools")),
	}}}}
	for _, object := range []any{
		mo.Folder{}, mo.Datacenter{}, mo.Datastore{}, mo.VirtualMachine{}, mo.HostSystem{}, mo.ClusterComputeResource{},
		mo.ComputeResource{}, mo.ResourcePool{}, mo.Network{},
	} {
		kind := reflect.TypeOf(object)
		everything.PropSet = append(everything.PropSet, props(kind.Name(), propertiesOf(kind)...))
	}
	leaves := everything
	leaves.PropSet = []types.PropertySpec{
		props("ManagedEntity", "name", "parent", "name"),
		props("VirtualMachine", "config.files.vmPathName", "summary.config.vmPathName", "runtime.question.text", "runtime.paused",
			"config.extraConfig", "config.hardware.numCPU", "guest.net", "snapshot.currentSnapshot", "runtime.host", "nothing", "config.nothing",
			"config.extraConfig.key", "resourcePool"),
		props("Datastore", "summary.accessible", "browser", "host", "vm"),
	}
	gone := types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: types.ManagedObjectReference{Type: "VirtualMachine", Value: "vm-0"}}},
		PropSet:   []types.PropertySpec{props("VirtualMachine", "name")},
	}
	for name, specs := range map[string][]types.PropertyFilterSpec{
		"every property": {everything}, "leaves": {leaves}, "both": {leaves, everything}, "gone": {gone},
		"undefined": {{ObjectSet: []types.ObjectSpec{{Obj: root, SelectSet: []types.BaseSelectionSpec{named("nobody")}}}}},
	} {
		read := func(most int32) ([]types.ObjectContent, string) {
			response, err := methods.RetrievePropertiesEx(s.ctx, s.c, &types.RetrievePropertiesEx{
				This: s.c.ServiceContent.PropertyCollector, SpecSet: specs, Options: types.RetrieveOptions{MaxObjects: most},
			})
			if err != nil {
				return nil, err.Error()
			}
			return response.Returnval.Objects, ""
		}
		want, wantErr := read(1 << 20)
		got, gotErr := read(0)
		if !strings.HasPrefix(gotErr, strings.TrimSuffix(wantErr, ".")) || (gotErr == "") != (wantErr == "") {
			t.Errorf("%s: error %q, want %q", name, gotErr, wantErr)
		}
		if len(got) != len(want) || len(got) == 0 && gotErr == "" {
			t.Fatalf("%s: %d objects, want %d", name, len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: object %d is\n%+v\nwant\n%+v", name, i, got[i], want[i])
			}
		}
	}
}
