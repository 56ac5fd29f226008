// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Files are deleted of nothing but the VM that this resource made, as it was last read, and only if the plan said so by name.
func TestOnlyTheVeryCloneIsDeletedWithItsFiles(t *testing.T) {
	const destroys = "Destroy vm-2 [storage1] test/test.vmx fail"
	for name, test := range map[string]struct {
		// given is what somebody does after the last read, after what he does after the plan.
		given, after func(w *world, is *vix.Registration)
		want         []string
		says         string
	}{
		"as it was read": {want: []string{"Registration", "CheckDestroy fail", "Registration", destroys}},
		"registered anew": {given: func(_ *world, is *vix.Registration) { is.ManagedObjectID = "vm-9" },
			want: []string{"Registration", "CheckUnregister", "Registration", "Unregister"}, says: "it is vm-9 with the instance UUID"},
		"at another path": {given: func(_ *world, is *vix.Registration) { is.Path.File = "other/other.vmx" },
			want: []string{"Registration", "CheckUnregister", "Registration", "Unregister"}, says: "and saw it last at [storage1] test/test.vmx"},
		"with another UUID": {given: func(_ *world, is *vix.Registration) { is.InstanceUUID = "50000000-0000-0000-0000-00000000000f" },
			want: []string{"Registration", "CheckUnregister", "Registration", "Unregister"}, says: "with the instance UUID 50000000-0000-0000-0000-00000000000f"},
		"registered anew after the plan": {after: func(_ *world, is *vix.Registration) { is.ManagedObjectID = "vm-9" },
			want: []string{"Registration", "CheckDestroy fail", "Registration", "Unregister"}, says: "it is vm-9"},
		"another one when the host looks": {after: func(w *world, is *vix.Registration) {
			w.host.fail[destroys] = &vix.Error{Op: "delete", Object: "it", Code: vix.CodeInvalidHandle, Kind: vix.ErrNotTheClone, VM: is}
		}, want: []string{"Registration", "CheckDestroy fail", "Registration", destroys, "Unregister"}, says: "The files of a clone stay"},
		"gone": {after: func(w *world, is *vix.Registration) { delete(w.host.vms, is.ID) },
			want: []string{"Registration", "CheckDestroy fail", "Registration"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := cloneWorld(t)
			o := w.create(args{"vm_id": id, "name": "test", "delete_files": true})
			is := w.theClone(o)
			if test.given != nil {
				test.given(w, is)
			}
			w.host.made()
			w.walk()
			p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
			if p.diags.failed() {
				t.Fatal(p.diags.text())
			}
			if test.after != nil {
				test.after(w, is)
			}
			_, apply := w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}, nil)
			if apply.failed() {
				t.Fatal(apply.text())
			}
			calls(t, w.host, test.want...)
			switch {
			case test.says != "":
				apply.has(t, "WARNING: The files of a clone stay", test.says)
			default:
				apply.none(t)
				p.diags.has(t, "WARNING: The files of a clone will be deleted\n[storage1] test/test.vmx: the VM \"test\" (vm-2) is deleted with all its "+
					"files, and with every disk that is attached to it by then (delete_files = true).\n\nVIX_OK (0)")
			}
		})
	}
}

// A replacement says what becomes of the clone that goes, whose name is free for the next one.
func TestTheReplacementOfAClone(t *testing.T) {
	w, id := cloneWorld(t)
	o := w.create(args{"vm_id": id, "name": "test", "delete_files": true})
	p := w.plan(o, args{"vm_id": id, "name": "test", "type": "linked", "delete_files": true})
	p.diags.has(t, "WARNING: The files of a clone will be deleted")
	if len(p.replace) != 1 || p.diags.failed() {
		t.Fatalf("it replaces %v:\n%s", p.replace, p.diags.text())
	}
	if out := w.host.cloned.Without; out == nil || out.ManagedObjectID != "vm-2" {
		t.Errorf("what goes before is %+v", out)
	}
	_, diags := w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}, nil)
	diags.none(t)
	if w.host.byPath(mustPath(t, "[storage1] test/test.vmx")) != nil {
		t.Error("it is still there")
	}
	w.host.fail["CheckDestroy fail"] = &vix.Error{Op: "delete", Object: "it", Code: vix.CodeHostUserPermissions, Reason: "No."}
	o = w.create(args{"vm_id": id, "name": "test", "delete_files": true})
	w.plan(o, args{"vm_id": id, "name": "test", "type": "linked", "delete_files": true}).diags.has(t, "VIX_E_HOST_USER_PERMISSIONS")
}

// Where the plan has no place to say that files are deleted, or that the plug is pulled, that is not done.
func TestAForcedReplacementDeletesNoFiles(t *testing.T) {
	for _, tainted := range []bool{false, true} {
		w, id := cloneWorld(t)
		config := args{"vm_id": id, "name": "test", "delete_files": true, "power_off_on_destroy": "hard"}
		o := w.create(config)
		o, diags := w.read(o)
		diags.none(t)
		prior := &object{value: tftypes.NewValue(w.kind(), nil)}
		if !tainted {
			prior.private = w.planToo(o, config).private
		}
		p := w.planOnce(prior, build(w.kind(), config))
		p.diags.none(t)
		is := w.theClone(o)
		if out := w.host.cloned.Without; out == nil || out.ManagedObjectID != is.ManagedObjectID {
			t.Errorf("what goes before is %+v", out)
		}
		is.PowerState = vix.PoweredOn
		gone := outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}
		_, diags = w.apply(o, gone, nil)
		diags.has(t, "The VM is powered on, and no plan has said that it is powered off: that of a tainted resource has no place for it.")
		is.PowerState = vix.PoweredOff
		w.host.made()
		_, diags = w.apply(o, gone, nil)
		diags.has(t, "WARNING: The files of a clone stay", "a replacement that is forced (-replace, or a tainted resource)")
		calls(t, w.host, "Registration", "Unregister")
	}
}

// A clone that runs is powered off as configured, if the plan said so.
func TestTheDestroyOfACloneThatRuns(t *testing.T) {
	for off, says := range map[string]string{
		"fail":  "WARNING: A clone that runs will not be taken away",
		"guest": "WARNING: A clone that runs will be powered off\n[storage1] test/test.vmx: its guest is shut down",
		"hard":  "WARNING: A clone that runs will be powered off\n[storage1] test/test.vmx: the plug is pulled",
	} {
		w, id := cloneWorld(t)
		o := w.create(args{"vm_id": id, "name": "test", "power_off_on_destroy": off})
		w.theClone(o).PowerState = vix.PoweredOn
		plan, apply := w.destroy(o)
		plan.has(t, says)
		apply.none(t)
		if string(w.host.off) != off {
			t.Errorf("off is %q, want %q", w.host.off, off)
		}
		// Powered on after the plan, it stays on.
		o = w.create(args{"vm_id": id, "name": "test", "power_off_on_destroy": "hard"})
		w.walk()
		p := w.planOnce(o, tftypes.NewValue(w.kind(), nil))
		w.theClone(o).PowerState = vix.PoweredOn
		_, apply = w.apply(o, outcome{object: object{value: tftypes.NewValue(w.kind(), nil), private: p.private}}, nil)
		apply.has(t, "The VM is powered on, and it was not when this was planned", "VIX_E_VM_IS_RUNNING")
	}
}
