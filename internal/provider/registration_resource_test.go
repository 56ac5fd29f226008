// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestRegistrationLife(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": "[storage1]web/web.vmx", "folder": "Linux", "on_destroy": nil}
	p := w.plan(nil, config)
	p.diags.none(t)
	holds(t, p.value, args{
		"vmx_path": "[storage1]web/web.vmx", "folder": "Linux", "registered_path": unknown, "id": unknown, "host": unknown,
		"template": false, "if_registered": "fail", "power_off_on_destroy": "fail", "on_destroy": "unregister", "adopted": false, "server": fakeServer,
		"datacenter": "/DC0", "resource_pool": "/DC0/host/C0/Resources", "cluster": "/DC0/host/C0", "managed_object_id": unknown,
	})
	calls(t, w.host, "Check")
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	calls(t, w.host, "Register")
	holds(t, o.value, args{
		"vmx_path": "[storage1]web/web.vmx", "registered_path": webPath, "folder": "Linux", "datacenter": "/DC0", "name": "web",
		"resource_pool": "/DC0/host/C0/Resources", "cluster": "/DC0/host/C0", "host": "/DC0/host/C0/esx1", "adopted": false,
		"id": "50000000-0000-0000-0000-000000000001", "managed_object_id": "vm-1", "connection_state": "connected",
		"encrypted": false,
	})
	if o.identity == nil {
		t.Fatal("no identity")
	}
	holds(t, w.value(w.identity, o.identity.IdentityData), args{"server": fakeServer, "id": "50000000-0000-0000-0000-000000000001"})
	o, diags = w.read(o)
	diags.none(t)
	holds(t, o.value, args{"folder": "Linux", "vmx_path": "[storage1]web/web.vmx"})
	w.plan(o, config).same(t, o)
	calls(t, w.host, "Registration")
	planning, applying := w.destroy(o)
	planning.none(t)
	applying.none(t)
	calls(t, w.host, "Registration", "CheckUnregister", "Registration", "Unregister")
	if w.host.off != vix.PowerOffFail {
		t.Errorf("power off %q", w.host.off)
	}
}

func TestRegistrationValidation(t *testing.T) {
	w := newWorld(t)
	for name, test := range map[string]struct {
		config args
		want   string
	}{
		"template file without template": {args{"vmx_path": "[storage1] t/t.vmtx"},
			"ERROR at AttributeName(\"vmx_path\"): A .vmtx file is a template\n" +
				"Set template = true to register the template [storage1] t/t.vmtx, or write [storage1] t/t.vmx to register the VM.\n\nVIX_E_INVALID_ARG (3)"},
		"template file":              {args{"vmx_path": "[storage1] t/t.vmtx", "template": true}, ""},
		"template file, not known":   {args{"vmx_path": "[storage1] t/t.vmtx", "template": unknown}, ""},
		"path that is not known yet": {args{"vmx_path": unknown}, ""},
		"template in a pool": {args{"vmx_path": webPath, "template": true, "resource_pool": "p"},
			"ERROR at AttributeName(\"resource_pool\"): A template has no resource pool\n" +
				"A template cannot run and belongs to a host or cluster, not to a resource pool. " +
				"Remove resource_pool; host or cluster says where the template is registered.\n\nVIX_E_INVALID_ARG (3)"},
		"bad path": {args{"vmx_path": "/vmfs/volumes/storage1/web/web.vmx"},
			"ERROR at AttributeName(\"vmx_path\"): Cannot use \"/vmfs/volumes/storage1/web/web.vmx\" as a vmx path\n" +
				"This is the path in an ESXi shell; the host knows VMs by datastore path.\n\nWrite [storage1] web/web.vmx\n\n" +
				"VIX_E_INVALID_ARG (3)"},
		"name of 80 characters": {args{"vmx_path": webPath, "name": strings.Repeat("\u00fc", 80)}, ""},
		"name of 81 characters": {args{"vmx_path": webPath, "name": strings.Repeat("\u00fc", 81)},
			"ERROR at AttributeName(\"name\"): Invalid Attribute Value Length\n" +
				"Attribute name UTF-8 character count must be between 1 and 80, got: 81"},
		"blank name": {args{"vmx_path": webPath, "name": "  "},
			"ERROR at AttributeName(\"name\"): Invalid Attribute Value Match\n" +
				"Attribute name must not consist of spaces only, got:   "},
		"empty folder": {args{"vmx_path": webPath, "folder": ""},
			"ERROR at AttributeName(\"folder\"): Invalid Attribute Value Length\n" +
				"Attribute folder string length must be at least 1, got: 0"},
		"power off": {args{"vmx_path": webPath, "power_off_on_destroy": "soft"},
			"ERROR at AttributeName(\"power_off_on_destroy\"): Invalid Attribute Value Match\n" +
				"Attribute power_off_on_destroy value must be one of: [\"fail\" \"guest\" \"hard\"], got: \"soft\""},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			w.validate(test.config).only(t, test.want)
		})
	}
	w.t = t
	calls(t, w.host)
}

