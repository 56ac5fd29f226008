// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"sync"
	"time"
)

// batch makes reads that arrive together travel together: one request at a time,
// with all that came while the one before was under way. Nobody waits for company
// that is not known to be coming. It is known of lookups under way, which end in
// a read, and it is to be expected of those who were answered just now: Terraform,
// which runs ten operations at a time, starts a new one where one was answered.
type batch[K comparable, V any] struct {
	// run reads keys with one request and answers each.
	run func(ctx context.Context, keys []K) map[K]answer[V]
	// life bounds the request, which no single caller owns.
	life context.Context
	// coming is how many are known to be on their way here; nil if nobody knows.
	coming func() int
	// bursts is set where callers are set free together, unannounced, and do not
	// come back soon: they have a moment to gather, and nobody is waited for.
	bursts bool

	mu        sync.Mutex
	waiting   map[K][]reply[V]
	flying    bool
	arrived   chan struct{} // tells the request that waits for company
	answered  int           // by the last request
	returning int           // of these have not come back
	landed    time.Time     // when the last request was answered
	took      time.Duration // what it took
}

// answer is a value or why there is none.
type answer[V any] struct {
	value V
	err   error
}

const (
	// maxBatch bounds a request.
	maxBatch = 100
	// minLinger and maxLinger bound what a caller may wait for company. Between
	// them it is what the last request took: to wait for those who are expected
	// costs no more than the request that they would need of their own.
	minLinger = 25 * time.Millisecond
	maxLinger = 200 * time.Millisecond
	// stragglers is the part of those who are expected that is not waited for longer
	// than shortly: should they come, they go with the next request, which then is
	// hardly one more.
	stragglers = 0.2
	shortly    = 4 * time.Millisecond
	// gather is how long a burst lasts.
	gather = time.Millisecond
	// comeback is for how many such waits after an answer its callers are expected to
	// come back.
	comeback = 4
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
		b.waiting = map[K][]reply[V]{}
	}
	b.waiting[key] = append(b.waiting[key], r)
	b.returning = max(0, b.returning-1)
	if !b.flying {
		b.flying = true
		b.arrived = make(chan struct{}, 1)
		go b.fly()
	}
	b.signal()
	return r
}

// nudge makes a request that waits for company look again who is coming.
func (b *batch[K, V]) nudge() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.flying {
		b.signal()
	}
}

// signal tells the request that waits for company; b.mu is held.
func (b *batch[K, V]) signal() {
	select {
	case b.arrived <- struct{}{}:
	default:
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
		replies := map[K][]reply[V]{}
		callers := 0
		for key, r := range b.waiting {
			if len(keys) == maxBatch {
				break
			}
			keys = append(keys, key)
			replies[key] = r
			callers += len(r)
			delete(b.waiting, key)
		}
		b.mu.Unlock()

		begun := time.Now()
		answers := b.run(b.life, keys)
		b.mu.Lock()
		b.answered, b.returning, b.landed, b.took = callers, callers, time.Now(), time.Since(begun)
		select {
		case <-b.arrived: // during the request; what counts is who comes back
		default:
		}
		b.mu.Unlock()
		for key, waiting := range replies {
			for _, reply := range waiting {
				reply <- answers[key]
			}
		}
	}
}

// linger gives those who are expected the moment that they need. Those who wait
// while nobody has come back yet, because they came during the last request, join
// the others that way: else two halves would take turns for ever.
func (b *batch[K, V]) linger() {
	b.mu.Lock()
	limit := b.patience()
	b.mu.Unlock()
	enough := time.NewTimer(limit)
	defer enough.Stop()
	var silence <-chan time.Time // since the last that came
	if b.bursts {
		silence = time.After(gather)
	}
	for {
		if waiting, expected := b.company(); waiting == 0 || waiting >= maxBatch || !expected {
			return
		}
		select {
		case <-b.arrived:
			if !b.bursts {
				silence = time.After(b.silence(limit)) // they come in a bunch
			}
		case <-silence:
			return
		case <-enough.C:
			return
		case <-b.life.Done():
			return
		}
	}
}

// silence is how long nobody must come before the others are not expected any more.
func (b *batch[K, V]) silence(limit time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if float64(b.returning) <= stragglers*float64(b.answered) {
		return shortly
	}
	return limit / 2
}

// patience is how long company is waited for; b.mu is held.
func (b *batch[K, V]) patience() time.Duration {
	return min(max(b.took, minLinger), maxLinger)
}

// company is how many wait, and whether others are to be waited for: those who
// are known to be coming, and those who were answered not long ago.
func (b *batch[K, V]) company() (waiting int, expected bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	expected = b.bursts || b.returning > 0 && time.Since(b.landed) < comeback*b.patience() || b.coming != nil && b.coming() > 0
	return len(b.waiting), expected
}
