// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestHostDataSource(t *testing.T) {
	w := newWorld(t)
	state, diags := w.data("vix_host", args{})
	diags.none(t)
	holds(t, state, args{
		"service_provider": "vi_server", "product": "VMware vCenter Server", "version": "8.0.3", "build": "1",
		"api_version": "8.0.3.0", "instance_uuid": fakeServer, "username": "DOMAIN\\user",
	})
	all := fields(state)
	for _, want := range []string{"/DC0", "storage1", "ds:///vmfs/volumes/1/", "VMFS", "accessible"} {
		if !strings.Contains(all["datacenters"].(string), want) {
			t.Errorf("datacenters lack %s: %v", want, all["datacenters"])
		}
	}
	w.host.fail["Info"] = errors.New("gone")
	_, diags = w.data("vix_host", args{})
	diags.only(t, "ERROR: Unexpected error\ngone\n\nVIX_E_FAIL (1)")
}

func TestHostModelOfNothing(t *testing.T) {
	m := newHostModel(vix.HostInfo{})
	if !m.Product.IsNull() || m.Datacenters == nil || m.SupportedFeatures == nil {
		t.Errorf("what the host did not say is null, lists are empty: %+v", m)
	}
	if m = newHostModel(vix.HostInfo{Datacenters: make([]vix.Datacenter, 1)}); m.Datacenters[0].Datastores == nil {
		t.Error("the datastores are null")
	}
}

func TestVMDataSource(t *testing.T) {
	w := newWorld(t)
	r := w.host.register(mustPath(t, webPath), "web")
	w.host.vm = &vix.VM{
		Registration: *r, BIOSUUID: "42", IsRunning: true, ToolsState: vix.ToolsRunning, ToolsVersion: "12352",
		GuestOS: "debian12_64Guest", HardwareVersion: "vmx-21", NumVCPUs: 2, MemorySize: 2048, Annotation: "notes",
		Question:  &vix.Question{ID: "7", Text: "Moved or copied?", Choices: []vix.Choice{{Key: "1", Label: "moved", Default: true}}},
		Guest:     vix.GuestInfo{Hostname: "web", IPAddress: "10.0.0.1", IPAddresses: []string{"10.0.0.1", "fe80::1"}},
		Snapshots: []vix.Snapshot{{Name: "base", Path: "base", Created: time.Unix(0, 0), IsCurrent: true, PowerState: vix.PoweredOff}},
		Variables: map[string]string{"role": "web"},
	}
	state, diags := w.data("vix_vm", args{"vmx_path": "[storage1]web//web.vmx", "datacenter": "DC0"})
	diags.none(t)
	calls(t, w.host, "Open DC0:"+webPath)
	holds(t, state, args{
		"vmx_path": "[storage1]web//web.vmx", "datacenter": "DC0", "registered_path": webPath, "id": r.ID, "name": "web",
		"host": "/DC0/host/C0/esx1", "folder": "/DC0/vm", "resource_pool": "/DC0/host/C0/Resources", "bios_uuid": "42",
		"managed_object_id": "vm-1", "instance_uuid": r.ID, "template": false, "connection_state": "connected",
		"encrypted": false, "power_state": "off", "is_running": true, "tools_state": "running", "tools_version": "12352",
		"guest_os": "debian12_64Guest", "hardware_version": "vmx-21", "annotation": "notes",
	})
	all := fields(state)
	for name, want := range map[string]string{
		"question": "Moved or copied?", "guest": "fe80::1", "snapshots": "1970-01-01T00:00:00Z", "variables": "role",
		"num_vcpus": "2", "memory_size": "2048",
	} {
		if !strings.Contains(all[name].(string), want) {
			t.Errorf("%s is %v", name, all[name])
		}
	}
}

func TestVMDataSourceSaysNothingForNothing(t *testing.T) {
	w := newWorld(t)
	w.host.vm = &vix.VM{Registration: vix.Registration{ID: "x", Path: mustPath(t, webPath), ConnectionState: vix.Orphaned,
		Placement: vix.Placement{Datacenter: "/DC0"}}, Snapshots: []vix.Snapshot{{Name: "s"}}}
	state, diags := w.data("vix_vm", args{"vmx_path": webPath})
	diags.has(t, "WARNING: A VM is orphaned\n"+webPath+": ")
	holds(t, state, args{
		"datacenter": "/DC0", "name": nil, "host": nil, "resource_pool": nil, "question": nil, "num_vcpus": nil,
		"memory_size": nil, "annotation": nil, "tools_version": nil,
	})
	var raw map[string]tftypes.Value
	_ = state.As(&raw)
	for _, name := range []string{"snapshots", "variables", "guest"} {
		if raw[name].IsNull() {
			t.Errorf("%s is null", name)
		}
	}
}

func TestVMDataSourceErrors(t *testing.T) {
	w := newWorld(t)
	_, diags := w.data("vix_vm", args{"vmx_path": webPath})
	diags.only(t, "ERROR at AttributeName(\"vmx_path\"): Cannot open "+webPath+"\nNo VM has it.\n\n"+
		"If a vix_registration in this configuration registers it: this data source was read before that, because its vmx_path is "+
		"a literal. Refer to the registration instead, which makes Terraform wait for it:\n\n"+
		"  vmx_path = vix_registration.NAME.registered_path\n\nVIX_E_VM_NOT_FOUND (4000) on vc")
	w.host.fail["Open"] = &vix.Error{
		Op: "open", Object: webPath, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter, Reason: "Two VMs have it.",
		Choices: []string{"/DC0", "/DC1"}, Kind: vix.ErrAmbiguous,
	}
	_, diags = w.data("vix_vm", args{"vmx_path": webPath})
	diags.only(t, "ERROR at AttributeName(\"datacenter\"): Cannot open "+webPath+"\nTwo VMs have it.\n\n  - /DC0\n  - /DC1\n\n"+
		"VIX_E_INVALID_ARG (3) on vc")
	_, diags = w.data("vix_vm", args{"vmx_path": `[storage1] web\web.vmx`})
	diags.has(t, "at AttributeName(\"vmx_path\")", "Write "+webPath)
	calls(t, w.host, "Open "+webPath, "Open "+webPath)
	var explained *vix.Error
	if err := further(&vix.Error{Code: vix.CodeVMNotFound, Remedy: "Register it."}, readTooEarly); !errors.As(err, &explained) ||
		!strings.HasPrefix(explained.Remedy, "Register it.\n\nIf a vix_registration") {
		t.Errorf("got %v", err)
	}
}
