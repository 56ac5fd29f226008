// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Where the apply that replaces a variable was interrupted, the new object has taken its value over, and the old one is still to be
// destroyed: that destroy leaves the variable alone.
func TestAVariableThatWasReplaced(t *testing.T) {
	w, id := variableWorld(t)
	config := args{"vm_id": id, "name": "owner", "value": "ada"}
	old, o := w.create(config), w.create(config)
	w.plan(o, config).diags.none(t)
	gone := w.planOnce(old, tftypes.NewValue(w.kind(), nil))
	gone.diags.none(t)
	_, diags := w.apply(old, gone, nil)
	diags.only(t, "WARNING: A variable was not removed\nAnother object of this state has the variable guestinfo.owner by now: the one that "+
		"replaces the object that was destroyed, or one of another address. What is there is its variable.\n\n"+vix.CodeAlreadyExists.String())
	if got := w.host.variables[variableKey(id, owner(id))]; got != "ada" {
		t.Fatalf("the new one's variable is %q", got)
	}
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	if len(w.host.variables) > 0 {
		t.Errorf("there are %v", w.host.variables)
	}
}

// Another spelling of the same setting is nothing to the host; another setting replaces.
func TestAVariableThatIsSpelledAnew(t *testing.T) {
	w, id := variableWorld(t)
	o := w.create(args{"vm_id": id, "name": "owner", "value": "ada"})
	for _, spelled := range []args{
		{"kind": "runtime_config", "name": "guestinfo.owner"}, {"kind": "runtime_config", "name": "GuestInfo.OWNER"}, {"kind": "guest", "name": "Owner"},
	} {
		config := args{"vm_id": id, "kind": spelled["kind"], "name": spelled["name"], "value": "ada"}
		p := w.plan(o, config)
		p.diags.none(t)
		w.host.made()
		same, diags := w.apply(o, p, config)
		diags.none(t)
		calls(t, w.host)
		holds(t, same.value, args{"id": id + ":" + spelled["kind"].(string) + ":" + spelled["name"].(string)})
		if len(p.replace) > 0 {
			t.Errorf("%v replaces %v", spelled, p.replace)
		}
		if same, diags = w.read(same); diags.failed() || same.value.IsNull() {
			t.Errorf("%v is read as %v: %s", spelled, same.value, diags.text())
		}
	}
	for _, other := range []args{{"kind": "guest", "name": "owners"}, {"kind": "runtime_config", "name": "owner"}} {
		if p := w.plan(o, args{"vm_id": id, "kind": other["kind"], "name": other["name"], "value": "ada"}); len(p.replace) == 0 {
			t.Errorf("%v replaces nothing", other)
		}
	}
}
