// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// deeds are what is done with VMs that are registered: the resource, its attributes beside vm_id, and what the program at the
// limit does in the place of its apply.
var deeds = []struct{ resource, attributes, limit string }{
	{"vix_power", "state = \"on\"\n  mode = \"hard\"\n  wait_for = \"tools\"", "-power-on"},
	{"vix_snapshot", "name = \"base\"", "-snapshot"},
	{"vix_variable", "name = \"owner\"\n  value = \"bench\"", "-variable"},
	{"vix_clone", "name = \"clone${count.index}\"\n  delete_files = true", "-clone"},
}

// dayTwoConfig opens n VMs and does something with each.
func dayTwoConfig(n int, resource, attributes string) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    vix = { source = "terraform-vix/vix" }
  }
}
data "vix_vm" "this" {
  count    = %[1]d
  vmx_path = "[LocalDS_0] new${count.index}/new${count.index}.vmx"
}
resource %[2]q "this" {
  count = %[1]d
  vm_id = data.vix_vm.this[count.index].id
  %[3]s
}
`, n, resource, attributes)
}

// dayTwo measures what is done with VMs, at the largest latency, and the program at the limit beside it.
func (b *bench) dayTwo(ctx context.Context, p *plan, r *results) error {
	const v = 100
	for _, deed := range deeds {
		for _, n := range p.each {
			like := figure{N: n, V: v, D: 1, Latency: slices.Max(p.latency)}
			ours, limit := like, like
			ours.Who, limit.Who = "vix", "limit"
			steps, bare := r.stepFigures(ours, deed.resource), r.stepFigures(limit, deed.resource)
			for range p.runs {
				err := b.onRegistered(ctx, v, n, func(front *proxy, paths string) error {
					w, err := b.workspace("", front)
					if err != nil {
						return err
					}
					return bare[1].measure(ctx, front, w, paths, b.binary("limit"), deed.limit)
				})
				if err != nil {
					return err
				}
				err = b.onRegistered(ctx, v, n, func(front *proxy, _ string) error {
					return b.run(ctx, front, dayTwoConfig(n, deed.resource, deed.attributes), steps)
				})
				if err != nil {
					return err
				}
			}
			progress("%s of %d VMs: apply %.2f s, %d requests; the bare program %d", deed.resource, n, steps[1].median(),
				steps[1].Requests, bare[1].Requests)
		}
	}
	return nil
}

// onRegistered does something on a host on which n VMs more than v are registered.
func (b *bench) onRegistered(ctx context.Context, v, n int, do func(front *proxy, paths string) error) error {
	return b.onHost(ctx, v, 1, n, func(front *proxy) error {
		w, err := b.workspace("", front)
		if err != nil {
			return err
		}
		var paths strings.Builder
		for i := range n {
			fmt.Fprintf(&paths, "[LocalDS_0] new%d/new%d.vmx\n", i, i)
		}
		if err := new(figure).measure(ctx, front, w, paths.String(), b.binary("limit"), "-register"); err != nil {
			return err
		}
		return do(front, paths.String())
	})
}

// run measures each step of a configuration.
func (b *bench) run(ctx context.Context, front *proxy, config string, steps []*figure) error {
	w, err := b.workspace(config, front)
	if err != nil {
		return err
	}
	for i, step := range registrationSteps {
		if err := steps[i].measure(ctx, front, w, "", b.terraform, step.args...); err != nil {
			return err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil { // what the provider left behind it would show
			return err
		}
	}
	return nil
}

// dayTwo is the table of what is done with VMs.
func (r *results) dayTwo(b *strings.Builder) {
	head := false
	for _, f := range r.Figures {
		step, of, _ := strings.Cut(f.What, " of ")
		if !strings.HasPrefix(of, "vix_") || f.Who != "vix" || len(f.Wall) == 0 {
			continue
		}
		if !head {
			head = true
			b.WriteString("\n| Of each VM | VMs | Latency | Step | Requests | Per VM | Go, at the limit: requests | Median (range) | " +
				"Go, at the limit |\n|---|--:|--:|---|--:|--:|--:|--:|--:|\n")
		}
		least := "-"
		if bare := r.find("limit", f); bare != nil {
			least = fmt.Sprint(bare.Requests)
		}
		fmt.Fprintf(b, "| `%s` | %d | %d ms | %s | %d | %.2f | %s | %s | %s |\n", of, f.N, f.Latency, step, f.Requests,
			float64(f.Requests)/float64(f.N), least, f.spread(), r.beside("limit", f))
	}
}
