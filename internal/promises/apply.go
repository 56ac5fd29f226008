// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// applying is an apply that goes on.
type applying struct {
	*processes
	plan *Plan

	mu              sync.Mutex
	state           *State
	result          *Result
	killed, stopped atomic.Bool
	dead            chan struct{} // closed by a kill
	kill            *Kill
}

// Apply applies a plan. What is done of it is in the state, whatever fails.
func (w *Workspace) Apply(plan *Plan, options Options) *Result {
	processes, diags := w.startAll(plan.Config, plan.Prior)
	a := &applying{
		processes: processes, plan: plan, state: plan.Prior.clone(), result: &Result{Diagnostics: diags}, kill: options.Kill,
		dead: make(chan struct{}),
	}
	if failed(diags) {
		processes.end()
		return a.result
	}
	if options.Stop != nil {
		options.Stop(func() {
			a.stopped.Store(true)
			processes.stop()
		})
	}
	if a.kill != nil {
		a.aim(w.Host)
		options.Parallelism = 1
	}
	var nodes []*node
	for _, c := range plan.Changes {
		nodes = append(nodes, a.nodes(c)...)
	}
	walk(nodes, options.Order, options.Parallelism, func() bool { return a.killed.Load() || a.stopped.Load() })
	w.State = a.state
	if a.kill != nil {
		w.Host.OnRequest(nil) // nobody else is meant, if it was not reached
	}
	if a.killed.Load() {
		a.result.Killed = true
		return a.result
	}
	processes.end()
	return a.result
}

// aim makes the host kill the process when it asks for what Kill says.
func (a *applying) aim(host *sim.Host) {
	if a.kill.Moment == AfterCreate || a.kill.Moment == BeforeDelete {
		return
	}
	var once sync.Once
	host.OnRequest(func(method string, body []byte) {
		meant := method == "RegisterVM_Task" || method == "CloneVM_Task"
		if !meant || !bytes.Contains(body, []byte(strings.ReplaceAll(a.kill.Path, "&", "&amp;"))) {
			return
		}
		once.Do(func() {
			a.die()
			if a.kill.Moment == BeforeRegister {
				panic(http.ErrAbortHandler) // the host has not heard it
			}
		})
	})
}

func (a *applying) die() {
	a.killed.Store(true)
	a.processes.kill()
	close(a.dead)
}

// ask asks the provider to do something. Nobody waits for the answer of one that was killed.
func (a *applying) ask(p *process, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	type answer struct {
		resp *tfprotov6.ApplyResourceChangeResponse
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		resp, err := p.server.ApplyResourceChange(p.ctx, req)
		answered <- answer{resp, err}
	}()
	select {
	case got := <-answered:
		return got.resp, got.err
	case <-a.dead:
		return nil, errors.New("killed")
	}
}

// nodes are the nodes of a change: its delete, its create, and which of them comes first.
func (a *applying) nodes(c *Change) []*node {
	create := &node{name: c.Address, run: func() bool { return a.execute(c) }}
	remove := &node{name: c.Address + " (destroy)", deletes: true, run: func() bool { return a.remove(c) }}
	switch c.Action {
	case Forget:
		delete(a.state.Current, c.Address)
	case Delete:
		return []*node{remove}
	case DeleteThenCreate:
		create.after = remove
		return []*node{remove, create}
	case CreateThenDelete:
		remove.after = create
		remove.run = func() bool { return a.removeDeposed(c.Address, c.Before) }
		return []*node{create, remove}
	case Create, Update:
		return []*node{create}
	case NoOp:
	}
	return nil
}

