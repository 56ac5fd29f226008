// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Batch makes reads that arrive together travel together: one request at a time,
// with all that came while the one before was under way and in a moment after it.
// Terraform, which runs ten operations at a time, starts a new one where one was
// answered: in that moment they come back.
type Batch[K comparable, V any] struct {
	// Run reads keys with one request and answers each.
	Run func(ctx context.Context, keys []K) map[K]Answer[V]
	// Life bounds the request, which no single caller owns.
	Life context.Context //nolint:containedctx // it is the connection's
	// Max bounds how many travel together; 0 is maxBatch.
	Max int

	mu      sync.Mutex
	waiting map[K][]Reply[V]
	flying  bool
	full    chan struct{} // tells the request that waits that no more fit
}

// Answer is a value or why there is none.
type Answer[V any] struct {
	Value V
	Err   error
}

const (
	// maxBatch bounds a request, where nothing else is said.
	maxBatch = 100
	// window is what a request waits for company.
	window = 5 * time.Millisecond
)

// Get reads one key.
func (b *Batch[K, V]) Get(ctx context.Context, key K) (V, error) {
	return b.Ask(key).Wait(ctx)
}

// Reply is an answer that is on its way.
type Reply[V any] chan Answer[V]

// Wait gives the answer.
func (r Reply[V]) Wait(ctx context.Context) (V, error) {
	select {
	case a := <-r:
		return a.Value, a.Err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// most is how many travel together.
func (b *Batch[K, V]) most() int { return cmp.Or(b.Max, maxBatch) }

// Ask asks for one key, and does not wait for the answer.
func (b *Batch[K, V]) Ask(key K) Reply[V] {
	r := make(Reply[V], 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting, b.full = map[K][]Reply[V]{}, make(chan struct{}, 1)
	}
	b.waiting[key] = append(b.waiting[key], r)
	if !b.flying {
		b.flying = true
		go b.fly()
	}
	if len(b.waiting) >= b.most() {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
	return r
}

// fly makes requests until nobody waits.
func (b *Batch[K, V]) fly() {
	for {
		b.gather()
		replies := b.take()
		if replies == nil {
			return
		}
		answers := b.Run(b.Life, slices.Collect(maps.Keys(replies)))
		for key, waiting := range replies {
			for _, reply := range waiting {
				reply <- answers[key]
			}
		}
	}
}

// gather waits for company.
func (b *Batch[K, V]) gather() {
	enough := time.NewTimer(window)
	defer enough.Stop()
	select {
	case <-enough.C:
	case <-b.full:
	case <-b.Life.Done():
	}
}

// take takes what travels with the next request; nil if nobody waits.
func (b *Batch[K, V]) take() map[K][]Reply[V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.flying = false
		return nil
	}
	replies := map[K][]Reply[V]{}
	for key, r := range b.waiting {
		if len(replies) == b.most() {
			break
		}
		replies[key] = r
		delete(b.waiting, key)
	}
	return replies
}
