// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package memory tells how much memory a provider needed that terraform started.
// It imports the standard library only, so that tests can use it too.
package memory

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Watch follows what a process starts, and what that starts, and tells the
// largest peak memory of any of terraform's providers among it in KiB: VmHWM,
// which only Linux has. Elsewhere it is 0. What it gives ends it.
func Watch(pid int) func() int64 {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		var peak int64
		ticker := time.NewTicker(20 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				done <- peak
				return
			case <-ticker.C:
			}
			peak = max(peak, highest(strconv.Itoa(pid)))
		}
	}()
	return func() int64 {
		close(stop)
		return <-done
	}
}

// Text says it as people read it.
func Text(kib int64) string {
	if kib == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MiB", kib>>10)
}

// highest is the largest peak of any provider below a process.
func highest(pid string) int64 {
	var peak int64
	threads, _ := filepath.Glob(filepath.Join("/proc", pid, "task/*/children"))
	for _, thread := range threads {
		list, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended
		}
		for child := range strings.FieldsSeq(string(list)) {
			own, provider := highWater(child)
			if !provider {
				own = highest(child)
			}
			peak = max(peak, own)
		}
	}
	return peak
}

// highWater is the peak of a process, if it is a provider. A child that
// terraform has just forked is still terraform.
func highWater(pid string) (int64, bool) {
	status, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
	if err != nil || !strings.HasPrefix(string(status), "Name:\tterraform-provi") {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
	return kib, true
}
