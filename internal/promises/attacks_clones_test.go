// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import "strings"

// clones are the attacks on what is deleted with a clone, and on what is cloned twice. The source is somebody else's.
func clones() []attack {
	const x, y, copied = "vix_clone.x", "vix_clone.y", "[LocalDS_0] copy/copy.vmx"
	clone := func(more ...any) Resource {
		r := reg("", append([]any{"vm_id", webU, "name", "copy"}, more...)...)
		delete(r.Attributes, "vmx_path")
		return r
	}
	deletes := clone("delete_files", true)
	// given is a clone that is made; the outcome is about it.
	given := func(s *scene, r Resource) {
		s.outside(web)
		s.given(config(x, r))
		s.about = copied
	}
	files := func(s *scene, stay bool) {
		_, err := s.Host.ReadFile("DC0", copied)
		if there := err == nil; there != stay {
			s.outcome += map[bool]string{true: ", and its files are gone", false: ", and its files stay"}[stay]
		}
	}
	one := func(s *scene) {
		n := 0
		for _, r := range s.Host.Registered() {
			if strings.Contains(r.Path, "] copy") {
				n++
			}
		}
		if n != 1 {
			s.outcome = "cloned twice, or not at all"
		}
	}
	var all []attack
	for _, moment := range []Moment{BeforeRegister, AfterRegister} {
		all = append(all, attack{cause: "C1", own: true, name: "a clone is killed " + string(moment), run: func(s *scene) {
			s.outside(web)
			s.attack(config(x, clone()), kill(moment, "<name>copy</name>"))
			if !s.result.Killed {
				s.Fatalf("it was not killed:\n%s", s.said())
			}
			s.about = copied
			s.attack(config(x, clone()))
			one(s)
		}, want: []string{kept, registeredAgain}})
	}
	return append(all,
		attack{cause: "C1", own: true, name: "a clone is killed, and its time is over", run: func(s *scene) {
			s.outside(web)
			s.attack(config(x, clone()), kill(AfterRegister, "<name>copy</name>"))
			s.must(s.ws.TimeIsOver())
			s.about = copied
			s.attack(config(x, clone()))
			one(s)
		}, want: []string{kept, refusedAtPlan}},
		attack{cause: "C2", own: true, name: "a clone goes with its files", run: func(s *scene) {
			given(s, deletes)
			s.attack(config())
			files(s, false)
		}, want: []string{unregistered}},
		attack{cause: "C2", own: true, name: "a clone goes", run: func(s *scene) {
			given(s, clone())
			s.attack(config())
			files(s, true)
		}, want: []string{unregistered}},
		attack{cause: "C2", own: true, name: "somebody registered the clone anew", run: func(s *scene) {
			given(s, deletes)
			s.anew(copied)
			s.attack(config())
			files(s, true)
		}, want: []string{unregistered, kept}},
		attack{cause: "C2", own: true, name: "somebody registers the clone anew after the plan", run: func(s *scene) {
			given(s, deletes)
			plan := s.PlanLater(s.ws, config(), s.options)
			s.anew(copied)
			s.saved(plan)
			files(s, true)
		}, want: []string{unregistered, kept}},
		attack{cause: "C2", own: true, name: "somebody unregistered the clone", run: func(s *scene) {
			given(s, deletes)
			s.must(s.OutsideUnregisters(s.Context(), "DC0", copied))
			s.attack(config())
			files(s, true)
		}, want: []string{kept}},
		attack{cause: "C2", own: true, name: "the clone moves after the plan", run: func(s *scene) {
			given(s, deletes)
			plan := s.PlanLater(s.ws, config(), s.options)
			to := s.moved(copied)
			s.saved(plan)
			if _, err := s.Host.ReadFile("DC0", to); err != nil {
				s.outcome += ", and its files are gone"
			}
		}, want: []string{unregistered}},
		attack{cause: "C2", own: true, name: "an imported clone", run: func(s *scene) {
			s.outside(web)
			s.outside(db)
			c := config(x, clone("name", "db", "delete_files", true))
			c.Imports = map[string]string{x: "DC0:" + db}
			s.given(c)
			s.about = db
			s.attack(config())
			if _, err := s.Host.ReadFile("DC0", db); err != nil {
				s.outcome += ", and its files are gone"
			}
		}, want: []string{unregistered, refusedAtApply}},
		attack{cause: "C2", own: true, name: "a clone is tainted", run: func(s *scene) {
			given(s, deletes)
			s.ws.Taint(x)
			s.attack(config(x, deletes))
			files(s, true)
		}, want: []string{unregistered, refusedAtPlan}},
		attack{cause: "C2", own: true, name: "-replace of a clone", run: func(s *scene) {
			given(s, deletes)
			s.attack(config(x, deletes), replace(x))
			files(s, true)
		}, want: []string{unregistered, refusedAtPlan}},
		attack{cause: "C3", own: true, name: "a registration adopts what a clone deletes", run: func(s *scene) {
			given(s, deletes)
			s.attack(config("r", reg(copied, "if_registered", "adopt")))
			files(s, true)
		}, want: []string{refusedAtPlan}},
		attack{cause: "C3", own: true, name: "a registration adopts what a clone lets go of", run: func(s *scene) {
			given(s, clone())
			s.attack(config("r", reg(copied, "if_registered", "adopt")))
			files(s, true)
		}, want: []string{handedOver, kept, registeredAgain, refusedAtPlan}},
		attack{cause: "C3", own: true, name: "another address of a clone, without moved", run: func(s *scene) {
			given(s, clone())
			s.attack(config(y, clone()))
			files(s, true)
		}, want: []string{refusedAtPlan, refusedAtApply, unregistered, registeredAgain}},
		attack{cause: "C3", own: true, name: "one clone is imported to two addresses", run: func(s *scene) {
			given(s, clone())
			c := config(x, clone(), y, clone())
			c.Imports = map[string]string{y: "DC0:" + copied}
			s.attack(c)
		}, want: []string{refusedAtPlan}},
	)
}
