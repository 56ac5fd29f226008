// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const cloneType = "vix_clone"

// cloneWorld is a world with a registered VM to clone, whose id it gives, and with a journal.
func cloneWorld(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorldOf(t, cloneType)
	return w, w.host.register(mustPath(t, webPath), "web").ID
}

// theClone is the VM that a clone in the state is.
func (w *world) theClone(o *object) *vix.Registration {
	w.t.Helper()
	id, _ := fields(o.value)["id"].(string)
	r := w.host.vms[id]
	if r == nil {
		w.t.Fatalf("there is no VM with the id %q", id)
	}
	return r
}

func TestACloneIsPlannedMadeAndUnregistered(t *testing.T) {
	w, id := cloneWorld(t)
	config := args{"vm_id": id, "name": "test", "type": "linked", "snapshot": "base", "folder": "Linux", "datastore": "storage1"}
	p := w.plan(nil, config)
	p.diags.none(t)
	holds(t, p.value, args{
		"folder": "Linux", "resource_pool": "/DC0/host/C0/Resources", "cluster": "/DC0/host/C0", "host": any(unknown), "id": any(unknown),
		"vmx_path": any(unknown), "datastore": "storage1", "template": false, "delete_files": false, "power_off_on_destroy": "fail",
	})
	calls(t, w.host, "OpenID "+id, "CheckClone test")
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	is := w.host.cloned
	if is.Source.ID != id || !is.Linked || is.Snapshot.Either != "base" || is.Folder != "Linux" || is.Datastore != "storage1" || is.Host != "" {
		t.Errorf("%+v", is)
	}
	holds(t, o.value, args{
		"id": "50000000-0000-0000-0000-000000000002", "registered_path": "[storage1] test/test.vmx", "managed_object_id": "vm-2",
		"vmx_path": "[storage1] test/test.vmx", "host": "/DC0/host/C0/esx1", "folder": "Linux", "connection_state": "connected",
	})
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
	w.host.made()
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	calls(t, w.host, "Registration", "CheckUnregister", "Registration", "Unregister")
}

// What the source's id is replaces, but for one that is not known, and for a source that is gone.
func TestTheSourceOfAClone(t *testing.T) {
	w, id := cloneWorld(t)
	o := w.create(args{"vm_id": id, "name": "test"})
	other := w.host.register(mustPath(t, "[storage1] db/db.vmx"), "db").ID
	if p := w.plan(o, args{"vm_id": other, "name": "test"}); len(p.replace) != 1 {
		t.Errorf("another source replaces %v:\n%s", p.replace, p.diags.text())
	}
	if p := w.plan(o, args{"vm_id": unknown, "name": "test"}); len(p.replace) > 0 || p.diags.failed() {
		t.Errorf("a source that is not known yet replaces %v:\n%s", p.replace, p.diags.text())
	}
	delete(w.host.vms, id)
	w.host.made()
	w.plan(o, args{"vm_id": id, "name": "test"}).same(t, o)
	calls(t, w.host)
	w.plan(nil, args{"vm_id": id, "name": "other"}).diags.has(t, "No VM has the id")
	w.plan(nil, args{"vm_id": unknown, "name": "other"}).diags.none(t)
}

