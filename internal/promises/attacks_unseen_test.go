// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// unseen are the attacks of cause VI: what cannot be seen counts as absent. Those on the module are in its tests.
func unseen() []attack {
	x := reg(web)
	hide := func(s *scene) {
		s.Host.Deny(s.Host.Username(), "System.Read", s.registrationOf(web))
	}
	refused := []string{refusedAtPlan}
	// listed registers what a list covers, takes something from the user and lists again.
	listed := func(happens func(s *scene)) func(s *scene) {
		return func(s *scene) {
			each := Attributes{"if_registered": "adopt"}
			c, _ := s.ws.ForEach(Attributes{}, each)
			s.given(c)
			happens(s)
			again, diags := s.ws.ForEach(Attributes{}, each)
			if failed(diags) {
				s.outcome = refusedAtPlan
				return
			}
			s.attack(again)
		}
	}
	hidden := func(privilege, object string) func(s *scene) {
		return func(s *scene) { s.Host.Deny(s.Host.Username(), privilege, object) }
	}
	return []attack{
		{cause: "VI", name: "a list, and a datastore without System.Read", run: listed(hidden("System.Read", "/DC0/datastore/LocalDS_0")), want: refused},
		{cause: "VI", name: "a list, and a datacenter without System.Read", host: sim.Options{Datacenters: 2},
			run: listed(hidden("System.Read", "/DC0")), want: refused},
		{cause: "VI", name: "a list, and a datastore that may not be browsed", run: listed(hidden("Datastore.Browse", "/DC0/datastore/LocalDS_0")), want: refused},
		{cause: "VI", name: "a list, and a VM without System.Read", run: listed(hide), want: []string{refusedAtPlan, kept}},
		{cause: "VI", name: "a list, and the datastore is down", run: listed(func(s *scene) {
			s.must(s.Host.SetDatastoreAccessible("DC0", "LocalDS_0", false))
		}), want: refused},
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
