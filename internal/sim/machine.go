// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// machine corrects VirtualMachine.
type machine struct{ standIn }

func (m *machine) vm() *simulator.VirtualMachine {
	vm, _ := m.h.reg.Get(m.Self).(*simulator.VirtualMachine)
	return vm
}

// UnregisterVM removes a VM from the inventory and leaves its files.
func (m *machine) UnregisterVM(ctx *simulator.Context, _ *types.UnregisterVM) soap.HasFault {
	m.enter(ctx)
	body := &methods.UnregisterVMBody{}
	if fault := m.h.unregister(ctx, m.Self); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.UnregisterVMResponse{}
	return body
}

func (h *Host) unregister(ctx *simulator.Context, ref moref) types.BaseMethodFault {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	var state types.VirtualMachinePowerState
	var host, pool *moref
	var datastores []moref
	ctx.WithLock(vm, func() {
		state, host, pool, datastores = vm.Runtime.PowerState, vm.Runtime.Host, vm.ResourcePool, slices.Clone(vm.Datastore)
	})
	if state == types.VirtualMachinePowerStatePoweredOn {
		return &types.InvalidPowerState{ExistingState: state, RequestedState: types.VirtualMachinePowerStatePoweredOff}
	}
	h.keepSnapshots(vm)
	h.keepGuest(vm)
	h.post(ctx, vm, &types.VmRemovedEvent{})
	h.detach(ctx, vm, host, pool, datastores)
	var snapshots []moref
	ctx.WithLock(vm, func() { snapshots = snapshotRefs(vm.Snapshot) })
	for _, s := range snapshots {
		h.reg.Remove(ctx, s)
	}
	if f, ok := h.reg.Get(*vm.Parent).(*simulator.Folder); ok {
		ctx.WithLock(f, func() {
			f.ChildEntity = slices.DeleteFunc(slices.Clone(f.ChildEntity), func(r moref) bool { return r == ref })
		})
	}
	h.reg.Remove(ctx, ref)
	h.mu.Lock()
	delete(h.tools, ref.Value)
	delete(h.questions, ref)
	h.mu.Unlock()
	return nil
}

func snapshotRefs(info *types.VirtualMachineSnapshotInfo) []moref {
	if info == nil {
		return nil
	}
	var refs []moref
	var walk func([]types.VirtualMachineSnapshotTree)
	walk = func(tree []types.VirtualMachineSnapshotTree) {
		for _, s := range tree {
			refs = append(refs, s.Snapshot)
			walk(s.ChildSnapshotList)
		}
	}
	walk(info.RootSnapshotList)
	return refs
}

// RenameTask renames a VM, in its file too.
func (m *machine) RenameTask(ctx *simulator.Context, r *types.Rename_Task) soap.HasFault {
	m.enter(ctx)
	h := m.h
	return &methods.Rename_TaskBody{Res: &types.Rename_TaskResponse{
		Returnval: h.startTask(ctx, m.Self, "Rename_Task", "VirtualMachine.rename",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				return nil, h.rename(ctx, m.Self, r.NewName)
			}),
	}}
}

func (h *Host) rename(ctx *simulator.Context, ref moref, name string) types.BaseMethodFault {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	escaped := escapeName(name)
	if fault := h.nameFault(*vm.Parent, escaped, ref); fault != nil {
		return fault
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	old := vm.Name
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			{Name: "name", Val: escaped},
			{Name: "config.name", Val: escaped},
			{Name: "summary.config.name", Val: escaped},
		})
	})
	h.post(ctx, vm, &types.VmRenamedEvent{OldName: old, NewName: escaped})
	return h.rewrite(vm, map[string]string{"displayName": name})
}

// usable returns the fault of an operation on a VM that vSphere has no hold of.
func (h *Host) usable(vm *simulator.VirtualMachine) types.BaseMethodFault {
	var state types.VirtualMachineConnectionState
	h.context().WithLock(vm, func() { state = vm.Runtime.ConnectionState })
	switch state {
	case types.VirtualMachineConnectionStateConnected:
		return nil
	case types.VirtualMachineConnectionStateDisconnected:
		return &types.HostNotConnected{}
	}
	return &types.InvalidState{}
}
