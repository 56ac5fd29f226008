// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// roundTrips is a batch whose requests take a fixed time, and what they carried.
func roundTrips(t *testing.T, took time.Duration) (*Batch[int, int], func() []int) {
	t.Helper()
	var (
		mu    sync.Mutex
		sizes []int
	)
	b := &Batch[int, int]{Life: t.Context()}
	b.Run = func(ctx context.Context, keys []int) map[int]Answer[int] {
		mu.Lock()
		sizes = append(sizes, len(keys))
		mu.Unlock()
		time.Sleep(took)
		out := map[int]Answer[int]{}
		for _, k := range keys {
			out[k] = Answer[int]{Value: k * k}
		}
		return out
	}
	return b, func() []int {
		mu.Lock()
		defer mu.Unlock()
		return sizes
	}
}

func TestBatchMakesNobodyWaitAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := roundTrips(t, 20*time.Millisecond)
		for i := range 5 {
			start := time.Now()
			if v, err := b.Get(t.Context(), i); err != nil || v != i*i {
				t.Fatalf("get(%d) = %d, %v", i, v, err)
			}
			if took := time.Since(start); took != window+20*time.Millisecond {
				t.Fatalf("a read by itself took %v, its round trip is 20ms", took)
			}
		}
	})
}

func TestBatchTravelsTogetherAtTenAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		var next atomic.Int64
		var workers sync.WaitGroup
		for worker := range 10 {
			workers.Go(func() {
				time.Sleep(time.Duration(worker) * 100 * time.Microsecond)
				for {
					i := int(next.Add(1))
					if i > 1000 {
						return
					}
					if v, err := b.Get(t.Context(), i); err != nil || v != i*i {
						t.Errorf("get(%d) = %d, %v", i, v, err)
					}
					time.Sleep(time.Duration(worker) * 200 * time.Microsecond) // they come back one by one
				}
			})
		}
		workers.Wait()
		if n := len(sizes()); n > 112 {
			t.Errorf("1000 reads, ten at a time, took %d requests: %v", n, sizes())
		}
	})
}

// Who comes within the window travels with the first, and a full request does not
// wait for its end.
func TestBatchGathersForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		start := time.Now()
		first := b.Ask(1)
		time.Sleep(window - 1)
		second := b.Ask(2)
		for _, r := range []Reply[int]{first, second} {
			if _, err := r.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != window+20*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		time.Sleep(2 * window) // nobody waits any more
		start = time.Now()
		var full []Reply[int]
		for i := range maxBatch {
			full = append(full, b.Ask(i))
		}
		for _, r := range full {
			_, _ = r.Wait(t.Context())
		}
		if took := time.Since(start); took != 20*time.Millisecond {
			t.Errorf("a full request took %v", took)
		}
		if got := sizes(); len(got) != 2 || got[0] != 2 || got[1] != maxBatch {
			t.Errorf("requests carried %v keys", got)
		}
	})
}

func TestBatchSharesOneReadOfOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		var readers sync.WaitGroup
		readers.Go(func() { _, _ = b.Get(t.Context(), 0) })
		time.Sleep(2 * window) // it is under way
		for range 9 {
			readers.Go(func() {
				if v, err := b.Get(t.Context(), 7); err != nil || v != 49 {
					t.Errorf("get(7) = %d, %v", v, err)
				}
			})
		}
		readers.Wait()
		if got := sizes(); len(got) != 2 || got[1] != 1 {
			t.Errorf("requests carried %v keys, want one for each of two keys", got)
		}
	})
}

func TestBatchLetsACancelledCallerGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := roundTrips(t, time.Hour)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := b.Get(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("get = %v", err)
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("the caller was kept for %v", took)
		}
		time.Sleep(2 * time.Hour) // the request itself ends
	})
}

func TestBatchBoundsARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		var readers sync.WaitGroup
		for i := range 250 {
			readers.Go(func() { _, _ = b.Get(t.Context(), i) })
		}
		readers.Wait()
		for _, n := range sizes() {
			if n > maxBatch {
				t.Errorf("a request carried %d keys", n)
			}
		}
	})
}
