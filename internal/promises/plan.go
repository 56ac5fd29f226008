// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// planning is a plan that is being made.
type planning struct {
	*processes
	mu   sync.Mutex
	plan *Plan
}

// Plan plans a configuration. With Options.Destroy it does as terraform destroy does: it plans what is configured
// first, and only then, with another process, that everything goes.
func (w *Workspace) Plan(config Config, options Options) *Plan {
	if !options.Destroy {
		return w.planWalk(config, options, w.State)
	}
	prior := w.State
	if !options.NoRefresh {
		first := options
		first.Destroy, first.Replace = false, nil
		normal := w.planWalk(config, first, prior)
		if normal.Failed() {
			return normal
		}
		prior = normal.Prior
	}
	options.NoRefresh = true
	return w.planWalk(config, options, prior)
}

func (w *Workspace) planWalk(config Config, options Options, from *State) *Plan {
	processes, diags := w.startAll(config, from)
	defer processes.end()
	p := &planning{processes: processes, plan: &Plan{Config: config, Prior: from.clone(), Diagnostics: diags, options: options}}
	if failed(diags) {
		return p.plan
	}
	prior := p.plan.Prior
	for from, to := range config.Moved {
		if o, ok := prior.Current[from]; ok && prior.Current[to] == nil {
			prior.Current[to] = o
			delete(prior.Current, from)
		}
	}
	var nodes []*node
	for _, address := range slices.Sorted(maps.Keys(prior.Current)) {
		if _, configured := config.Resources[address]; !configured || options.Destroy {
			nodes = append(nodes, &node{name: address, deletes: true, run: func() bool { return p.orphan(address) }})
		}
	}
	if !options.Destroy {
		for address, resource := range config.Resources {
			nodes = append(nodes, &node{name: address, run: func() bool { return p.instance(address, resource) }})
		}
	}
	for address, objects := range prior.Deposed {
		for _, o := range objects {
			nodes = append(nodes, &node{name: address + " (deposed)", deletes: true, run: func() bool { return p.deposed(address, o) }})
		}
	}
	walk(nodes, options.Order, options.Parallelism, func() bool { return false })
	slices.SortFunc(p.plan.Changes, func(a, b *Change) int {
		if a.Address < b.Address {
			return -1
		}
		return 1
	})
	return p.plan
}

func (p *planning) say(diags []Diagnostic) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan.Diagnostics = append(p.plan.Diagnostics, diags...)
	return !failed(diags)
}

func (p *planning) change(c *Change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan.Changes = append(p.plan.Changes, c)
}

// read is the object of the state file, refreshed. It is nil if it is gone.
func (p *planning) read(address string, o *Object) (*Object, bool) {
	alias := p.plan.alias(address, o)
	o, diags := p.of(alias).upgrade(address, o)
	if !p.say(diags) {
		return nil, false
	}
	if !p.plan.options.NoRefresh {
		tainted := o.Tainted
		if o, diags = p.of(alias).refresh(address, o); !p.say(diags) {
			return nil, false
		}
		if o != nil {
			o.Tainted = tainted
		}
	}
	if o != nil && o.Alias != alias {
		served := *o
		served.Alias = alias
		o = &served
	}
	return o, true
}

func (p *planning) current(address string) *Object {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.plan.Prior.Current[address]
}

func (p *planning) setCurrent(address string, o *Object) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan.Prior.Current[address] = o
	if o == nil {
		delete(p.plan.Prior.Current, address)
	}
}

// orphan plans what is in the state and not in the configuration.
func (p *planning) orphan(address string) bool {
	o := p.current(address)
	if slices.Contains(p.plan.Config.Removed, address) {
		p.change(&Change{Address: address, Action: Forget, Before: o})
		return true
	}
	o, ok := p.read(address, o)
	if !ok {
		return false
	}
	p.setCurrent(address, o)
	if o == nil {
		return true
	}
	c, diags := p.of(p.plan.alias(address, o)).planDestroy(address, o)
	if !p.say(diags) {
		return false
	}
	p.change(c)
	return true
}

func (p *planning) deposed(address string, was *Object) bool {
	o, ok := p.read(address, was)
	if !ok {
		return false
	}
	p.mu.Lock()
	objects := slices.DeleteFunc(slices.Clone(p.plan.Prior.Deposed[address]), func(d *Object) bool { return d == was })
	if o != nil {
		objects = append(objects, o)
	}
	p.plan.Prior.Deposed[address] = objects
	p.mu.Unlock()
	if o == nil {
		return true
	}
	c, diags := p.of(p.plan.alias(address, o)).planDestroy(address, o)
	if !p.say(diags) {
		return false
	}
	c.Deposed = o
	p.change(c)
	return true
}

func (p *process) planDestroy(address string, o *Object) (*Change, []Diagnostic) {
	r := p.planOnce(address, o.Value, p.null(address), o.Private, o.Identity)
	return &Change{
		Address: address, Action: Delete, Before: o, After: p.null(address), Private: r.private, AfterIdentity: r.identity,
	}, r.diags
}

// instance plans what is configured.
func (p *planning) instance(address string, resource Resource) bool {
	o := p.current(address)
	if id, ok := p.plan.Config.Imports[address]; ok && o == nil {
		var diags []Diagnostic
		if o, diags = p.of(resource.Alias).importState(address, id); !p.say(diags) {
			return false
		}
		if o != nil {
			o.Alias = resource.Alias
		}
		p.setCurrent(address, o)
	} else if o != nil {
		if o, ok = p.read(address, o); !ok {
			return false
		}
		p.setCurrent(address, o)
	}
	c, diags := p.of(resource.Alias).planInstance(address, resource, o, slices.Contains(p.plan.options.Replace, address), false)
	if !p.say(diags) {
		return false
	}
	p.change(c)
	return true
}

// planInstance is NodeAbstractResourceInstance.plan: once more as if nothing were there where it replaces, and as if
// nothing were there at all where what there is, is tainted.
func (p *process) planInstance(address string, resource Resource, o *Object, replace, apply bool) (*Change, []Diagnostic) {
	config := build(p.kind(address), resource.Attributes, apply)
	diags := p.validate(address, config)
	if failed(diags) {
		return nil, diags
	}
	c := &Change{Address: address, Before: o}
	prior := &Object{Value: p.null(address)}
	if o != nil && !o.Tainted {
		prior = o
	}
	r := p.planOnce(address, prior.Value, config, prior.Private, prior.Identity)
	if diags = append(diags, r.diags...); failed(diags) {
		return nil, diags
	}
	replaced := DeleteThenCreate
	if resource.CreateBeforeDestroy {
		replaced = CreateThenDelete
	}
	switch {
	case prior.Value.IsNull():
		c.Action = Create
	case replace || r.replaces:
		c.Action = replaced
	case r.value.Equal(prior.Value):
		c.Action = NoOp
	default:
		c.Action = Update
	}
	if c.Action.replaces() {
		r = p.planOnce(address, p.null(address), config, r.private, r.identity)
		// Terraform drops the second half's warnings.
		if failed(r.diags) {
			return nil, append(diags, r.diags...)
		}
	}
	if c.Action == Create && o != nil {
		c.Action = replaced // it is tainted
	}
	c.After, c.Private, c.AfterIdentity = r.value, r.private, r.identity
	return c, diags
}

func isNull(o *Object) bool { return o == nil || o.Value.IsNull() || o.Value.Equal(tftypes.Value{}) }
