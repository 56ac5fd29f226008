// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// snapshot corrects VirtualMachineSnapshot.
type snapshot struct{ standIn }

// vmOf is the VM that a snapshot is of.
func (h *Host) vmOf(ref moref) moref {
	if s, ok := h.reg.Get(ref).(*simulator.VirtualMachineSnapshot); ok {
		return s.Vm
	}
	return ref
}

// CreateSnapshotTask takes a snapshot of a VM.
func (m *machine) CreateSnapshotTask(ctx *simulator.Context, r *types.CreateSnapshot_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.CreateSnapshot_TaskBody{}
	h := m.h
	task, fault := h.startAlone(ctx, m.Self, "CreateSnapshot_Task", "VirtualMachine.createSnapshot", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return h.takeSnapshot(ctx, m.Self, r)
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	h.postTask(ctx, m.Self, task)
	body.Res = &types.CreateSnapshot_TaskResponse{Returnval: task}
	return body
}

func (h *Host) takeSnapshot(ctx *simulator.Context, ref moref, r *types.CreateSnapshot_Task) (types.AnyType, types.BaseMethodFault) {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return nil, &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return nil, fault
	}
	if r.Name == "" {
		return nil, &types.InvalidName{Name: r.Name}
	}
	var state powerState
	ctx.WithLock(vm, func() { state = vm.Runtime.PowerState })
	if state == powerOn && !r.Memory {
		state = powerOff
	}
	t := h.treeOf(vm)
	id := h.nextSnapshot(vm, t)
	if fault := h.writeSnapshotFile(vm, id); fault != nil {
		return nil, fault
	}
	s := &simulator.VirtualMachineSnapshot{}
	s.Vm = ref
	ctx.WithLock(vm, func() { s.Config = configCopy(vm.Config) })
	s.Self = h.reg.Put(s).Reference()
	if fault := h.saveDisk(ref, s.Self); fault != nil {
		return nil, fault
	}
	t.add(types.VirtualMachineSnapshotTree{
		Snapshot: s.Self, Vm: ref, Name: r.Name, Description: r.Description, Id: id, CreateTime: time.Now(), State: state,
		Quiesced: r.Quiesce, ReplaySupported: types.NewBool(false),
	})
	h.publishTree(ctx, vm, t)
	return s.Self, nil
}

// RemoveSnapshotTask removes a snapshot. Its children survive, unless they are to go too, and a child of a root becomes
// one.
func (s *snapshot) RemoveSnapshotTask(ctx *simulator.Context, r *types.RemoveSnapshot_Task) soap.HasFault {
	s.enter(ctx)
	body := &methods.RemoveSnapshot_TaskBody{}
	h, vm := s.h, s.h.vmOf(s.Self)
	task, fault := h.startAlone(ctx, vm, "RemoveSnapshot_Task", "vm.Snapshot.remove", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return nil, h.removeSnapshots(ctx, vm, func(t *tree) []types.VirtualMachineSnapshotTree {
				return t.remove(s.Self, r.RemoveChildren)
			})
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.RemoveSnapshot_TaskResponse{Returnval: task}
	return body
}

// RemoveAllSnapshotsTask removes all snapshots of a VM.
func (m *machine) RemoveAllSnapshotsTask(ctx *simulator.Context, _ *types.RemoveAllSnapshots_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.RemoveAllSnapshots_TaskBody{}
	h := m.h
	task, fault := h.startAlone(ctx, m.Self, "RemoveAllSnapshots_Task", "VirtualMachine.removeAllSnapshots", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return nil, h.removeSnapshots(ctx, m.Self, (*tree).clear)
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.RemoveAllSnapshots_TaskResponse{Returnval: task}
	return body
}

func (h *Host) removeSnapshots(
	ctx *simulator.Context, ref moref, cut func(*tree) []types.VirtualMachineSnapshotTree,
) types.BaseMethodFault {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	t := h.treeOf(vm)
	for _, gone := range cut(t) {
		h.removeSnapshotFile(vm, gone.Id)
		h.reg.Remove(ctx, gone.Snapshot)
	}
	h.publishTree(ctx, vm, t)
	return nil
}

// RenameSnapshot gives a snapshot another name and another description. vSphere keeps a description that is not sent; here
// it cannot be told from an empty one, and is empty then.
func (s *snapshot) RenameSnapshot(ctx *simulator.Context, r *types.RenameSnapshot) soap.HasFault {
	s.enter(ctx)
	body := &methods.RenameSnapshotBody{}
	vm, ok := s.h.reg.Get(s.h.vmOf(s.Self)).(*simulator.VirtualMachine)
	if !ok {
		body.Fault_ = soapFaultOf(&types.ManagedObjectNotFound{Obj: s.Self})
		return body
	}
	if fault := s.h.usable(vm); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	t := s.h.treeOf(vm)
	t.change(s.Self, func(of *types.VirtualMachineSnapshotTree) {
		if r.Name != "" {
			of.Name = r.Name
		}
		of.Description = r.Description
	})
	s.h.publishTree(ctx, vm, t)
	body.Res = &types.RenameSnapshotResponse{}
	return body
}

// RevertToSnapshotTask makes a VM what it was when a snapshot was taken.
func (s *snapshot) RevertToSnapshotTask(ctx *simulator.Context, r *types.RevertToSnapshot_Task) soap.HasFault {
	s.enter(ctx)
	body := &methods.RevertToSnapshot_TaskBody{}
	h, vm := s.h, s.h.vmOf(s.Self)
	task, fault := h.startAlone(ctx, vm, "RevertToSnapshot_Task", "vm.Snapshot.revert", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return nil, h.revert(ctx, vm, s.Self, r.SuppressPowerOn)
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.RevertToSnapshot_TaskResponse{Returnval: task}
	return body
}

// RevertToCurrentSnapshotTask reverts a VM to the snapshot that it goes on from.
func (m *machine) RevertToCurrentSnapshotTask(ctx *simulator.Context, r *types.RevertToCurrentSnapshot_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.RevertToCurrentSnapshot_TaskBody{}
	h, vm := m.h, m.vm()
	if vm == nil {
		body.Fault_ = soapFaultOf(&types.ManagedObjectNotFound{Obj: m.Self})
		return body
	}
	current := h.treeOf(vm).current
	if current == nil {
		body.Fault_ = soapFaultOf(&types.NotFound{})
		return body
	}
	task, fault := h.startAlone(ctx, m.Self, "RevertToCurrentSnapshot_Task", "VirtualMachine.revertToCurrentSnapshot", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return nil, h.revert(ctx, m.Self, *current, r.SuppressPowerOn)
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.RevertToCurrentSnapshot_TaskResponse{Returnval: task}
	return body
}

func (h *Host) revert(ctx *simulator.Context, ref, to moref, suppress *bool) types.BaseMethodFault {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	s, ok := h.reg.Get(to).(*simulator.VirtualMachineSnapshot)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: to}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	t := h.treeOf(vm)
	state := t.find(to).State
	if suppress != nil && *suppress && state == powerOn {
		state = powerOff
	}
	if fault := h.restoreConfig(ctx, vm, &s.Config); fault != nil {
		return fault
	}
	t.current = &to
	h.publishTree(ctx, vm, t)
	ctx.WithLock(vm, func() { ctx.Update(vm, h.powerChanges(&vm.VirtualMachine, state, true)) })
	h.guestPower(vm.Self, powerOff, state) // whatever ran is another past's
	return h.restoreDisk(vm.Self, to)
}
