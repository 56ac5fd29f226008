// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Of a clone that is made its snapshot is history: another path or the id of the same one changes nothing, another one replaces.
func TestTheSnapshotOfACloneThatIsMade(t *testing.T) {
	w, id := cloneWorld(t)
	snapshots := func(all ...vix.Snapshot) { w.host.snapshots = fakeSnapshots{id: all} }
	snapshots(vix.Snapshot{ID: "1", Name: "base", Path: "base"}, vix.Snapshot{ID: "2", Name: "patched", Path: "base/patched"})
	config := func(snapshot any) args {
		return args{"vm_id": id, "name": "test", "type": "linked", "snapshot": snapshot}
	}
	o := w.create(config("base/patched"))
	snapshots(vix.Snapshot{ID: "2", Name: "patched", Path: "patched"}, vix.Snapshot{ID: "3", Name: "base", Path: "base/patched"})
	for _, same := range []any{"patched", "2", unknown} {
		p := w.plan(o, config(same))
		p.diags.none(t)
		if len(p.replace) > 0 {
			t.Errorf("%v replaces %v", same, p.replace)
		}
	}
	w.host.made()
	p := w.plan(o, config("patched"))
	w.host.made()
	again, diags := w.apply(o, p, config("patched"))
	diags.none(t)
	calls(t, w.host)
	holds(t, again.value, args{"snapshot": "patched"})
	for _, other := range []string{"3", "nothing"} {
		if p := w.plan(o, config(other)); len(p.replace) != 1 {
			t.Errorf("%s replaces %v: %s", other, p.replace, p.diags.text())
		}
	}
}
