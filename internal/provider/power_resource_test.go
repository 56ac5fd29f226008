// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"os"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const vmOne = "50000000-0000-0000-0000-000000000001"

// powerWorld is a world with a VM that is off, and what keeps it on.
func powerWorld(t *testing.T) (*world, *vix.Registration, args) {
	t.Helper()
	w := newWorldOf(t, "vix_power")
	vm := w.host.register(mustPath(t, webPath), "web")
	return w, vm, args{"vm_id": vm.ID, "state": "on", "wait_for": "ip"}
}

// late is the error of a guest that does not come up.
var late = &vix.Error{Op: "power on", Object: "web", Code: vix.CodeTimeoutWaitingForTools, Kind: vix.ErrGuestLate, Reason: "It is late."}

func TestPowerLife(t *testing.T) {
	w, vm, config := powerWorld(t)
	p := w.plan(nil, config)
	p.diags.none(t)
	holds(t, p.value, args{
		"id": unknown, "previous_state": unknown, "ip_address": unknown, "mode": "soft", "soft_timeout": "3m", "on_destroy": "restore",
	})
	calls(t, w.host, "OpenID "+vm.ID, "CheckPower on soft")
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	calls(t, w.host, "OpenID "+vm.ID, "SetPower on soft ip")
	holds(t, o.value, args{"id": vm.ID, "previous_state": "off", "ip_address": fakeAddress, "state": "on"})
	holds(t, w.value(w.identity, o.identity.IdentityData), args{"server": fakeServer, "vm_id": vm.ID})
	w.host.address = fakeAddress
	o, diags = w.read(o)
	diags.none(t)
	calls(t, w.host, "Read")
	w.plan(o, config).same(t, o)
	calls(t, w.host)
	planning, applying := w.destroy(o)
	planning.only(t, "WARNING: A destroy brings VMs back to the power state that was found\nThe VM "+vm.ID+" ("+webPath+
		"), which is on, becomes off (mode soft). With on_destroy = \"keep\", applied before, it stays as it is.\n\nVIX_E_VM_IS_RUNNING (3007)")
	applying.none(t)
	calls(t, w.host, "CheckPower off soft", "SetPower off soft none")
	if vm.PowerState != vix.PoweredOff {
		t.Errorf("it is %s", vm.PowerState)
	}
}

// Somebody switches the VM off: that is drift, and the restoring remembers what was found first.
func TestPowerDrift(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	vm.PowerState = vix.PoweredOff
	o, diags := w.read(o)
	diags.none(t)
	holds(t, o.value, args{"state": "off", "ip_address": nil})
	w.host.made()
	p := w.planToo(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"state": "on", "ip_address": unknown, "previous_state": "off", "id": vm.ID})
	if len(p.replace) > 0 {
		t.Errorf("it replaces: %v", p.replace)
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	holds(t, o.value, args{"state": "on", "ip_address": fakeAddress, "previous_state": "off"})
	// Off by hand once more, and destroyed: it is as it was found.
	vm.PowerState = vix.PoweredOff
	w.host.made()
	_, diags = w.destroy(o)
	diags.none(t)
	calls(t, w.host, "CheckPower off soft", "SetPower off soft none") // which has nothing to do
}

func TestPowerIsKeptOrWasNeverChanged(t *testing.T) {
	for name, test := range map[string]struct {
		more args
		was  vix.PowerState
	}{
		"kept": {args{"on_destroy": "keep"}, vix.PoweredOff}, "never changed": {nil, vix.PoweredOn},
	} {
		t.Run(name, func(t *testing.T) {
			w, vm, config := powerWorld(t)
			vm.PowerState = test.was
			maps.Copy(config, test.more)
			o := w.create(config)
			w.host.made()
			vm.PowerState = vix.Suspended // whatever somebody did since
			planning, applying := w.destroy(o)
			planning.none(t)
			applying.none(t)
			calls(t, w.host)
		})
	}
}

