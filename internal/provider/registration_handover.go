// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// What a state has of one VM more than once: an object that was taken over by another one, or that an interrupted
// create_before_destroy has left deposed.

// goesFor reports that p goes, and leaves its VM to q: to what has taken it over and stays, or to what comes after it at its own
// address, where an interrupted create_before_destroy has left it deposed.
func (p part) goesFor(q part) bool {
	if p.role != leaves || !p.ends || q.ends {
		return false
	}
	after := p.address != "" && p.address == q.address && p.object != q.object && !p.elsewhere(q)
	return after || q.role == stays && q.adopted
}

// leftTo are the parts that go and leave their VM to a part.
func (l *ledger) leftTo(p part) []part {
	l.mu.Lock()
	defer l.mu.Unlock()
	var gone []part
	for _, key := range p.keys() {
		for _, other := range slices.Concat(l.parts[key], l.told[key]) {
			if other.goesFor(p) {
				gone = append(gone, other)
			}
		}
	}
	return gone
}

// handOver notes for the apply which VMs are left to a part, by those that go.
func (c *connection) handOver(ctx context.Context, to part) {
	for _, p := range c.ledger.leftTo(to) {
		c.handovers.plan(ctx, vmNote{p.server, strings.TrimPrefix(p.vm, vmPrefix), p.object})
	}
}

// planAnew ends what an earlier plan has noted of an object of the state, and of nothing else.
func (c *connection) planAnew(vm *vix.Registration, object string) {
	c.handovers.forget(vm, object)
	c.replaced.forget(vm, object)
	c.addresses.forget(vm.Server, fileKey(vm.FileID), object)
}

// unplanned is an object of a state that has a VM and that nothing is planned for so far, though it was read: of a tainted
// address Terraform plans only the making anew.
func (l *ledger) unplanned(managedObjectID string) (record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := vmKey(managedObjectID)
	for _, rec := range l.state[key] {
		if !slices.ContainsFunc(l.parts[key], func(p part) bool { return p.object == rec.Object }) {
			return rec, true
		}
	}
	return record{}, false
}
