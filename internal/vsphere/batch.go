// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// batch makes reads that arrive together travel together: one request at a time,
// with all that came while the one before was under way and in a moment after it.
// Terraform, which runs ten operations at a time, starts a new one where one was
// answered: in that moment they come back.
type batch[K comparable, V any] struct {
	// run reads keys with one request and answers each.
	run func(ctx context.Context, keys []K) map[K]answer[V]
	// life bounds the request, which no single caller owns.
	life context.Context //nolint:containedctx // it is the connection's

	mu      sync.Mutex
	waiting map[K][]reply[V]
	flying  bool
	full    chan struct{} // tells the request that waits that no more fit
}

// answer is a value or why there is none.
type answer[V any] struct {
	value V
	err   error
}

const (
	// maxBatch bounds a request.
	maxBatch = 100
	// window is what a request waits for company.
	window = 5 * time.Millisecond
)

// get reads one key.
func (b *batch[K, V]) get(ctx context.Context, key K) (V, error) {
	return b.ask(key).wait(ctx)
}

// reply is an answer that is on its way.
type reply[V any] chan answer[V]

// wait gives the answer.
func (r reply[V]) wait(ctx context.Context) (V, error) {
	select {
	case a := <-r:
		return a.value, a.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// ask asks for one key, and does not wait for the answer.
func (b *batch[K, V]) ask(key K) reply[V] {
	r := make(reply[V], 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting, b.full = map[K][]reply[V]{}, make(chan struct{}, 1)
	}
	b.waiting[key] = append(b.waiting[key], r)
	if !b.flying {
		b.flying = true
		go b.fly()
	}
	if len(b.waiting) >= maxBatch {
		select {
		case b.full <- struct{}{}:
		default:
		}
	}
	return r
}

// fly makes requests until nobody waits.
func (b *batch[K, V]) fly() {
	for {
		b.gather()
		replies := b.take()
		if replies == nil {
			return
		}
		answers := b.run(b.life, slices.Collect(maps.Keys(replies)))
		for key, waiting := range replies {
			for _, reply := range waiting {
				reply <- answers[key]
			}
		}
	}
}

// gather waits for company.
func (b *batch[K, V]) gather() {
	enough := time.NewTimer(window)
	defer enough.Stop()
	select {
	case <-enough.C:
	case <-b.full:
	case <-b.life.Done():
	}
}

// take takes what travels with the next request; nil if nobody waits.
func (b *batch[K, V]) take() map[K][]reply[V] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		b.flying = false
		return nil
	}
	replies := map[K][]reply[V]{}
	for key, r := range b.waiting {
		if len(replies) == maxBatch {
			break
		}
		replies[key] = r
		delete(b.waiting, key)
	}
	return replies
}
