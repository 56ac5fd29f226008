// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// RelocateVMTask moves a VM to another datastore, host or pool, and every property with it. The simulator's own
// leaves the path and the lists as they were.
func (m *machine) RelocateVMTask(ctx *simulator.Context, r *types.RelocateVM_Task) soap.HasFault {
	m.enter(ctx)
	h := m.h
	return &methods.RelocateVM_TaskBody{Res: &types.RelocateVM_TaskResponse{
		Returnval: h.startTask(ctx, m.Self, "RelocateVM_Task", "VirtualMachine.relocate",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				return nil, h.relocate(ctx, m.Self, r.Spec)
			}),
	}}
}

func (h *Host) relocate(ctx *simulator.Context, ref moref, spec types.VirtualMachineRelocateSpec) types.BaseMethodFault {
	if spec.Folder != nil {
		if fault := h.moveIntoFolder(ctx, *spec.Folder, ref); fault != nil {
			return fault
		}
	}
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	if spec.Datastore != nil {
		to, ok := h.reg.Get(*spec.Datastore).(*simulator.Datastore)
		if !ok {
			return &types.ManagedObjectNotFound{Obj: *spec.Datastore}
		}
		if fault := h.moveStorage(ctx, vm, to); fault != nil {
			return fault
		}
	}
	return h.movePlace(ctx, vm, spec.Host, spec.Pool)
}

func (h *Host) movePlace(ctx *simulator.Context, vm *simulator.VirtualMachine, host, pool *moref) types.BaseMethodFault {
	var oldHost, oldPool *moref
	ctx.WithLock(vm, func() { oldHost, oldPool = vm.Runtime.Host, vm.ResourcePool })
	var changes []types.PropertyChange
	if pool != nil {
		if _, ok := h.owner(*pool); !ok {
			return &types.ManagedObjectNotFound{Obj: *pool}
		}
		h.detach(ctx, vm, nil, oldPool, nil)
		h.attach(ctx, vm, nil, pool, nil)
		changes = append(changes, types.PropertyChange{Name: "resourcePool", Val: pool})
	}
	if host != nil {
		if _, ok := h.reg.Get(*host).(*simulator.HostSystem); !ok {
			return &types.ManagedObjectNotFound{Obj: *host}
		}
		h.detach(ctx, vm, oldHost, nil, nil)
		h.attach(ctx, vm, host, nil, nil)
		changes = append(changes,
			types.PropertyChange{Name: "runtime.host", Val: host}, types.PropertyChange{Name: "summary.runtime.host", Val: host})
	}
	if len(changes) > 0 {
		ctx.WithLock(vm, func() { ctx.Update(vm, changes) })
	}
	return nil
}

// moveStorage moves a VM's directory to another datastore.
func (h *Host) moveStorage(ctx *simulator.Context, vm *simulator.VirtualMachine, to *simulator.Datastore) types.BaseMethodFault {
	dc := h.datacenterOf(*vm.Parent)
	old, ok := parsePath(vm.Config.Files.VmPathName)
	if !ok || dc == nil {
		return &types.InvalidState{}
	}
	from := h.datastoreOf(dc, old.Datastore)
	if from == nil {
		return &types.InvalidDatastore{Name: old.Datastore}
	}
	if !h.accessible(to) || !h.accessible(from) {
		return &types.InaccessibleDatastore{InvalidDatastore: types.InvalidDatastore{Datastore: &to.Self, Name: to.Name}}
	}
	if from.Self == to.Self {
		return nil
	}
	moved := dsPath{to.Name, old.Path}
	source, target := filepath.Dir(file(from, old)), filepath.Dir(file(to, moved))
	if _, err := os.Stat(target); err == nil && old.dir() != "" {
		return &types.FileAlreadyExists{FileFault: types.FileFault{File: moved.String()}}
	}
	if err := moveFiles(source, target, old.dir() == "", filepath.Base(old.Path)); err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: old.String()}}
	}
	h.moveIdentity(fileKey{from.Summary.Url, old.Path}, fileKey{to.Summary.Url, moved.Path})
	h.detach(ctx, vm, nil, nil, []moref{from.Self})
	h.attach(ctx, vm, nil, nil, []moref{to.Self})
	h.repath(ctx, vm, "["+from.Name+"] ", "["+to.Name+"] ", to.Self)
	h.post(ctx, vm, &types.VmRelocatedEvent{})
	return nil
}

// moveFiles moves a directory, or the one file of a VM that lies at the root of its datastore.
func moveFiles(source, target string, root bool, name string) error {
	if root {
		return os.Rename(filepath.Join(source, name), filepath.Join(target, name))
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	if err := os.Rename(source, target); err == nil {
		return nil
	}
	// Another file system: copy, then remove.
	if err := os.CopyFS(target, os.DirFS(source)); err != nil {
		return err
	}
	return os.RemoveAll(source)
}

// repath replaces the beginning of every path of a VM and publishes the leaves.
func (h *Host) repath(ctx *simulator.Context, vm *simulator.VirtualMachine, from, to string, ds moref) {
	swap := func(s string) string {
		if rest, ok := strings.CutPrefix(s, from); ok {
			return to + rest
		}
		return s
	}
	ctx.WithLock(vm, func() {
		files := vm.Config.Files
		files.VmPathName = swap(files.VmPathName)
		files.SnapshotDirectory = swap(files.SnapshotDirectory)
		files.SuspendDirectory = swap(files.SuspendDirectory)
		files.LogDirectory = swap(files.LogDirectory)
		devices := slices.Clone(vm.Config.Hardware.Device)
		for i, d := range devices {
			disk, ok := d.(*types.VirtualDisk)
			if !ok {
				continue
			}
			if b, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
				nb := *b
				nb.FileName = swap(b.FileName)
				nb.Datastore = &ds
				nd := *disk
				nd.Backing = &nb
				devices[i] = &nd
			}
		}
		layout := *vm.LayoutEx
		layout.File = slices.Clone(layout.File)
		for i := range layout.File {
			layout.File[i].Name = swap(layout.File[i].Name)
		}
		ctx.Update(vm, []types.PropertyChange{
			{Name: "config.files", Val: files},
			{Name: "config.files.vmPathName", Val: files.VmPathName},
			{Name: "summary.config.vmPathName", Val: files.VmPathName},
			{Name: "config.hardware.device", Val: devices},
			{Name: "layoutEx", Val: layout},
			{Name: "datastore", Val: []moref{ds}},
		})
	})
}

// copyOf reads a file of a datastore whole.
func copyOf(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(f)
}
