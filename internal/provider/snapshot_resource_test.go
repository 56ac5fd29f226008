// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const snapshotType = "vix_snapshot"

// snapshotWorld is a world with a registered VM, whose id it gives, and with a journal.
func snapshotWorld(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorldOf(t, snapshotType)
	return w, w.host.register(mustPath(t, webPath), "web").ID
}

func TestASnapshotIsTakenRenamedAndRemoved(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a/b", "description": "before"})
	for name, want := range (args{
		"id": "2", "path": "a%2Fb", "created": "2026-01-02T03:04:05Z", "power_state": "off", "is_current": true, "memory": false,
		"consolidate": true, "description": "before",
	}) {
		if got := fields(o.value)[name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	o, diags := w.read(o)
	diags.none(t)
	w.host.made()
	config := args{"vm_id": id, "name": "c", "remove_children": true, "consolidate": false}
	p := w.plan(o, config)
	p.diags.none(t)
	if len(p.replace) > 0 || fields(p.value)["id"] != "2" || fields(p.value)["path"] != any(unknown) {
		t.Errorf("replaces %v: %v", p.replace, fields(p.value))
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	if f := fields(o.value); f["path"] != "c" || f["description"] != "" {
		t.Errorf("%v", f)
	}
	calls(t, w.host, "CheckSnapshot rename", `RenameSnapshot 2 c ""`, "Snapshots")
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	calls(t, w.host, "CheckSnapshot remove", "Snapshots", "Snapshots", "RemoveSnapshot 2 true false")
}

// Without a change of name or description an update asks nothing of the host.
func TestSwitchesOfASnapshotChangeNothingAtTheHost(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a"})
	w.host.made()
	config := args{"vm_id": id, "name": "a", "revert_on_destroy": true}
	p := w.plan(o, config)
	p.diags.none(t)
	_, diags := w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host, "OpenID "+id)
}

// A rename that fails leaves the state as it was: a tainted snapshot would be taken anew.
func TestARenameThatFailsTaintsNothing(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a"})
	w.host.fail[`RenameSnapshot 2 b ""`] = &vix.Error{Op: "rename", Object: "it", Code: vix.CodeObjectIsBusy, Reason: "Busy."}
	config := args{"vm_id": id, "name": "b"}
	p := w.plan(o, config)
	after, diags := w.apply(o, p, config)
	diags.has(t, "ERROR: Cannot rename it\nBusy.")
	if fields(after.value)["name"] != "a" {
		t.Errorf("the state is %v", fields(after.value))
	}
}

// What the host would be told as another text is said at plan.
func TestNamesThatNoHostCanBeTold(t *testing.T) {
	const says = "\"): Not a text that a host can be told\nIt has the character U+0007, which cannot be sent to a host."
	w := newWorld(t)
	w.validate(args{"vmx_path": webPath, "name": "a\a"}).has(t, "AttributeName(\"name"+says)
	w.becomes("vix_clone")
	w.validate(args{"vm_id": "x", "name": "a\a"}).has(t, "AttributeName(\"name"+says)
	w.becomes("vix_snapshot")
	w.validate(args{"vm_id": "x", "name": "a\a"}).has(t, "AttributeName(\"name"+says)
	w.validate(args{"vm_id": "x", "name": "a", "description": "a\a"}).has(t, "AttributeName(\"description"+says)
}

func TestASnapshotThatSomebodyRemovedIsTakenAgain(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a"})
	w.host.snapshots[id][0].Name = "renamed by somebody"
	o, diags := w.read(o)
	diags.none(t)
	if fields(o.value)["name"] != "renamed by somebody" {
		t.Errorf("%v", fields(o.value))
	}
	w.host.snapshots[id] = nil
	if o, diags = w.read(o); !o.value.IsNull() {
		t.Errorf("it stays in the state: %v", fields(o.value))
	}
	diags.none(t)
}

// A snapshot that an interrupted attempt has taken is not taken again; one of a later day is.
func TestASnapshotOfAnInterruptedAttemptIsNotTakenTwice(t *testing.T) {
	w, id := snapshotWorld(t)
	w.host.fail["TakeSnapshot a"] = &vix.Error{Op: "take", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	config := args{"vm_id": id, "name": "a"}
	p := w.plan(nil, config)
	p.diags.none(t)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "The line broke.", "Apply again when the host answers: what it has carried out is recognised.")
	delete(w.host.fail, "TakeSnapshot a")
	w.host.made()
	o := w.create(config)
	if len(w.host.snapshots[id]) != 1 || fields(o.value)["id"] != w.host.snapshots[id][0].ID {
		t.Errorf("there are %+v, and the state has %v", w.host.snapshots[id], fields(o.value))
	}
	// What is in the state has come to its end: another one is taken.
	o, diags = w.read(o)
	diags.none(t)
	other := w.create(config)
	if len(w.host.snapshots[id]) != 2 || fields(other.value)["id"] == fields(o.value)["id"] {
		t.Errorf("there are %+v", w.host.snapshots[id])
	}
}

// Nothing is removed or reverted that the plan does not say by name.
func TestTheDestroyOfASnapshotSaysWhatIsLost(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a", "revert_on_destroy": true, "remove_children": true})
	w.host.snapshots[id] = append(w.host.snapshots[id], vix.Snapshot{ID: "9", Parent: "2", Name: "b", Path: "a/b", Created: time.Now()})
	w.host.made()
	plan, apply := w.destroy(o)
	plan.has(t, "WARNING: A VM will be reverted\nBefore the snapshot a is removed, the VM web ([storage1] web/web.vmx) is reverted to it, which "+
		"leaves it off: what has happened in the VM since 2026-01-02T03:04:05Z is lost.",
		"WARNING: Snapshots go with the one that they were taken on", "  - a/b (id 9)")
	apply.none(t)
	calls(t, w.host, "CheckSnapshot remove", "CheckSnapshot revert", "Snapshots", "Snapshots", "Revert 2 false", "RemoveSnapshot 2 true true")
	// A replacement, too.
	o = w.create(args{"vm_id": id, "name": "a", "revert_on_destroy": true})
	p := w.plan(o, args{"vm_id": id, "name": "a", "memory": true, "revert_on_destroy": true})
	p.diags.has(t, "WARNING: A VM will be reverted")
	if len(p.replace) != 1 {
		t.Errorf("it replaces %v", p.replace)
	}
}

func TestSnapshotPrivilegesAreSaidAtPlan(t *testing.T) {
	w, id := snapshotWorld(t)
	lacks := &vix.Error{Op: "take", Object: "it", Code: vix.CodeHostUserPermissions, Reason: "The user lacks:", Choices: []string{"x on y"}}
	w.host.fail["CheckSnapshot take"] = lacks
	w.plan(nil, args{"vm_id": id, "name": "a"}).diags.has(t, "VIX_E_HOST_USER_PERMISSIONS")
	delete(w.host.fail, "CheckSnapshot take")
	o := w.create(args{"vm_id": id, "name": "a"})
	w.host.fail["CheckSnapshot rename"], w.host.fail["CheckSnapshot remove"] = lacks, lacks
	w.plan(o, args{"vm_id": id, "name": "b"}).diags.has(t, "VIX_E_HOST_USER_PERMISSIONS")
	plan, _ := w.destroy(o)
	plan.has(t, "VIX_E_HOST_USER_PERMISSIONS")
	w = lacking(t, vix.FeatureSnapshots)
	w.becomes(snapshotType)
	w.plan(nil, args{"vm_id": w.host.register(mustPath(t, webPath), "web").ID, "name": "a"}).diags.has(t, notSupported("VixVM_CreateSnapshot"))
}

func TestASnapshotOfAVMThatIsNotRegistered(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a"})
	delete(w.host.vms, id)
	again, diags := w.read(o)
	diags.has(t, "WARNING: A VM is not registered, and what state has of it was not refreshed")
	if !again.value.Equal(o.value) {
		t.Errorf("the state is %v", fields(again.value))
	}
	_, apply := w.destroy(again)
	apply.only(t, "WARNING: A VM is not registered, and nothing was done with it\nThe VM "+id+" is in no inventory any more, so that its "+
		"snapshot a was not removed. It is as it was if the VM is registered again.\n\n"+vix.CodeVMNotFound.String())
}

func TestImportOfASnapshot(t *testing.T) {
	w, id := snapshotWorld(t)
	w.host.snapshots = fakeSnapshots{id: {
		{ID: "1", Name: "a", Path: "a", PowerState: vix.PoweredOff}, {ID: "2", Name: "b", Path: "a/b"}, {ID: "3", Name: "b", Path: "a/b"},
		{ID: "4", Name: "2", Path: "2"}, {ID: "5", Name: "q", Path: "q", Quiesced: true}, {ID: "6", Name: "old.vmx", Path: "old.vmx"},
		{ID: "7", Name: "at 12:00#1 of web.vmx: old", Path: "at 12:00#1 of web.vmx: old"},
	}}
	imported := func(text string) (args, diagnostics) {
		resp, err := w.server.ImportResourceState(context.Background(), &tfprotov6.ImportResourceStateRequest{TypeName: snapshotType, ID: text})
		w.must(err)
		if len(resp.ImportedResources) == 0 {
			return nil, resp.Diagnostics
		}
		return fields(w.value(w.kind(), resp.ImportedResources[0].State)), resp.Diagnostics
	}
	for text, want := range map[string]string{id + ":a": "1", id + "#3": "3", id + ":2": "4", id + "#2": "2",
		id + ":q": "5", id + ":old.vmx": "6", id + ":at 12:00#1 of web.vmx: old": "7",
	} {
		got, diags := imported(text)
		diags.none(t)
		if got["id"] != want || got["quiesce"] != (want == "5") || got["consolidate"] != true || got["vm_id"] != id {
			t.Errorf("%s: %v", text, got)
		}
	}
	for text, says := range map[string]string{
		id + ":a/b": "VIX_E_SNAPSHOT_NONUNIQUE_NAME", id + ":x": "VIX_E_SNAPSHOT_NOTFOUND", id + "#9": "VIX_E_SNAPSHOT_NOTFOUND",
		"a": "Not the id of a snapshot", id + ":": "Not the id of a snapshot", "50000000-0000-0000-0000-00000000000f#1": "No VM has the id",
	} {
		_, diags := imported(text)
		if diags.has(t, says); !diags.failed() {
			t.Errorf("%s is imported", text)
		}
	}
}

func TestActionSnapshotRevert(t *testing.T) {
	w, id := snapshotWorld(t)
	const revert = "vix_snapshot_revert"
	w.host.snapshots = fakeSnapshots{id: {
		{ID: "1", Name: "a", Path: "a", PowerState: vix.PoweredOn, IsCurrent: true}, {ID: "2", Name: "b", Path: "b"}, {ID: "3", Name: "b", Path: "b"},
	}}
	w.planAction(revert, args{"vm_id": id}).none(t)
	calls(t, w.host, "OpenID "+id, "CheckSnapshot revert")
	said, diags := w.invoke(revert, args{"vm_id": id, "suppress_power_on": true})
	diags.none(t)
	if len(said) != 2 || said[0] != id+": reverting" || said[1] != id+": reverted to a (id 1), power state on" {
		t.Errorf("it said %q", said)
	}
	calls(t, w.host, "Revert  true")
	_, diags = w.invoke(revert, args{"vm_id": id, "snapshot": "b"})
	diags.has(t, "2 snapshots are named so; an id means one of them:", "  - b (id 2, ", "VIX_E_SNAPSHOT_NONUNIQUE_NAME (13017)")
	_, diags = w.invoke(revert, args{"vm_id": id, "snapshot": "x"})
	diags.has(t, "The VM has no such snapshot. It has:", "VIX_E_SNAPSHOT_NOTFOUND (13003)")
	w.planAction(revert, args{"vm_id": webPath}).has(t, "No VM has the id")
	w.planAction(revert, args{"vm_id": unknown}).none(t)
	w.host.fail["CheckSnapshot revert"] = &vix.Error{Op: "revert", Object: "it", Code: vix.CodeHostUserPermissions, Reason: "No."}
	w.planAction(revert, args{"vm_id": id}).has(t, "VIX_E_HOST_USER_PERMISSIONS")
}

// Files that were restored count snapshots again from where they were: what has the number then is another one, and stays.
func TestTheNumberAloneIsNotTheSnapshot(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "a"})
	w.host.snapshots[id][0].Name, w.host.snapshots[id][0].Created = "of somebody", fakeNow.Add(time.Hour)
	read, diags := w.read(o)
	diags.none(t)
	if !read.value.IsNull() {
		t.Errorf("another one is read as %v", fields(read.value))
	}
	_, diags = w.destroy(o)
	diags.none(t)
	if len(w.host.snapshots[id]) != 1 {
		t.Errorf("another one was removed: %v", w.host.calls)
	}
}

