// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// halfway are the attacks on what is not whole: tainted, deposed, imported, interrupted, running.
func halfway() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	hard := reg(web, "power_off_on_destroy", "hard")
	refused := []string{refusedAtPlan}
	imported := func(addresses ...string) Config {
		c := config()
		c.Imports = map[string]string{}
		for _, address := range addresses {
			c.Resources[address], c.Imports[address] = x, "DC0:"+web
		}
		return c
	}
	taint := func(s *scene) { s.ws.Taint("x") }
	runs := func(s *scene) { s.turn(web, running) }
	deposed := func(s *scene) {
		s.given(config("x", cbd(adopt)))
		s.attack(config("x", cbd(adopt)), replace("x"), kill(BeforeDelete, web))
		if !s.result.Killed || len(s.ws.State.Deposed["x"]) != 1 {
			s.Fatalf("nothing is deposed:\n%s", s.said())
		}
	}
	return []attack{
		{cause: "A12", name: "a key is renamed while the VM runs, adopt and hard", run: func(s *scene) {
			r := hard.with("if_registered", "adopt")
			s.given(config("v[a]", r))
			runs(s)
			s.attack(config("v[b]", r))
			s.runsStill()
		}, want: []string{handedOver, kept, refusedAtPlan, refusedAtApply}},
		{cause: "B1", name: "one path in two datacenters, killed while the second is registered", host: sim.Options{Datacenters: 2}, run: func(s *scene) {
			s.must(s.Host.WriteVM("DC1", web, sim.VMX{InstanceUUID: "50201e5a-0000-4000-8000-000000000008"}))
			s.about = "/DC1:" + web
			dc0 := x.with("datacenter", "DC0")
			s.given(config("x", dc0))
			c := config("x", dc0, "y", x.with("datacenter", "DC1"))
			s.attack(c, kill(AfterRegister, web))
			if !s.result.Killed || s.registrationOf(s.about) == "" {
				s.Fatalf("it was not killed:\n%s", s.said())
			}
			s.attack(c)
			if o := s.ws.State.Current["y"]; s.outcome == kept && (o == nil || !unregisters(o)) {
				s.outcome = "not finished"
			}
		}, want: []string{kept}},
		{cause: "B2", name: "killed before the delete of a deposed one, applied again", run: func(s *scene) {
			deposed(s)
			s.attack(config("x", cbd(adopt)))
		}, want: []string{kept}},
		{cause: "B2", name: "killed before the delete of a deposed one, destroyed", run: func(s *scene) {
			deposed(s)
			s.attack(config("x", cbd(adopt)), destroy)
		}, want: []string{kept, unregistered}},
		{cause: "B2", own: true, name: "killed before the delete of a deposed one, destroyed without a refresh", run: func(s *scene) {
			deposed(s)
			s.attack(config("x", cbd(adopt)), destroy, noRefresh)
		}, want: []string{kept, unregistered}},
		{cause: "B3", name: "a tainted import, fail", run: func(s *scene) {
			s.outside(web)
			s.given(imported("x"))
			taint(s)
			s.attack(config("x", x))
			s.remembered("x")
		}, want: []string{refusedAtPlan, kept}},
		{cause: "B3", name: "a tainted one that is kept, fail", run: func(s *scene) {
			s.given(config("x", x.with("on_destroy", "keep")))
			taint(s)
			s.attack(config("x", x.with("on_destroy", "keep")))
			s.remembered("x")
		}, want: []string{refusedAtPlan, kept}},
		{cause: "B3", name: "a tainted one that was adopted, fail by now", run: func(s *scene) {
			s.outside(web)
			s.given(config("x", adopt))
			taint(s)
			s.attack(config("x", x))
			s.remembered("x")
		}, want: []string{refusedAtPlan, kept}},
		{cause: "B4", name: "-replace of one that runs, fail", run: then(x, runs, x, replace("x")), want: refused},
		{cause: "B4", name: "tainted and running, fail", run: then(x, func(s *scene) { runs(s); taint(s) }, x), want: refused},
		// The plan warns: a vix_power of the same plan may turn the VM off before.
		{cause: "B4", name: "another host for one that runs, fail", run: then(on("DC0_C0_H0"), runs, on("DC0_C0_H1")), want: []string{refusedAtApply}},
		{cause: "B5", name: "tainted, another file, hard, running", run: func(s *scene) {
			s.given(config("x", hard))
			runs(s)
			taint(s)
			s.attack(config("x", reg(db, "power_off_on_destroy", "hard")))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "B6", name: "one VM is imported to two addresses", run: func(s *scene) {
			s.outside(web)
			s.attack(imported("x", "y"))
		}, want: refused},
		{cause: "B6", name: "a VM that is in the state is imported to another address", run: func(s *scene) {
			s.given(config("x", x))
			c := imported("y")
			c.Resources["x"] = x
			s.attack(c)
		}, want: refused},
		{cause: "B7", name: "a replacement is killed, and none of it is in the state", run: func(s *scene) {
			s.given(config("x", on("DC0_C0_H0")))
			state := s.ws.State.clone()
			s.attack(config("x", on("DC0_C0_H1")), kill(AfterRegister, web))
			if !s.result.Killed || s.registrationOf(web) == "" {
				s.Fatalf("it was not killed:\n%s", s.said())
			}
			s.ws.State = state
			s.attack(config("x", on("DC0_C0_H1")))
			if o := s.ws.State.Current["x"]; o == nil || !unregisters(o) {
				s.outcome = "not ours any more"
			}
		}, want: []string{kept, registeredAgain}},
	}
}

// remembered expects that an address is in the state still.
func (s *scene) remembered(address string) {
	if s.ws.State.Current[address] == nil {
		s.outcome = "forgotten, " + s.outcome
	}
}

// runsStill expects that the VM was not turned off.
func (s *scene) runsStill() {
	for _, r := range s.Host.Registered() {
		if r.Path == s.about && r.PowerState != running {
			s.outcome = "turned off and left so, " + s.outcome
		}
	}
}
