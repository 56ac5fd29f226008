// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

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
	mu       sync.Mutex
	spent    int             // single lookups so far
	absences int             // times that an index was not worth its price
	current  map[string]int  // lookups under way, by datastore
	crowd    *crowd          // those who came while another was under way; nil if none
	reads    int             // indexes that were read of names that had none
	indexed  map[string]bool // the names that an index was read of
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
	// MaxSingles is how many single lookups a process makes before it reads an index.
	MaxSingles = 5
	// MaxWidth is how many datacenters a single lookup goes through; a name that
	// more of them share is indexed at once.
	MaxWidth = 3
	// Parallel is how many single lookups of one path run at a time.
	Parallel = 4
	// crowding is how long a crowd waits for one more to come. Ten opens at once cost 3 requests with it and 7 without (two
	// datacenters of one datastore's name: 4 and 6), in the same time, at 5 and at 20 ms.
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
func (v *VMs) findPath(ctx context.Context, p vix.Path, in []*inventory.Datacenter) ([]hit, error) {
	begun := time.Now()
	if !v.lookups.single(len(in)) {
		ix, err := v.index(ctx, p.Datastore, wire.NoOlderThan(indexAge))
		if err != nil {
			return nil, err
		}
		if hits := ix.find(p, in); len(hits) > 0 {
			return hits, nil
		}
		// What the index does not have may be newer than the index.
		return v.lookAgain(ctx, p, in, begun)
	}
	return v.askPath(ctx, p, in)
}

// lookAgain looks for a path where an index did not help: by itself, or in an index
// that is no older than begun where there are too many datacenters for that.
func (v *VMs) lookAgain(ctx context.Context, p vix.Path, in []*inventory.Datacenter, begun time.Time) ([]hit, error) {
	if len(in) <= MaxWidth {
		return v.askPath(ctx, p, in)
	}
	ix, err := v.index(ctx, p.Datastore, begun)
	if err != nil {
		return nil, err
	}
	return ix.find(p, in), nil
}

// begin notes a lookup, until the function that it gives is called.
func (l *lookups) begin(datastore string) func() {
	l.mu.Lock()
	defer l.mu.Unlock()
	datastore = vix.Composed(datastore)
	if l.current == nil {
		l.current = map[string]int{}
	}
	l.current[datastore]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.current[datastore]--; l.current[datastore] == 0 {
			delete(l.current, datastore)
		}
	}
}

// datastores are the names that are looked for now.
func (l *lookups) datastores() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.current))
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
	c.wide = c.wide || width > MaxWidth
	switch {
	case l.running() <= 1 || c.wide || l.spent+c.width > MaxSingles:
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
	if c.singly = !c.wide && l.spent+c.width <= MaxSingles; c.singly {
		l.spent += c.width
	} else if !c.wide {
		l.spent = MaxSingles // from now on indexes are cheaper
	}
	close(c.decided)
}

// running is how many lookups there are; l.mu is held.
func (l *lookups) running() int {
	n := 0
	for _, of := range l.current {
		n += of
	}
	return n
}

// askPath asks the host for the path in each datacenter.
func (v *VMs) askPath(ctx context.Context, p vix.Path, in []*inventory.Datacenter) ([]hit, error) {
	var (
		mu    sync.Mutex
		hits  []hit
		group errgroup.Group
	)
	group.SetLimit(Parallel)
	for _, dc := range in {
		group.Go(func() error {
			at := p
			if ds := dc.Datastore(p.Datastore); ds != nil {
				at.Datastore = ds.Name // in the host's own bytes
			}
			found, err := object.NewSearchIndex(v.Client).FindByDatastorePath(ctx, object.NewDatacenter(v.Client, dc.Ref), at.String())
			if fault.Is(err, &types.InvalidDatastore{}) || fault.Is(err, &types.InvalidDatastorePath{}) {
				return nil // not here
			}
			if err != nil {
				return err
			}
			var here []hit
			if found != nil {
				here = []hit{{vm: found.Reference(), in: dc}}
			} else if here, err = v.outOfReach(ctx, p, dc); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			hits = append(hits, here...)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	inventory.SortBy(hits, func(h hit) string { return h.in.Path })
	return hits, nil
}

// outOfReach finds what no lookup finds: the VMs of a datastore that no host can reach
// have paths of the hosts' file system, and only an index knows where those are.
func (v *VMs) outOfReach(ctx context.Context, p vix.Path, dc *inventory.Datacenter) ([]hit, error) {
	if ds := dc.Datastore(p.Datastore); ds == nil || ds.Accessible {
		return nil, nil
	}
	ix, err := v.index(ctx, p.Datastore, wire.NoOlderThan(AbsenceAge))
	if err != nil {
		return nil, err
	}
	return ix.find(p, []*inventory.Datacenter{dc}), nil
}

// Absent reports that an index no older than fresh proves that no VM has the path
// in a datacenter. It reads one when it has been asked as often as that is worth.
func (v *VMs) Absent(ctx context.Context, p vix.Path, in *inventory.Datacenter, fresh time.Time) (bool, error) {
	if !v.indexes.BegunSince(vix.Composed(p.Datastore), fresh) && !v.lookups.worthwhile() {
		return false, nil
	}
	defer v.lookups.begin(p.Datastore)()
	ix, err := v.index(ctx, p.Datastore, fresh)
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
	if l.absences++; l.absences <= MaxSingles {
		return false
	}
	l.absences = 0
	return true
}
