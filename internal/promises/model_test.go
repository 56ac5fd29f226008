// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// move is one random step: what it is, and the numbers by which it chooses. It means something after whatever steps
// came before, so that a script can be shortened.
type move struct {
	kind    string
	a, b, c int
	seed    uint64
}

func (m move) String() string {
	return fmt.Sprintf("%-22s a=%d b=%d c=%d seed=%d", m.kind, m.a, m.b, m.c, m.seed)
}

// moves are all kinds of steps; those that come twice are twice as likely.
var moves = []string{
	"rename", "rename", "rename with moved", "swap", "key", "replace", "other host", "typo", "if_registered", "create_before_destroy",
	"add", "add", "drop", "import", "state rm", "taint", "other workspace", "copy", "vmotion", "vmotion", "follow vmotion",
	"unregister outside", "register outside", "register outside, same account", "killed before", "killed after",
	"killed in after_create", "destroy and again", "plain", "on_destroy", "power_off_on_destroy", "untaint", "turn off",
	"vmotion, then rename", "vmotion, then taint", "another at the old path", "import twice",
	"turned on before apply", "registered anew before apply", "turned on in apply", "registered anew in apply",
	"equal names", "alias", "rename to an alias", "two aliases", "killed before delete",
}

// compose is a script by a seed.
func compose(seed uint64, n int) []move {
	random := rand.New(rand.NewPCG(seed, 5))
	script := make([]move, n)
	for i := range script {
		script[i] = move{
			kind: moves[random.IntN(len(moves))], a: random.IntN(1000), b: random.IntN(1000), c: random.IntN(1000), seed: random.Uint64() % 1e6,
		}
	}
	return script
}

// model is what should be: two workspaces, their configurations, and the files there are.
type model struct {
	*World
	ctx     context.Context
	spaces  []*Workspace
	configs []Config
	paths   []string
	refused [2]int // how often in a row
	copies  int
	names   int
	// before and during are what somebody does before the apply and at a request of it, in the step that is taken.
	before, during func()
	at             int
}

func newModel(ctx context.Context, w *World, data string) *model {
	m := &model{World: w, ctx: ctx}
	for i, name := range []string{"default", "second"} {
		m.spaces = append(m.spaces, w.Workspace(data, name))
		m.configs = append(m.configs, Config{Resources: map[string]Resource{}})
		for j := range 7 {
			path := fmt.Sprintf("[LocalDS_%d] vm%d%d/vm%d%d.vmx", j%2, i, j, i, j)
			_ = w.Host.WriteVM("DC0", path, sim.VMX{InstanceUUID: fmt.Sprintf("50201e5a-0000-4000-8000-0000000%d%04d", i, j)})
			m.paths = append(m.paths, path)
			r := reg(path)
			if j%2 == 0 {
				r = reg(path, "if_registered", "adopt")
			}
			if i == 0 || j < 5 {
				m.configs[i].Resources[fmt.Sprintf("r%d", j)] = r
			}
		}
	}
	return m
}

func (m *model) fresh() string {
	m.names++
	return fmt.Sprintf("n%d", m.names)
}

func clone(c Config) Config { return Config{Resources: maps.Clone(c.Resources)} }

func pick(c Config, n int) (string, bool) {
	addresses := slices.Sorted(maps.Keys(c.Resources))
	if len(addresses) == 0 {
		return "", false
	}
	return addresses[n%len(addresses)], true
}

