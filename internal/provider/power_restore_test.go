// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A VM that was suspended and is off by the time of a destroy stays off.
func TestASuspendedVMThatIsOffStaysOff(t *testing.T) {
	w, vm, config := powerWorld(t)
	vm.PowerState = vix.Suspended
	o := w.create(config)
	holds(t, o.value, args{"previous_state": "suspended"})
	vm.PowerState = vix.PoweredOff
	w.host.made()
	_, diags := w.destroy(o)
	diags.has(t, "WARNING: A VM that is off cannot be suspended again")
	calls(t, w.host, "CheckPower suspend soft", "SetPower suspend soft none") // which does nothing
}

// restored is what a plan says of a VM that gets its previous state back.
func restored(vm *vix.Registration) string {
	return "A destroy brings VMs back to the power state that was found\nThe VM " + vm.ID + " (" + webPath + "), which is on, becomes off " +
		"(mode soft). With on_destroy = \"keep\", applied before, it stays as it is.\n\nVIX_E_VM_IS_RUNNING (3007)"
}

// gone applies the end of an object that was planned before.
func (w *world) gone(o *object, private []byte) diagnostics {
	w.t.Helper()
	_, diags := w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: private}}, nil)
	return diags
}

// forced plans a replacement that the configuration does not ask for: as no change first, and then as a create.
func (w *world) forced(o *object, config args) (first, second outcome) {
	w.t.Helper()
	w.walk()
	first = w.planOnce(o, build(w.kind(), config))
	return first, w.planOnce(&object{value: tftypes.NewValue(w.kind(), nil), private: first.private}, build(w.kind(), config))
}

// Nothing becomes of a VM that no plan has said: not when somebody has switched it on since, nor where a taint leaves the plan no place.
func TestAPowerThatNoPlanHasSaidToRestoreStays(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	vm.PowerState = vix.PoweredOff
	o, diags := w.read(o)
	diags.none(t)
	p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
	p.diags.none(t)
	vm.PowerState = vix.PoweredOn
	w.host.made()
	w.gone(o, p.private).none(t)
	calls(t, w.host)

	o, diags = w.read(o)
	diags.none(t)
	w.host.made()
	w.gone(o, nil).none(t) // nothing is known of it at all
	w.gone(o, o.private).only(t, "WARNING: The power state of a VM was not restored\nThe VM "+vm.ID+" ("+webPath+") stays as it is, and does "+
		"not become off: the plan of a replacement that is forced (-replace, or a tainted resource) has no place to say that it does.\n\nVIX_E_CANCELLED (10)")
	calls(t, w.host)
}

// Terraform shows no warning of a replacement that is forced: the VM stays as it is, and what was found first is remembered.
func TestAForcedReplacementLeavesThePower(t *testing.T) {
	w, vm, config := powerWorld(t)
	o := w.create(config)
	first, second := w.forced(o, config)
	first.same(t, o)
	second.diags.none(t)
	w.host.made()
	w.gone(o, second.private).has(t, "WARNING: The power state of a VM was not restored")
	calls(t, w.host)
	o, diags := w.apply(nil, second, config)
	diags.none(t)
	holds(t, o.value, args{"previous_state": "off"})
	_, diags = w.destroy(o)
	diags.none(t)
	if vm.PowerState != vix.PoweredOff {
		t.Errorf("it is %s", vm.PowerState)
	}
}

// A replacement that was interrupted before the old object went leaves two: the end of that one takes nothing from the one that stays, in
// whichever order they are planned.
func TestWhatAnInterruptedReplacementLeavesRestoresNothing(t *testing.T) {
	for _, oldFirst := range []bool{true, false} {
		w, vm, config := powerWorld(t)
		old := w.create(config)
		stays := w.create(config) // create_before_destroy, killed after the create
		w.walk()
		var end outcome
		if oldFirst {
			end = w.planOnce(old, tftypes.NewValue(w.kind(), nil))
		}
		w.planOnce(stays, build(w.kind(), config)).diags.none(t)
		if !oldFirst {
			end = w.planOnce(old, tftypes.NewValue(w.kind(), nil))
			end.diags.none(t)
		}
		w.walk()
		w.host.made()
		w.gone(old, end.private).none(t)
		if calls(t, w.host); vm.PowerState != vix.PoweredOn {
			t.Errorf("it is %s", vm.PowerState)
		}
	}
}

// An object that was imported, or that an earlier version has made, is told apart from the other one as well.
func TestOfTwoImportedObjectsTheOneThatStaysHasThePower(t *testing.T) {
	w, vm, config := powerWorld(t)
	vm.PowerState = vix.PoweredOn
	imported := func() *object {
		o, diags := w.importing(vm.ID, nil)
		diags.none(t)
		o, diags = w.read(o)
		diags.none(t)
		return o
	}
	goes, stays := imported(), imported()
	if string(goes.private) == string(stays.private) {
		t.Error("they are one")
	}
	p := w.plan(stays, config)
	p.diags.none(t)
	end := w.planOnce(goes, tftypes.NewValue(w.kind(), nil))
	end.diags.none(t)
	w.walk()
	w.host.made()
	w.gone(goes, end.private).none(t)
	calls(t, w.host)
}
