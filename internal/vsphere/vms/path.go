// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Reader is how VMs are read: with what an open or what a registration needs.
type Reader = *Batch[types.ManagedObjectReference, *Record]

// At finds and reads the VMs that have the path. What an index remembers
// is held against what the VM itself says, and looked up again if they differ.
func (v *VMs) At(ctx context.Context, p vix.Path, in []*inventory.Datacenter, reads Reader) ([]*Record, error) {
	hits, replies, err := v.findAndAsk(ctx, p, in, reads)
	if err != nil {
		return nil, err
	}
	found, stale, err := verified(ctx, p, hits, replies)
	if err != nil || !stale {
		return found, err
	}
	v.Forget(p.Datastore)
	if hits, err = v.lookAgain(ctx, p, in, time.Now()); err != nil {
		return nil, err
	}
	found, _, err = verified(ctx, p, hits, askAll(hits, reads))
	return found, err
}

// AtNow is At by what the host says now: no index is believed.
func (v *VMs) AtNow(ctx context.Context, p vix.Path, in []*inventory.Datacenter, reads Reader) ([]*Record, error) {
	hits, err := v.askPath(ctx, p, in)
	if err != nil {
		return nil, err
	}
	found, _, err := verified(ctx, p, hits, askAll(hits, reads))
	return found, err
}

// AtIndexed is At by an index alone, which has what no lookup finds: a VM that its host
// cannot reach tells a path of the host's file system.
func (v *VMs) AtIndexed(ctx context.Context, p vix.Path, in []*inventory.Datacenter, reads Reader) ([]*Record, error) {
	ix, err := v.index(ctx, p.Datastore, wire.NoOlderThan(AbsenceAge))
	if err != nil {
		return nil, err
	}
	hits := ix.find(p, in)
	found, _, err := verified(ctx, p, hits, askAll(hits, reads))
	return found, err
}

// findAndAsk finds the VMs and asks what they say of themselves. Until it has
// asked, the lookup counts as one that a read is to wait for.
func (v *VMs) findAndAsk(
	ctx context.Context, p vix.Path, in []*inventory.Datacenter, reads Reader,
) ([]hit, []Reply[*Record], error) {
	defer v.lookups.begin(p.Datastore)()
	hits, err := v.findPath(ctx, p, in)
	return hits, askAll(hits, reads), err
}

// askAll asks what the hits say of themselves.
func askAll(hits []hit, reads Reader) []Reply[*Record] {
	replies := make([]Reply[*Record], len(hits))
	for i, hit := range hits {
		replies[i] = reads.Ask(hit.vm)
	}
	return replies
}

// verified keeps of the hits those that lie in the datacenter where they were
// found, by what they say of themselves. It reports stale if something remembered
// does not hold any more.
func verified(ctx context.Context, p vix.Path, hits []hit, replies []Reply[*Record]) (found []*Record, stale bool, err error) {
	seen := map[types.ManagedObjectReference]bool{}
	for i, hit := range hits {
		r, err := replies[i].Wait(ctx)
		switch {
		case fault.Is(err, &types.ManagedObjectNotFound{}):
			stale = stale || hit.remembered
			continue // unregistered since it was found
		case err != nil:
			return nil, false, err
		}
		if hit.remembered && !r.Path().Same(p) {
			stale = true
			continue
		}
		if dc, ok := r.Datacenter(); ok && dc != hit.in.Ref || seen[hit.vm] {
			continue
		}
		seen[hit.vm] = true
		found = append(found, r)
	}
	return found, stale, nil
}
