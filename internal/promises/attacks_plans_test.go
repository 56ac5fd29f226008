// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"encoding/json"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// plans are the attacks of cause V: a plan that does not say what it will do.
func plans() []attack {
	x, adopt := reg(web), reg(web, "if_registered", "adopt")
	saying := []string{said}
	// planOnly plans and looks at what the plan says of x.
	planOnly := func(s *scene, c Config, check func(c *Change)) {
		s.plan, s.result, s.outcome = s.ws.Plan(c, s.options), nil, ""
		if change := s.plan.Change("x"); s.plan.Failed() || change == nil {
			s.expect(false, "anything")
		} else {
			check(change)
		}
	}
	late := func(name string, first Resource, value string) attack {
		return attack{cause: "V", name: name + " is unknown at plan and comes out the same", run: func(s *scene) {
			s.given(config("x", first.with(name, value)))
			c := first.with()
			c.Attributes[name] = Late{value}
			s.attack(config("x", c))
			if a := s.plan.Change("x"); a == nil || a.Action != Update {
				s.outcome = "not an update"
			}
		}, want: []string{kept}}
	}
	return []attack{
		{cause: "V", name: "register and adopt look the same", run: func(s *scene) {
			planOnly(s, config("x", adopt), func(c *Change) {
				s.expect(known(c.After, "adopted") && !truth(c.After, "adopted"), "that it registers")
			})
			if s.outcome != said {
				return
			}
			s.outside(web)
			planOnly(s, config("x", adopt), func(c *Change) {
				s.expect(known(c.After, "adopted") && truth(c.After, "adopted"), "that it adopts")
				s.expect(strings.Contains(strings.ToLower(s.said()), "adopt"), "which are adopted")
			})
		}, want: saying},
		{cause: "V", name: "keep and unregister look the same", run: func(s *scene) {
			planOnly(s, config("x", x), func(c *Change) { s.expect(text(c.After, "on_destroy") == "unregister", "on_destroy") })
		}, want: saying},
		{cause: "V", name: "derived places are known after apply", run: func(s *scene) {
			planOnly(s, config("x", x), func(c *Change) {
				for _, name := range []string{"datacenter", "folder", "resource_pool", "cluster", "adopted"} {
					s.expect(known(c.After, name), name)
				}
				for _, name := range []string{"id", "registered_path", "managed_object_id"} {
					s.expect(!known(c.After, name), name+" as unknown")
				}
			})
		}, want: saying},
		{cause: "V", name: "a saved plan of a free VM that is somebody's by now", run: func(s *scene) {
			plan := s.ws.Plan(config("x", adopt), s.options)
			s.outside(web)
			s.saved(plan)
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", name: "a saved plan that was made on another vCenter", run: func(s *scene) {
			plan := s.ws.Plan(config("x", x), s.options)
			other := newScene(s.T, sim.Options{}, s.options, "")
			s.World, s.ws = other.World, other.ws
			s.saved(plan)
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", name: "a state of the version before", run: func(s *scene) {
			s.given(config("x", x))
			o := *s.ws.State.Current["x"]
			var fields map[string]any
			s.must(json.Unmarshal(o.JSON, &fields))
			delete(fields, "server")
			fields["on_destroy"] = nil
			raw, err := json.Marshal(fields)
			s.must(err)
			o.JSON = raw
			s.ws.State.Current["x"] = &o
			s.attack(config("x", x))
			if c := s.plan.Change("x"); c == nil || c.Action != NoOp {
				s.outcome = "planned a change"
			}
		}, want: []string{kept}},
		late("host", reg(web), "DC0_C0_H0"), late("cluster", reg(web), "DC0_C0"), late("datacenter", reg(web), "DC0"),
		late("vmx_path", reg(web), web),
		{cause: "V", own: true, name: "a vmx_path that is unknown at plan and another file at apply", run: func(s *scene) {
			s.given(config("x", x))
			s.attack(config("x", Resource{Attributes: Attributes{"vmx_path": Late{db}}}))
		}, want: []string{inconsistent, refusedAtApply}},
		{cause: "V", own: true, name: "a plan that powers off does not say so", run: func(s *scene) {
			s.given(config("x", reg(web, "power_off_on_destroy", "hard")))
			s.must(s.Host.SetPower("DC0", web, "poweredOn"))
			s.plan, s.result, s.outcome = s.ws.Plan(config(), s.options), nil, ""
			s.expect(strings.Contains(strings.ToLower(s.said()), "power"), "that it powers off")
		}, want: saying},
	}
}
