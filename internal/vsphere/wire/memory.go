// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Memory keeps what was read once for those who ask next. Those who ask at
// the same time share one read; a failed read is not kept.
type Memory[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]*entry[V]
}

// entry is one read, under way or done: of one key, or of several together.
type entry[V any] struct {
	done  chan struct{}
	begun time.Time
	// changes are what this process has changed while the read was under way: whether
	// the host's answer has it or not, it is so now.
	changes []func(V)
	value   V
	err     error
}

// Get gives the value for key, reading it if it is not known or was read before
// notBefore (zero: any age will do). The read hangs on life, not on ctx: it is
// everybody's.
func (m *Memory[K, V]) Get(
	ctx, life context.Context, key K, notBefore time.Time, read func(context.Context) (V, error),
) (V, error) {
	return m.GetTogether(ctx, life, key, notBefore, func() []K { return nil },
		func(ctx context.Context, _ []K) (V, error) { return read(ctx) })
}

// GetTogether is Get where one read gives the value of several keys: of those that
// together names when a read begins, and of key.
func (m *Memory[K, V]) GetTogether(
	ctx, life context.Context, key K, notBefore time.Time, together func() []K, read func(context.Context, []K) (V, error),
) (V, error) {
	m.mu.Lock()
	e := m.entries[key]
	if e == nil || e.begun.Before(notBefore) {
		e = &entry[V]{done: make(chan struct{}), begun: time.Now()}
		keys := append(together(), key)
		if m.entries == nil {
			m.entries = map[K]*entry[V]{}
		}
		for _, k := range keys {
			m.entries[k] = e
		}
		go func() {
			value, err := read(life, keys)
			m.finish(e, value, err)
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

// finish ends a read, and makes up for what has changed meanwhile.
func (m *Memory[K, V]) finish(e *entry[V], value V, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(e.done)
	if e.value, e.err = value, err; err != nil {
		m.forget(e)
		return
	}
	for _, change := range e.changes {
		change(value)
	}
}

// forget drops what one read gave; m.mu is held.
func (m *Memory[K, V]) forget(e *entry[V]) {
	maps.DeleteFunc(m.entries, func(_ K, other *entry[V]) bool { return other == e })
}

// Drop forgets key and what was read together with it, whatever is known.
func (m *Memory[K, V]) Drop(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.entries[key]; e != nil {
		m.forget(e)
	}
}

// Change makes a change by this process known: to what is known of key, or to what
// a read that is under way will give. What has not been asked for will tell it by itself.
func (m *Memory[K, V]) Change(key K, change func(V)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	if e == nil {
		return
	}
	select {
	case <-e.done:
		change(e.value)
	default:
		e.changes = append(e.changes, change)
	}
}

// BegunSince reports that key is known, or is being read, and the read began no earlier than notBefore.
func (m *Memory[K, V]) BegunSince(key K, notBefore time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	return e != nil && !e.begun.Before(notBefore)
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
