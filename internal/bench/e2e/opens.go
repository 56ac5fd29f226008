// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"strings"
)

// opened is a VM that a run opens.
type opened struct{ Name, Path string }

// openedVMs are n of the v VMs of the host, from all datacenters in turn. If the
// host has fewer they repeat.
func openedVMs(n, v, datacenters int) []opened {
	out := make([]opened, n)
	for i := range out {
		name := fmt.Sprintf("DC%d_VM%d", i%datacenters, (i/datacenters)%(v/datacenters))
		out[i] = opened{name, fmt.Sprintf("[LocalDS_0] %s/%s.vmx", name, name)}
	}
	return out
}

func paths(vms []opened) []string {
	var out []string
	for _, vm := range vms {
		out = append(out, vm.Path)
	}
	return out
}

// opensConfig is a configuration with a data source of one of our providers for
// each VM.
func opensConfig(provider, kind string, vms []opened) string {
	local, _, _ := strings.Cut(kind, "_")
	return fmt.Sprintf(`terraform {
  required_providers {
    %[1]s = { source = "terraform-vix/%[2]s" }
  }
}
locals {
  paths = ["%[4]s"]
}
data %[3]q "this" {
  count    = length(local.paths)
  vmx_path = local.paths[count.index]
}
`, local, provider, kind, strings.Join(paths(vms), "\", \""))
}

// hostless are the providers that ask no host, and what their VMs are.
var hostless = []struct{ who, kind string }{{"instant", "instant_vm"}, {"atonce", "vix_vm"}}

// opens measures plans that open VMs, and the references beside them.
func (b *bench) opens(ctx context.Context, p *plan, r *results) error {
	for _, v := range p.v {
		err := b.onHost(ctx, v, p.datacenters, 0, func(front *proxy) error { return b.opensOf(ctx, p, r, front, v) })
		if err != nil {
			return err
		}
	}
	return nil
}

// opensOf measures everything on one host.
func (b *bench) opensOf(ctx context.Context, p *plan, r *results, front *proxy, v int) error {
	for _, latency := range p.latency {
		for _, n := range p.n {
			like := figure{What: "plan", N: n, V: v, D: p.datacenters, Latency: latency}
			if err := b.opensCase(ctx, p, r, front, like); err != nil {
				return err
			}
		}
	}
	return nil
}

// opensCase measures the provider and the references of one case. They are run in
// turn, so that what else the machine does falls on all alike.
func (b *bench) opensCase(ctx context.Context, p *plan, r *results, front *proxy, like figure) error {
	vms := openedVMs(like.N, like.V, p.datacenters)
	var (
		ours, limit = like, like
		references  = make([]figure, len(hostless))
		alone       = make([]*workspace, len(hostless))
		err         error
	)
	ours.Who, limit.Who = "vix", "limit"
	of, lf := r.add(&ours), r.add(&limit)
	for i, provider := range hostless {
		references[i] = like
		references[i].Who = provider.who
		r.add(&references[i])
		if alone[i], err = b.workspace(opensConfig(provider.who, provider.kind, vms), nil); err != nil {
			return err
		}
	}
	w, err := b.workspace(opensConfig("vix", "vix_vm", vms), front)
	if err != nil {
		return err
	}
	for range p.runs {
		for i := range references {
			if err := references[i].measure(ctx, nil, alone[i], "", b.terraform, "plan", "-no-color"); err != nil {
				return err
			}
		}
		if err := of.measure(ctx, front, w, "", b.terraform, "plan", "-no-color"); err != nil {
			return err
		}
		if err := lf.measure(ctx, front, w, strings.Join(paths(vms), "\n"), b.binary("limit")); err != nil {
			return err
		}
	}
	progress("opened %d of %d VMs at %d ms: %.2f s, %d requests; terraform alone %.2f s, answered at once %.2f s",
		like.N, like.V, like.Latency, of.median(), of.Requests, references[0].median(), references[1].median())
	if b.peer == nil {
		return nil
	}
	return b.peerPlan(ctx, p, r, front, like, vms)
}

// memory measures how much the provider needs where there is much.
func (b *bench) memory(ctx context.Context, p *plan, r *results) error {
	const v, n = 10000, 1000
	return b.onHost(ctx, v, p.datacenters, 0, func(front *proxy) error {
		w, err := b.workspace(opensConfig("vix", "vix_vm", openedVMs(n, v, p.datacenters)), front)
		if err != nil {
			return err
		}
		f := r.add(&figure{What: "plan", Who: "vix", N: n, V: v, D: p.datacenters})
		for range p.runs {
			if err := f.measure(ctx, front, w, "", b.terraform, "plan", "-no-color"); err != nil {
				return err
			}
		}
		progress("opened %d of %d VMs: %d MiB", n, v, f.Memory>>10)
		return nil
	})
}
