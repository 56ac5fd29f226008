// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"sync"
	"time"
)

// Memory keeps what was read once for those who ask next. Those who ask at
// the same time share one read; a failed read is not kept.
type Memory[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	done  chan struct{}
	begun time.Time
	value V
	err   error
}

// Get gives the value for key, reading it if it is not known or was read before
// notBefore (zero: any age will do). The read hangs on life, not on ctx: it is
// everybody's.
func (m *Memory[K, V]) Get(
	ctx, life context.Context, key K, notBefore time.Time, read func(context.Context) (V, error),
) (V, error) {
	m.mu.Lock()
	if m.entries == nil {
		m.entries = map[K]*entry[V]{}
	}
	e := m.entries[key]
	if e == nil || e.begun.Before(notBefore) {
		e = &entry[V]{done: make(chan struct{}), begun: time.Now()}
		m.entries[key] = e
		go func() {
			defer close(e.done)
			e.value, e.err = read(life)
			if e.err != nil {
				m.forget(key, e)
			}
		}()
	}
	m.mu.Unlock()
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// forget drops key, if it still is e.
func (m *Memory[K, V]) forget(key K, e *entry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key] == e {
		delete(m.entries, key)
	}
}

// Drop forgets key, whatever is known.
func (m *Memory[K, V]) Drop(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
}

// Known gives the finished value for key, without a request.
func (m *Memory[K, V]) Known(key K) (V, time.Time, bool) {
	var none V
	m.mu.Lock()
	e := m.entries[key]
	m.mu.Unlock()
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

// NoOlderThan is what must not be exceeded by what was read before.
func NoOlderThan(d time.Duration) time.Time { return time.Now().Add(-d) }
