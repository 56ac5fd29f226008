// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// then is an attack that applies x, lets something happen and runs terraform again.
func then(first Resource, happens func(s *scene), second Resource, more ...func(*Options)) func(s *scene) {
	return func(s *scene) {
		s.given(config("x", first))
		if happens != nil {
			happens(s)
		}
		s.attack(config("x", second), more...)
	}
}

func on(host string) Resource { return reg(web, "host", host) }

// replacements are the attacks of cause I: a replacement that is planned without its checks.
func replacements() []attack {
	refused, again := []string{refusedAtPlan}, []string{registeredAgain}
	x := reg(web)
	maintenance := func(s *scene) {
		s.must(s.Host.SetHostState("DC0_C0_H0", "connected", true))
		s.must(s.Host.SetHostState("DC0_C0_H1", "connected", true))
	}
	deny := func(privilege string) func(s *scene) {
		return func(s *scene) { s.Host.Deny(s.Host.Username(), privilege, "") }
	}
	down := func(s *scene) { s.must(s.Host.SetDatastoreAccessible("DC0", "LocalDS_0", false)) }
	gone := func(s *scene) { s.must(s.Host.RemoveFile("DC0", web)) }
	running := func(s *scene) { s.must(s.Host.SetPower("DC0", web, "poweredOn")) }
	two := sim.Options{Datacenters: 2}
	return []attack{
		{cause: "I", name: "host with a typo", run: then(on("DC0_C0_H0"), nil, on("esx9")), want: refused},
		{cause: "I", name: "unknown cluster", run: then(x, nil, reg(web, "cluster", "C9")), want: refused},
		{cause: "I", name: "another host and an unknown folder", run: then(on("DC0_C0_H0"), nil, on("DC0_C0_H1").with("folder", "F9")), want: refused},
		{cause: "I", name: "another host and an unknown pool", run: then(on("DC0_C0_H0"), nil, on("DC0_C0_H1").with("resource_pool", "P9")), want: refused},
		{cause: "I", name: "another host, in maintenance", run: then(on("DC0_C0_H0"), maintenance, on("DC0_C0_H1")), want: refused},
		{cause: "I", name: "-replace without the privilege to register", run: then(x, deny("VirtualMachine.Inventory.Register"), x, replace("x")), want: refused},
		{cause: "I", name: "-replace without the privilege to use the pool", run: then(x, deny("Resource.AssignVMToPool"), x, replace("x")), want: refused},
		{cause: "I", name: "-replace without the privilege to unregister", run: then(x, deny("VirtualMachine.Inventory.Unregister"), x, replace("x")), want: refused},
		{cause: "I", name: "-replace while the datastore is down", run: then(x, down, x, replace("x")), want: refused},
		{cause: "I", name: "-replace of a file that is gone", run: then(x, gone, x, replace("x")), want: refused},
		{cause: "I", name: "another datacenter", host: two, run: then(reg(web, "datacenter", "DC0"), nil, reg(web, "datacenter", "DC1")), want: refused},
		{cause: "I", name: "host with a typo, running, hard", run: then(on("DC0_C0_H0").with("power_off_on_destroy", "hard"), running,
			on("esx9").with("power_off_on_destroy", "hard")), want: refused},
		{cause: "I", name: "-replace of a running VM, fail", run: then(x, running, x, replace("x")), want: []string{refusedAtPlan, refusedAtApply}},
		{cause: "I", name: "the host goes between plan and apply", run: func(s *scene) {
			s.given(config("x", on("DC0_C0_H0")))
			plan := s.ws.Plan(config("x", on("DC0_C0_H1")), s.options)
			maintenance(s)
			s.saved(plan)
		}, want: []string{refusedAtApply, inconsistent}},
		{cause: "I", name: "the file goes between plan and apply", run: func(s *scene) {
			s.given(config("x", x))
			o := s.options
			o.Replace = []string{"x"}
			plan := s.ws.Plan(config("x", x), o)
			gone(s)
			s.saved(plan)
		}, want: []string{refusedAtApply}},
		{cause: "I", name: "the privilege to register goes between plan and apply", run: func(s *scene) {
			s.given(config("x", x))
			o := s.options
			o.Replace = []string{"x"}
			plan := s.ws.Plan(config("x", x), o)
			deny("VirtualMachine.Inventory.Register")(s)
			s.saved(plan)
		}, want: []string{refusedAtApply}},
		{cause: "I", name: "update: unknown folder", run: then(x, nil, reg(web, "folder", "F9")), want: refused},
		{cause: "I", name: "update: unknown pool", run: then(x, nil, reg(web, "resource_pool", "P9")), want: refused},
		{cause: "I", name: "update: a name that is taken", run: then(x, func(s *scene) { s.outside(db) }, reg(web, "name", "db")), want: refused},
		{cause: "I", name: "update: no privilege to rename", run: then(x, deny("VirtualMachine.Config.Rename"), reg(web, "name", "new")), want: refused},
		{cause: "I", name: "create: a name that is taken", run: func(s *scene) {
			s.outside(db)
			s.attack(config("x", reg(web, "name", "db")))
		}, want: refused},
		{cause: "I", name: "create: two of one name in one folder", run: func(s *scene) {
			s.attack(config("x", reg(web, "name", "one"), "y", reg(db, "name", "one")))
		}, want: refused},
		{cause: "I", name: "destroy without the privilege to unregister", run: func(s *scene) {
			s.given(config("x", x))
			deny("VirtualMachine.Inventory.Unregister")(s)
			s.attack(config())
		}, want: refused},
		{cause: "I", name: "another host, as it should be", run: then(on("DC0_C0_H0"), nil, on("DC0_C0_H1")), want: again},
		{cause: "I", name: "-replace, as it should be", run: then(x, nil, x, replace("x")), want: again},
		{cause: "I", own: true, name: "tainted and a typo", run: then(on("DC0_C0_H0"), func(s *scene) { s.ws.Taint("x") }, on("esx9")), want: refused},
		{cause: "I", own: true, name: "tainted and the file gone", run: then(x, func(s *scene) { s.ws.Taint("x"); gone(s) }, x), want: refused},
		{cause: "I", own: true, name: "another file that is not there", run: then(x, nil, reg("[LocalDS_0] no/no.vmx")), want: refused},
		{cause: "I", own: true, name: "another file that is somebody's", run: then(x, func(s *scene) { s.outside(db) }, reg(db)), want: refused},
		{cause: "I", own: true, name: "to a template and no such file", run: then(x, nil, reg("[LocalDS_0] web/web.vmtx", "template", true)), want: refused},
	}
}