func TestRegistrationReadOutcomes(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath}
	o := w.create(config)
	vm := w.host.vms[fields(o.value)["id"].(string)]

	// An error of any kind leaves state as it was.
	for _, err := range []error{
		errors.New("no route to host"),
		&vix.Error{Op: "read", Object: webPath, Code: vix.CodeVMNotFound, Reason: "Not found, which proves nothing."},
		&vix.Error{Op: "read", Object: webPath, Code: vix.CodeHostUserPermissions},
	} {
		w.host.fail["Registration"] = err
		kept, diags := w.read(o)
		if !diags.failed() || !kept.value.Equal(o.value) {
			t.Errorf("%v: state is %v", err, fields(kept.value))
		}
	}
	delete(w.host.fail, "Registration")

	// A storage vMotion is followed and told.
	vm.Path = mustPath(t, "[storage2] web/web.vmx")
	moved, diags := w.read(o)
	diags.only(t, "WARNING: A VM has moved\n"+webPath+": the VM was at "+webPath+" and is at [storage2] web/web.vmx now, as after a storage "+
		"vMotion. It is the same registration, and registered_path follows. vmx_path may stay, or be changed to the new path.\n\nVIX_OK (0)")
	holds(t, moved.value, args{"vmx_path": webPath, "registered_path": "[storage2] web/web.vmx"})
	w.plan(moved, config).same(t, moved)
	again, diags := w.read(moved)
	diags.none(t)

	// Renamed and moved outside: the plan shows it for what is configured.
	vm.Name, vm.Folder = "other", "/DC0/vm/Other"
	drifted, diags := w.read(again)
	diags.none(t)
	holds(t, drifted.value, args{"name": "other", "folder": "/DC0/vm/Other"})
	w.plan(drifted, config).same(t, drifted)
	p := w.plan(drifted, args{"vmx_path": webPath, "name": "web"})
	if len(p.replace) > 0 {
		t.Errorf("replaces for %v", p.replace)
	}
	holds(t, p.value, args{"name": "web", "folder": "/DC0/vm/Other", "id": vm.ID, "registered_path": "[storage2] web/web.vmx"})

	// Unregistered outside, proved: forgotten, and registered again.
	delete(w.host.vms, vm.ID)
	gone, diags := w.read(drifted)
	diags.only(t, "WARNING: A VM is not registered any more\n"+webPath+": somebody unregistered it outside of Terraform. vm-1 is gone from "+
		"the host, and no VM has its id (50000000-0000-0000-0000-000000000001) or its path. Terraform forgets this registration and "+
		"plans to register the VM again. It was at [storage2] web/web.vmx when it was last seen; the plan registers what vmx_path names. "+
		"Change vmx_path if that is not the VM.\n\nVIX_E_VM_NOT_FOUND (4000)")
	if !gone.value.IsNull() {
		t.Errorf("state is %v", fields(gone.value))
	}
}

func TestRegistrationReadWithoutServer(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	for _, vm := range w.host.vms {
		vm.Server = "" // a service provider that does not tell
	}
	w.restart()
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).none(t)
	w.host.fail["Info"] = errors.New("gone in the middle")
	kept, diags := w.read(o)
	diags.only(t, "ERROR: Unexpected error\ngone in the middle\n\nVIX_E_FAIL (1)")
	if !kept.value.Equal(o.value) {
		t.Error("state has changed")
	}
}

func TestRegistrationNotConnected(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath}
	o := w.create(config)
	w.restart()
	w.configure(args{"hostname": unknown}).none(t)
	w.host.made()
	// An older CLI keeps no identity; the framework wants one after every read.
	for _, identity := range []bool{true, false} {
		if !identity {
			o.identity = nil
		}
		kept, diags := w.read(o)
		diags.only(t, "WARNING: What state has was not refreshed\nThe registration of "+webPath+" is kept as state has it. The provider is "+
			"not connected: its configuration is not known yet (hostname).\n\nVIX_E_HOST_NOT_CONNECTED (26)")
		if !kept.value.Equal(o.value) {
			t.Error("state has changed")
		}
		holds(t, w.value(w.identity, kept.identity.IdentityData), args{"server": fakeServer, "id": fields(o.value)["id"]})
	}
	renamed := args{"vmx_path": webPath, "name": "new"}
	_, diags := w.apply(o, w.plan(o, renamed), renamed)
	diags.has(t, "Cannot change "+webPath+" before the provider is connected")
	_, diags = w.destroy(o)
	diags.has(t, "Cannot unregister "+webPath+" before the provider is connected")
	calls(t, w.host)
}

