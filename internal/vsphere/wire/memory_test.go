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