// A guest that is late leaves no state at create, which would be tainted; the next apply only waits,
// and what was found before the first try is remembered.
func TestAWaitThatRanOutIsNoTaint(t *testing.T) {
	w, vm, config := powerWorld(t)
	w.host.fail["WaitForGuest"] = late
	p := w.plan(nil, config)
	o, diags := w.apply(nil, p, config)
	diags.only(t, "ERROR: Cannot power on web\nIt is late.\n\nThe next apply only waits: it does not power the VM off. A longer time can be "+
		"set in timeouts.\n\nVIX_E_TIMEOUT_WAITING_FOR_TOOLS (3000) on vc")
	if !o.value.IsNull() || vm.PowerState != vix.PoweredOn {
		t.Fatalf("state %v, and it is %s", o.value, vm.PowerState)
	}
	delete(w.host.fail, "WaitForGuest")
	o = w.create(config)
	holds(t, o.value, args{"previous_state": "off", "ip_address": fakeAddress})
	_, diags = w.destroy(o)
	diags.none(t)
	if vm.PowerState != vix.PoweredOff {
		t.Errorf("it is not restored: %s", vm.PowerState)
	}
}

func TestAWaitThatRanOutInAnUpdateIsWaitedForAgain(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	vm.PowerState = vix.PoweredOff
	o, _ = w.read(o)
	w.host.fail["WaitForGuest"] = late
	p := w.plan(o, config)
	o, diags := w.apply(o, p, config)
	diags.has(t, "It is late.")
	holds(t, o.value, args{"state": "on", "ip_address": nil})
	o, diags = w.read(o)
	diags.none(t)
	w.host.made()
	p = w.planToo(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"ip_address": unknown})
	delete(w.host.fail, "WaitForGuest")
	o, diags = w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host, "CheckPower on soft", "OpenID "+vm.ID, "SetPower on soft ip")
	w.host.address = fakeAddress
	o, _ = w.read(o)
	w.plan(o, config).same(t, o)
}

// The note of a try that failed ends with an orderly end, or with a refresh that finds the state.
func TestTheNoteOfAFirstTryEnds(t *testing.T) {
	for _, end := range []string{"refresh", "close"} {
		t.Run(end, func(t *testing.T) {
			w, vm, config := powerWorld(t)
			o := w.create(config)
			notes := newPowerNotes()
			if notes.previous(fakeServer, vm.ID) != vix.PoweredOff {
				t.Fatal("nothing is noted")
			}
			if end == "refresh" {
				_, diags := w.read(o)
				diags.none(t)
			} else {
				w.must(w.provider.Close(t.Context()))
			}
			if got := notes.previous(fakeServer, vm.ID); got != "" {
				t.Errorf("%q is still noted", got)
			}
		})
	}
	if _, err := os.Stat("vix-power"); err == nil {
		t.Error("it notes outside of Terraform's folder")
	}
}

// A first try that was refused has changed nothing: what somebody else did since is not restored. One that is in doubt may have.
func TestATryThatChangedNothingIsNotRemembered(t *testing.T) {
	refused := vix.Error{Op: "power on", Object: "web", Code: vix.CodeToolsNotRunning, Kind: vix.ErrToolsNeeded, Reason: "Nothing was done."}
	doubt, asked, idle := refused, refused, refused
	doubt.Kind, doubt.Doubt = "", true
	asked.Kind, asked.Question = vix.ErrAsked, &vix.Question{ID: "1", Text: "Moved?"}
	idle.Kind = vix.ErrGuestIdle
	for name, test := range map[string]struct {
		err      *vix.Error
		previous string
	}{
		"refused": {&refused, "on"}, "in doubt": {&doubt, "off"}, "asked": {&asked, "off"}, "idle": {&idle, "off"},
	} {
		t.Run(name, func(t *testing.T) {
			w, vm, config := powerWorld(t)
			w.host.fail["SetPower"] = test.err
			_, diags := w.apply(nil, w.plan(nil, config), config)
			diags.has(t, "ERROR")
			delete(w.host.fail, "SetPower")
			vm.PowerState = vix.PoweredOn
			holds(t, w.create(config).value, args{"previous_state": test.previous})
		})
	}
}

