// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestVMs(t *testing.T) {
	w := newWorld(t)
	w.host.register(mustPath(t, webPath), "web-1").PowerState = vix.PoweredOn
	w.host.register(mustPath(t, "[storage1] db/db.vmx"), "db").ID = ""
	state, diags := w.data("vix_vms", args{})
	diags.none(t)
	vms := elements(t, state, "vms")
	if len(vms) != 2 || vms["1"]["name"] != "db" || vms["1"]["id"] != nil {
		t.Errorf("listed %v", vms)
	}
	for name, want := range (args{
		"id": "50000000-0000-0000-0000-000000000001", "name": "web-1", "vmx_path": webPath, "datacenter": "/DC0", "power_state": "on",
		"managed_object_id": "vm-1",
	}) {
		if vms["0"][name] != want {
			t.Errorf("%s is %v, want %v", name, vms["0"][name], want)
		}
	}
	state, diags = w.data("vix_vms", args{"find": "running", "datacenter": "DC0", "folder": "Linux", "name_regex": "^web-[0-9]$"})
	diags.none(t)
	if vms := elements(t, state, "vms"); len(vms) != 1 || w.host.query != (vix.Query{Running: true, Datacenter: "DC0", Folder: "Linux"}) {
		t.Errorf("listed %v, asked for %+v", vms, w.host.query)
	}
	state, diags = w.data("vix_vms", args{"name_regex": "none"})
	diags.none(t)
	if vms := elements(t, state, "vms"); vms == nil || len(vms) != 0 {
		t.Errorf("of none, vms is %v, not empty", vms)
	}
	w.validateData("vix_vms", args{"name_regex": "web-("}).has(t, "at AttributeName(\"name_regex\"): Not a regular expression", "RE2")
	w.validateData("vix_vms", args{"find": "sleeping"}).has(t, "registered", "running")
	w.host.fail["Find"] = &vix.Error{Op: "list the VMs of", Object: "vc", Field: vix.FieldFolder, Reason: "There is no such folder."}
	_, diags = w.data("vix_vms", args{})
	diags.has(t, "ERROR at AttributeName(\"folder\"): Cannot list the VMs of vc\nThere is no such folder.")
}

// idOf is the identity of a result.
func (w *world) idOf(r tfprotov6.ListResourceResult) args {
	w.t.Helper()
	if r.Identity == nil {
		return nil
	}
	return fields(w.value(w.identity, r.Identity.IdentityData))
}

func TestListRegistrations(t *testing.T) {
	w := newWorld(t)
	for i := range 2*readTogether + 7 {
		w.host.register(vix.Path{Datastore: "ds", File: fmt.Sprintf("vm-%d/vm.vmx", i)}, fmt.Sprintf("vm-%d", i))
	}
	got := w.list(args{}, false, 0)
	if len(got) != 2*readTogether+7 {
		t.Fatalf("%d results", len(got))
	}
	diagnostics(got[0].Diagnostics).none(t)
	if id := w.idOf(got[0]); id["server"] != fakeServer || id["id"] != "50000000-0000-0000-0000-000000000001" {
		t.Errorf("identity %v", id)
	}
	if got[206].DisplayName != "vm-206, /DC0:[ds] vm-206/vm.vmx" {
		t.Errorf("display name %q", got[206].DisplayName)
	}
	calls(t, w.host, "Find")
	if got := w.list(args{}, true, 3); len(got) != 3 {
		t.Errorf("%d results of a limit of 3", len(got))
	}
	if got := w.list(args{"name_regex": "^vm-20[0-4]$", "folder": "Linux"}, false, 0); len(got) != 5 || w.host.query.Folder != "Linux" {
		t.Errorf("%d results of a filter for 5", len(got))
	}
}

