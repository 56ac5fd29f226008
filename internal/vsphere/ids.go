// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

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
	asked batch[string, []types.ManagedObjectReference]
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
	if x.spent+n > maxSingles {
		x.spent = maxSingles // from now on the inventory is cheaper
		return false
	}
	x.spent += n
	return true
}

// find finds the VMs of ids that are asked for together.
func (h *host) findIDs(ctx context.Context, wanted []string) map[string]answer[[]types.ManagedObjectReference] {
	if h.ids.singly(len(wanted)) {
		return h.askIDs(ctx, wanted)
	}
	out := make(map[string]answer[[]types.ManagedObjectReference], len(wanted))
	w, err := h.wholeInventory(ctx, wire.NoOlderThan(indexAge))
	for _, id := range wanted {
		if err == nil && len(w.byID[strings.ToLower(id)]) == 0 {
			// It may be newer than what was read.
			w, err = h.wholeInventory(ctx, wire.NoOlderThan(absenceAge))
		}
		if err != nil {
			out[id] = answer[[]types.ManagedObjectReference]{err: err}
			continue
		}
		out[id] = answer[[]types.ManagedObjectReference]{value: w.byID[strings.ToLower(id)]}
	}
	return out
}

// askIDs asks for each id by itself: SearchIndex.FindAllByUuid, because FindByUuid
// would pick one of several silently.
func (h *host) askIDs(ctx context.Context, wanted []string) map[string]answer[[]types.ManagedObjectReference] {
	answers := make([]answer[[]types.ManagedObjectReference], len(wanted))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, id := range wanted {
		group.Go(func() error {
			found, err := object.NewSearchIndex(h.Client).FindAllByUuid(ctx, nil, id, true, types.NewBool(true))
			answers[i].err = err
			for _, ref := range found {
				answers[i].value = append(answers[i].value, ref.Reference())
			}
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	out := make(map[string]answer[[]types.ManagedObjectReference], len(wanted))
	for i, id := range wanted {
		out[id] = answers[i]
	}
	return out
}

// wholeInventory reads ids and paths of all VMs, for all who ask: those in folders,
// and those on datastores, whichever of them a user may see.
func (h *host) wholeInventory(ctx context.Context, notBefore time.Time) (*whole, error) {
	return h.ids.whole.Get(ctx, h.Life, struct{}{}, notBefore, func(ctx context.Context) (*whole, error) {
		sk, err := h.Outline(ctx, time.Time{})
		if err != nil {
			return nil, err
		}
		content, err := h.RetrieveBriefly(ctx, wholeSpec(h.Client.ServiceContent.RootFolder, sk))
		if err != nil {
			return nil, err
		}
		w := &whole{
			byID:   make(map[string][]types.ManagedObjectReference, len(content)),
			byPath: make(map[vix.Path]bool, len(content)),
		}
		for i := range content {
			o := &content[i]
			w.byPath[hostPath(o.Text(pathProperty))] = true
			if id := strings.ToLower(o.Text(idProperty)); id != "" && !slices.Contains(w.byID[id], o.Obj) {
				w.byID[id] = append(w.byID[id], o.Obj)
			}
		}
		return w, nil
	})
}

// wholeSpec goes down all folders and into vApps, and from all datastores.
func wholeSpec(root types.ManagedObjectReference, sk *inventory.Outline) types.PropertyFilterSpec {
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
	for _, dc := range sk.Datacenters {
		for _, ds := range dc.Datastores {
			spec.ObjectSet = append(spec.ObjectSet, types.ObjectSpec{Obj: ds.Ref, Skip: types.NewBool(true), SelectSet: below})
			below = wire.Selected("onDatastore")
		}
	}
	return spec
}

// recordsByID finds and reads the VMs with an instance UUID, all of them. What is
// on its way already is not asked for again.
func (h *host) recordsByID(
	ctx context.Context, id string, reads recordReader, underway map[types.ManagedObjectReference]reply[*record],
) ([]*record, error) {
	if !uuidForm.MatchString(id) {
		return nil, nil // a managed object id is not one, and must not be asked for as one
	}
	refs, err := h.ids.asked.get(ctx, id)
	if err != nil {
		return nil, err
	}
	found, stale, err := h.recordsOf(ctx, id, refs, reads, underway)
	if err != nil || !stale {
		return found, err
	}
	// What was remembered does not hold any more: the host itself is asked.
	h.ids.whole.Drop(struct{}{})
	a := h.askIDs(ctx, []string{id})[id]
	if a.err != nil {
		return nil, a.err
	}
	found, _, err = h.recordsOf(ctx, id, a.value, reads, nil)
	return found, err
}

// recordsOf reads VMs of which it was said that they have an id, and keeps those
// that say so themselves. It reports stale if one does not.
func (h *host) recordsOf(
	ctx context.Context, id string, refs []types.ManagedObjectReference, reads recordReader,
	underway map[types.ManagedObjectReference]reply[*record],
) (found []*record, stale bool, err error) {
	replies := make([]reply[*record], len(refs))
	for i, ref := range refs {
		if replies[i] = underway[ref]; replies[i] == nil {
			replies[i] = reads.ask(ref)
		}
	}
	for _, asked := range replies {
		r, err := asked.wait(ctx)
		switch {
		case wire.IsGone(err):
			stale = true
		case err != nil:
			return nil, false, err
		case len(r.withheld) == 0 && !strings.EqualFold(r.registration().InstanceUUID, id):
			stale = true
		default:
			found = append(found, r)
		}
	}
	return found, stale, nil
}
