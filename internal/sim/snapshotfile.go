// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// keptSnapshots are the snapshots of a VM that lie in its folder while it is not registered.
type keptSnapshots struct {
	last    int32 // number that was given last
	tree    *tree
	configs map[moref]types.VirtualMachineConfigInfo
}

// homeOf is the datastore and the path of a VM's file.
func (h *Host) homeOf(vm *simulator.VirtualMachine) (*simulator.Datastore, dsPath, bool) {
	var text string
	var parent *moref
	h.context().WithLock(vm, func() { text, parent = vm.Config.Files.VmPathName, vm.Parent })
	p, ok := parsePath(text)
	if !ok || parent == nil {
		return nil, p, false
	}
	dc := h.datacenterOf(*parent)
	if dc == nil {
		return nil, p, false
	}
	ds := h.datastoreOf(dc, p.Datastore)
	return ds, p, ds != nil
}

// nextSnapshot is the number of a new snapshot, which no other of the VM has had.
func (h *Host) nextSnapshot(vm *simulator.VirtualMachine, t *tree) int32 {
	ds, p, ok := h.homeOf(vm)
	highest := int32(0)
	for _, s := range flat(t.roots) {
		highest = max(highest, s.Id)
	}
	if !ok {
		return highest + 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := fileKey{ds.Summary.Url, p.Path}
	kept := h.snapshots[key]
	if kept == nil {
		kept = &keptSnapshots{}
		h.snapshots[key] = kept
	}
	kept.last = max(kept.last, highest) + 1
	return kept.last
}

// keepSnapshots remembers the snapshots of a VM that is unregistered.
func (h *Host) keepSnapshots(vm *simulator.VirtualMachine) {
	t := h.treeOf(vm)
	ds, p, ok := h.homeOf(vm)
	if !ok || len(t.roots) == 0 {
		return
	}
	configs := map[moref]types.VirtualMachineConfigInfo{}
	for _, s := range flat(t.roots) {
		if o, ok := h.reg.Get(s.Snapshot).(*simulator.VirtualMachineSnapshot); ok {
			configs[s.Snapshot] = o.Config
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	key := fileKey{ds.Summary.Url, p.Path}
	last := int32(0)
	if kept := h.snapshots[key]; kept != nil {
		last = kept.last
	}
	h.snapshots[key] = &keptSnapshots{last, t, configs}
}

// returnSnapshots gives a VM that is registered the snapshots that lie in its folder, with their numbers, as managed
// objects of their own.
func (h *Host) returnSnapshots(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	ds, p, ok := h.homeOf(vm)
	if !ok {
		return
	}
	h.mu.Lock()
	kept := h.snapshots[fileKey{ds.Summary.Url, p.Path}]
	h.mu.Unlock()
	if kept == nil || kept.tree == nil {
		return
	}
	t := &tree{roots: branches(kept.tree.roots)}
	var renew func([]types.VirtualMachineSnapshotTree)
	renew = func(list []types.VirtualMachineSnapshotTree) {
		for i := range list {
			s := &simulator.VirtualMachineSnapshot{}
			s.Vm, s.Config = vm.Self, kept.configs[list[i].Snapshot]
			was := list[i].Snapshot
			list[i].Vm, list[i].Snapshot = vm.Self, h.reg.Put(s).Reference()
			if kept.tree.current != nil && *kept.tree.current == was {
				t.current = &list[i].Snapshot
			}
			renew(list[i].ChildSnapshotList)
		}
	}
	renew(t.roots)
	h.publishTree(ctx, vm, t)
	h.mu.Lock()
	defer h.mu.Unlock()
	kept.tree, kept.configs = nil, nil
}

// snapshotFile is where the state of a snapshot lies: beside the .vmx.
func snapshotFile(ds *simulator.Datastore, p dsPath, id int32) string {
	stem := strings.TrimSuffix(path.Base(p.Path), path.Ext(p.Path))
	return file(ds, dsPath{Datastore: p.Datastore, Path: path.Join(path.Dir(p.Path), fmt.Sprintf("%s-Snapshot%d.vmsn", stem, id))})
}

func (h *Host) writeSnapshotFile(vm *simulator.VirtualMachine, id int32) types.BaseMethodFault {
	ds, p, ok := h.homeOf(vm)
	if !ok {
		return &types.InvalidState{}
	}
	name := snapshotFile(ds, p, id)
	if err := os.WriteFile(name, fmt.Appendf(nil, "snapshot %d of %s\n", id, p), 0o600); err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: name}}
	}
	return nil
}

// removeSnapshotFile removes what a snapshot has, and nothing else.
func (h *Host) removeSnapshotFile(vm *simulator.VirtualMachine, id int32) {
	if ds, p, ok := h.homeOf(vm); ok {
		_ = os.Remove(snapshotFile(ds, p, id))
	}
}

// configCopy copies what reverting restores.
func configCopy(of *types.VirtualMachineConfigInfo) types.VirtualMachineConfigInfo {
	out := *of
	out.ExtraConfig = nil
	for _, o := range of.ExtraConfig {
		v := *o.GetOptionValue()
		out.ExtraConfig = append(out.ExtraConfig, &v)
	}
	return out
}

// restoreConfig gives a VM, and its file, the configuration of a snapshot; where it lies and what it is called stay.
func (h *Host) restoreConfig(
	ctx *simulator.Context, vm *simulator.VirtualMachine, to *types.VirtualMachineConfigInfo,
) types.BaseMethodFault {
	was := configCopy(to)
	settings := settingsOf(types.VirtualMachineConfigSpec{
		Annotation: was.Annotation, NumCPUs: was.Hardware.NumCPU, MemoryMB: int64(was.Hardware.MemoryMB), ExtraConfig: was.ExtraConfig,
	})
	ctx.WithLock(vm, func() {
		for _, o := range vm.Config.ExtraConfig {
			if key := o.GetOptionValue().Key; settings[key] == "" {
				settings[key] = "" // it came later
			}
		}
	})
	if fault := h.rewrite(vm, settings); fault != nil {
		return fault
	}
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			{Name: "config.extraConfig", Val: was.ExtraConfig},
			{Name: "config.annotation", Val: was.Annotation},
			{Name: "config.hardware.numCPU", Val: was.Hardware.NumCPU},
			{Name: "config.hardware.memoryMB", Val: was.Hardware.MemoryMB},
		})
	})
	return nil
}
