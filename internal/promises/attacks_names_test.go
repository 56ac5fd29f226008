// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

// names are the attacks by equal names: one folder has a name once, and a VM that is given none has the one that its file
// says.
func names() []attack {
	const twin, twinU = "[LocalDS_1] twin/twin.vmx", "50201e5a-0000-4000-8000-000000000007"
	refused := []string{refusedAtPlan}
	linux := func(s *scene) { _, err := s.Host.AddFolder("DC0", "Linux"); s.must(err) }
	return []attack{
		{cause: "A1", name: "another host, and where it goes its name is taken", run: func(s *scene) {
			linux(s)
			s.given(config("x", on("DC0_C0_H0").with("folder", "Linux")))
			s.twin(twin, "web", twinU)
			s.outside(twin)
			s.attack(config("x", on("DC0_C0_H1")))
			s.stays()
		}, want: refused},
		{cause: "A1", name: "another file, whose display name is taken", run: func(s *scene) {
			s.given(config("x", reg(web)))
			s.outside(db)
			s.twin(twin, "db", twinU)
			s.attack(config("x", reg(twin)))
			s.stays()
		}, want: refused},
		{cause: "A1", name: "another host, and a namesake is created in the same apply", run: func(s *scene) {
			s.twin(twin, "web", twinU)
			s.given(config("x", on("DC0_C0_H0")))
			s.attack(config("x", on("DC0_C0_H1"), "y", reg(twin)))
			s.stays()
		}, want: refused},
		{cause: "A1", own: true, name: "-replace of one that was renamed, and its display name is taken", run: func(s *scene) {
			s.given(config("x", reg(web)))
			s.must(s.Host.Rename(s.Context(), "DC0", web, "other"))
			s.twin(twin, "web", twinU)
			s.outside(twin)
			s.attack(config("x", reg(web)), replace("x"))
			s.stays()
		}, want: []string{refusedAtPlan, registeredAgain}},
		{cause: "A1", name: "tainted, and where it goes its name is taken", run: func(s *scene) {
			linux(s)
			s.given(config("x", reg(web, "folder", "Linux")))
			s.twin(twin, "web", twinU)
			s.outside(twin)
			s.ws.Taint("x")
			s.attack(config("x", reg(web)))
			s.stays()
		}, want: refused},
		{cause: "A1", name: "the name is taken between plan and apply", run: func(s *scene) {
			linux(s)
			s.given(config("x", on("DC0_C0_H0").with("folder", "Linux")))
			plan := s.PlanLater(s.ws, config("x", on("DC0_C0_H1")), s.options)
			s.twin(twin, "web", twinU)
			s.outside(twin)
			s.saved(plan)
			s.stays()
		}, want: []string{refusedAtApply, inconsistent}},
		{cause: "B9", name: "two files of one display name", run: func(s *scene) {
			s.twin(twin, "web", twinU)
			s.attack(config("x", reg(web), "y", reg(twin)))
		}, want: refused},
		{cause: "B9", name: "a file whose display name is taken", run: func(s *scene) {
			s.outside(db)
			s.twin(twin, "db", twinU)
			s.attack(config("x", reg(twin)))
		}, want: refused},
		{cause: "B9", name: "a file whose display name is given to another one", run: func(s *scene) {
			s.attack(config("x", reg(web), "y", reg(db, "name", "web")))
		}, want: refused},
	}
}
