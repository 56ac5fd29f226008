// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"math"
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

// What the user says of the collector counts.
func TestTheUsersOwnCollectorSettingsCount(t *testing.T) {
	limit, percent := debug.SetMemoryLimit(-1), debug.SetGCPercent(100)
	defer debug.SetMemoryLimit(limit)
	defer debug.SetGCPercent(percent)
	for _, name := range []string{"TF_LOG_PROVIDER_VIX", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		t.Setenv(name, "OFF")
	}
	for _, c := range []struct {
		gogc string
		want int
	}{{"70", 100}, {"", collectAt}} {
		t.Setenv("GOGC", c.gogc)
		t.Setenv("GOMEMLIMIT", "")
		prepare()
		if got := debug.SetGCPercent(100); got != c.want {
			t.Errorf("GOGC=%q: %d %%", c.gogc, got)
		}
	}
	if got := debug.SetMemoryLimit(-1); got < softLimit || got == math.MaxInt64 {
		t.Errorf("the limit is %d", got)
	}
}

// Where much is in use, the limit is not in the way: a process that collects all the time does nothing else.
func TestTheLimitGivesWayToWhatIsInUse(t *testing.T) {
	limit := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(limit)
	runtime.GC()
	giveWay()
	if got := debug.SetMemoryLimit(-1); got != softLimit {
		t.Errorf("with little in use the limit is %d", got)
	}
	much := make([]byte, softLimit)
	for range 1000 {
		runtime.GC()
		if debug.SetMemoryLimit(-1) > 2*softLimit-1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := debug.SetMemoryLimit(-1); got < 2*softLimit {
		t.Errorf("with %d in use the limit is %d", len(much), got)
	}
	runtime.KeepAlive(much)
}
