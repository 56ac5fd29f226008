// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// tree is the snapshots of a VM. It is a copy: answers that are being written may still hold the VM's own.
type tree struct {
	roots   []types.VirtualMachineSnapshotTree
	current *moref
}

// treeOf is the tree of a VM; it is empty where there is none.
func (h *Host) treeOf(vm *simulator.VirtualMachine) *tree {
	t := &tree{}
	h.context().WithLock(vm, func() {
		if vm.Snapshot != nil {
			t.roots, t.current = branches(vm.Snapshot.RootSnapshotList), vm.Snapshot.CurrentSnapshot
		}
	})
	return t
}

// branches copies a tree.
func branches(of []types.VirtualMachineSnapshotTree) []types.VirtualMachineSnapshotTree {
	out := slices.Clone(of)
	for i := range out {
		out[i].ChildSnapshotList = branches(out[i].ChildSnapshotList)
	}
	return out
}

// change changes one snapshot of the tree.
func (t *tree) change(ref moref, do func(*types.VirtualMachineSnapshotTree)) {
	var walk func([]types.VirtualMachineSnapshotTree)
	walk = func(list []types.VirtualMachineSnapshotTree) {
		for i := range list {
			if list[i].Snapshot == ref {
				do(&list[i])
				return
			}
			walk(list[i].ChildSnapshotList)
		}
	}
	walk(t.roots)
}

// find is one snapshot of the tree; its zero value if it is not there.
func (t *tree) find(ref moref) types.VirtualMachineSnapshotTree {
	var out types.VirtualMachineSnapshotTree
	t.change(ref, func(s *types.VirtualMachineSnapshotTree) { out = *s })
	return out
}

// add puts a snapshot below the current one, which it becomes itself.
func (t *tree) add(s types.VirtualMachineSnapshotTree) {
	if t.current == nil {
		t.roots = append(t.roots, s)
	} else {
		t.change(*t.current, func(parent *types.VirtualMachineSnapshotTree) {
			parent.ChildSnapshotList = append(parent.ChildSnapshotList, s)
		})
	}
	t.current = &s.Snapshot
}

// remove takes a snapshot out, and gives what is gone. Where the VM went on from that, it goes on from what is above.
func (t *tree) remove(ref moref, children bool) (gone []types.VirtualMachineSnapshotTree) {
	var cut func(list []types.VirtualMachineSnapshotTree, above *moref) []types.VirtualMachineSnapshotTree
	cut = func(list []types.VirtualMachineSnapshotTree, above *moref) (kept []types.VirtualMachineSnapshotTree) {
		for _, s := range list {
			if s.Snapshot != ref {
				s.ChildSnapshotList = cut(s.ChildSnapshotList, &s.Snapshot)
				kept = append(kept, s)
				continue
			}
			gone = append(gone, s)
			if children {
				gone = append(gone, flat(s.ChildSnapshotList)...)
			} else {
				kept = append(kept, s.ChildSnapshotList...)
			}
			isCurrent := func(g types.VirtualMachineSnapshotTree) bool { return t.current != nil && g.Snapshot == *t.current }
			if slices.ContainsFunc(gone, isCurrent) {
				t.current = above
			}
		}
		return kept
	}
	t.roots = cut(t.roots, nil)
	return gone
}

// clear takes all snapshots out.
func (t *tree) clear() []types.VirtualMachineSnapshotTree {
	gone := flat(t.roots)
	t.roots, t.current = nil, nil
	return gone
}

// flat is all snapshots of a tree.
func flat(list []types.VirtualMachineSnapshotTree) (out []types.VirtualMachineSnapshotTree) {
	for _, s := range list {
		out = append(append(out, s), flat(s.ChildSnapshotList)...)
	}
	return out
}

// publishTree makes a tree the VM's.
func (h *Host) publishTree(ctx *simulator.Context, vm *simulator.VirtualMachine, t *tree) {
	var info *types.VirtualMachineSnapshotInfo
	var current types.AnyType
	var refs []moref
	if len(t.roots) > 0 {
		info = &types.VirtualMachineSnapshotInfo{CurrentSnapshot: t.current, RootSnapshotList: t.roots}
		if t.current != nil {
			current = *t.current
		}
		for _, root := range t.roots {
			refs = append(refs, root.Snapshot)
		}
	}
	ctx.WithLock(vm, func() {
		changes := []types.PropertyChange{{Name: "rootSnapshot", Val: refs}, {Name: "snapshot", Val: nil}}
		if info != nil {
			changes[1].Val = info
			changes = append(changes, types.PropertyChange{Name: "snapshot.rootSnapshotList", Val: t.roots},
				types.PropertyChange{Name: "snapshot.currentSnapshot", Val: current})
		}
		ctx.Update(vm, changes)
	})
}