func (a *applying) say(diags []Diagnostic) bool {
	if a.killed.Load() {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.result.Diagnostics = append(a.result.Diagnostics, diags...)
	return !failed(diags)
}

// set writes the state; what is killed writes none.
func (a *applying) set(address string, o *Object) {
	if a.killed.Load() {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if isNull(o) {
		delete(a.state.Current, address)
		return
	}
	a.state.Current[address] = o
}

func (a *applying) current(address string) *Object {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state.Current[address]
}

// execute creates or updates.
func (a *applying) execute(c *Change) bool {
	resource := a.plan.Config.Resources[c.Address]
	if c.Action == CreateThenDelete {
		a.mu.Lock()
		a.state.Deposed[c.Address] = append(a.state.Deposed[c.Address], c.Before)
		delete(a.state.Current, c.Address)
		a.mu.Unlock()
	}
	ok := a.final(c, resource)
	if c.Action == CreateThenDelete && !ok && !a.killed.Load() && a.current(c.Address) == nil {
		a.mu.Lock() // what was deposed is put back
		a.state.Current[c.Address] = c.Before
		a.dropDeposed(c.Address, c.Before)
		a.mu.Unlock()
	}
	return ok
}

// final plans the change once more, now that everything is known, and does it.
func (a *applying) final(c *Change, resource Resource) bool {
	prior := a.current(c.Address)
	again, diags := a.of(resource.Alias).planInstance(c.Address, resource, prior, false, true)
	if !a.say(diags) {
		return false
	}
	same := again.Action == c.Action || c.Action == Update && again.Action == NoOp || c.Action.replaces() && again.Action == Create
	wrong := differences(c.After, again.After)
	if !same {
		wrong = append(wrong, string(c.Action)+" is now "+string(again.Action))
	}
	if len(wrong) > 0 {
		return a.say([]Diagnostic{{true, c.Address, inconsistentPlan, strings.Join(wrong, "\n")}})
	}
	if again.Action == NoOp {
		return true
	}
	return a.change(c.Address, resource.Alias, again, prior, build(a.kind(c.Address), resource.Attributes, true))
}

// change is one ApplyResourceChange that is not a delete.
func (a *applying) change(address, alias string, c *Change, prior *Object, config tftypes.Value) bool {
	create := c.Action != Update
	before := a.null(address)
	if prior != nil {
		before = prior.Value
	}
	resp, err := a.ask(a.of(alias), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeOf(address), PriorState: dynamic(a.kind(address), before), PlannedState: dynamic(a.kind(address), c.After),
		Config: dynamic(a.kind(address), config), PlannedPrivate: c.Private, PlannedIdentity: c.AfterIdentity,
	})
	if err != nil {
		return a.say(failure(address, err))
	}
	if create && a.kill != nil && a.kill.Moment == AfterCreate && text(c.After, "vmx_path") == a.kill.Path {
		a.die() // Terraform writes the resource only once its actions have ended
		return false
	}
	diags := diagnosticsOf(address, resp.Diagnostics)
	o := &Object{
		Value: a.value(address, resp.NewState), Private: resp.Private, Identity: resp.NewIdentity,
		Tainted: prior != nil && prior.Tainted, Alias: alias,
	}
	if !failed(diags) {
		for _, wrong := range differences(c.After, o.Value) {
			diags = append(diags, Diagnostic{true, address, inconsistentApply, wrong})
		}
	}
	ok := a.say(diags)
	switch {
	case !ok && o.Value.IsNull():
	case !ok && create:
		o.Tainted = true
		a.set(address, saved(o))
	default:
		a.set(address, saved(o))
	}
	if ok && create && !a.killed.Load() {
		a.mu.Lock()
		a.result.Created = append(a.result.Created, address)
		a.mu.Unlock()
	}
	return ok
}

// remove is the delete of a change, with the private data of its plan.
func (a *applying) remove(c *Change) bool {
	if c.Deposed != nil {
		return a.removeDeposed(c.Address, c.Deposed)
	}
	o := a.current(c.Address)
	if o == nil {
		return true
	}
	left, ok := a.destroy(c.Address, o, c.Private)
	a.set(c.Address, left)
	return ok
}

// removeDeposed plans the delete of what is deposed anew, with the private data of that.
func (a *applying) removeDeposed(address string, o *Object) bool {
	c, diags := a.of(a.plan.alias(address, o)).planDestroy(address, o)
	if !a.say(diags) {
		return false
	}
	left, ok := a.destroy(address, o, c.Private)
	if a.killed.Load() {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dropDeposed(address, o)
	if left != nil {
		a.state.Deposed[address] = append(a.state.Deposed[address], left)
	}
	return ok
}

func (a *applying) dropDeposed(address string, o *Object) {
	a.state.Deposed[address] = slices.DeleteFunc(a.state.Deposed[address], func(d *Object) bool { return d == o })
	if len(a.state.Deposed[address]) == 0 {
		delete(a.state.Deposed, address)
	}
}

// destroy is one ApplyResourceChange that is a delete. It returns what is left.
func (a *applying) destroy(address string, o *Object, private []byte) (*Object, bool) {
	if a.kill != nil && a.kill.Moment == BeforeDelete && text(o.Value, "vmx_path") == a.kill.Path {
		a.die()
		return o, false
	}
	resp, err := a.ask(a.of(a.plan.alias(address, o)), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: typeOf(address), PriorState: dynamic(a.kind(address), o.Value), PlannedState: dynamic(a.kind(address), a.null(address)),
		Config: dynamic(a.kind(address), a.null(address)), PlannedPrivate: private,
	})
	if err != nil {
		return o, a.say(failure(address, err))
	}
	ok := a.say(diagnosticsOf(address, resp.Diagnostics))
	if ok {
		return nil, true
	}
	left := *o
	if v := a.value(address, resp.NewState); !v.IsNull() {
		left.Value, left.Private, left.Identity = v, resp.Private, resp.NewIdentity
	}
	return saved(&left), false
}

// saved is an object as the state file has it.
func saved(o *Object) *Object {
	o.JSON = stateJSON(o.Value)
	return o
}
