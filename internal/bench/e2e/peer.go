// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// peer is another provider to measure the same opens with. VIX_BENCH_PEER is its
// binary, VIX_BENCH_PEER_SOURCE its address (hashicorp/vsphere), and
// VIX_BENCH_PEER_CONFIG a file with its configuration, a Go template that knows
// .Server (host:port), .Username, .Password, .CAFile, .Datacenters and .VMs, each
// of which has a .Name and a .Path. With TLS verification it would not like the
// proxy's certificate: let it be insecure.
type peer struct {
	binary, source string
	config         *template.Template
}

func peerFromEnvironment() (*peer, error) {
	p := &peer{binary: os.Getenv("VIX_BENCH_PEER"), source: os.Getenv("VIX_BENCH_PEER_SOURCE")}
	if p.binary == "" {
		return nil, nil
	}
	file := os.Getenv("VIX_BENCH_PEER_CONFIG")
	if p.source == "" || file == "" {
		return nil, fmt.Errorf("VIX_BENCH_PEER needs VIX_BENCH_PEER_SOURCE and VIX_BENCH_PEER_CONFIG")
	}
	var err error
	if p.binary, err = filepath.Abs(p.binary); err != nil {
		return nil, err
	}
	p.config, err = template.ParseFiles(file)
	return p, err
}

func (p *peer) name() string {
	return strings.TrimPrefix(filepath.Base(p.binary), "terraform-provider-")
}

// peerPlan measures a plan of the peer's.
func (b *bench) peerPlan(ctx context.Context, p *plan, r *results, front *proxy, like figure, vms []opened) error {
	var config bytes.Buffer
	err := b.peer.config.Execute(&config, map[string]any{
		"Server":   strings.TrimSuffix(strings.TrimPrefix(front.url, "https://"), "/sdk"),
		"Username": front.host.Username, "Password": front.host.Password, "CAFile": front.ca,
		"Datacenters": p.datacenters, "VMs": vms,
	})
	if err != nil {
		return err
	}
	w, err := b.workspace(config.String(), front)
	if err != nil {
		return err
	}
	like.Who = b.peer.name()
	f := r.add(&like)
	for range p.runs {
		if err := f.measure(ctx, front, w, "", b.terraform, "plan", "-no-color"); err != nil {
			return err
		}
	}
	return nil
}
