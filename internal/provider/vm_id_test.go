// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const otherPath = "[storage1] db/db.vmx"

// twoVMs are a connection to a fake with two registered VMs, and their ids.
func twoVMs(t *testing.T) (conn *connection, host *fakeHost, web, db string) {
	t.Helper()
	host = newFakeHost()
	web, db = host.register(mustPath(t, webPath), "web").ID, host.register(mustPath(t, otherPath), "db").ID
	alone := newPeers()
	return &connection{host: host, journal: newFileJournal(alone), peers: alone}, host, web, db
}

func TestAnotherVMIDReplacesAndAnUnknownOneDoesNot(t *testing.T) {
	conn, _, web, db := twoVMs(t)
	for name, test := range map[string]struct {
		planned, prior types.String
		replaces       bool
	}{
		"create":    {types.StringValue(web), types.StringNull(), false},
		"the same":  {types.StringValue(web), types.StringValue(web), false},
		"another":   {types.StringValue(db), types.StringValue(web), true},
		"not known": {types.StringUnknown(), types.StringValue(web), false},
	} {
		t.Run(name, func(t *testing.T) {
			var resp resource.ModifyPlanResponse
			vm := planVM(t.Context(), conn, test.planned, test.prior, vmRecord{}, resource.ModifyPlanRequest{}, &resp)
			if resp.Diagnostics.HasError() || (len(resp.RequiresReplace) > 0) != test.replaces {
				t.Errorf("%v, replaces %v", resp.Diagnostics, resp.RequiresReplace)
			}
			if (vm == nil) != test.planned.IsUnknown() || vm != nil && vm.ID != test.planned.ValueString() {
				t.Errorf("the VM is %+v", vm)
			}
		})
	}
}

// What was opened or registered in this process is not asked for again, until it is unregistered.
func TestAnIDThatTheHostHasToldIsNotAskedForAgain(t *testing.T) {
	conn, host, web, _ := twoVMs(t)
	var diags diag.Diagnostics
	for range 2 {
		if vm := conn.checkVM(t.Context(), types.StringValue(web), &diags); vm == nil || vm.ManagedObjectID != "vm-1" {
			t.Fatalf("%+v, %v", vm, diags)
		}
	}
	calls(t, host, "OpenID "+web)
	conn.vms.forget(web)
	delete(host.vms, web)
	if vm := conn.checkVM(t.Context(), types.StringValue(web), &diags); vm != nil || !diags.HasError() {
		t.Errorf("a VM that is gone is %+v", vm)
	}
}

func TestAnIDThatTheHostDoesNotKnowIsShown(t *testing.T) {
	conn, host, web, _ := twoVMs(t)
	for _, id := range []string{"", webPath, "50000000-0000-0000-0000-00000000000f", "vm-1"} {
		var resp resource.ModifyPlanResponse
		planVM(t.Context(), conn, types.StringValue(id), types.StringNull(), vmRecord{}, resource.ModifyPlanRequest{}, &resp)
		var got []string
		for _, d := range resp.Diagnostics {
			got = append(got, d.Summary()+"\n"+d.Detail())
		}
		want := "No VM has the id \"" + id + "\"\nThe host knows no VM with this id, or this user may not see it. vm_id takes the id of a " +
			"VM that is registered, which no path is, and no managed object id of a VM that has an instance UUID:\n\n" +
			"  vm_id = data.vix_vm.NAME.id\n  vm_id = vix_registration.NAME.id\n  vm_id = vix_clone.NAME.id\n\nVIX_E_VM_NOT_FOUND (4000)" + stops
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q: got %q\nwant %q", id, got, want)
		}
	}
	// A host that does not answer is another error.
	host.fail["OpenID "+web] = &vix.Error{Op: "open", Object: web, Code: vix.CodeHostConnectionLost, Reason: "It is down."}
	var diags diag.Diagnostics
	conn.checkVM(t.Context(), types.StringValue(web), &diags)
	if len(diags) != 1 || diags[0].Summary() != "Cannot open "+web {
		t.Errorf("%v", diags)
	}
}

// A restored copy keeps the instance UUID. What state has of the VM that had it is not changed at the copy: a plan says so, and so does
// an apply whose plan came before.
func TestWhatStateHasOfAVMIsNotChangedAtACopy(t *testing.T) {
	for kind, configs := range map[string][2]args{
		variableType:  {{"name": "owner", "value": "a"}, {"name": "owner", "value": "b"}},
		snapshotType:  {{"name": "a"}, {"name": "b"}},
		"vix_power":   {{"state": "on"}, {"state": "off"}},
		guestFileType: {{"path": "/etc/a", "content": "a"}, {"path": "/etc/a", "content": "b"}},
	} {
		t.Run(kind, func(t *testing.T) {
			w, id := guestWorld(t, kind)
			vm := w.host.vms[id]
			before, after := maps.Clone(configs[0]), maps.Clone(configs[1])
			before["vm_id"], after["vm_id"] = vm.ID, vm.ID
			o := w.create(before)
			p := w.plan(o, after)
			p.diags.none(t)
			vm.ManagedObjectID, vm.Path = "vm-99", mustPath(t, otherPath)
			w.walk() // another process
			w.host.made()
			const says = "vm_id names another VM by now\nWhat state has is of the VM "
			if kind != snapshotType { // whose rename asks the host by the handle, which the fake does not hold against the VM
				_, diags := w.apply(o, p, after)
				diags.has(t, says+webPath, otherPath+" (managed object vm-99)")
			}
			w.plan(o, after).diags.has(t, says)
			w.plan(o, before).same(t, o)
			for _, call := range w.host.made() {
				if !strings.HasPrefix(call, "OpenID ") {
					t.Errorf("it was asked for %s", call)
				}
			}
		})
	}
}
