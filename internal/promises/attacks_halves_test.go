// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// halves are the attacks of cause II: two halves of one apply that do not know of each other.
func halves() []attack {
	x := reg(web)
	adopt, adoptDB := reg(web, "if_registered", "adopt"), reg(db, "if_registered", "adopt")
	safe := []string{handedOver, registeredAgain}
	bystander := func(s *scene) { s.given(config("old", adopt, "other", adoptDB)) }
	return []attack{
		{cause: "II", name: "renamed without moved, adopt", run: func(s *scene) {
			bystander(s)
			s.attack(config("new", adopt, "other", adoptDB))
		}, want: safe},
		{cause: "II", name: "renamed without moved, fail", run: func(s *scene) {
			s.given(config("old", x))
			s.attack(config("new", x))
		}, want: []string{refusedAtPlan}},
		{cause: "II", name: "renamed with moved", run: func(s *scene) {
			s.given(config("old", x))
			c := config("new", x)
			c.Moved = map[string]string{"old": "new"}
			s.attack(c)
		}, want: []string{kept, handedOver}},
		{cause: "II", name: "a key changes with the datastore, adopt", run: func(s *scene) {
			s.given(config("v[ds0 web]", adopt))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("v[ds1 web]", reg(to, "if_registered", "adopt")))
		}, want: safe},
		{cause: "II", name: "a key changes with the datastore, fail", run: func(s *scene) {
			s.given(config("v[ds0 web]", x))
			to, err := s.Host.StorageVMotion(s.Context(), "DC0", web, "LocalDS_1")
			s.must(err)
			s.about = to
			s.attack(config("v[ds1 web]", reg(to)))
		}, want: []string{refusedAtPlan}},
		{cause: "II", name: "paths swapped, adopt", run: func(s *scene) {
			s.given(config("a", adopt, "b", adoptDB))
			s.attack(config("a", adoptDB, "b", adopt))
		}, want: []string{registeredAgain, handedOver}},
		{cause: "II", name: "paths swapped, fail", run: func(s *scene) {
			s.given(config("a", x, "b", reg(db)))
			s.attack(config("a", reg(db), "b", x))
		}, want: []string{refusedAtPlan}},
		{cause: "II", name: "create_before_destroy and -replace, adopt", run: func(s *scene) {
			s.given(config("x", cbd(adopt)))
			s.attack(config("x", cbd(adopt)), replace("x"))
		}, want: []string{kept}},
		{cause: "II", name: "create_before_destroy and -replace, fail", run: func(s *scene) {
			s.given(config("x", cbd(x)))
			s.attack(config("x", cbd(x)), replace("x"))
		}, want: []string{refusedAtApply, refusedAtPlan}},
		{cause: "II", name: "-replace with adopt", run: then(adopt, nil, adopt, replace("x")), want: []string{registeredAgain}},
		{cause: "II", name: "tainted with adopt", run: then(adopt, func(s *scene) { s.ws.Taint("x") }, adopt), want: []string{registeredAgain, kept}},
		{cause: "II", name: "two of one file, fail", run: func(s *scene) { s.attack(config("x", x, "y", x)) }, want: []string{refusedAtPlan}},
		{cause: "II", name: "two of one file, adopt", run: func(s *scene) { s.attack(config("x", adopt, "y", adopt)) }, want: []string{refusedAtPlan}},
		{cause: "II", name: "two of one file through two datacenters", host: sim.Options{Datacenters: 2}, run: func(s *scene) {
			s.must(s.Host.ShareDatastore("DC0", "LocalDS_0", "DC1"))
			s.Forget()
			s.attack(config("x", adopt.with("datacenter", "DC0"), "y", adopt.with("datacenter", "DC1")))
		}, want: []string{refusedAtPlan}},
		{cause: "II", name: "adopted, and the rename fails", run: func(s *scene) {
			s.outside(web)
			s.Host.Fault(sim.Fault{Method: "Rename_Task", Task: &types.InvalidState{}, Times: -1})
			s.attack(config("x", adopt.with("name", "new")))
			if o := s.ws.State.Current["x"]; o != nil && o.Tainted {
				s.outcome = "adopted and tainted"
			}
		}, want: []string{refusedAtApply, kept}},
		{cause: "II", own: true, name: "renamed, adopt, and the old one was adopted", run: func(s *scene) {
			s.outside(web)
			s.given(config("old", adopt))
			s.attack(config("new", adopt))
		}, want: []string{handedOver}},
		{cause: "II", own: true, name: "three paths rotate, adopt", run: func(s *scene) {
			third := "[LocalDS_1] app/app.vmx"
			s.vm(third, "50201e5a-0000-4000-8000-000000000003")
			c := reg(third, "if_registered", "adopt")
			s.given(config("a", adopt, "b", adoptDB, "c", c))
			s.attack(config("a", adoptDB, "b", c, "c", adopt))
		}, want: safe},
		{cause: "II", own: true, name: "renamed and replaced at once, adopt", run: func(s *scene) {
			s.given(config("old", adopt.with("host", "DC0_C0_H0"), "other", adoptDB))
			s.attack(config("new", adopt, "other", adoptDB), replace("other"))
		}, want: safe},
		{cause: "II", own: true, name: "one leaves, its file goes to one that exists, adopt", run: func(s *scene) {
			s.given(config("a", adopt, "b", adoptDB))
			s.attack(config("b", adopt))
		}, want: safe},
		{cause: "II", own: true, name: "renamed without moved, fail, tainted", run: func(s *scene) {
			s.given(config("old", x))
			s.ws.Taint("old")
			s.attack(config("new", x))
		}, want: []string{refusedAtPlan}},
		{cause: "II", own: true, name: "renamed, adopt, and to be unregistered", run: func(s *scene) {
			keep := adopt.with("on_destroy", "unregister")
			s.given(config("old", keep))
			s.attack(config("new", keep))
		}, want: safe},
	}
}
