// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestRememberedReadsOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Memory[string, int]
		var reads atomic.Int64
		read := func(context.Context) (int, error) {
			time.Sleep(time.Second)
			return int(reads.Add(1)), nil
		}
		var askers sync.WaitGroup
		for range 20 {
			askers.Go(func() {
				if v, err := r.Get(t.Context(), t.Context(), "k", time.Time{}, read); v != 1 || err != nil {
					t.Errorf("get = %d, %v", v, err)
				}
			})
		}
		askers.Wait()
		if v, _, ok := r.Known("k"); !ok || v != 1 {
			t.Errorf("known = %d, %v", v, ok)
		}
		if v, _ := r.Get(t.Context(), t.Context(), "k", time.Now(), read); v != 2 {
			t.Errorf("what is too old was given again: %d", v)
		}
		r.Drop("k")
		if _, _, ok := r.Known("k"); ok {
			t.Error("a dropped value is still known")
		}
	})
}

func TestRememberedKeepsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Memory[string, int]
		fails := errors.New("no")
		if _, err := r.Get(t.Context(), t.Context(), "k", time.Time{}, func(context.Context) (int, error) { return 0, fails }); !errors.Is(err, fails) {
			t.Errorf("get = %v", err)
		}
		if v, err := r.Get(t.Context(), t.Context(), "k", time.Time{}, func(context.Context) (int, error) { return 5, nil }); v != 5 || err != nil {
			t.Errorf("after a failure, get = %d, %v", v, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		slow := func(ctx context.Context) (int, error) {
			time.Sleep(time.Minute)
			return 9, nil
		}
		if _, err := r.Get(ctx, t.Context(), "slow", time.Time{}, slow); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled caller got %v", err)
		}
		if _, _, ok := r.Known("slow"); ok {
			t.Error("an unfinished read is known")
		}
		time.Sleep(2 * time.Minute)
		if v, _, ok := r.Known("slow"); !ok || v != 9 {
			t.Error("the read that the caller left did not finish for the next one")
		}
	})
}

// One read gives several keys: it is shared, changed and dropped as one, and what has changed while it was under way is in it.
func TestRememberedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r Memory[string, map[string]bool]
		reads := 0
		get := func(key string) map[string]bool {
			v, err := r.GetTogether(t.Context(), t.Context(), key, time.Time{}, func() []string { return []string{"a", "b"} },
				func(_ context.Context, keys []string) (map[string]bool, error) {
					reads++
					time.Sleep(time.Second)
					return map[string]bool{"read": true}, nil
				})
			if err != nil {
				t.Error(err)
			}
			return v
		}
		adds := func(what string) func(map[string]bool) { return func(v map[string]bool) { v[what] = true } }
		begun := time.Now()
		r.Change("b", adds("before")) // nothing is known: the read will tell
		go get("a")
		synctest.Wait()
		r.Change("b", adds("meanwhile"))
		if v := get("b"); reads != 1 || !v["read"] || !v["meanwhile"] || v["before"] {
			t.Errorf("%d reads gave %v", reads, v)
		}
		r.Change("a", adds("after"))
		if v := get("b"); reads != 1 || !v["after"] {
			t.Errorf("%d reads gave %v after a change", reads, v)
		}
		if !r.BegunSince("b", begun) || r.BegunSince("b", time.Now()) || r.BegunSince("c", begun) {
			t.Error("it is not known when the read began")
		}
		r.Drop("a")
		if get("b"); reads != 2 {
			t.Error("what was read together with what was dropped is still known")
		}
		if get("c"); reads != 3 {
			t.Error("what was asked for is not read")
		}
	})
}
