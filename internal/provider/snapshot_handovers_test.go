// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// withoutObject is private state as a version wrote it that gave objects no ids.
func withoutObject(t *testing.T, private []byte) []byte {
	t.Helper()
	var kept map[string]json.RawMessage
	if err := json.Unmarshal(private, &kept); err != nil || kept[objectKept] == nil {
		t.Fatalf("%s has no id of an object: %v", private, err)
	}
	delete(kept, objectKept)
	out, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A snapshot that goes from one address to another by an import is left where it is, whichever of the two is planned first, and however
// the one that goes came into the state: nothing is removed, and the VM is not reverted.
func TestASnapshotThatAnotherAddressHasStays(t *testing.T) {
	const left = "WARNING: A snapshot was not removed\nAnother object of this state has the snapshot keep me (id 2) of the VM %ID% by now, one " +
		"of another address. What is there is its snapshot."
	for name, c := range map[string]struct {
		config   args
		imported bool
		says     string
	}{
		"taken":         {config: args{}, says: left},
		"reverts":       {config: args{"revert_on_destroy": true, "remove_children": true}, says: left + " The VM was not reverted to it."},
		"both imported": {imported: true, says: left},
	} {
		for _, first := range []string{"stays", "goes"} {
			t.Run(name+", "+first+" is planned first", func(t *testing.T) {
				w, id := snapshotWorld(t)
				config := args{"vm_id": id, "name": "keep me"}
				was := maps.Clone(config)
				maps.Copy(was, c.config)
				old := w.create(was)
				if c.imported {
					old, _ = w.importing(id+"#2", nil)
				}
				o, diags := w.importing(id+":keep me", nil)
				diags.none(t)
				w.walk()
				var gone outcome
				goes := func() { gone = w.planOnce(old, tftypes.NewValue(w.kind(), nil)) }
				if first == "goes" {
					goes()
				}
				w.planToo(o, config).diags.none(t)
				if first == "stays" {
					goes()
					gone.diags.none(t) // nothing is done with it
				}
				w.host.made()
				w.gone(old, gone.private).only(t, strings.ReplaceAll(c.says, "%ID%", id)+"\n\nVIX_E_ALREADY_EXISTS (23)")
				calls(t, w.host)
				// The other one is removed as ever.
				plan, apply := w.destroy(o)
				plan.none(t)
				apply.none(t)
				if len(w.host.snapshots[id]) > 0 {
					t.Errorf("there are %+v", w.host.snapshots[id])
				}
			})
		}
	}
}

// Two addresses that have one snapshot and both go, or of which one is replaced and the other goes, remove it: nobody keeps it.
func TestASnapshotThatNobodyKeepsIsRemoved(t *testing.T) {
	for name, other := range map[string]func(w *world, o *object, config args){
		"goes": func(w *world, o *object, _ args) { w.planOnce(o, tftypes.NewValue(w.kind(), nil)).diags.none(w.t) },
		"replaced": func(w *world, o *object, config args) {
			w.planToo(o, args{"vm_id": config["vm_id"], "name": config["name"], "memory": true}).diags.none(w.t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, id := snapshotWorld(t)
			config := args{"vm_id": id, "name": "a"}
			old := w.create(config)
			o, diags := w.importing(id+"#2", nil)
			diags.none(t)
			w.walk()
			other(w, o, config)
			gone := w.planOnce(old, tftypes.NewValue(w.kind(), nil))
			gone.diags.none(t)
			w.host.made()
			w.gone(old, gone.private).none(t)
			calls(t, w.host, "Snapshots", "RemoveSnapshot 2 false true")
		})
	}
}

// A snapshot of a state that a version before has written gets its id by a refresh, which is no change.
func TestASnapshotOfAnOlderStateIsToldFromAnother(t *testing.T) {
	w, id := snapshotWorld(t)
	config := args{"vm_id": id, "name": "a"}
	w.create(config)
	both := [2]*object{}
	for i := range both {
		is, diags := w.importing(id+"#2", nil)
		diags.none(t)
		is.private = withoutObject(t, is.private)
		both[i], diags = w.read(is)
		diags.none(t)
		again, diags := w.read(both[i])
		diags.none(t)
		if string(again.private) != string(both[i].private) || !again.value.Equal(is.value) {
			t.Errorf("another refresh changes %s to %s", both[i].private, again.private)
		}
	}
	w.walk()
	w.planToo(both[1], config).diags.none(t)
	gone := w.planOnce(both[0], tftypes.NewValue(w.kind(), nil))
	w.gone(both[0], gone.private).has(t, "WARNING: A snapshot was not removed")
	if len(w.host.snapshots[id]) != 1 {
		t.Errorf("there are %+v", w.host.snapshots[id])
	}
}

// What goes along with a snapshot is what was taken on it, and not on another one that has the same name: base has two s, and only the
// second has a child.
func TestChildrenAreThoseOfTheTree(t *testing.T) {
	w, id := snapshotWorld(t)
	o := w.create(args{"vm_id": id, "name": "s", "remove_children": true})
	is := w.host.snapshots[id][0]
	is.Parent, is.Path = "1", "base/s"
	base := vix.Snapshot{ID: "1", Name: "base", Path: "base", Created: fakeNow}
	w.host.snapshots[id] = []vix.Snapshot{
		base, is, {ID: "3", Parent: "1", Name: "s", Path: "base/s", Created: fakeNow},
		{ID: "4", Parent: "3", Name: "precious", Path: "base/s/precious", Created: fakeNow},
	}
	o, diags := w.read(o)
	diags.none(t)
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	// The name of a child that was renamed, or of one further down, says as little.
	w.host.snapshots[id] = append(w.host.snapshots[id], is,
		vix.Snapshot{ID: "5", Parent: "2", Name: "x", Path: "base/s/x", Created: fakeNow},
		vix.Snapshot{ID: "6", Parent: "5", Name: "y", Path: "base/s/x/y", Created: fakeNow})
	plan, _ = w.destroy(o)
	plan.only(t, "WARNING: Snapshots go with the one that they were taken on\nWith the snapshot base/s of the VM web ([storage1] web/web.vmx) "+
		"go, since remove_children is set:\n\n  - base/s/x (id 5)\n  - base/s/x/y (id 6)\n\nVIX_OK (0)")
}
