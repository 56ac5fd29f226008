// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"context"
	"sync"
)

// busy are the VMs that a command is about at the moment.
type busy struct {
	mu  sync.Mutex
	vms map[string]*turn
}

// turn is the right to be about a VM, and how many want it.
type turn struct {
	ch   chan struct{}
	want int
}

// hold waits for the turn of a VM, and gives what ends it. No VM needs none.
func (b *busy) hold(ctx context.Context, vm string) (unlock func(), err error) {
	if vm == "" {
		return func() {}, nil
	}
	b.mu.Lock()
	if b.vms == nil {
		b.vms = map[string]*turn{}
	}
	t := b.vms[vm]
	if t == nil {
		t = &turn{ch: make(chan struct{}, 1)}
		b.vms[vm] = t
	}
	t.want++
	b.mu.Unlock()
	leave := func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if t.want--; t.want == 0 {
			delete(b.vms, vm)
		}
	}
	select {
	case t.ch <- struct{}{}:
		return func() {
			<-t.ch
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}
