// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command e2e measures the provider as users run it: terraform itself plans and
// applies against a simulated vCenter, which is a process of its own, behind a
// proxy that counts and that adds a latency to each request. Beside each figure
// stand two references from the same session: the same run with a provider that
// answers at once, which is Terraform's own time, and a Go program that opens or
// registers the same VMs with as few requests as there can be. It is what
// `make bench-e2e` runs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// numbers is a flag that holds a list of numbers.
type numbers []int

// String implements flag.Value.
func (n *numbers) String() string {
	if n == nil {
		return ""
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint([]int(*n)), " ", ","), "[]")
}

// Set implements flag.Value.
func (n *numbers) Set(text string) error {
	*n = nil
	for item := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(item)
		if err != nil {
			return err
		}
		*n = append(*n, i)
	}
	return nil
}

// plan is what is to be measured.
type plan struct {
	n, v, latency, registrations, each numbers
	datacenters, runs                  int
	only                               string
}

// wants reports that a part of the benchmark is asked for.
func (p *plan) wants(part string) bool {
	for item := range strings.SplitSeq(p.only, ",") {
		if item == part {
			return true
		}
	}
	return p.only == ""
}

func main() {
	p := plan{
		n: numbers{1, 100, 1000}, v: numbers{100, 1000, 5000}, latency: numbers{0, 5, 20}, registrations: numbers{100, 1000},
		each: numbers{1, 10, 100},
	}
	flag.Var(&p.n, "n", "VMs to open")
	flag.Var(&p.v, "v", "VMs in the inventory")
	flag.Var(&p.latency, "latency", "milliseconds added to each request")
	flag.Var(&p.registrations, "registrations", "VMs to register")
	flag.Var(&p.each, "each", "VMs to power on, to take a snapshot of, to write a variable of, to clone")
	flag.IntVar(&p.datacenters, "datacenters", 1, "datacenters that the inventory is spread over")
	flag.IntVar(&p.runs, "runs", 3, "runs of each; the median is shown")
	flag.StringVar(&p.only, "only", "", "`parts`: opens, registrations, daytwo, memory, schema (default: all)")
	save := flag.String("json", "", "write the figures to a `file`, for the plot")
	docs := flag.String("docs", "", "put the tables into a `file`, between its two markers")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "e2e takes flags only; see -help")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, p, *save, *docs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, p plan, save, docs string) error {
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	r := &results{Made: time.Now().UTC().Format(time.DateOnly), System: b.system(ctx)}
	for _, part := range []struct {
		name    string
		measure func(context.Context, *plan, *results) error
	}{
		{"opens", b.opens}, {"registrations", b.registrations}, {"daytwo", b.dayTwo}, {"memory", b.memory}, {"schema", b.schema},
	} {
		if !p.wants(part.name) {
			continue
		}
		if err := part.measure(ctx, &p, r); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	text := r.markdown()
	fmt.Print(text)
	if save != "" {
		if err := r.save(save); err != nil {
			return err
		}
	}
	if docs != "" {
		return insert(docs, text)
	}
	return nil
}
