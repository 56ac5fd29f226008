// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"os"
	"path/filepath"
)

// leftDeposed are the attacks on what an interrupted create_before_destroy has left beside the object that came after it, where
// a destroy of either unregisters the VM.
func leftDeposed() []attack {
	both := reg(web, "if_registered", "adopt", "on_destroy", "unregister")
	keeps := both.with("on_destroy", "keep")
	interrupted := func(s *scene) {
		s.attack(config("x", cbd(both)), replace("x"), kill(BeforeDelete, web))
		if !s.result.Killed || len(s.ws.State.Deposed["x"]) == 0 {
			s.Fatalf("nothing is deposed:\n%s", s.said())
		}
	}
	// left says what is done about it, and expects that nothing is deposed any more unless it was refused.
	left := func(do func(s *scene)) func(s *scene) {
		return func(s *scene) {
			s.given(config("x", cbd(both)))
			interrupted(s)
			do(s)
			if n := len(s.ws.State.Deposed["x"]); n > 0 && s.outcome != refusedAtPlan {
				s.outcome = "deposed still, " + s.outcome
			}
		}
	}
	apply := func(r Resource, options ...func(*Options)) func(s *scene) {
		return func(s *scene) { s.attack(config("x", r), options...) }
	}
	return []attack{
		{cause: "B2", own: true, name: "deposed, both unregister, applied again", run: left(apply(cbd(both))), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, both unregister, without a refresh", run: left(apply(cbd(both), noRefresh)), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, both unregister, replaced anew", run: left(apply(cbd(both), replace("x"))), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, both unregister, replaced without a refresh", run: left(apply(cbd(both), replace("x"), noRefresh)),
			want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, both unregister, replaced the usual way", run: left(apply(both, replace("x"))),
			want: []string{kept, registeredAgain}},
		{cause: "B2", own: true, name: "deposed, kept from now on", run: left(apply(cbd(keeps))), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, and the VM runs", run: left(func(s *scene) {
			s.turn(web, running)
			s.attack(config("x", cbd(both)))
			s.runsStill()
		}), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, and the one that came after is tainted", run: left(func(s *scene) {
			s.ws.Taint("x")
			s.attack(config("x", cbd(both)))
		}), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed twice", run: left(func(s *scene) {
			interrupted(s)
			s.attack(config("x", cbd(both)))
		}), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed twice, the second one kept", run: left(func(s *scene) {
			s.attack(config("x", cbd(keeps)), replace("x"), kill(BeforeDelete, web))
			s.attack(config("x", cbd(both)))
		}), want: []string{kept}},
		{cause: "B2", own: true, name: "deposed, both unregister, destroyed", run: left(apply(both, destroy)), want: []string{unregistered}},
		{cause: "B2", own: true, name: "deposed, both unregister, out of the configuration", run: left(func(s *scene) {
			s.attack(config())
		}), want: []string{unregistered}},
		{cause: "B2", own: true, name: "deposed, without the notes", run: func(s *scene) {
			s.given(config("x", cbd(both)))
			plan := s.ws.Plan(config("x", cbd(both)), Options{Replace: []string{"x"}})
			s.must(os.RemoveAll(filepath.Join(s.ws.Data, "vix-addresses")))
			s.result = s.ws.Apply(plan, Options{Kill: &Kill{Moment: BeforeDelete, Path: web}})
			s.attack(config("x", cbd(both)))
			if s.outcome != refusedAtPlan {
				return
			}
			s.attack(config("x", cbd(keeps)))
		}, want: []string{kept}},
	}
}
