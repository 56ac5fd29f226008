// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
)

// deed is an attack, and how web must be in the end.
type deed struct {
	about, name string
	run         func(d *day)
	want        string
}

// deeds are all of them.
func deeds() []deed { return slices.Concat(powers(), snapshots(), variables()) }

func powers() []deed {
	on := func() Attributes { return Attributes{"vm_id": webU, "state": "on", "mode": "hard"} }
	return []deed{
		{"power", "one that was on already is destroyed", func(d *day) {
			d.must(d.host.SetPower("DC0", web, running))
			s := d.made("vix_power", on())
			d.ok(s.Apply(nil, ""))
		}, "on"},
		{"power", "an import is destroyed", func(d *day) {
			d.must(d.host.SetPower("DC0", web, running))
			s := &Single{Workspace: d.ws, Resource: "vix_power"}
			d.none(s.Import(webU))
			d.ok(s.Apply(nil, ""))
		}, "on"},
		{"power", "what was switched on is switched off again, as the plan says", func(d *day) {
			s := d.made("vix_power", on())
			d.is("on")
			d.ok(s.Apply(nil, ""))
			d.says("A destroy brings VMs back to the power state that was found", webU, "becomes off")
		}, "off"},
		{"power", "what was switched on is kept, as configured", func(d *day) {
			config := on()
			config["on_destroy"] = "keep"
			d.ok(d.made("vix_power", config).Apply(nil, ""))
		}, "on"},
		{"power", "off, of a guest that cannot be asked", func(d *day) {
			d.must(d.host.SetPower("DC0", web, running))
			s := &Single{Workspace: d.ws, Resource: "vix_power"}
			d.refused(s.Apply(Attributes{"vm_id": webU, "state": "off"}, ""))
		}, "on"},
		{"power", "another VM has the id by now, and runs", func(d *day) {
			s := d.made("vix_power", on())
			d.replaced()
			d.ok(s.Apply(nil, ""))
		}, "on"},
		{"power", "killed while the host powers on; applied again", func(d *day) {
			s := &Single{Workspace: d.ws, Resource: "vix_power"}
			d.killed(s.Apply(on(), "PowerOnMultiVM_Task"))
			d.ok(s.Apply(on(), ""))
			if n := d.host.PowerOns(); n != 1 {
				d.Errorf("it was powered on %d times", n)
			}
			d.is("on")
			d.ok(s.Apply(nil, ""))
		}, "off"},
	}
}

func snapshots() []deed {
	base := func() Attributes { return Attributes{"vm_id": webU, "name": "base"} }
	return []deed{
		{"snapshot", "somebody's has the name; ours is destroyed", func(d *day) {
			d.takes("base")
			s := d.made("vix_snapshot", base())
			d.is("off base/base")
			d.ok(s.Apply(nil, ""))
		}, "off base"},
		{"snapshot", "somebody's is a child of ours, which is destroyed", func(d *day) {
			s := d.made("vix_snapshot", base())
			d.takes("theirs")
			d.ok(s.Apply(nil, ""))
		}, "off theirs"},
		{"snapshot", "somebody's is a child of ours, and goes with it, as the plan says", func(d *day) {
			config := base()
			config["remove_children"] = true
			s := d.made("vix_snapshot", config)
			d.takes("theirs")
			d.ok(s.Apply(nil, ""))
			d.says("Snapshots go with the one that they were taken on", "theirs")
		}, "off"},
		{"snapshot", "somebody has removed ours and taken one of that name", func(d *day) {
			s := d.made("vix_snapshot", base())
			d.removes("base")
			d.takes("base")
			d.ok(s.Apply(base(), ""))
			if d.last.Action != Create {
				d.Errorf("the plan is: %s", d.last.Action)
			}
			d.is("off base/base")
			d.ok(s.Apply(nil, ""))
		}, "off base"},
		{"snapshot", "it is renamed by somebody", func(d *day) {
			s := d.made("vix_snapshot", base())
			d.renames("base", "theirs")
			d.ok(s.Apply(base(), ""))
		}, "off base"},
		{"snapshot", "another VM has the id by now, and a snapshot of that number", func(d *day) {
			s := d.made("vix_snapshot", base())
			d.replaced()
			d.takes("theirs")
			d.ok(s.Apply(nil, ""))
		}, "on theirs"},
		{"snapshot", "the destroy reverts, as the plan says", func(d *day) {
			config := base()
			config["revert_on_destroy"] = true
			s := d.made("vix_snapshot", config)
			d.must(d.host.SetPower("DC0", web, running))
			d.ok(s.Apply(nil, ""))
			d.says("A VM will be reverted", "base")
		}, "off"},
		{"snapshot", "killed while the host takes it; applied again, and destroyed", func(d *day) {
			s := &Single{Workspace: d.ws, Resource: "vix_snapshot"}
			d.killed(s.Apply(base(), "CreateSnapshot_Task"))
			d.ok(s.Apply(base(), ""))
			d.is("off base")
			d.ok(s.Apply(nil, ""))
		}, "off"},
		{"snapshot", "killed while the host removes it; destroyed again", func(d *day) {
			s := d.made("vix_snapshot", base())
			d.killed(s.Apply(nil, "RemoveSnapshot_Task"))
			d.ok(s.Apply(nil, ""))
		}, "off"},
	}
}

