// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"encoding/json"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// plans are the attacks of cause V: a plan that does not say what it will do.
func plans() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	saying := []string{said}
	// planOnly plans and looks at what the plan says of x.
	planOnly := func(s *scene, c Config, check func(c *Change)) {
		s.plan, s.result, s.outcome = s.ws.Plan(c, s.options), nil, ""
		if change := s.plan.Change("x"); s.plan.Failed() || change == nil {
			s.expect(false, "anything")
		} else {
			check(change)
		}
	}
	late := func(name string, first Resource, value string) attack {
		return attack{cause: "V", name: name + " is unknown at plan and comes out the same", run: func(s *scene) {
			s.given(config("x", first.with(name, value)))
			c := first.with()
			c.Attributes[name] = Late{value}
			s.attack(config("x", c))
			if a := s.plan.Change("x"); a == nil || a.Action != Update {
				s.outcome = "not an update"
			}
		}, want: []string{kept}}
	}
	return []attack{
		{cause: "V", name: "register and adopt look the same", run: func(s *scene) {
			planOnly(s, config("x", adopt), func(c *Change) {
				s.expect(known(c.After, "adopted") && !truth(c.After, "adopted"), "that it registers")
			})
			if s.outcome != said {
				return
			}
			s.outside(web)
			planOnly(s, config("x", adopt), func(c *Change) {
				s.expect(known(c.After, "adopted") && truth(c.After, "adopted"), "that it adopts")
				s.expect(strings.Contains(strings.ToLower(s.said()), "adopt"), "which are adopted")
			})
		}, want: saying},
		{cause: "V", name: "keep and unregister look the same", run: func(s *scene) {
			planOnly(s, config("x", x), func(c *Change) { s.expect(text(c.After, "on_destroy") == "unregister", "on_destroy") })
		}, want: saying},
		{cause: "V", name: "derived places are known after apply", run: func(s *scene) {
			planOnly(s, config("x", x), func(c *Change) {
				for _, name := range []string{"datacenter", "folder", "resource_pool", "cluster", "adopted"} {
					s.expect(known(c.After, name), name)
				}
				for _, name := range []string{"id", "registered_path", "managed_object_id"} {
					s.expect(!known(c.After, name), name+" as unknown")
				}
			})
		}, want: saying},
		{cause: "V", name: "a saved plan of a free VM that is somebody's by now", run: func(s *scene) {
			plan := s.ws.Plan(config("x", adopt), s.options)
			s.outside(web)
			s.saved(plan)
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", name: "a saved plan that was made on another vCenter", run: func(s *scene) {
			plan := s.ws.Plan(config("x", x), s.options)
			other := newScene(s.T, sim.Options{}, s.options, "")
			s.World, s.ws = other.World, other.ws
			s.saved(plan)
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", name: "a state of the version before", run: func(s *scene) {
			s.given(config("x", x))
			o := *s.ws.State.Current["x"]
			var fields map[string]any
			s.must(json.Unmarshal(o.JSON, &fields))
			delete(fields, "server")
			fields["on_destroy"] = nil
			raw, err := json.Marshal(fields)
			s.must(err)
			o.JSON = raw
			s.ws.State.Current["x"] = &o
			s.attack(config("x", x))
			if c := s.plan.Change("x"); c == nil || c.Action != NoOp {
				s.outcome = "planned a change"
			}
		}, want: []string{kept}},
		late("host", reg(web), "DC0_C0_H0"), late("cluster", reg(web), "DC0_C0"), late("datacenter", reg(web), "DC0"),
		late("vmx_path", reg(web), web),
		{cause: "V", own: true, name: "a vmx_path that is unknown at plan and another file at apply", run: func(s *scene) {
			s.given(config("x", x))
			s.attack(config("x", Resource{Attributes: Attributes{"vmx_path": Late{db}}}))
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", own: true, name: "a plan that powers off does not say so", run: func(s *scene) {
			s.given(config("x", reg(web, "power_off_on_destroy", "hard")))
			s.must(s.Host.SetPower("DC0", web, "poweredOn"))
			s.plan, s.result, s.outcome = s.ws.Plan(config(), s.options), nil, ""
			s.expect(strings.Contains(strings.ToLower(s.said()), "power"), "that it powers off")
		}, want: saying},
	}
}

