// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestTracesAreWrittenForThoseWhoWantThem(t *testing.T) {
	for _, c := range []struct {
		variable string
		wanted   bool
	}{
		{"TF_LOG=DEBUG", true},
		{"TF_LOG_PROVIDER=TRACE", true},
		{"TF_LOG_PROVIDER_VIX=TRACE", true},
		{"TF_LOG_SDK=WARN", true},
		{"TF_LOG=", false},
		{"TF_LOG_CORE=TRACE", false},
		{"TF_LOG_PATH=/tmp/log", false},
		{"TF_DATA_DIR=x", false},
	} {
		if got := logsWanted([]string{"HOME=/", c.variable}); got != c.wanted {
			t.Errorf("%s: %v", c.variable, got)
		}
	}
}

// The pace goes on from collection to collection.
func TestThePaceFollowsWhatIsInUse(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	runtime.GC() // what is in use is measured by a collection
	pace()
	small := debug.SetGCPercent(100)
	kept := make([][]byte, 0, 128)
	for range cap(kept) {
		kept = append(kept, make([]byte, 1<<20))
	}
	// The pace is set some time after a collection, and again after the next.
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		runtime.GC()
		large := debug.SetGCPercent(100)
		if large == leastPercent && small > large {
			runtime.KeepAlive(kept)
			return
		}
	}
	t.Errorf("%d %% with little in use, and not %d %% with 128 MiB", small, leastPercent)
}