func TestOfOneVMThereIsOnePower(t *testing.T) {
	w, _, config := powerWorld(t)
	w.plan(nil, config).diags.none(t)
	w.planToo(nil, config).diags.only(t, "ERROR at AttributeName(\"vm_id\"): The power of a VM is planned twice\nOne resource alone can have "+
		"it: two would undo each other's work at each apply. Remove one of the two.\n\nVIX_E_ALREADY_EXISTS (23)"+stops)
	other := w.host.register(mustPath(t, otherPath), "db")
	w.planToo(nil, args{"vm_id": other.ID, "state": "on"}).diags.none(t)
}

// Both halves of a replacement are one resource.
func TestAnotherVMReplacesThePower(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	other := w.host.register(mustPath(t, otherPath), "db")
	p := w.plan(o, args{"vm_id": other.ID, "state": "on"})
	p.diags.only(t, "WARNING: "+restored(vm))
	if len(p.replace) != 1 {
		t.Errorf("it does not replace: %v", p.replace)
	}
	w.gone(o, p.private).none(t)
	if vm.PowerState != vix.PoweredOff || other.PowerState != vix.PoweredOff {
		t.Errorf("%s, %s", vm.PowerState, other.PowerState)
	}
}

// A VM that is registered anew comes back off: the second planning, with the id known, looks.
func TestAVMThatIsRegisteredAnewIsSwitchedOnAgain(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	w.host.address = fakeAddress
	later := args{"vm_id": unknown, "state": "on", "wait_for": "ip"}
	p := w.plan(o, later)
	p.diags.none(t)
	holds(t, p.value, args{"vm_id": unknown, "ip_address": unknown, "id": vm.ID, "previous_state": "off"})
	if len(p.replace) > 0 {
		t.Errorf("it replaces: %v", p.replace)
	}
	// It comes out the same, and is on: nothing to do.
	w.plan(o, config).same(t, o)
	vm.PowerState, vm.ManagedObjectID = vix.PoweredOff, "vm-9"
	p = w.plan(o, config)
	holds(t, p.value, args{"ip_address": unknown, "vm_id": vm.ID})
	w.host.made()
	o, diags := w.apply(o, p, config)
	diags.none(t)
	calls(t, w.host, "OpenID "+vm.ID, "SetPower on soft ip")
	o, diags = w.read(o)
	diags.none(t)
	if w.host.handle.ManagedObjectID != "vm-9" {
		t.Errorf("it is looked for as %+v", w.host.handle)
	}
	w.plan(o, config).same(t, o)
}

func TestAVMThatIsGoneDropsItsPower(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	delete(w.host.vms, vm.ID)
	_, applying := w.destroy(o)
	applying.has(t, "WARNING: A VM is not registered, and nothing was done with it")
	read, diags := w.read(o)
	diags.only(t, "WARNING: A VM is not registered any more\nThe VM "+vm.ID+", of which state has the power, is gone: It is in no inventory "+
		"any more. State forgets it; the plan says what comes of that.\n\n"+vix.CodeVMNotFound.String())
	if !read.value.IsNull() {
		t.Errorf("state keeps %v", read.value)
	}
	// A host that does not answer drops nothing.
	w.host.fail["Read"] = &vix.Error{Op: "read", Object: "x", Code: vix.CodeHostConnectionLost, Reason: "It is down."}
	if read, diags = w.read(o); !diags.failed() || read.value.IsNull() {
		t.Errorf("state is %v", read.value)
	}
}