// Each attribute that says how the clone is made replaces it; a value that is not known yet does not.
func TestWhatReplacesAClone(t *testing.T) {
	w, id := cloneWorld(t)
	base := args{"vm_id": id, "name": "test", "host": "esx1", "datastore": "storage1"}
	o := w.create(base)
	with := func(name string, value any) args {
		config := args{name: value}
		for n, v := range base {
			if _, set := config[n]; !set {
				config[n] = v
			}
		}
		return config
	}
	for name, value := range (args{
		"type": "linked", "snapshot": "base", "template": true, "cluster": "C1", "host": "esx2", "datastore": "storage2",
		"vmx_path": "[storage1] other/other.vmx",
	}) {
		if p := w.plan(o, with(name, value)); len(p.replace) != 1 || p.replace[0] != `AttributeName("`+name+`")` {
			t.Errorf("%s replaces %v:\n%s", name, p.replace, p.diags.text())
		}
		if p := w.plan(o, with(name, unknown)); len(p.replace) > 0 {
			t.Errorf("%s, not known yet, replaces %v", name, p.replace)
		}
	}
	for name, value := range (args{
		"folder": "Linux", "resource_pool": "gold", "name": "renamed", "delete_files": true, "power_off_on_destroy": "hard",
		"vmx_path": "[storage1]  test/test.vmx",
	}) {
		if p := w.plan(o, with(name, value)); len(p.replace) > 0 || p.diags.failed() {
			t.Errorf("%s replaces %v:\n%s", name, p.replace, p.diags.text())
		}
	}
	// vSphere moves VMs by itself.
	is := w.theClone(o)
	is.Host, is.Path.Datastore = "/DC0/host/C0/esx2", "storage2"
	o, diags := w.read(o)
	diags.none(t)
	w.plan(o, base).same(t, o)
}

func TestACloneIsRenamedAndMoved(t *testing.T) {
	w, id := cloneWorld(t)
	o := w.create(args{"vm_id": id, "name": "test"})
	config := args{"vm_id": id, "name": "renamed", "folder": "Linux"}
	p := w.plan(o, config)
	p.diags.none(t)
	w.host.made()
	o, diags := w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host, "Update", "Registration")
	holds(t, o.value, args{"name": "renamed", "folder": "Linux"})
	w.host.fail["CheckChange"] = &vix.Error{Op: "update", Object: "it", Code: vix.CodeDuplicateName, Reason: "It is taken."}
	w.plan(o, args{"vm_id": id, "name": "taken", "folder": "Linux"}).diags.has(t, "It is taken.", "VIX_E_DUPLICATE_NAME")
}

// A rename that fails leaves what it has done in the state, and taints nothing.
func TestARenameOfACloneThatFailsTaintsNothing(t *testing.T) {
	w, id := cloneWorld(t)
	o := w.create(args{"vm_id": id, "name": "test"})
	w.host.fail["Update"] = &vix.Error{Op: "move", Object: "it", Code: vix.CodeObjectIsBusy, Reason: "Busy."}
	config := args{"vm_id": id, "name": "renamed", "folder": "Linux"}
	p := w.plan(o, config)
	after, diags := w.apply(o, p, config)
	diags.has(t, "ERROR: Cannot move it\nBusy.")
	holds(t, after.value, args{"name": "renamed", "folder": "/DC0/vm", "managed_object_id": "vm-2"})
}

// A clone whose answer was lost is not made again: the next apply takes what is there, and gives it what the plan says.
func TestACloneOfAnInterruptedAttemptIsNotMadeTwice(t *testing.T) {
	w, id := cloneWorld(t)
	w.host.fail["Clone test"] = &vix.Error{Op: "clone", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	config := args{"vm_id": id, "name": "test", "resource_pool": "gold"}
	p := w.plan(nil, config)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "The line broke.", "Apply again when the host answers: what it has carried out is recognised.")
	delete(w.host.fail, "Clone test")
	w.host.finished = true
	for _, r := range w.host.vms {
		r.ResourcePool = "/DC0/host/C0/Resources"
	}
	w.host.underway = true
	w.plan(nil, config).diags.has(t, "WARNING: A clone is still being made, by an apply that was interrupted")
	w.host.underway = false
	p = w.plan(nil, config)
	p.diags.has(t, "WARNING: A clone is there already, by an apply that was interrupted", "[storage1] test/test.vmx")
	w.host.made()
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	calls(t, w.host, "OpenID "+id, "found test", "Update", "Registration")
	if got := w.host.cloned.Attempt; got.Sent != 1 || len(got.Tasks) != 1 || !got.Begun.Equal(fakeNow) {
		t.Errorf("the attempt is %+v", got)
	}
	holds(t, o.value, args{"managed_object_id": "vm-2", "resource_pool": "gold"})
	// What is in the state has come to its end, and what another configuration wants is another clone.
	o, diags = w.read(o)
	diags.none(t)
	w.planToo(o, config).same(t, o)
	w.planToo(nil, config).diags.has(t, "VIX_E_DUPLICATE_NAME")
	if !w.host.cloned.Attempt.IsZero() {
		t.Errorf("the attempt has no end: %+v", w.host.cloned.Attempt)
	}
	// And it is ours: it goes with its files, if that is wanted.
	o, diags = w.apply(o, w.plan(o, args{"vm_id": id, "name": "test", "resource_pool": "gold", "delete_files": true}),
		args{"vm_id": id, "name": "test", "resource_pool": "gold", "delete_files": true})
	diags.none(t)
	plan, apply := w.destroy(o)
	plan.has(t, "WARNING: The files of a clone will be deleted")
	apply.none(t)
}

