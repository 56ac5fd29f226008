// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// processes are those of one walk: Terraform starts one for each configuration of the provider, and they know nothing
// of each other.
type processes struct {
	*process // of the configuration without an alias
	aliases  map[string]*process
}

// startAll starts the processes that a walk over a configuration and a state needs.
func (w *Workspace) startAll(config Config, state *State) (*processes, []Diagnostic) {
	names := map[string]bool{}
	for _, r := range config.Resources {
		names[r.Alias] = true
	}
	for _, o := range state.Current {
		names[o.Alias] = true
	}
	for _, objects := range state.Deposed {
		for _, o := range objects {
			names[o.Alias] = true
		}
	}
	delete(names, "")
	first, diags := w.start()
	p := &processes{process: first, aliases: map[string]*process{}}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		one, more := w.start()
		p.aliases[name] = one
		diags = append(diags, more...)
	}
	return p, diags
}

// of is the process of an alias.
func (p *processes) of(alias string) *process {
	if one, ok := p.aliases[alias]; ok {
		return one
	}
	return p.process
}

func (p *processes) each(do func(*process)) {
	do(p.process)
	for _, name := range slices.Sorted(maps.Keys(p.aliases)) {
		do(p.aliases[name])
	}
}

func (p *processes) end()  { p.each((*process).end) }
func (p *processes) kill() { p.each((*process).kill) }

// stop asks all of them to stop, as an interruption does.
func (p *processes) stop() {
	p.each(func(one *process) { _, _ = one.server.StopProvider(one.ctx, &tfprotov6.StopProviderRequest{}) })
}

// alias is by which configuration of the provider an address is served: the one that is configured or, where the address
// has left the configuration, the one that the state remembers.
func (p *Plan) alias(address string, o *Object) string {
	if r, ok := p.Config.Resources[address]; ok {
		return r.Alias
	}
	return o.Alias
}
