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

// reference is the same plan with a provider that asks no host.
type reference struct {
	figure *figure
	at     *workspace
}

// hostless are the references of plans that open n VMs.
func (b *bench) hostless(r *results, n int) ([]*reference, error) {
	var out []*reference
	for provider, kind := range map[string]string{"instant": "instant_vm", "atonce": "vix_vm"} {
		at, err := b.workspace(opensConfig(provider, kind, openedVMs(n, n, 1)), nil)
		if err != nil {
			return nil, err
		}
		out = append(out, &reference{r.add(&figure{What: "plan", Who: provider, N: n}), at})
	}
	return out, nil
}

// opens measures plans that open VMs, and the references beside them.
func (b *bench) opens(ctx context.Context, p *plan, r *results) error {
	references := map[int][]*reference{}
	for _, n := range p.n {
		refs, err := b.hostless(r, n)
		if err != nil {
			return err
		}
		references[n] = refs
	}
	for _, v := range p.v {
		err := b.onHost(ctx, v, p.datacenters, 0, func(front *proxy) error { return b.opensOf(ctx, p, r, front, v, references) })
		if err != nil {
			return err
		}
	}
	return nil
}

// opensOf measures everything on one host. What is compared is run in turn, so
// that what else the machine does falls on all alike.
func (b *bench) opensOf(ctx context.Context, p *plan, r *results, front *proxy, v int, references map[int][]*reference) error {
	for _, latency := range p.latency {
		for _, n := range p.n {
			like := figure{What: "plan", N: n, V: v, D: p.datacenters, Latency: latency}
			if err := b.opensCase(ctx, p, r, front, like, references[n]); err != nil {
				return err
			}
		}
	}
	return nil
}

// opensCase measures the provider and the references once for each run.
func (b *bench) opensCase(ctx context.Context, p *plan, r *results, front *proxy, like figure, references []*reference) error {
	vms := openedVMs(like.N, like.V, p.datacenters)
	w, err := b.workspace(opensConfig("vix", "vix_vm", vms), front)
	if err != nil {
		return err
	}
	ours, limit := like, like
	ours.Who, limit.Who = "vix", "limit"
	of, lf := r.add(&ours), r.add(&limit)
	for range p.runs {
		for _, ref := range references {
			if err := ref.figure.measure(ctx, nil, ref.at, "", b.terraform, "plan", "-no-color"); err != nil {
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
	progress("opened %d of %d VMs at %d ms: %.2f s, %d requests", like.N, like.V, like.Latency, of.median(), of.Requests)
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
