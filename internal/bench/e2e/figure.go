// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/bench/memory"
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
	watched := memory.Watch(cmd.Process.Pid)
	err := cmd.Wait()
	took := time.Since(begun)
	peak := watched()
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, out.String())
	}
	f.Wall = append(f.Wall, took.Seconds())
	f.Memory = max(f.Memory, peak)
	if p != nil {
		f.Requests = max(f.Requests, p.requests.Load())
		f.Bytes = max(f.Bytes, p.bytes.Load())
		f.Connections = max(f.Connections, p.connections.Load())
	}
	return nil
}
