// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"sync/atomic"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// between are the attacks by somebody else who acts between two looks of ours: between a plan and its apply, between
// two steps of one apply, between two applies.
func between() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	hard := reg(web, "power_off_on_destroy", "hard")
	refused := []string{refusedAtApply, inconsistent}
	nothing := func(*scene) {}
	// going is a plan by which web is unregistered.
	going := func(r Resource) func(s *scene) *Plan {
		return func(s *scene) *Plan {
			s.given(config("x", r))
			return s.PlanLater(s.ws, config(), s.options)
		}
	}
	// elsewhere is a plan by which web is registered on another host.
	elsewhere := func(s *scene) *Plan {
		s.given(config("x", on("DC0_C0_H0").with("power_off_on_destroy", "hard")))
		return s.PlanLater(s.ws, config("x", on("DC0_C0_H1").with("power_off_on_destroy", "hard")), s.options)
	}
	turnedOn := func(s *scene) { _ = s.OutsideTurnsOn("DC0", s.about) } // which may be unregistered by now
	registersAnew := func(s *scene) {
		_ = s.OutsideUnregisters(s.Context(), "DC0", web)
		_ = s.Outside(s.Context(), sim.Outsider, "DC0", web)
	}
	pulled := func(s *scene) {
		if s.Host.Requests()["PowerOffVM_Task"] > 0 {
			s.outcome = "its plug was pulled, and the plan had it off"
		}
	}
	gone := []string{unregistered, registeredAgain, kept, refusedAtApply}
	again := []string{registeredAgain, kept, refusedAtApply, inconsistent}
	return []attack{
		{cause: "A3", name: "interrupted, nothing registered, then another workspace with the same account", run: func(s *scene) {
			var stop func()
			var sent, once atomic.Bool
			s.Host.OnTask(func(ctx context.Context, method string) {
				if method == "RegisterVM_Task" {
					<-ctx.Done()
				}
			})
			s.Host.OnRequest(func(method string, _ []byte) {
				// The first request after the one that registers is the wait for its task: that is known by then.
				if sent.Load() && !once.Swap(true) {
					go stop()
				}
				if method == "RegisterVM_Task" {
					sent.Store(true)
				}
			})
			s.attack(config("x", x), func(o *Options) { o.Stop = func(f func()) { stop = f } })
			s.Host.OnTask(nil)
			s.Host.OnRequest(nil)
			if s.registrationOf(web) != "" {
				s.Fatal("it is registered")
			}
			other := s.Workspace(s.TempDir(), "other")
			s.step(other, config("x", x), s.options)
			s.attack(config("x", x))
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "A4", name: "somebody registers it right before we do, adopt", run: func(s *scene) {
			s.at(1, "RegisterVM_Task", func() { s.outside(web) })
			s.attack(config("x", adopt))
			s.notUnregistered("x")
		}, want: append([]string{kept}, refused...)},
		{cause: "A7", name: "kept, registered anew by somebody else, then on_destroy is taken away", run: func(s *scene) {
			keep := adopt.with("on_destroy", "keep")
			s.given(config("x", keep))
			s.anew(web)
			s.given(config("x", keep))
			s.given(config("x", adopt))
			s.attack(config("x", adopt), destroy)
		}, want: []string{kept}},
		{cause: "A7", own: true, name: "registered anew by somebody else, applied, destroyed", run: func(s *scene) {
			s.given(config("x", x))
			s.anew(web)
			s.given(config("x", x))
			s.attack(config("x", x), destroy)
		}, want: []string{kept}},
		{cause: "A7", name: "registered anew by somebody else, another host without a refresh", run: func(s *scene) {
			s.given(config("x", on("DC0_C0_H0")))
			s.anew(web)
			s.attack(config("x", on("DC0_C0_H1")), noRefresh)
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "A8", name: "a saved replacement, and somebody else registers it anew", run: func(s *scene) {
			plan := elsewhere(s)
			s.anew(web)
			s.saved(plan)
		}, want: append([]string{kept}, refused...)},
		{cause: "A8", name: "a saved -replace, and somebody else registers it anew", run: func(s *scene) {
			s.given(config("x", x))
			o := s.options
			o.Replace = []string{"x"}
			plan := s.PlanLater(s.ws, config("x", x), o)
			s.anew(web)
			s.saved(plan)
		}, want: append([]string{kept}, refused...)},
		{cause: "A8", name: "a saved change to another file, and somebody else registers it anew", run: func(s *scene) {
			s.given(config("x", x))
			plan := s.PlanLater(s.ws, config("x", reg(db)), s.options)
			s.anew(web)
			s.saved(plan)
		}, want: append([]string{kept}, refused...)},
		{cause: "A8", own: true, name: "a saved destroy, and somebody else registers it anew", run: func(s *scene) {
			plan := going(x)(s)
			s.anew(web)
			s.saved(plan)
		}, want: append([]string{kept}, refused...)},
		{cause: "A9", name: "the delete of a tainted one fails, then somebody else registers it anew", run: func(s *scene) {
			r := on("DC0_C0_H0")
			s.given(config("x", r))
			s.turn(web, running)
			s.ws.Taint("x")
			s.attack(config("x", r))
			if !s.plan.Failed() && !s.result.Failed() {
				s.Fatal("a VM that runs was unregistered")
			}
			s.ws.Untaint("x")
			s.given(config("x", r))
			s.turn(web, "poweredOff")
			s.anew(web)
			s.given(config("x", r))
			s.attack(config("x", r), destroy)
		}, want: []string{kept}},
		{cause: "A10", name: "turned on at any request of a destroy", run: every(gone, going(hard), turnedOn, pulled), want: gone},
		{cause: "A10", name: "turned on at any request of a replacement", run: every(again, elsewhere, turnedOn, pulled), want: again},
		{cause: "A10", name: "registered anew at any request of a destroy", run: every(gone, going(x), registersAnew, nothing), want: gone},
		{cause: "A10", name: "registered anew at any request of a replacement", run: every(again, elsewhere, registersAnew, nothing), want: again},
	}
}
