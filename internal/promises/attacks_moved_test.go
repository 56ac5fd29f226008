// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// movedAway are the attacks on a VM that is not any more where vmx_path says: by a storage vMotion, or because another
// one has its id.
func movedAway() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	shares := sim.Options{KeepDuplicateInstanceUUIDs: true}
	stale := "50201e5a-0000-4000-8000-000000000009"
	safely := []string{refusedAtPlan, refusedAtApply}
	// replica is a restored copy at the path where the VM was before it moved, in place of the VM.
	replica := func(s *scene, r Resource) {
		s.given(config("x", r))
		to := s.moved(web)
		s.given(config("x", r))
		s.vm(web, webU)
		s.must(s.OutsideUnregisters(s.Context(), "DC0", to))
		s.outside(web)
		s.about = web
	}
	// renamed moves the VM and renames its resource; the file at its old path is another one, or none.
	renamed := func(r Resource, another bool) func(s *scene) {
		return func(s *scene) {
			s.given(config("old", r))
			s.moved(web)
			s.given(config("old", r))
			if another {
				s.vm(web, stale)
			}
			s.attack(config("new", r))
			s.stays()
		}
	}
	return []attack{
		{cause: "A2", name: "a restored copy at the path before the vMotion, destroyed without a refresh", host: shares, run: func(s *scene) {
			r := reg(web, "on_destroy", "unregister", "power_off_on_destroy", "hard")
			replica(s, r)
			s.turn(web, running)
			s.attack(config("x", r), destroy, noRefresh)
		}, want: []string{kept, refusedAtPlan, refusedAtApply}},
		{cause: "A2", name: "a restored copy at the path before the vMotion, destroyed", host: shares, run: func(s *scene) {
			r := reg(web, "on_destroy", "unregister", "power_off_on_destroy", "hard")
			replica(s, r)
			s.turn(web, running)
			s.attack(config("x", r), destroy)
		}, want: []string{kept, refusedAtPlan, refusedAtApply}},
		{cause: "A2", name: "a restored copy at the path before the vMotion, renamed", host: shares, run: func(s *scene) {
			r := reg(web, "name", "web")
			replica(s, r)
			s.must(s.Host.Rename(s.Context(), "DC0", web, "copy of web"))
			s.attack(config("x", r))
		}, want: []string{refusedAtPlan}},
		{cause: "A5", name: "tainted after a vMotion, and another file lies at the old path", run: func(s *scene) {
			s.given(config("x", x))
			s.moved(web)
			s.vm(web, stale)
			s.ws.Taint("x")
			s.attack(config("x", x))
			s.stays()
		}, want: safely},
		{cause: "A5", name: "tainted after a vMotion that an apply has seen, and another file lies at the old path", run: func(s *scene) {
			s.given(config("x", x))
			s.moved(web)
			s.given(config("x", x))
			s.vm(web, stale)
			s.ws.Taint("x")
			s.attack(config("x", x))
			s.stays()
		}, want: safely},
		{cause: "A5", name: "tainted after a vMotion, another file at the old path, another host", run: func(s *scene) {
			s.given(config("x", on("DC0_C0_H0")))
			s.moved(web)
			s.vm(web, stale)
			s.ws.Taint("x")
			s.attack(config("x", on("DC0_C0_H1")))
			s.stays()
		}, want: safely},
		{cause: "A6", name: "renamed without moved after a vMotion, fail", run: renamed(x, false), want: safely},
		{cause: "A6", name: "renamed without moved after a vMotion, adopt", run: renamed(adopt, false), want: safely},
		{cause: "A6", name: "renamed without moved after a vMotion, and another file lies at the old path", run: renamed(x, true),
			want: safely},
		{cause: "B8", name: "a restored copy is named, and another host at once", host: shares, run: func(s *scene) {
			copied := "[LocalDS_1] copy/copy.vmx"
			s.given(config("x", on("DC0_C0_H0")))
			s.vm(copied, webU)
			s.must(s.OutsideUnregisters(s.Context(), "DC0", web))
			s.outside(copied)
			s.about = copied
			s.attack(config("x", reg(copied, "host", "DC0_C0_H1")))
			s.stays()
		}, want: []string{refusedAtPlan, kept}},
	}
}
