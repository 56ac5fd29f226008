// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"syscall"
)

// What is in use is little, a few MiB: with Go's own 100 % a third of a provider's
// CPU time goes into collections. With more in use, the limit makes them more
// frequent.
const (
	collectAt = 400
	softLimit = 96 << 20
)

// prepare makes the process fit for what it is. The user's own settings count.
func prepare() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(collectAt)
		giveWay()
	}
	// A log that nobody reads any more, because Terraform was killed, must not end the
	// provider before it has logged out.
	signal.Ignore(syscall.SIGPIPE)
	if logsWanted(os.Environ()) {
		return
	}
	// Without a level the frameworks and the provider trace each step of each request, which
	// Terraform then reads, parses and throws away: a quarter of a plan's CPU time.
	for _, name := range []string{"TF_LOG_PROVIDER_VIX", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK"} {
		_ = os.Setenv(name, "OFF") // if it cannot be set, it is traced
	}
}

// giveWay sets the limit after each collection: where more is in use than half of it, most of the CPU time would go into
// collections that free little. A list of 5,000 files takes half as much of it so (17 s instead of 32).
func giveWay() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetMemoryLimit(max(softLimit, 2*int64(live[0].Value.Uint64()))) //nolint:gosec // no heap has 2^62 bytes
	runtime.AddCleanup(new([64]byte), func(struct{}) { giveWay() }, struct{}{})
}

// logsWanted reports that the user asked for a log that shows what a provider
// writes: any of Terraform's variables but those for its core alone and for where
// to put the log.
func logsWanted(environment []string) bool {
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if value != "" && strings.HasPrefix(name, "TF_LOG") && name != "TF_LOG_CORE" && name != "TF_LOG_PATH" {
			return true
		}
	}
	return false
}