// What a query says of a registration is what importing it gives: the plan of
// configuration with all that it says is empty.
func TestListedResourceImportsWithAnEmptyPlan(t *testing.T) {
	w := newWorld(t)
	w.host.register(mustPath(t, webPath), "web")
	template := w.host.register(mustPath(t, "[storage1] t/t.vmtx"), "t")
	template.Template, template.ResourcePool = true, ""
	for _, result := range w.list(args{}, true, 0) {
		diagnostics(result.Diagnostics).none(t)
		listed := fields(w.value(w.kind(), result.Resource))
		config := args{}
		for _, a := range w.schemas.ResourceSchemas[registration].Block.Attributes {
			if (a.Optional || a.Required) && listed[a.Name] != nil {
				config[a.Name] = listed[a.Name]
			}
		}
		if config["host"] != nil || config["cluster"] != nil {
			t.Errorf("the configuration pins the VM to a host: %v", config)
		}
		o, diags := w.importing("", w.idOf(result))
		diags.none(t)
		w.plan(o, config).same(t, o)
		is := fields(o.value)
		for name, v := range listed {
			if v != nil && is[name] != v {
				t.Errorf("%s is listed as %v and imported as %v", name, v, is[name])
			}
		}
	}
}

// An error must never look like a short list.
func TestListReportsErrors(t *testing.T) {
	w := newWorld(t)
	w.host.register(mustPath(t, webPath), "web")
	w.host.fail["Registration"] = errors.New("gone")
	got := w.list(args{}, true, 0)
	if len(got) != 1 {
		t.Fatalf("%d results", len(got))
	}
	diagnostics(got[0].Diagnostics).only(t, "ERROR: Unexpected error\ngone\n\nVIX_E_FAIL (1)")
	for _, call := range []string{"Find", "Info"} {
		w := newWorld(t)
		w.host.fail[call] = errors.New("no such thing")
		got := w.list(args{}, false, 0)
		if len(got) != 1 {
			t.Fatalf("%s: %d results", call, len(got))
		}
		diagnostics(got[0].Diagnostics).only(t, "ERROR: Unexpected error\nno such thing\n\nVIX_E_FAIL (1)")
	}
	bare := newBareWorld(t)
	bare.configure(args{"hostname": unknown}).none(t)
	diagnostics(bare.list(args{}, false, 0)[0].Diagnostics).has(t, "Cannot list registrations before the provider is connected")
}

// What no identity imports, or what the host cannot read, is a warning and no result; it takes nobody's place in a limit.
func TestWhatIsNotListed(t *testing.T) {
	w := newWorld(t)
	names := []string{"copy", "original", "nameless", "locked", "gone", "displaced", "sound", "sound2"}
	vms := map[string]*vix.Registration{}
	for _, name := range names {
		vms[name] = w.host.register(vix.Path{Datastore: "ds", File: name + "/vm.vmx"}, name)
	}
	vms["copy"].InstanceUUID, vms["copy"].ID = vms["original"].InstanceUUID, strings.ToUpper(vms["original"].ID)
	vms["nameless"].ID, vms["nameless"].InstanceUUID = vms["nameless"].ManagedObjectID, ""
	vms["locked"].ConnectionState = vix.Inaccessible
	why := map[string]string{
		"copy": "2 VMs have its instance UUID", "original": "2 VMs have its instance UUID", "nameless": "tells no instance UUID", "locked": "it is inaccessible",
		"gone": "unregistered, or registered anew, while the query ran", "displaced": "unregistered, or registered anew, while the query ran",
	}
	w.host.fail["Registration of "+vms["gone"].ManagedObjectID] = vix.ErrGone
	w.host.fail["Registration of "+vms["displaced"].ManagedObjectID] = vix.ErrOtherVM
	listed := 0
	for _, result := range w.list(args{}, true, 2) {
		diags := diagnostics(result.Diagnostics)
		if result.Identity != nil {
			diags.none(t)
			listed++
			continue
		}
		if len(diags) != 1 || diags[0].Summary != "A VM is not listed" || diags.failed() {
			t.Fatalf("%s", diags.text())
		}
		name, _, _ := strings.Cut(diags[0].Detail, ",")
		if why[name] == "" || !strings.Contains(diags[0].Detail, why[name]) {
			t.Errorf("%s: %s", name, diags[0].Detail)
		}
		delete(why, name)
	}
	if listed != 2 || len(why) > 0 {
		t.Errorf("%d are listed; nothing is said of %v", listed, why)
	}
}
