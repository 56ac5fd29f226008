// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// spelled gives a path on a datastore as the host reports it. Where the host tells no
// friendly names, a registered VM that has the very file says so.
func (h *host) spelled(ctx context.Context, what wire.Step, ds *inventory.Datastore, p vix.Path) (vix.Path, error) {
	out, told, err := h.Spelled(ctx, ds, p)
	if err == nil && !told {
		out, err = h.spelledByFile(ctx, ds, p)
	}
	return out, asPartOf(what, err)
}

// spelledByFile finds the registered VM that has a file by the instance UUID in it. A copy
// keeps that UUID; it is the very file only if size and time are the same, too.
func (h *host) spelledByFile(ctx context.Context, ds *inventory.Datastore, p vix.Path) (vix.Path, error) {
	config, err := h.ReadConfig(ctx, ds, p)
	if err != nil || config == nil || config.InstanceUUID == "" {
		return p, err
	}
	found, err := h.ByID(ctx, config.InstanceUUID, &h.Reads, nil)
	if err != nil {
		return p, err
	}
	_, rest, _ := strings.Cut(p.File, "/")
	for _, r := range found {
		is := r.Path()
		if _, other, _ := strings.Cut(is.File, "/"); is.Datastore != ds.Name || other != rest {
			continue
		}
		same, err := h.oneFile(ctx, ds, p, ds, is)
		if err != nil || same {
			return is, err
		}
	}
	return p, nil
}

// spellings are the paths that the host reports for one that a user writes, and the
// datacenters where it is each.
func (h *host) spellings(ctx context.Context, what wire.Step, p vix.Path, in []*inventory.Datacenter) ([]sighting, error) {
	var out []sighting
	for _, dc := range in {
		at, err := h.spelled(ctx, what, dc.Datastore(p.Datastore), p)
		if err != nil {
			return nil, err
		}
		if n := len(out) - 1; n >= 0 && out[n].path == at {
			out[n].in = append(out[n].in, dc)
			continue
		}
		out = append(out, sighting{at, []*inventory.Datacenter{dc}})
	}
	return out, nil
}

// found are the VMs at a path that a user writes, those out of reach too.
func (h *host) found(ctx context.Context, what wire.Step, p vix.Path, in []*inventory.Datacenter, reads vms.Reader) ([]*vms.Record, error) {
	places, err := h.spellings(ctx, what, p, in)
	if err != nil {
		return nil, err
	}
	var all []*vms.Record
	for _, find := range []func(context.Context, vix.Path, []*inventory.Datacenter, vms.Reader) ([]*vms.Record, error){h.At, h.AtIndexed} {
		for _, at := range places {
			some, err := find(ctx, at.path, at.in, reads)
			if err != nil {
				return nil, h.Failed(what, err)
			}
			all = append(all, some...)
		}
		if len(all) > 0 {
			return all, nil
		}
	}
	return nil, nil
}
