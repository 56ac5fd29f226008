// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// ids finds VMs by instance UUID. A few are asked for one by one, which alone
// proves absence for good; of many at once, or in one run, one read of the whole
// inventory answers for all.
type ids struct {
	batch Batch[string, []types.ManagedObjectReference]
	whole wire.Memory[struct{}, *whole]

	mu    sync.Mutex
	spent int // single lookups so far
	seen  map[string][]types.ManagedObjectReference
}

// whole is what all VMs of an inventory are told by.
type whole struct {
	byID   map[string][]types.ManagedObjectReference
	byPath map[vix.Path]bool
}

// idProperty is the instance UUID that an inaccessible VM tells, too.
const idProperty = "summary.config.instanceUuid"

// note remembers which VM has an id, as it said itself.
func (x *ids) note(id string, vm types.ManagedObjectReference) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.seen == nil {
		x.seen = map[string][]types.ManagedObjectReference{}
	}
	if !slices.Contains(x.seen[id], vm) {
		x.seen[id] = append(x.seen[id], vm)
	}
}

// known are the VMs that this process has seen with an id.
func (x *ids) known(id string) []types.ManagedObjectReference {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.seen[strings.ToLower(id)])
}

// indexed are the VMs that have an id by what has been read of the inventory, without
// a request.
func (x *ids) indexed(id string) []types.ManagedObjectReference {
	w, begun, ok := x.whole.Known(struct{}{})
	if !ok || begun.Before(wire.NoOlderThan(indexAge)) {
		return nil
	}
	return w.byID[strings.ToLower(id)]
}

// singly reports whether the next n ids are to be asked for one by one.
func (x *ids) singly(n int) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.spent+n > MaxSingles {
		x.spent = MaxSingles // from now on the inventory is cheaper
		return false
	}
	x.spent += n
	return true
}

// findIDs finds the VMs of ids that are asked for together.
func (v *VMs) findIDs(ctx context.Context, wanted []string) map[string]Answer[[]types.ManagedObjectReference] {
	if v.ids.singly(len(wanted)) {
		return v.askIDs(ctx, wanted)
	}
	out := make(map[string]Answer[[]types.ManagedObjectReference], len(wanted))
	w, err := v.wholeInventory(ctx, wire.NoOlderThan(indexAge))
	for _, id := range wanted {
		if err == nil && len(w.byID[strings.ToLower(id)]) == 0 {
			// It may be newer than what was read.
			w, err = v.wholeInventory(ctx, wire.NoOlderThan(AbsenceAge))
		}
		if err != nil {
			out[id] = Answer[[]types.ManagedObjectReference]{Err: err}
			continue
		}
		out[id] = Answer[[]types.ManagedObjectReference]{Value: w.byID[strings.ToLower(id)]}
	}
	return out
}

// askIDs asks for each id by itself: SearchIndex.FindAllByUuid, because FindByUuid
// would pick one of several silently.
func (v *VMs) askIDs(ctx context.Context, wanted []string) map[string]Answer[[]types.ManagedObjectReference] {
	answers := make([]Answer[[]types.ManagedObjectReference], len(wanted))
	var group errgroup.Group
	group.SetLimit(Parallel)
	for i, id := range wanted {
		group.Go(func() error {
			found, err := object.NewSearchIndex(v.Client).FindAllByUuid(ctx, nil, id, true, types.NewBool(true))
			answers[i].Err = err
			for _, ref := range found {
				answers[i].Value = append(answers[i].Value, ref.Reference())
			}
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	out := make(map[string]Answer[[]types.ManagedObjectReference], len(wanted))
	for i, id := range wanted {
		out[id] = answers[i]
	}
	return out
}

// wholeInventory reads ids and paths of all VMs, for all who ask: those in folders,
// and those on datastores, whichever of them a user may see.
func (v *VMs) wholeInventory(ctx context.Context, notBefore time.Time) (*whole, error) {
	return v.ids.whole.Get(ctx, v.Life, struct{}{}, notBefore, func(ctx context.Context) (*whole, error) {
		outline, err := v.Outline(ctx, time.Time{})
		if err != nil {
			return nil, err
		}
		content, err := v.RetrieveBriefly(ctx, wholeSpec(v.Client.ServiceContent.RootFolder, outline))
		if err != nil {
			return nil, err
		}
		w := &whole{
			byID:   make(map[string][]types.ManagedObjectReference, len(content)),
			byPath: make(map[vix.Path]bool, len(content)),
		}
		for i := range content {
			o := &content[i]
			w.notePath(o.Text(pathProperty), outline)
			if id := strings.ToLower(o.Text(idProperty)); id != "" && !slices.Contains(w.byID[id], o.Obj) {
				w.byID[id] = append(w.byID[id], o.Obj)
			}
		}
		return w, nil
	})
}

// notePath notes where a VM lies, under each name of its datastore.
func (w *whole) notePath(text string, outline *inventory.Outline) {
	name, below := shellPath(text)
	if !below {
		w.byPath[hostPath(text).Composed()] = true
		return
	}
	for _, ds := range outline.AtDirectory(name) {
		file, _ := ds.Below(name)
		w.byPath[vix.Path{Datastore: ds.Name, File: file}.Composed()] = true
	}
}

// wholeSpec goes down all folders and into vApps, and from all datastores.
func wholeSpec(root types.ManagedObjectReference, outline *inventory.Outline) types.PropertyFilterSpec {
	spec := types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: root, Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{
			wire.Traverse("children", "Folder", "childEntity", "children", "vmFolder", "vms", "apps"),
			wire.Traverse("vmFolder", "Datacenter", "vmFolder", "children"),
			wire.Traverse("vms", "VirtualApp", "vm"),
			wire.Traverse("apps", "VirtualApp", "resourcePool", "vms", "apps"),
		}}},
		PropSet: []types.PropertySpec{{Type: "VirtualMachine", PathSet: []string{pathProperty, idProperty}}},
	}
	below := []types.BaseSelectionSpec{wire.Traverse("onDatastore", "Datastore", "vm")}
	for _, dc := range outline.Datacenters {
		for _, ds := range dc.Datastores {
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: ds.Ref, Skip: types.NewBool(true), SelectSet: below})
			below = wire.Selected("onDatastore")
		}
	}
	return spec
}