func TestRegistrationUpdate(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	w.host.made()
	config := args{"vmx_path": webPath, "name": "new", "folder": "Linux", "resource_pool": "web"}
	p := w.plan(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"id": fields(o.value)["id"], "registered_path": webPath, "host": "/DC0/host/C0/esx1", "folder": "Linux"})
	o, diags := w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host, "CheckChange", "Update", "Registration")
	if c := w.host.changes[0]; *c.Name != "new" || *c.Folder != "Linux" || *c.ResourcePool != "web" {
		t.Errorf("changed %+v", c)
	}
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)

	// The switches are Terraform's alone.
	w.host.made()
	config["on_destroy"], config["power_off_on_destroy"], config["if_registered"] = "keep", "hard", "adopt"
	config["timeouts"] = args{"delete": "1h"}
	p = w.plan(o, config)
	p.diags.none(t)
	o, diags = w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host)
	_, diags = w.destroy(o)
	diags.none(t)
	calls(t, w.host)
}

func TestRegistrationUpdateFailsHalfway(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	config := args{"vmx_path": webPath, "name": "new", "folder": "Nowhere"}
	p := w.plan(o, config)
	w.host.fail["Update"] = &vix.Error{Op: "move", Object: webPath, Code: vix.CodeObjectNotFound, Field: vix.FieldFolder, Reason: "No folder."}
	after, diags := w.apply(o, p, config)
	diags.only(t, "ERROR at AttributeName(\"folder\"): Cannot move "+webPath+"\nNo folder.\n\nVIX_E_OBJECT_NOT_FOUND (25) on vc")
	holds(t, after.value, args{"name": "new", "folder": "/DC0/vm"})
	w.host.fail["Registration"] = errors.New("gone")
	after, diags = w.apply(o, p, config)
	if !diags.failed() || !after.value.Equal(o.value) {
		t.Errorf("state is %v", fields(after.value))
	}
}

func TestRegistrationDestroyModes(t *testing.T) {
	gone := &vix.Error{Op: "unregister", Kind: vix.ErrGone}
	for name, test := range map[string]struct {
		config     args
		adopted    bool
		running    bool
		fail       error
		unregister bool
		plan       string
		apply      string
	}{
		"registered":         {unregister: true},
		"adopted":            {adopted: true},
		"kept":               {config: args{"on_destroy": "keep"}},
		"adopted, but undo":  {config: args{"on_destroy": "unregister"}, adopted: true, unregister: true},
		"gone already":       {fail: gone, unregister: true},
		"refused":            {fail: errors.New("no"), unregister: true, apply: "ERROR: Unexpected error\nno\n\nVIX_E_FAIL (1)"},
		"running":            {running: true, unregister: true, plan: "WARNING: A VM that runs will not be unregistered\n" + webPath + " is powered on. A host does not unregister a VM that runs: the destroy fails unless the VM is powered off before. To have the destroy do that, apply power_off_on_destroy = \"guest\" (the guest shuts down) or \"hard\" first; to leave the VM registered, apply on_destroy = \"keep\" first.\n\nVIX_E_VM_IS_RUNNING (3007)"},
		"running, hard":      {config: args{"power_off_on_destroy": "hard"}, running: true, unregister: true, plan: "WARNING: A VM that runs will be powered off\n" + webPath + ": the plug is pulled before it is unregistered (power_off_on_destroy = \"hard\").\n\nVIX_E_VM_IS_RUNNING (3007)"},
		"running, guest":     {config: args{"power_off_on_destroy": "guest"}, running: true, unregister: true, plan: "WARNING: A VM that runs will be powered off\n" + webPath + ": its guest is shut down before it is unregistered (power_off_on_destroy = \"guest\").\n\nVIX_E_VM_IS_RUNNING (3007)"},
		"running, but stays": {config: args{"on_destroy": "keep"}, running: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := args{"vmx_path": webPath}
			maps.Copy(config, test.config)
			if test.adopted {
				w.host.register(mustPath(t, webPath), "web")
				config["if_registered"] = "adopt"
			}
			o, diags := w.apply(nil, w.plan(nil, config), config)
			diags.none(t)
			if test.running {
				w.host.byPath(mustPath(t, webPath)).PowerState = vix.PoweredOn
			}
			o, diags = w.read(o)
			diags.none(t)
			w.host.made()
			if test.fail != nil {
				w.host.fail["Unregister"] = test.fail
			}
			planning, applying := w.destroy(o)
			planning.only(t, test.plan)
			applying.only(t, test.apply)
			if test.unregister {
				calls(t, w.host, "Registration", "CheckUnregister", "Registration", "Unregister")
			} else {
				calls(t, w.host)
			}
		})
	}
}