// do takes a step. It says what was done and what came of it, and the promise that broke.
func (m *model) do(s move) (string, *Finding) {
	which := 0
	if s.kind == "other workspace" || s.c%5 == 0 {
		which = 1
	}
	ws, c := m.spaces[which], clone(m.configs[which])
	options := Options{Parallelism: []int{1, 10, 50}[s.b%3], Order: Order{First: []string{"", "creates", "deletes"}[s.a%3], Seed: s.seed}}
	if !m.prepare(s, ws, &c, &options) {
		return s.kind + ": not possible", nil
	}
	wants := clone(c)
	alone := m.before == nil && m.during == nil
	plan, result, found := m.run(ws, c, options)
	show("%s in %s, %+v", s, ws.Name, options)
	said := plan.Diagnostics
	if result != nil {
		said = slices.Concat(said, result.Diagnostics)
	}
	for _, d := range said {
		show("  %s", d)
	}
	if len(found) > 0 {
		return s.kind + ": broken", &found[0]
	}
	if len(plan.Config.Removed) > 0 || options.Destroy {
		wants = clone(m.configs[which])
	}
	for _, d := range plan.Diagnostics {
		if d.Error && d.Summary == invalidPlan {
			return s.kind + ": invalid plan", &Finding{invalidPlan, d.String()}
		}
	}
	outcome := "applied"
	switch {
	case plan.Failed():
		m.takeBack(which, ws, plan.Diagnostics)
		return s.kind + ": " + refusedAtPlan, nil
	case result.Killed:
		outcome = "killed"
		if err := ws.TimeIsOver(); err != nil {
			return s.kind, &Finding{"harness", err.Error()}
		}
	case result.Failed():
		for _, d := range result.Diagnostics {
			if d.Error && (d.Summary == inconsistentApply || alone && d.Summary == inconsistentPlan) {
				return s.kind + ": " + d.Summary, &Finding{d.Summary, d.String()}
			}
		}
		outcome = refusedAtApply
	}
	m.configs[which] = wants
	if outcome == refusedAtApply {
		m.takeBack(which, ws, result.Diagnostics)
	} else {
		m.refused[which] = 0
	}
	return s.kind + ": " + outcome, nil
}

// takeBack is what a user does about what is refused: a change that was planned is taken back and, if that does not
// help, what is named is given up and something else registered in its place.
func (m *model) takeBack(which int, ws *Workspace, diags []Diagnostic) {
	if m.refused[which]++; m.refused[which] < 2 {
		return
	}
	c := clone(m.configs[which])
	for _, d := range diags {
		if d.Error {
			delete(c.Resources, d.Address)
			ws.StateRm(d.Address)
		}
	}
	taken := map[any]bool{}
	for _, r := range c.Resources {
		taken[r.Attributes["vmx_path"]] = true
	}
	for _, path := range m.paths {
		if len(c.Resources) < 5 && !taken[path] {
			c.Resources[m.fresh()] = reg(path, "if_registered", "adopt")
		}
	}
	m.configs[which] = c
}