// What the host refused was not made: nothing is noted any more.
func TestACloneThatTheHostRefusedLeavesNoNote(t *testing.T) {
	w, id := cloneWorld(t)
	w.host.fail["Clone test"] = &vix.Error{Op: "clone", Object: "it", Code: vix.CodeDiskFull, Reason: "It is full."}
	config := args{"vm_id": id, "name": "test"}
	p := w.plan(nil, config)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "It is full.", "VIX_E_DISK_FULL")
	w.plan(nil, config)
	if !w.host.cloned.Attempt.IsZero() {
		t.Errorf("%+v", w.host.cloned.Attempt)
	}
}

func TestACloneThatIsGone(t *testing.T) {
	w, id := cloneWorld(t)
	o := w.create(args{"vm_id": id, "name": "test", "delete_files": true})
	w.host.fail["Registration"] = &vix.Error{Op: "read", Object: "it", Code: vix.CodeHostConnectionLost, Kind: vix.ErrSilent, Reason: "No answer."}
	again, diags := w.read(o)
	diags.has(t, "ERROR: Cannot read it")
	if again.value.IsNull() {
		t.Error("a host that does not answer drops it")
	}
	is := *w.theClone(o)
	is.ManagedObjectID = "vm-9"
	w.host.fail["Registration"] = &vix.Error{
		Op: "read", Object: "it", Code: vix.CodeInvalidHandle, Kind: vix.ErrOtherVM, VM: &is, Reason: "Another VM has the id.",
	}
	_, diags = w.read(o)
	diags.has(t, "Another VM has the id.", "terraform import ADDRESS vm-9", "terraform state rm ADDRESS")
	delete(w.host.fail, "Registration")
	delete(w.host.vms, is.ID)
	again, diags = w.read(o)
	diags.has(t, "WARNING: A clone is not registered any more", "touches no files of it")
	if !again.value.IsNull() {
		t.Errorf("it stays: %v", fields(again.value))
	}
	w.host.made()
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	calls(t, w.host, "Registration", "Registration")
}

