// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/bench/memory"
)

// results are all figures of a session.
type results struct {
	Made    string    `json:"made"`
	System  string    `json:"system"`
	Figures []*figure `json:"figures"`
}

func (r *results) add(f *figure) *figure {
	r.Figures = append(r.Figures, f)
	return f
}

// save leaves out what was not measured.
func (r *results) save(file string) error {
	r.Figures = slices.DeleteFunc(r.Figures, func(f *figure) bool { return len(f.Wall) == 0 })
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// find is the figure of the same case of somebody else.
func (r *results) find(who string, like *figure) *figure {
	for _, f := range r.Figures {
		same := f.What == like.What && f.N == like.N && f.V == like.V && f.D == like.D && f.Latency == like.Latency
		if f.Who == who && len(f.Wall) > 0 && same {
			return f
		}
	}
	return nil
}

// markdown writes the tables.
func (r *results) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured %s on %s.\n", r.Made, r.System)
	r.plans(&b)
	r.steps(&b)
	r.dayTwo(&b)
	r.starts(&b)
	return b.String()
}

// plans is the table of opens.
func (r *results) plans(b *strings.Builder) {
	head := false
	for _, f := range r.Figures {
		if f.What != "plan" || slices.Contains([]string{"instant", "atonce", "limit"}, f.Who) { // those stand beside
			continue
		}
		if !head {
			head = true
			b.WriteString("\n| N | V | Latency | Provider | Requests | KiB | Connections | Plan: median (range) | " +
				"Terraform alone | Answered at once | Go, at the limit | Provider's peak memory |\n" +
				"|--:|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
		}
		fmt.Fprintf(b, "| %d | %d | %d ms | %s | %d | %d | %d | %s | %s | %s | %s | %s |\n", f.N, f.V, f.Latency, f.Who, f.Requests,
			f.Bytes>>10, f.Connections, f.spread(), r.beside("instant", f), r.beside("atonce", f), r.beside("limit", f),
			memory.Text(f.Memory))
	}
}

// steps is the table of registrations.
func (r *results) steps(b *strings.Builder) {
	head := false
	for _, f := range r.Figures {
		step, ok := strings.CutSuffix(f.What, " of "+ofRegistrations)
		if !ok || f.Who != "vix" || len(f.Wall) == 0 {
			continue
		}
		if !head {
			head = true
			b.WriteString("\n| Registrations | Latency | Step | Requests | Per registration | KiB | Connections | " +
				"Median (range) | Answered at once | Go, at the limit | Provider's peak memory |\n" +
				"|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
		}
		fmt.Fprintf(b, "| %d | %d ms | %s | %d | %.2f | %d | %d | %s | %s | %s | %s |\n", f.N, f.Latency, step, f.Requests,
			float64(f.Requests)/float64(f.N), f.Bytes>>10, f.Connections, f.spread(), r.beside("atonce", f), r.beside("limit", f),
			memory.Text(f.Memory))
	}
}

// starts is the table of first schema answers.
func (r *results) starts(b *strings.Builder) {
	head := false
	for _, f := range r.Figures {
		if f.What != "schema" {
			continue
		}
		if !head {
			head = true
			b.WriteString("\n| Provider | From its start to its first schema answer: median (range) | Bytes |\n|---|--:|--:|\n")
		}
		fmt.Fprintf(b, "| %s | %.0f ms (%.0f to %.0f) | %d |\n", f.Who, f.median()*1000, f.least()*1000, f.most()*1000, f.Bytes)
	}
}

func (f *figure) spread() string {
	return fmt.Sprintf("%.2f s (%.2f to %.2f)", f.median(), f.least(), f.most())
}

func (r *results) beside(who string, f *figure) string {
	other := r.find(who, f)
	if other == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f s", other.median())
}

// The markers between which the tables stand in a file.
const (
	beginMarker = "<!-- bench-e2e: begin -->\n"
	endMarker   = "<!-- bench-e2e: end -->"
)

// insert puts text between the markers of a file.
func insert(file, text string) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(old), beginMarker)
	_, after, closed := strings.Cut(rest, endMarker)
	if !ok || !closed {
		return fmt.Errorf("%s has no markers", file)
	}
	return os.WriteFile(file, []byte(before+beginMarker+"\n"+text+"\n"+endMarker+after), 0o600)
}

// progress tells those who wait.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}

// sleep waits, or less if ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