func TestPowerImport(t *testing.T) {
	for name, id := range map[string]string{"by id": vmOne, "by identity": ""} {
		t.Run(name, func(t *testing.T) {
			w, vm, _ := powerWorld(t)
			vm.PowerState = vix.PoweredOn
			w.host.address = fakeAddress
			o, diags := w.importing(id, args{"server": fakeServer, "vm_id": vmOne})
			diags.none(t)
			holds(t, o.value, args{
				"vm_id": vmOne, "id": vmOne, "state": "on", "mode": "soft", "soft_timeout": "3m", "wait_for": "none", "on_destroy": "restore",
				"previous_state": nil, "ip_address": fakeAddress,
			})
			w.plan(o, args{"vm_id": vmOne, "state": "on"}).same(t, o)
			// What was found before nobody knows: a destroy leaves it, whatever was changed.
			off := args{"vm_id": vmOne, "state": "off", "mode": "hard"}
			p := w.plan(o, off)
			o, diags = w.apply(o, p, off)
			diags.none(t)
			holds(t, o.value, args{"previous_state": nil, "ip_address": nil})
			w.host.made()
			planning, applying := w.destroy(o)
			planning.none(t)
			applying.none(t)
			calls(t, w.host)
		})
	}
	w, _, _ := powerWorld(t)
	_, diags := w.importing("", args{"server": "another", "vm_id": vmOne})
	diags.has(t, "is on another server")
	_, diags = w.importing(webPath, nil)
	diags.has(t, "No VM has the id \""+webPath+"\"")
}

func TestWhatThePowersPlanRefuses(t *testing.T) {
	w, vm, config := powerWorld(t)
	w.host.fail["CheckPower on soft"] = &vix.Error{
		Op: "power on", Object: "web", Code: vix.CodeHostUserPermissions, Reason: "No right.", Choices: []string{"Interact.PowerOn on web"},
	}
	w.plan(nil, config).diags.only(t, "ERROR: Cannot power on web\nNo right.\n\n  - Interact.PowerOn on web\n\nVIX_E_HOST_USER_PERMISSIONS (3014) on vc"+stops)
	w.host.fail["CheckPower suspend soft"] = &vix.Error{Op: "suspend", Object: "web", Code: vix.CodeNotSupported, Kind: vix.ErrStaysOn, Reason: "It stays on."}
	w.plan(nil, args{"vm_id": vm.ID, "state": "suspended"}).diags.has(t, "It stays on.\n\nOr do not ask the guest: mode = \"hard\".")
	w.plan(nil, args{"vm_id": "[storage1] web/web.vmx", "state": "on"}).diags.has(t, "No VM has the id \"[storage1] web/web.vmx\"")
	for _, wrong := range []args{{"state": "paused"}, {"state": "on", "mode": "gently"}, {"state": "on", "soft_timeout": "0s"}, {"state": "on", "wait_for": "x"}} {
		wrong["vm_id"] = vm.ID
		if !w.validate(wrong).failed() {
			t.Errorf("%v is taken", wrong)
		}
	}
	w = newWorldOf(t, "vix_power")
	w.host.lacks = map[vix.Feature]bool{vix.FeaturePower: true}
	w.plan(nil, config).diags.has(t, notSupported("VixVM_PowerOn"))
}

// A question says what to write, and a guest that cannot be asked what to write instead.
func TestWhatToWriteAboutAGuest(t *testing.T) {
	w, _, config := powerWorld(t)
	q := &vix.Question{ID: "1", MessageID: "msg.uuid.altered", Text: "msg.uuid.altered:Moved?", Choices: []vix.Choice{{Key: "1", Label: "I moved it"}}}
	w.host.fail["SetPower"] = vix.Unanswered("power on", "web", q, "")
	_, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "Moved?", "\"1\": I moved it (or \"moved\")", "answers = { \"msg.uuid.altered\" = … }", "VIX_E_VMX_MSG_DIALOG_AND_NO_UI")
	w.host.fail["SetPower"] = &vix.Error{Op: "x", Code: vix.CodePowerOpScriptsNotAvailable, Kind: vix.ErrToolsNeeded, Reason: "VMware Tools are not running."}
	_, diags = w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "mode = \"hard\"", "VMware Tools")
	delete(w.host.fail, "SetPower")
	w.create(config)
}