// Nothing is reverted or removed that no plan has said: not by a replacement that is forced, of which Terraform shows no warning, nor
// what was taken since the plan.
func TestTheEndOfASnapshotIsWhatThePlanHasSaid(t *testing.T) {
	w, id := snapshotWorld(t)
	config := args{"vm_id": id, "name": "a", "revert_on_destroy": true, "remove_children": true}
	o := w.create(config)
	w.host.snapshots[id] = append(w.host.snapshots[id], vix.Snapshot{ID: "9", Parent: "2", Name: "b", Path: "a/b", Created: fakeNow})
	first, second := w.forced(o, config)
	first.same(t, o)
	second.diags.has(t, "ERROR: A VM will be reverted", "ERROR: Snapshots go with the one that they were taken on", "  - a/b (id 9)",
		"Terraform has no place to say so")

	w.host.made()
	w.gone(o, o.private).has(t, "ERROR: Cannot remove the snapshot a\nBefore it is removed, the VM web ([storage1] web/web.vmx) is to be "+
		"reverted to it (revert_on_destroy), and the plan has not said so")
	calls(t, w.host, "Snapshots")

	p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
	w.host.snapshots[id] = append(w.host.snapshots[id], vix.Snapshot{ID: "10", Parent: "2", Name: "c", Path: "a/c", Created: fakeNow})
	w.host.made()
	w.gone(o, p.private).has(t, "WARNING: Snapshots stay that were taken on one that goes", "  - a/c (id 10)")
	calls(t, w.host, "Snapshots", "Revert 2 false", "RemoveSnapshot 2 false true")
}

