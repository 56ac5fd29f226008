// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

// twoProviders are the attacks by two configurations of the provider for one host: two processes, which see nothing of
// each other.
func twoProviders() []attack {
	adopt := reg(web, "if_registered", "adopt")
	by := func(r Resource, alias string) Resource { r.Alias = alias; return r }
	stays := []string{refusedAtPlan, refusedAtApply, inconsistent, kept, handedOver, registeredAgain}
	return []attack{
		{cause: "A4", name: "two aliases register one file, adopt", run: func(s *scene) {
			s.attack(config("x", adopt, "y", by(adopt, "b")))
		}, want: []string{refusedAtPlan}},
		{cause: "A11", name: "renamed from one alias to another, adopt", run: func(s *scene) {
			s.given(config("old", adopt))
			s.attack(config("new", by(adopt, "b")))
			s.stays()
		}, want: stays},
		{cause: "A11", name: "renamed from one alias to another beside others, adopt", run: func(s *scene) {
			other := reg(db, "if_registered", "adopt")
			s.given(config("old", by(adopt, "b"), "other", other))
			s.attack(config("new", adopt, "other", other))
			s.stays()
		}, want: stays},
		{cause: "A11", own: true, name: "renamed from one alias to another, fail", run: func(s *scene) {
			s.given(config("old", reg(web)))
			s.attack(config("new", by(reg(web), "b")))
			s.stays()
		}, want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "A11", own: true, name: "the alias changes, and nothing else", run: func(s *scene) {
			s.given(config("x", adopt))
			s.attack(config("x", by(adopt, "b")))
			s.stays()
		}, want: []string{kept}},
	}
}
