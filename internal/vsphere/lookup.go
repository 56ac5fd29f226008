// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// lookups finds VMs by path. A path by itself is cheapest asked for by itself
// (SearchIndex.FindByDatastorePath, one request for each datacenter that may hold
// it). Of many, one index of the datastore is cheaper: all its VMs' paths, in one
// request. Nobody knows beforehand how many will be asked for, so that single
// lookups go on until they have cost about what the index would have.
type lookups struct {
	mu      sync.Mutex
	spent   int // single lookups so far
	indexes remembered[string, *index]
}

const (
	// maxSingles is how many single lookups a process makes before it reads an index.
	maxSingles = 5
	// maxWidth is how many datacenters a single lookup goes through; a name that
	// more of them share is indexed at once.
	maxWidth = 3
	// indexAge is how long an index is believed.
	indexAge = 30 * time.Second
	// parallel is how many single lookups of one path run at a time.
	parallel = 4
)

// index is where the VMs of all datastores of one name are.
type index struct {
	mu   sync.Mutex
	vms  map[indexKey][]types.ManagedObjectReference
	made time.Time
}

// indexKey is a path on one datacenter's datastore.
type indexKey struct {
	datastore types.ManagedObjectReference
	file      string
}

// hit is a VM that a lookup found, before anything is known of it.
type hit struct {
	vm types.ManagedObjectReference
	in *datacenter
	// remembered is set where an index said so rather than the host just now.
	remembered bool
}

// findPath looks in the datacenters for a VM with the path.
func (h *host) findPath(ctx context.Context, p vix.Path, in []*datacenter) ([]hit, error) {
	if !h.lookups.single(len(in)) {
		ix, err := h.index(ctx, p.Datastore)
		if err != nil {
			return nil, err
		}
		if hits := ix.find(p, in); len(hits) > 0 {
			return hits, nil
		}
		// What the index does not have may be newer than the index.
	}
	return h.askPath(ctx, p, in)
}

// single reports whether the next lookup, through width datacenters, is to be
// made by itself.
func (l *lookups) single(width int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if width > maxWidth || l.spent+width > maxSingles {
		return false
	}
	l.spent += width
	return true
}

// askPath asks the host for the path in each datacenter.
func (h *host) askPath(ctx context.Context, p vix.Path, in []*datacenter) ([]hit, error) {
	var (
		mu    sync.Mutex
		hits  []hit
		group errgroup.Group
	)
	group.SetLimit(parallel)
	for _, dc := range in {
		group.Go(func() error {
			found, err := object.NewSearchIndex(h.client).FindByDatastorePath(ctx, object.NewDatacenter(h.client, dc.ref), p.String())
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
	sortBy(hits, func(h hit) string { return h.in.path })
	return hits, nil
}

// index is the index of all datastores of a name, no older than indexAge.
func (h *host) index(ctx context.Context, datastore string) (*index, error) {
	return h.lookups.indexes.get(ctx, h.life, datastore, time.Now().Add(-indexAge), func(ctx context.Context) (*index, error) {
		return h.readIndex(ctx, datastore)
	})
}

// readIndex reads the paths of all VMs of the datastores of a name, with one
// request: from each datastore to its VMs.
func (h *host) readIndex(ctx context.Context, name string) (*index, error) {
	ix := &index{vms: map[indexKey][]types.ManagedObjectReference{}, made: time.Now()}
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	spec := types.PropertyFilterSpec{PropSet: []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{"config.files.vmPathName"}},
		{Type: "Datastore", PathSet: []string{"vm"}},
	}}
	for _, dc := range sk.datacenters {
		if ds := dc.datastores[name]; ds != nil {
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{
				Obj: ds.ref, SelectSet: []types.BaseSelectionSpec{traverse("vms", "Datastore", "vm")},
			})
		}
	}
	content, err := h.retrieve(ctx, spec)
	if err != nil {
		return nil, err
	}
	ix.fill(name, content)
	return ix, nil
}

// fill takes the paths from content. A VM may have files on several datastores;
// its path says which one counts.
func (ix *index) fill(name string, content []types.ObjectContent) {
	paths := map[types.ManagedObjectReference]vix.Path{}
	for _, o := range content {
		for _, property := range o.PropSet {
			if text, ok := property.Val.(string); ok && o.Obj.Type == "VirtualMachine" {
				if p := hostPath(text); p.Datastore == name {
					paths[o.Obj] = p
				}
			}
		}
	}
	for _, o := range content {
		for _, property := range o.PropSet {
			vms, ok := property.Val.(types.ArrayOfManagedObjectReference)
			if !ok {
				continue
			}
			for _, vm := range vms.ManagedObjectReference {
				if p, ok := paths[vm]; ok {
					ix.add(indexKey{o.Obj, p.File}, vm)
				}
			}
		}
	}
}

func (ix *index) add(key indexKey, vm types.ManagedObjectReference) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if !slices.Contains(ix.vms[key], vm) {
		ix.vms[key] = append(ix.vms[key], vm)
	}
}

func (ix *index) find(p vix.Path, in []*datacenter) []hit {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	var hits []hit
	for _, dc := range in {
		if ds := dc.datastores[p.Datastore]; ds != nil {
			for _, vm := range ix.vms[indexKey{ds.ref, p.File}] {
				hits = append(hits, hit{vm: vm, in: dc, remembered: true})
			}
		}
	}
	return hits
}

// registered makes a registration of our own known to the next lookup, and
// unregistered forgets one.
func (l *lookups) registered(p vix.Path, in *datacenter, vm types.ManagedObjectReference) {
	if ix, _, ok := l.indexes.known(p.Datastore); ok {
		if ds := in.datastores[p.Datastore]; ds != nil {
			ix.add(indexKey{ds.ref, p.File}, vm)
		}
		return
	}
	// An index on its way may have missed it.
	l.indexes.drop(p.Datastore)
}

func (l *lookups) unregistered(datastore string, vm types.ManagedObjectReference) {
	ix, _, ok := l.indexes.known(datastore)
	if !ok {
		l.indexes.drop(datastore)
		return
	}
	ix.mu.Lock()
	defer ix.mu.Unlock()
	for key, vms := range ix.vms {
		if i := slices.Index(vms, vm); i >= 0 {
			ix.vms[key] = slices.Delete(slices.Clone(vms), i, i+1)
		}
	}
}
