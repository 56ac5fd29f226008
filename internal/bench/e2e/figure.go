// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figure is what some runs of one thing measured.
type figure struct {
	What     string `json:"what"` // "plan", "apply", ...
	Who      string `json:"who"`  // "vix", "instant", "limit" or the peer's name
	N        int    `json:"n"`
	V        int    `json:"v"`
	D        int    `json:"d,omitempty"`
	Latency  int    `json:"latency_ms"`
	Requests int64  `json:"requests"`
	Bytes    int64  `json:"bytes"`
	// Connections and Memory are the most of any run.
	Connections int64     `json:"connections"`
	Memory      int64     `json:"memory_kib,omitempty"`
	Wall        []float64 `json:"wall_s"`
}

// median, least and most are of the wall times.
func (f *figure) median() float64 {
	if len(f.Wall) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(f.Wall))
	return sorted[len(sorted)/2]
}

func (f *figure) least() float64 { return slices.Min(f.Wall) }
func (f *figure) most() float64  { return slices.Max(f.Wall) }

// measure runs a command once and adds what it took.
func (f *figure) measure(ctx context.Context, p *proxy, w *workspace, stdin string, name string, args ...string) error {
	if p != nil {
		p.reset(time.Duration(f.Latency) * time.Millisecond)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = w.dir, w.env, strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	watched := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	took := time.Since(begun)
	memory := watched()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out.String())
	}
	f.Wall = append(f.Wall, took.Seconds())
	f.Memory = max(f.Memory, memory)
	if p != nil {
		f.Requests = max(f.Requests, p.requests.Load())
		f.Bytes = max(f.Bytes, p.bytes.Load())
		f.Connections = max(f.Connections, p.connections.Load())
	}
	return nil
}

// watchMemory follows the children of a process, which are terraform's
// providers, and tells the largest peak memory of any in KiB: VmHWM, which only
// Linux has. Elsewhere it is 0.
func watchMemory(pid int) func() int64 {
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
			for _, child := range children(pid) {
				peak = max(peak, highWater(child))
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-done
	}
}

func children(pid int) []string {
	var out []string
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, thread := range threads {
		list, err := os.ReadFile(thread)
		if err == nil {
			out = append(out, strings.Fields(string(list))...)
		}
	}
	return out
}

func highWater(pid string) int64 {
	status, err := os.ReadFile(filepath.Join("/proc", pid, "status"))
	// A child that terraform has just forked is still terraform.
	if err != nil || !strings.HasPrefix(string(status), "Name:\tterraform-provi") {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(rest, "\n")
	kib, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
	return kib
}
