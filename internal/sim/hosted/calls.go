// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import "strings"

// Calls are the processes of vmrun that were started, in order, with all their arguments: passwords included.
func (p *Product) Calls() []Call {
	p.t.Helper()
	calls, err := p.now().Calls()
	must(p.t, err)
	return calls
}

// Count is how many processes there were of the commands that are named, or of all; "version" is the call without a
// command.
func (p *Product) Count(commands ...string) int {
	p.t.Helper()
	n := 0
	for _, c := range p.Calls() {
		if len(commands) == 0 {
			n++
		}
		for _, name := range commands {
			if strings.EqualFold(c.Command, name) {
				n++
			}
		}
	}
	return n
}

// Alive are the processes that did not end and were not killed yet, those included whose child is left.
func (p *Product) Alive() []Call {
	p.t.Helper()
	var alive []Call
	for _, c := range p.Calls() {
		if c.Alive() {
			alive = append(alive, c)
		}
	}
	return alive
}

// Hanging are those of Alive that will not come back by themselves: a test waits for one before it interrupts what waits.
func (p *Product) Hanging() []Call {
	p.t.Helper()
	var hanging []Call
	for _, c := range p.Alive() {
		if c.Hangs {
			hanging = append(hanging, c)
		}
	}
	return hanging
}

// Overlaps are the pairs of processes that worked on one VM at a time.
func (p *Product) Overlaps() []Overlap {
	p.t.Helper()
	all, err := p.now().Overlaps()
	must(p.t, err)
	return all
}
