// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// many is from how many registrations on one run at the largest latency has to do:
// with each, terraform writes a state that has them all.
const many = 1000

const ofRegistrations = "registrations"

// registrationSteps are what is measured of registrations: the commands, and what
// the program at the limit does in the place of those that change the host.
var registrationSteps = []struct {
	name  string
	args  []string
	limit string
}{
	{"plan", []string{"plan", "-no-color", "-out=plan"}, ""},
	{"apply", []string{"apply", "-no-color", "plan"}, "-register"},
	{"refresh", []string{"plan", "-no-color", "-detailed-exitcode"}, ""}, // which fails if there is anything to do
	{"destroy", []string{"destroy", "-no-color", "-auto-approve"}, "-unregister"},
}

// stepFigures are the figures of one case of somebody's, in the order of the steps, of what the steps are of.
func (r *results) stepFigures(like figure, of string) []*figure {
	var steps []*figure
	for _, step := range registrationSteps {
		f := like
		f.What = step.name + " of " + of
		steps = append(steps, r.add(&f))
	}
	return steps
}

// registrationsConfig is a configuration that registers n VMs with one of our
// providers.
func registrationsConfig(provider string, n int) string {
	return fmt.Sprintf(`terraform {
  required_providers {
    vix = { source = "terraform-vix/%s" }
  }
}
resource "vix_registration" "this" {
  count    = %d
  vmx_path = "[LocalDS_0] new${count.index}/new${count.index}.vmx"
}
`, provider, n)
}

// registrations measures plan, apply, refresh and destroy of registrations, and
// the references beside them.
func (b *bench) registrations(ctx context.Context, p *plan, r *results) error {
	const v = 1000
	for _, latency := range p.latency {
		for _, n := range p.registrations {
			runs := p.runs
			if n >= many {
				if latency != slices.Max(p.latency) {
					continue
				}
				runs = 1
			}
			like := figure{N: n, V: v, D: 1, Latency: latency}
			ours, limit, free := like, like, like
			ours.Who, limit.Who, free.Who = "vix", "limit", "atonce"
			figures := func(of figure) []*figure { return r.stepFigures(of, ofRegistrations) }
			steps, bare, atOnce := figures(ours), figures(limit), figures(free)
			for range runs {
				if err := b.atOnce(ctx, n, atOnce); err != nil {
					return err
				}
				// Each on a host that has seen no registration, but has the files of n.
				if err := b.onHost(ctx, v, 1, n, func(front *proxy) error { return b.atTheLimit(ctx, front, n, bare) }); err != nil {
					return err
				}
				config := registrationsConfig("vix", n)
				if err := b.onHost(ctx, v, 1, n, func(front *proxy) error { return b.run(ctx, front, config, steps) }); err != nil {
					return err
				}
			}
			progress("registered %d VMs at %d ms: plan %.2f s, apply %.2f s", n, latency, steps[0].median(), steps[1].median())
		}
	}
	return nil
}

// atOnce measures terraform with a host that answers at once.
func (b *bench) atOnce(ctx context.Context, n int, steps []*figure) error {
	w, err := b.workspace(registrationsConfig("atonce", n), nil)
	if err != nil {
		return err
	}
	for i, step := range registrationSteps {
		if err := steps[i].measure(ctx, nil, w, "", b.terraform, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// atTheLimit measures the host's own speed.
func (b *bench) atTheLimit(ctx context.Context, front *proxy, n int, steps []*figure) error {
	w, err := b.workspace("", front)
	if err != nil {
		return err
	}
	var paths strings.Builder
	for i := range n {
		fmt.Fprintf(&paths, "[LocalDS_0] new%d/new%d.vmx\n", i, i)
	}
	for i, step := range registrationSteps {
		if step.limit == "" {
			continue
		}
		if err := steps[i].measure(ctx, front, w, paths.String(), b.binary("limit"), step.limit); err != nil {
			return err
		}
	}
	return nil
}
