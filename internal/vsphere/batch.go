// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"sync"
	"time"
)

// batch makes reads that arrive together travel together. The first key that
// finds nothing under way goes at once; keys that arrive while a request is
// under way go together with the next. Nobody waits for company that is not
// known to be coming: only when the request before carried several keys does the
// next one give the same callers a moment to come back, because Terraform, which
// runs ten operations at a time, sends ten new ones where ten were answered.
type batch[K comparable, V any] struct {
	// run reads keys with one request and answers each.
	run func(ctx context.Context, keys []K) map[K]answer[V]
	// life bounds the request, which no single caller owns.
	life context.Context

	mu      sync.Mutex
	waiting map[K][]chan answer[V]
	flying  bool
	filled  chan struct{} // closed when as many wait as the last request carried
	last    int           // keys of the last request
	took    time.Duration // by the last request
	landed  time.Time     // when the last request was answered
}

// answer is a value or why there is none.
type answer[V any] struct {
	value V
	err   error
}

// maxBatch bounds a request, and maxLinger what a caller may wait for others.
const (
	maxBatch  = 100
	maxLinger = 15 * time.Millisecond
)

// get reads one key.
func (b *batch[K, V]) get(ctx context.Context, key K) (V, error) {
	reply := make(chan answer[V], 1)
	b.mu.Lock()
	if b.waiting == nil {
		b.waiting = map[K][]chan answer[V]{}
	}
	b.waiting[key] = append(b.waiting[key], reply)
	if b.filled != nil && len(b.waiting) >= b.last {
		close(b.filled)
		b.filled = nil
	}
	if !b.flying {
		b.flying = true
		go b.fly()
	}
	b.mu.Unlock()
	select {
	case a := <-reply:
		return a.value, a.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// fly makes requests until nobody waits.
func (b *batch[K, V]) fly() {
	for {
		b.linger()
		b.mu.Lock()
		if len(b.waiting) == 0 {
			b.flying = false
			b.mu.Unlock()
			return
		}
		keys := make([]K, 0, len(b.waiting))
		replies := map[K][]chan answer[V]{}
		for key, r := range b.waiting {
			if len(keys) == maxBatch {
				break
			}
			keys = append(keys, key)
			replies[key] = r
			delete(b.waiting, key)
		}
		b.mu.Unlock()

		start := time.Now()
		answers := b.run(b.life, keys)
		b.mu.Lock()
		b.last, b.took, b.landed = len(keys), time.Since(start), time.Now()
		b.mu.Unlock()
		for key, waiting := range replies {
			for _, reply := range waiting {
				reply <- answers[key]
			}
		}
	}
}

// linger gives the callers of the last request, if they were several and it was
// just now, up to half of what a request takes to come back.
func (b *batch[K, V]) linger() {
	b.mu.Lock()
	limit := min(b.took/2, maxLinger)
	if b.last < 2 || len(b.waiting) >= b.last || time.Since(b.landed) > maxLinger+b.took || limit <= 0 {
		b.mu.Unlock()
		return
	}
	filled := make(chan struct{})
	b.filled = filled
	b.mu.Unlock()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-filled:
	case <-timer.C:
		b.mu.Lock()
		b.filled = nil
		b.mu.Unlock()
	case <-b.life.Done():
	}
}