// prepare makes the change that a step is about; false if there is none.
func (m *model) prepare(s move, ws *Workspace, c *Config, options *Options) bool {
	x, found := pick(*c, s.a)
	y, _ := pick(*c, s.b)
	if !found && !slices.Contains([]string{"add", "plain"}, s.kind) {
		return false
	}
	r := c.Resources[x]
	path, _ := r.Attributes["vmx_path"].(string)
	set := func(name string, value any) { c.Resources[x] = changed(r, name, value) }
	switch s.kind {
	case "rename", "rename with moved":
		to := m.fresh()
		delete(c.Resources, x)
		c.Resources[to] = r
		if s.kind == "rename with moved" {
			c.Moved = map[string]string{x: to}
		}
	case "swap":
		c.Resources[x], c.Resources[y] = c.Resources[y], r
	case "key":
		for address, r := range maps.Clone(c.Resources) {
			if strings.HasPrefix(address, x[:1]) && len(c.Resources) < 20 {
				delete(c.Resources, address)
				c.Resources[m.fresh()] = r
			}
		}
	case "replace":
		options.Replace = []string{x, y}[:1+s.c%2]
	case "other host":
		set("host", []any{"DC0_C0_H0", "DC0_C0_H1", nil}[s.b%3])
	case "typo":
		set([]string{"host", "cluster", "folder", "resource_pool"}[s.b%4], "nowhere")
	case "if_registered":
		set("if_registered", []any{"adopt", "fail"}[s.b%2])
	case "on_destroy":
		set("on_destroy", []any{"keep", "unregister", nil}[s.b%3])
	case "create_before_destroy":
		r.CreateBeforeDestroy = !r.CreateBeforeDestroy
		c.Resources[x] = r
		if s.b%2 == 0 {
			options.Replace = []string{x}
		}
	case "add", "killed before", "killed after", "killed in after_create", "import":
		return m.add(s, c, options)
	case "drop":
		if len(c.Resources) <= 5 {
			return false
		}
		delete(c.Resources, x)
	case "state rm":
		ws.StateRm(x)
		delete(c.Resources, x)
		c.Resources[m.fresh()] = r
	case "taint":
		ws.Taint(x)
	case "destroy and again":
		options.Destroy, options.NoRefresh = true, s.b%2 == 0
	case "copy":
		return m.copy(path)
	case "vmotion", "follow vmotion":
		to, err := m.Host.StorageVMotion(m.ctx, "DC0", path, fmt.Sprintf("LocalDS_%d", s.b%2))
		if err != nil || to == path {
			return false
		}
		m.paths = slices.DeleteFunc(append(m.paths, to), func(p string) bool { return p == path })
		if s.kind == "follow vmotion" {
			set("vmx_path", to)
		} else if s.c%2 == 0 {
			options.Replace = []string{x}
		}
	case "unregister outside":
		return m.OutsideUnregisters(m.ctx, "DC0", path) == nil
	case "register outside", "register outside, same account":
		user := sim.Outsider
		if s.kind != "register outside" {
			user = ws.User
		}
		_ = m.OutsideUnregisters(m.ctx, "DC0", path)
		return m.Outside(m.ctx, user, "DC0", path) == nil
	default:
		return m.between(s, ws, c, x, options)
	}
	return true
}

func changed(r Resource, name string, value any) Resource {
	r.Attributes = maps.Clone(r.Attributes)
	r.Attributes[name] = value
	if value == nil {
		delete(r.Attributes, name)
	}
	return r
}

// add configures a file that is not, by a create that may be killed or by an import.
func (m *model) add(s move, c *Config, options *Options) bool {
	path := m.paths[s.b%len(m.paths)]
	for _, r := range c.Resources {
		if r.Attributes["vmx_path"] == path {
			return false
		}
	}
	if len(c.Resources) >= 20 {
		return false
	}
	address := m.fresh()
	c.Resources[address] = reg(path, "if_registered", []string{"adopt", "fail"}[s.c%2])
	switch s.kind {
	case "killed before":
		options.Kill = &Kill{BeforeRegister, path}
	case "killed after":
		options.Kill = &Kill{AfterRegister, path}
	case "killed in after_create":
		options.Kill = &Kill{AfterCreate, path}
	case "import":
		c.Imports = map[string]string{address: "DC0:" + path}
	}
	return true
}

// copy restores a VM beside where it was: another file with the same instance UUID, registered by somebody, while the
// original is not any more.
func (m *model) copy(path string) bool {
	if m.OutsideUnregisters(m.ctx, "DC0", path) != nil {
		return false
	}
	m.copies++
	to := fmt.Sprintf("[LocalDS_1] copy%d/copy%d.vmx", m.copies, m.copies)
	raw, err := m.Host.ReadFile("DC0", path)
	name := regexp.MustCompile(`(?m)^displayName = .*$`)
	raw = name.ReplaceAll(raw, fmt.Appendf(nil, "displayName = \"copy%d\"", m.copies))
	if err != nil || m.Host.WriteFile("DC0", to, raw) != nil {
		return false
	}
	m.paths = append(m.paths, to)
	return m.Outside(m.ctx, sim.Outsider, "DC0", to) == nil
}