// What is written of an import's making replaces nothing, and an imported clone is never deleted with its files.
func TestImportOfAClone(t *testing.T) {
	w, id := cloneWorld(t)
	made := w.host.register(mustPath(t, "[storage1] test/test.vmx"), "test")
	for _, named := range []string{made.ID, "DC0:[storage1] test/test.vmx", "[storage1] test/test.vmx", made.ManagedObjectID} {
		o, diags := w.importing(named, nil)
		diags.none(t)
		holds(t, o.value, args{
			"id": made.ID, "vm_id": nil, "name": "test", "type": "full", "snapshot": nil, "delete_files": false, "power_off_on_destroy": "fail",
			"template": false, "datastore": "storage1", "folder": "/DC0/vm", "registered_path": "[storage1] test/test.vmx",
		})
		config := args{
			"vm_id": id, "name": "test", "type": "linked", "snapshot": "base", "host": "esx2", "datastore": "storage9", "delete_files": true,
		}
		p := w.plan(o, config)
		p.diags.has(t, "WARNING at AttributeName(\"host\"): host takes effect when the clone is made anew")
		if len(p.replace) > 0 || p.diags.failed() {
			t.Fatalf("it replaces %v:\n%s", p.replace, p.diags.text())
		}
		o, diags = w.apply(o, p, config)
		diags.none(t)
		w.plan(o, config).same(t, o)
		w.host.made()
		plan, apply := w.destroy(o)
		plan.has(t, "WARNING: The files of a clone stay", "it was imported, and not made by this resource")
		apply.has(t, "WARNING: The files of a clone stay")
		calls(t, w.host, "Registration", "CheckUnregister", "Registration", "Unregister")
		w.host.vms[made.ID] = made
	}
	o, diags := w.importing("", args{"server": fakeServer, "id": made.ID})
	diags.none(t)
	holds(t, o.value, args{"id": made.ID})
	_, diags = w.importing("", args{"server": "another", "id": made.ID})
	diags.has(t, "The registration is on another server")
}

func TestClonePrivilegesAndProductsAreSaidAtPlan(t *testing.T) {
	w, id := cloneWorld(t)
	lacks := &vix.Error{Op: "clone", Object: "it", Code: vix.CodeHostUserPermissions, Reason: "The user lacks:", Choices: []string{"x on y"}}
	w.host.fail["CheckClone test"] = lacks
	w.plan(nil, args{"vm_id": id, "name": "test"}).diags.has(t, "VIX_E_HOST_USER_PERMISSIONS", "  - x on y")
	delete(w.host.fail, "CheckClone test")
	o := w.create(args{"vm_id": id, "name": "test", "delete_files": true})
	w.host.fail["CheckDestroy fail"] = lacks
	plan, _ := w.destroy(o)
	plan.has(t, "VIX_E_HOST_USER_PERMISSIONS")
	w.validate(args{"vm_id": id, "name": "test", "template": true, "resource_pool": "gold"}).has(t, "A template has no resource pool")
	w = lacking(t, vix.FeatureClones)
	w.becomes(cloneType)
	p := w.plan(nil, args{"vm_id": w.host.register(mustPath(t, webPath), "web").ID, "name": "test"})
	p.diags.has(t, notSupported("VixVM_Clone"))
	if made := w.host.made(); len(made) > 0 {
		t.Errorf("the host was asked: %q", made)
	}
}

// Two addresses of a plan have neither one VM nor one name.
func TestOneVMBelongsToOneClone(t *testing.T) {
	w, id := cloneWorld(t)
	config := args{"vm_id": id, "name": "test"}
	w.plan(nil, config).diags.none(t)
	w.planToo(nil, config).diags.has(t, "Two VMs are to be called \"test\"", "The clone is to have the name \"test\" in /DC0/vm",
		"VIX_E_DUPLICATE_NAME")
	o := w.create(config)
	imported, diags := w.importing(fields(o.value)["id"].(string), nil)
	diags.none(t)
	w.walk()
	w.planToo(o, config).diags.none(t)
	w.planToo(imported, config).diags.has(t, "Two resources have [storage1] test/test.vmx", "VIX_E_ALREADY_EXISTS")
	// And one that goes with its files is nobody else's to take over.
	mine := w.create(args{"vm_id": id, "name": "mine", "delete_files": true})
	w.walk()
	end := w.planOnce(mine, tftypes.NewValue(w.kind(), nil))
	end.diags.has(t, "WARNING: The files of a clone will be deleted")
	w.becomes(registration)
	w.planToo(nil, args{"vmx_path": "[storage1] mine/mine.vmx", "if_registered": "adopt"}).diags.has(t,
		"[storage1] mine/mine.vmx leaves one address and is wanted by another")
}
