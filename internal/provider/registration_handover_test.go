// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// deposedWorld is a registration that an interrupted create_before_destroy has left deposed, and the one that came after it.
func deposedWorld(t *testing.T, config args) (w *world, deposed, current *object) {
	t.Helper()
	w = newWorld(t)
	deposed = w.create(config)
	w.replacesFirst(&deposed, config, &current)
	return w, deposed, current
}

// replacesFirst is a replacement that is forced, with create_before_destroy, and interrupted before its delete: the plan reads the old
// object, and the apply plans the create anew with nothing of the plan.
func (w *world) replacesFirst(old **object, config args, made **object) {
	w.t.Helper()
	var diags diagnostics
	*old, diags = w.read(*old)
	diags.none(w.t)
	first := w.planToo(*old, config)
	w.planOnce(&object{value: tftypes.NewValue(w.kind(), nil), private: first.private}, build(w.kind(), config)).diags.failsNot(w.t)
	w.walk()
	again := w.planToo(nil, config)
	again.diags.failsNot(w.t)
	*made, diags = w.apply(nil, again, config)
	diags.none(w.t)
}

func (d diagnostics) failsNot(t *testing.T) {
	t.Helper()
	if d.failed() {
		t.Fatalf("it fails: %v", d)
	}
}

// end plans the end of an object in the walk that goes on.
func (w *world) end(o *object) outcome {
	w.t.Helper()
	w.planned = true
	p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
	p.diags.failsNot(w.t)
	return p
}

// A deposed object and the one that came after it are planned in any order, and the deposed one once more in the apply, where nothing is
// planned for the one that stays: whatever the order, it goes, and the VM stays registered.
func TestADeposedRegistrationIsHandedOver(t *testing.T) {
	config := args{"vmx_path": webPath, "if_registered": "adopt", "on_destroy": "unregister"}
	for name, plan := range map[string]func(w *world, deposed, current *object){
		"the deposed one first": func(w *world, deposed, current *object) {
			w.end(deposed)
			w.planToo(current, config).diags.has(t, "WARNING: A VM is handed over")
		},
		"the other one first": func(w *world, deposed, current *object) {
			w.planToo(current, config).diags.none(t)
			w.end(deposed).diags.has(t, "WARNING: A VM is handed over")
		},
	} {
		for _, runs := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				w, deposed, current := deposedWorld(t, config)
				if runs {
					w.host.byPath(mustPath(t, webPath)).PowerState = vix.PoweredOn
				}
				deposed, _ = w.read(deposed)
				current, _ = w.read(current)
				plan(w, deposed, current)
				w.walk()
				again := w.end(deposed)
				again.diags.has(t, "WARNING: A VM is handed over")
				_, diags := w.apply(deposed, outcome{object: again.object}, nil)
				diags.has(t, "WARNING: A VM was handed over")
				if w.host.byPath(mustPath(t, webPath)) == nil {
					t.Fatal("the VM is lost")
				}
				// The handover was the deposed object's: the other one unregisters when it goes.
				w.host.byPath(mustPath(t, webPath)).PowerState = vix.PoweredOff
				w.destroy(current)
				if w.host.byPath(mustPath(t, webPath)) != nil {
					t.Error("the VM is registered still")
				}
			})
		}
	}
}

// What is noted for one deposed object outlives the reads, plans and deletes of the others.
func TestEveryDeposedRegistrationIsHandedOver(t *testing.T) {
	config := args{"vmx_path": webPath, "if_registered": "adopt", "on_destroy": "unregister"}
	keeps := args{"vmx_path": webPath, "if_registered": "adopt", "on_destroy": "keep"}
	for name, second := range map[string]args{"both unregister": config, "the second one is kept": keeps} {
		t.Run(name, func(t *testing.T) {
			w, one, two := deposedWorld(t, second)
			if second["on_destroy"] == "keep" {
				w = newWorld(t)
				one = w.create(config)
				w.replacesFirst(&one, keeps, &two)
			}
			var three *object
			w.replacesFirst(&two, config, &three)
			three, _ = w.read(three)
			w.planToo(three, config).diags.failsNot(t)
			for _, o := range []**object{&one, &two} {
				*o, _ = w.readToo(*o)
				w.end(*o)
			}
			w.walk()
			first, last := w.end(two), w.end(one)
			_, diags := w.apply(two, outcome{object: first.object}, nil)
			diags.failsNot(t)
			_, diags = w.apply(one, outcome{object: last.object}, nil)
			diags.has(t, "WARNING: A VM was handed over")
			if w.host.byPath(mustPath(t, webPath)) == nil {
				t.Error("the VM is lost")
			}
		})
	}
}

// Two addresses are no successors of each other, whichever is planned first: what one lets go of, the other one does not keep unsaid.
func TestTwoAddressesHandNothingOverUnsaid(t *testing.T) {
	config := args{"vmx_path": webPath, "if_registered": "adopt", "on_destroy": "unregister"}
	const parted = "ERROR: " + webPath + " leaves one address and is wanted by another"
	for name, plan := range map[string]func(w *world, goes, stays *object) diagnostics{
		"the one that goes first": func(w *world, goes, stays *object) diagnostics {
			w.end(goes)
			return w.planToo(stays, config).diags
		},
		"the other one first": func(w *world, goes, stays *object) diagnostics {
			w.planToo(stays, config).diags.none(t)
			return w.planOnce(goes, tftypes.NewValue(w.kind(), nil)).diags
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			goes := w.create(config)
			stays := w.adopt(config)
			goes, _ = w.read(goes)
			stays, _ = w.read(stays)
			plan(w, goes, stays).has(t, parted)
		})
	}
}
