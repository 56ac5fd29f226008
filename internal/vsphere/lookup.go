// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// lookups finds VMs by path. A path by itself is cheapest asked for by itself
// (SearchIndex.FindByDatastorePath, one request for each datacenter that may hold
// it). Of many, one index of the datastore is cheaper: all its VMs' paths, in one
// request. Nobody knows beforehand how many will be asked for, so that single
// lookups go on until they have cost about what the index would have, or until
// more come at once than that.
type lookups struct {
	indexes indexes
	mu      sync.Mutex
	spent   int            // single lookups so far
	asked   int            // times that an index was not worth its price
	under   map[string]int // lookups under way, by datastore
	crowd   *crowd         // those who came while another was under way; nil if none
}

// crowd is lookups that come at once, and are made in one way.
type crowd struct {
	width    int         // what they would cost one by one
	wide     bool        // one of them would be too much by itself
	complete *time.Timer // decides when nobody else has come; nil if nobody is waited for
	singly   bool        // the decision
	decided  chan struct{}
}

const (
	// maxSingles is how many single lookups a process makes before it reads an index.
	maxSingles = 5
	// maxWidth is how many datacenters a single lookup goes through; a name that
	// more of them share is indexed at once.
	maxWidth = 3
	// parallel is how many single lookups of one path run at a time.
	parallel = 4
	// crowding is how long a crowd waits for one more to come.
	crowding = 2 * time.Millisecond
)

// hit is a VM that a lookup found, before anything is known of it.
type hit struct {
	vm types.ManagedObjectReference
	in *inventory.Datacenter
	// remembered is set where an index said so rather than the host just now.
	remembered bool
}

// findPath looks in the datacenters for a VM with the path.
func (h *host) findPath(ctx context.Context, p vix.Path, in []*inventory.Datacenter) ([]hit, error) {
	begun := time.Now()
	if !h.lookups.single(len(in)) {
		ix, err := h.index(ctx, p.Datastore, wire.NoOlderThan(indexAge))
		if err != nil {
			return nil, err
		}
		if hits := ix.find(p, in); len(hits) > 0 {
			return hits, nil
		}
		// What the index does not have may be newer than the index.
		return h.lookAgain(ctx, p, in, begun)
	}
	return h.askPath(ctx, p, in)
}

// lookAgain looks for a path where an index did not help: by itself, or in an index
// that is no older than begun where there are too many datacenters for that.
func (h *host) lookAgain(ctx context.Context, p vix.Path, in []*inventory.Datacenter, begun time.Time) ([]hit, error) {
	if len(in) <= maxWidth {
		return h.askPath(ctx, p, in)
	}
	ix, err := h.index(ctx, p.Datastore, begun)
	if err != nil {
		return nil, err
	}
	return ix.find(p, in), nil
}

// begin notes a lookup, until the function that it gives is called.
func (l *lookups) begin(datastore string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.under == nil {
		l.under = map[string]int{}
	}
	l.under[datastore]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.under[datastore]--; l.under[datastore] == 0 {
			delete(l.under, datastore)
		}
	}
}

// datastores are the names that are looked for now.
func (l *lookups) datastores() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.under))
}

// single reports whether the next lookup, through width datacenters, is to be
// made by itself.
func (l *lookups) single(width int) bool {
	c := l.join(width)
	<-c.decided
	return c.singly
}

// join makes a lookup one of a crowd. Alone it is decided at once. Who comes while
// another lookup is under way waits a moment for others: that is less than it
// takes to find out too late that an index would have been cheaper.
func (l *lookups) join(width int) *crowd {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.crowd
	if c == nil {
		c = &crowd{decided: make(chan struct{})}
		l.crowd = c
	}
	c.width += width
	c.wide = c.wide || width > maxWidth
	switch {
	case l.underway() <= 1 || c.wide || l.spent+c.width > maxSingles:
		l.decide(c)
	case c.complete == nil:
		c.complete = time.AfterFunc(crowding, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.decide(c)
		})
	default:
		c.complete.Reset(crowding)
	}
	return c
}

// decide says how the lookups of a crowd are made, once; l.mu is held.
func (l *lookups) decide(c *crowd) {
	if l.crowd != c {
		return
	}
	l.crowd = nil
	if c.complete != nil {
		c.complete.Stop()
	}
	if c.singly = !c.wide && l.spent+c.width <= maxSingles; c.singly {
		l.spent += c.width
	} else if !c.wide {
		l.spent = maxSingles // from now on indexes are cheaper
	}
	close(c.decided)
}

// underway is how many lookups there are; l.mu is held.
func (l *lookups) underway() int {
	n := 0
	for _, of := range l.under {
		n += of
	}
	return n
}

// askPath asks the host for the path in each datacenter.
func (h *host) askPath(ctx context.Context, p vix.Path, in []*inventory.Datacenter) ([]hit, error) {
	var (
		mu    sync.Mutex
		hits  []hit
		group errgroup.Group
	)
	group.SetLimit(parallel)
	for _, dc := range in {
		group.Go(func() error {
			found, err := object.NewSearchIndex(h.Client).FindByDatastorePath(ctx, object.NewDatacenter(h.Client, dc.Ref), p.String())
			if fault.Is(err, &types.InvalidDatastore{}) || fault.Is(err, &types.InvalidDatastorePath{}) {
				return nil // not here
			}
			if err != nil || found == nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			hits = append(hits, hit{vm: found.Reference(), in: dc})
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	inventory.SortBy(hits, func(h hit) string { return h.in.Path })
	return hits, nil
}

// absent reports that an index no older than fresh proves that no VM has the path
// in a datacenter. It reads one when it has been asked as often as that is worth.
func (h *host) absent(ctx context.Context, p vix.Path, in *inventory.Datacenter, fresh time.Time) (bool, error) {
	if !h.lookups.indexes.begunSince(p.Datastore, fresh) && !h.lookups.worthwhile() {
		return false, nil
	}
	defer h.lookups.begin(p.Datastore)()
	ix, err := h.index(ctx, p.Datastore, fresh)
	if err != nil {
		return false, err
	}
	return len(ix.find(p, []*inventory.Datacenter{in})) == 0, nil
}

// worthwhile reports that so many were asked for since the last index that
// another is worth its price.
func (l *lookups) worthwhile() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked++; l.asked <= maxSingles {
		return false
	}
	l.asked = 0
	return true
}

// registered makes a registration of our own known to the next lookup, and
// unregistered forgets one.
func (l *lookups) registered(p vix.Path, in *inventory.Datacenter, vm types.ManagedObjectReference) {
	if ds := in.Datastores[p.Datastore]; ds != nil {
		l.indexes.change(p.Datastore, func(ix *index) { ix.add(indexKey{ds.Ref, p.File}, vm) })
	}
}

func (l *lookups) unregistered(datastore string, vm types.ManagedObjectReference) {
	l.indexes.change(datastore, func(ix *index) { ix.remove(vm) })
}
