// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"sync"
	"time"
)

// remembered keeps what was read once for those who ask next. Those who ask at
// the same time share one read; a failed read is not kept.
type remembered[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	done  chan struct{}
	begun time.Time
	value V
	err   error
}

// get gives the value for key, reading it if it is not known or was read before
// notBefore (zero: any age will do). The read hangs on life, not on ctx: it is
// everybody's.
func (r *remembered[K, V]) get(
	ctx, life context.Context, key K, notBefore time.Time, read func(context.Context) (V, error),
) (V, error) {
	r.mu.Lock()
	if r.entries == nil {
		r.entries = map[K]*entry[V]{}
	}
	e := r.entries[key]
	if e == nil || e.begun.Before(notBefore) {
		e = &entry[V]{done: make(chan struct{}), begun: time.Now()}
		r.entries[key] = e
		go func() {
			defer close(e.done)
			e.value, e.err = read(life)
			if e.err != nil {
				r.forget(key, e)
			}
		}()
	}
	r.mu.Unlock()
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// forget drops key, if it still is e.
func (r *remembered[K, V]) forget(key K, e *entry[V]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.entries[key] == e {
		delete(r.entries, key)
	}
}

// drop forgets key, whatever is known.
func (r *remembered[K, V]) drop(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, key)
}

// known gives the finished value for key, without a request.
func (r *remembered[K, V]) known(key K) (V, time.Time, bool) {
	var none V
	r.mu.Lock()
	e := r.entries[key]
	r.mu.Unlock()
	if e == nil {
		return none, time.Time{}, false
	}
	select {
	case <-e.done:
		return e.value, e.begun, e.err == nil
	default:
		return none, time.Time{}, false
	}
}
