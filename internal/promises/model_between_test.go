// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"fmt"
	"sync/atomic"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// run plans and applies. Where somebody acts in between, the plan is a saved one.
func (m *model) run(ws *Workspace, c Config, options Options) (*Plan, *Result, []Finding) {
	before, during := m.before, m.during
	m.before, m.during = nil, nil
	if before == nil && during == nil {
		return m.Step(ws, c, options)
	}
	plan := m.PlanLater(ws, c, options)
	if plan.Failed() {
		return plan, nil, nil
	}
	if before != nil {
		before()
	}
	if during != nil {
		var count atomic.Int64
		m.Host.OnRequest(func(string, []byte) {
			if count.Add(1) == int64(m.at) {
				during()
			}
		})
		defer m.Host.OnRequest(nil)
	}
	result, found := m.ApplySaved(ws, plan, options)
	return plan, result, found
}

// between makes the changes that are about a VM wherever it is by now, and those in which somebody else acts.
func (m *model) between(s move, ws *Workspace, c *Config, x string, options *Options) bool {
	r := c.Resources[x]
	at, _ := r.Attributes["vmx_path"].(string)
	if o := ws.State.Current[x]; o != nil {
		at = text(o.Value, "registered_path")
	}
	rename := func(r Resource) {
		delete(c.Resources, x)
		c.Resources[m.fresh()] = r
	}
	switch s.kind {
	case "power_off_on_destroy":
		c.Resources[x] = changed(r, s.kind, []any{"hard", nil}[s.b%2])
	case "untaint":
		ws.Untaint(x)
	case "turn off":
		return m.Host.SetPower("DC0", at, "poweredOff") == nil
	case "vmotion, then rename", "vmotion, then taint", "another at the old path":
		to, err := m.Host.StorageVMotion(m.ctx, "DC0", at, fmt.Sprintf("LocalDS_%d", s.b%2))
		if err != nil || to == at {
			return false
		}
		switch {
		case s.kind == "vmotion, then rename":
			rename(r)
		case s.kind == "vmotion, then taint":
			ws.Taint(x)
		case m.Host.WriteVM("DC0", at, sim.VMX{}) != nil:
			return false
		}
	case "alias":
		r.Alias = []string{"", "b"}[s.b%2]
		c.Resources[x] = r
	case "rename to an alias":
		r.Alias = []string{"b", ""}[len(r.Alias)]
		rename(r)
	case "equal names", "two aliases", "import twice":
		return m.twins(s, c, at)
	case "killed before delete":
		r = changed(r, "if_registered", "adopt")
		r.CreateBeforeDestroy = true
		c.Resources[x] = r
		options.Replace, options.Kill = []string{x}, &Kill{BeforeDelete, r.Attributes["vmx_path"].(string)}
	default:
		return m.somebody(s, c, x, at, options)
	}
	return true
}

// somebody lets x be destroyed or replaced while somebody else turns its VM on or registers it anew.
func (m *model) somebody(s move, c *Config, x, at string, options *Options) bool {
	if s.b%2 == 0 && len(c.Resources) > 5 {
		delete(c.Resources, x)
	} else {
		options.Replace = []string{x}
	}
	turnsOn := func() { _ = m.OutsideTurnsOn("DC0", at) }
	anew := func() {
		_ = m.OutsideUnregisters(m.ctx, "DC0", at)
		_ = m.Outside(m.ctx, sim.Outsider, "DC0", at)
	}
	m.at = 1 + s.c%25
	switch s.kind {
	case "turned on before apply":
		m.before = turnsOn
	case "registered anew before apply":
		m.before = anew
	case "turned on in apply":
		m.during = turnsOn
	case "registered anew in apply":
		m.during = anew
	default:
		return false
	}
	return true
}

// twins configures two addresses that get in each other's way: by the name of the VM at a path, or by a file that nobody
// has.
func (m *model) twins(s move, c *Config, at string) bool {
	if len(c.Resources) >= 20 {
		return false
	}
	one, two := m.fresh(), m.fresh()
	if s.kind == "equal names" {
		m.copies++
		path := fmt.Sprintf("[LocalDS_%d] twin%d/twin%d.vmx", s.b%2, m.copies, m.copies)
		for _, r := range m.Host.Registered() {
			if r.Path == at {
				c.Resources[one] = reg(path)
				m.paths = append(m.paths, path)
				return m.Host.WriteVM("DC0", path, sim.VMX{DisplayName: r.Name}) == nil
			}
		}
		return false
	}
	path := m.paths[s.b%len(m.paths)]
	for _, r := range c.Resources {
		if r.Attributes["vmx_path"] == path {
			return false
		}
	}
	adopt := reg(path, "if_registered", "adopt")
	c.Resources[one] = adopt
	if s.kind == "import twice" {
		c.Imports = map[string]string{one: "DC0:" + path, two: "DC0:" + path}
	} else {
		adopt.Alias = "b"
	}
	c.Resources[two] = adopt
	return true
}
