// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

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
func roundTrips(t *testing.T, took time.Duration) (*batch[int, int], func() []int) {
	t.Helper()
	var (
		mu    sync.Mutex
		sizes []int
	)
	b := &batch[int, int]{life: t.Context()}
	b.run = func(ctx context.Context, keys []int) map[int]answer[int] {
		mu.Lock()
		sizes = append(sizes, len(keys))
		mu.Unlock()
		time.Sleep(took)
		out := map[int]answer[int]{}
		for _, k := range keys {
			out[k] = answer[int]{value: k * k}
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
			if v, err := b.get(t.Context(), i); err != nil || v != i*i {
				t.Fatalf("get(%d) = %d, %v", i, v, err)
			}
			if took := time.Since(start); took != 20*time.Millisecond {
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
					if v, err := b.get(t.Context(), i); err != nil || v != i*i {
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

// Who waits for a lookup that is under way goes when it has ended, with it or
// without.
func TestBatchWaitsForWhoIsComingAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		var coming atomic.Int64
		b.coming = func() int { return int(coming.Load()) }
		coming.Store(2)
		start := time.Now()
		first := b.ask(1)
		time.Sleep(3 * time.Millisecond)
		second := b.ask(2) // one of the two
		coming.Add(-1)
		b.nudge()
		time.Sleep(3 * time.Millisecond)
		coming.Add(-1) // the other one found nothing
		b.nudge()
		for _, r := range []reply[int]{first, second} {
			if _, err := r.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 26*time.Millisecond {
			t.Errorf("it took %v: twice 3ms, and a round trip of 20ms", took)
		}
		if got := sizes(); len(got) != 1 || got[0] != 2 {
			t.Errorf("requests carried %v keys, want two in one", got)
		}
	})
}

// When all but a few have come back, the few are hardly waited for; they may have
// nothing more to ask.
func TestBatchDoesNotWaitForStragglers(t *testing.T) {
	for _, c := range []struct {
		back   int
		waited time.Duration
	}{{10, 0}, {9, shortly}, {8, shortly}, {7, minLinger / 2}} {
		synctest.Test(t, func(t *testing.T) {
			b, sizes := roundTrips(t, 20*time.Millisecond)
			together := func(n int) time.Duration {
				begun := time.Now()
				var readers sync.WaitGroup
				for i := range n {
					readers.Go(func() { _, _ = b.get(t.Context(), i) })
				}
				readers.Wait()
				return time.Since(begun)
			}
			alone := b.ask(-1)
			synctest.Wait()
			together(10) // they come while it is under way
			_, _ = alone.wait(t.Context())
			if took, want := together(c.back), c.waited+20*time.Millisecond; took != want {
				t.Errorf("%d of ten that came back took %v, want %v; requests carried %v", c.back, took, want, sizes())
			}
		})
	}
}

// Who is set free with others, unannounced, has a moment to gather.
func TestBatchGathersABurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		b.bursts = true
		start := time.Now()
		for round := range 3 {
			var readers sync.WaitGroup
			for i := range 4 {
				readers.Go(func() { _, _ = b.get(t.Context(), 4*round+i) })
			}
			readers.Wait()
		}
		if took, want := time.Since(start), 3*(gather+20*time.Millisecond); took != want {
			t.Errorf("it took %v, want %v", took, want)
		}
		if got := sizes(); len(got) != 3 {
			t.Errorf("requests carried %v keys, want three of four", got)
		}
	})
}

func TestBatchSharesOneReadOfOneKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, sizes := roundTrips(t, 20*time.Millisecond)
		var readers sync.WaitGroup
		readers.Go(func() { _, _ = b.get(t.Context(), 0) })
		synctest.Wait()
		for range 9 {
			readers.Go(func() {
				if v, err := b.get(t.Context(), 7); err != nil || v != 49 {
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
		if _, err := b.get(ctx, 1); !errors.Is(err, context.DeadlineExceeded) {
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
			readers.Go(func() { _, _ = b.get(t.Context(), i) })
		}
		readers.Wait()
		for _, n := range sizes() {
			if n > maxBatch {
				t.Errorf("a request carried %d keys", n)
			}
		}
	})
}