// unseen are the attacks of cause VI on registrations: what cannot be seen counts as absent. Those on lists and on the
// module are in the tests of these.
func unseen() []attack {
	x := reg(web)
	hide := func(s *scene) {
		s.Host.Deny(s.Host.Username(), "System.Read", s.registrationOf(web))
	}
	refused := []string{refusedAtPlan}
	return []attack{
		{cause: "VI", name: "a VM without System.Read, refreshed", run: then(x, hide, x), want: refused},
		{cause: "VI", name: "a VM without System.Read, renamed", run: then(x, hide, reg(web, "name", "new")), want: refused},
		{cause: "VI", name: "a VM without System.Read, destroyed", run: then(x, hide, x, destroy), want: refused},
		{cause: "VI", name: "a VM without System.Read, its address leaves", run: func(s *scene) {
			s.given(config("x", x))
			hide(s)
			s.attack(config())
		}, want: refused},
		{cause: "VI", name: "a VM without System.Read, replaced", run: then(reg(web, "host", "DC0_C0_H0"), hide, reg(web, "host", "DC0_C0_H1")), want: refused},
		{cause: "VI", name: "a datastore without System.Read", run: then(x, func(s *scene) {
			s.Host.Deny(s.Host.Username(), "System.Read", "/DC0/datastore/LocalDS_0")
		}, x, replace("x")), want: refused},
		{cause: "VI", name: "a datacenter without System.Read", run: then(x, func(s *scene) {
			s.Host.Deny(s.Host.Username(), "System.Read", "/DC0")
		}, x), want: refused},
		{cause: "VI", own: true, name: "a VM without System.View, created anew", run: func(s *scene) {
			s.given(config("x", x))
			s.must(s.Host.HideVM(s.Host.Username(), "DC0", web))
			s.ws.StateRm("x")
			s.attack(config("y", reg(web, "if_registered", "adopt")))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "VI", own: true, name: "the datastore is down, its address leaves", run: func(s *scene) {
			s.given(config("x", x))
			s.must(s.Host.SetDatastoreAccessible("DC0", "LocalDS_0", false))
			s.attack(config())
		}, want: []string{unregistered, refusedAtPlan}},
	}
}

// others are the attacks under "Also".
func others() []attack {
	x := reg(web)
	twice := sim.Options{Datacenters: 2}
	hard := reg(web, "power_off_on_destroy", "hard")
	return []attack{
		{cause: "also", name: "one datastore in two datacenters, registered in the other", host: twice, run: func(s *scene) {
			s.must(s.Host.ShareDatastore("DC0", "LocalDS_0", "DC1"))
			s.Forget()
			s.outside(web)
			s.attack(config("x", reg(web, "datacenter", "DC1")))
		}, want: []string{refusedAtPlan}},
		{cause: "also", name: "a saved destroy plan of a VM that is on by now", run: func(s *scene) {
			s.given(config("x", hard))
			o := s.options
			o.Destroy = true
			plan := s.ws.Plan(config("x", hard), o)
			s.must(s.Host.SetPower("DC0", web, "poweredOn"))
			s.saved(plan)
		}, want: []string{refusedAtApply}},
		{cause: "also", name: "a destroy that a plan blocks names -refresh=false", run: func(s *scene) {
			s.given(config("x", x))
			s.outside(db)
			s.attack(config("x", x, "y", reg(db)), destroy)
			if s.outcome == refusedAtPlan && !strings.Contains(s.said(), "-refresh=false") {
				s.outcome = "refused, and the way out is not said"
			}
		}, want: []string{refusedAtPlan}},
		{cause: "also", name: "a destroy that a plan blocks, with -refresh=false", run: func(s *scene) {
			s.given(config("x", x))
			s.outside(db)
			s.attack(config("x", x, "y", reg(db)), destroy, noRefresh)
		}, want: []string{unregistered}},
		{cause: "also", name: `"nothing is replaced" beside a replacement`, run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("x", x), replace("x"))
			if strings.Contains(strings.ToLower(s.said()), "nothing is replaced") {
				s.outcome = "said that nothing is replaced"
			}
		}, want: []string{refusedAtPlan}},
		{cause: "also", name: "unregistered after a storage vMotion", run: func(s *scene) {
			s.given(config("x", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.attack(config("x", x)) // state knows where it is
			s.must(s.Host.Unregister(s.Context(), "DC0", to))
			s.plan, s.result, s.outcome = s.ws.Plan(config("x", x), s.options), nil, ""
			s.expect(strings.Contains(s.said(), to), "where it was last")
		}, want: []string{said}},
		{cause: "also", own: true, name: "a whole destroy of what was made and what was adopted", run: func(s *scene) {
			s.outside(db)
			c := config("x", x, "y", reg(db, "if_registered", "adopt"))
			s.given(c)
			s.about = db
			s.attack(c, destroy)
		}, want: []string{kept}},
		{cause: "also", own: true, name: "imported, then destroyed", run: func(s *scene) {
			s.outside(web)
			c := config("x", x)
			c.Imports = map[string]string{"x": "DC0:" + web}
			s.given(c)
			s.attack(config())
		}, want: []string{kept}},
		{cause: "also", own: true, name: "imported, then replaced", run: func(s *scene) {
			s.outside(web)
			c := config("x", x)
			c.Imports = map[string]string{"x": "DC0:" + web}
			s.given(c)
			s.attack(config("x", x), replace("x"))
		}, want: []string{refusedAtPlan, kept, registeredAgain}},
	}
}