func TestRegistrationTimeouts(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "timeouts": args{"create": "61m", "read": "62m", "update": "63m", "delete": "64m"}}
	left := func(operation string, minutes int) {
		t.Helper()
		limit := time.Duration(minutes) * time.Minute
		if got := w.host.left; got > limit || got < limit-10*time.Second {
			t.Errorf("%s has %s, want %s", operation, got, limit)
		}
	}
	p := w.plan(nil, config)
	left("check", 62)
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	left("create", 61)
	o, diags = w.read(o)
	diags.none(t)
	left("read", 62)
	config["name"] = "new"
	o, diags = w.apply(o, w.plan(o, config), config)
	diags.none(t)
	left("update", 63)
	w.destroy(o)
	left("delete", 64)
	w.create(args{"vmx_path": webPath})
	left("create by default", 10)
}

// A host that cannot read a VM just now says little of it, and that is no drift.
func TestRegistrationUnreadableIsNoDrift(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "template": true, "folder": "Linux"}
	o := w.create(config)
	vm := w.host.byPath(mustPath(t, webPath))
	*vm = vix.Registration{ID: vm.ID, ManagedObjectID: vm.ManagedObjectID, Path: vm.Path, ConnectionState: vix.Inaccessible}
	after, diags := w.read(o)
	diags.none(t)
	holds(t, after.value, args{
		"connection_state": "inaccessible", "template": true, "folder": "Linux", "name": "web", "datacenter": "/DC0",
		"host": "/DC0/host/C0/esx1", "resource_pool": "/DC0/host/C0/Resources",
	})
	w.plan(after, config).same(t, after)
}

// A state is composed and a host need not be: the same path in other bytes is no move, and no change to plan.
func TestRegistrationDecomposedIsNoMove(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "cluster": `Prod\A`}
	o := w.create(config)
	vm := w.host.byPath(mustPath(t, webPath))
	vm.Cluster = "/DC0/host/Prod%5cA"
	vm.Path = mustPath(t, "[storage1] Bu\u0308ro/web.vmx")
	o, _ = w.read(o)
	var err error
	o.value, err = tftypes.Transform(o.value, func(at *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if at.String() != `AttributeName("registered_path")` {
			return v, nil
		}
		return tftypes.NewValue(tftypes.String, "[storage1] B\u00fcro/web.vmx"), nil // as Terraform keeps it
	})
	w.must(err)
	after, diags := w.read(o)
	diags.none(t)
	p := w.plan(after, config)
	p.same(t, after)
	config["cluster"] = "Prod%5cA"
	if p := w.plan(after, config); len(p.replace) > 0 {
		t.Errorf("it would be replaced for %v", p.replace)
	}
}

// What is remembered of the server goes along with every call: on another one
// the absence of the VM proves nothing.
func TestRegistrationHandleNamesTheServer(t *testing.T) {
	w := newWorld(t)
	o := w.create(args{"vmx_path": webPath})
	if _, diags := w.read(o); diags.failed() || w.host.handle.Server != fakeServer {
		t.Errorf("%s, handle %+v", diags.text(), w.host.handle)
	}
	w.host.handle = vix.Handle{}
	if w.destroy(o); w.host.handle.Server != fakeServer {
		t.Errorf("handle %+v", w.host.handle)
	}
}

func TestTimeoutsAreAboveZero(t *testing.T) {
	w := newWorld(t)
	for text, says := range map[string]string{"-5m": `"-5m" is not above zero.`, "0s": `"0s" is not above zero.`, "soon": `"soon" is no duration`} {
		for _, operation := range []string{"create", "read", "update", "delete"} {
			w.validate(args{"vmx_path": webPath, "timeouts": args{operation: text}}).has(t, says)
		}
	}
	w.validate(args{"vmx_path": webPath, "timeouts": args{"create": "90s"}}).none(t)
}