func variables() []deed {
	owner := func(value string) Attributes { return Attributes{"vm_id": webU, "name": "owner", "value": value} }
	return []deed{
		{"variable", "it has another value", func(d *day) {
			d.writes("theirs")
			s := &Single{Workspace: d.ws, Resource: "vix_variable"}
			d.refused(s.Apply(owner("ours"), ""))
			d.ok(s.Apply(nil, ""))
		}, "off owner=theirs"},
		{"variable", "it is destroyed, and somebody's other one stays", func(d *day) {
			d.writes("theirs", "guestinfo.more")
			d.ok(d.made("vix_variable", owner("ours")).Apply(nil, ""))
		}, "off more=theirs"},
		{"variable", "another VM has the id by now, and the variable", func(d *day) {
			s := d.made("vix_variable", owner("ours"))
			d.replaced()
			d.writes("theirs")
			d.ok(s.Apply(nil, ""))
		}, "on owner=theirs"},
		{"variable", "the VM is not registered; destroyed, and registered again", func(d *day) {
			s := d.made("vix_variable", owner("ours"))
			d.must(d.host.Unregister(d.Context(), "DC0", web))
			d.ok(s.Apply(nil, ""))
			_, err := d.host.Register(d.Context(), "DC0", web)
			d.must(err)
		}, "off owner=ours"},
		{"variable", "killed while the host writes it; applied again, and destroyed", func(d *day) {
			s := &Single{Workspace: d.ws, Resource: "vix_variable"}
			d.killed(s.Apply(owner("ours"), "ReconfigVM_Task"))
			d.ok(s.Apply(owner("ours"), ""))
			d.is("off owner=ours")
			d.ok(s.Apply(nil, ""))
		}, "off"},
	}
}

// TestAttacksOnDayTwo makes every attack on what is done with a VM that is there, and looks what became of it, and of one that
// nobody means.
func TestAttacksOnDayTwo(t *testing.T) {
	var (
		mu   sync.Mutex
		rows = map[string]string{}
	)
	all := deeds()
	t.Run("cells", func(t *testing.T) {
		for _, a := range all {
			t.Run(a.about+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				d := newDay(t)
				a.run(d)
				d.is(a.want)
				if got := d.state(db); got != "off" {
					t.Errorf("db, which nobody means, is %q", got)
				}
				mu.Lock()
				defer mu.Unlock()
				rows[a.about+a.name] = d.state(d.at())
			})
		}
	})
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "about\tattack\tthe VM in the end")
	for _, a := range all {
		_, _ = fmt.Fprintf(out, "%s\t%s\t%s\n", a.about, a.name, rows[a.about+a.name])
	}
	_ = out.Flush()
	t.Logf("every attack on what is done with a VM\n%s%d attacks", table.String(), len(all))
}