// What ends in .vmx is the id of a VM only where that is a path.
func TestASnapshotMayBeCalledAsAFile(t *testing.T) {
	for text, want := range map[string][2]string{
		vmOne + ":nightly.vmx/a:b": {vmOne, "nightly.vmx/a:b"}, "/vms/a:b/c.vmx:base": {"/vms/a:b/c.vmx", "base"},
		`C:\VMs\c.vmx:base`: {`C:\VMs\c.vmx`, "base"},
	} {
		if id, named := splitSnapshotID(text); id != want[0] || named.Path != want[1] {
			t.Errorf("%s is %q, %+v", text, id, named)
		}
	}
}

// Where a restored copy has the id, that is said, and not that the id is in no inventory: the VM that had it is.
func TestASnapshotOfAVMWhoseIDACopyHas(t *testing.T) {
	w := newSimWorld(t, sim.Options{})
	was, err := w.sim.Register(t.Context(), "DC0", simPath)
	w.must(err)
	w.becomes(snapshotType)
	o := w.create(args{"vm_id": simUUID, "name": "a"})
	const copied = "[LocalDS_0] copy/copy.vmx"
	w.must(w.sim.WriteVM("DC0", copied, sim.VMX{InstanceUUID: simUUID}))
	w.must(w.sim.Unregister(t.Context(), "DC0", simPath))
	is, err := w.sim.Register(t.Context(), "DC0", copied)
	w.must(err)
	if is == was {
		t.Fatalf("both are %s", is)
	}
	other := "What has the id " + simUUID + " now is another VM: another managed object at another path (" + copied + ", " + is + "). The VM that " +
		"had it before is in no inventory any more"
	again, diags := w.read(o)
	diags.only(t, "WARNING: A VM is not registered, and what state has of it was not refreshed\n"+other+". What belongs to it stays in the state "+
		"as it was, and is there again when the VM is registered again.\n\n"+vix.CodeInvalidHandle.String())
	_, apply := w.destroy(again)
	apply.only(t, "WARNING: A VM is not registered, and nothing was done with it\n"+other+", so that its snapshot a was not removed. It is as it "+
		"was if the VM is registered again.\n\n"+vix.CodeInvalidHandle.String())
	w.logsOut()
}
