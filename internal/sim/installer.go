// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// MountToolsInstaller puts the image of VMware Tools into the VM's drive. The simulator lacks it.
func (m *machine) MountToolsInstaller(ctx *simulator.Context, _ *types.MountToolsInstaller) soap.HasFault {
	m.enter(ctx)
	body := &methods.MountToolsInstallerBody{}
	if fault := m.setInstaller(ctx, true); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.MountToolsInstallerResponse{}
	return body
}

// UnmountToolsInstaller takes it out again. One that is not there is no error.
func (m *machine) UnmountToolsInstaller(ctx *simulator.Context, _ *types.UnmountToolsInstaller) soap.HasFault {
	m.enter(ctx)
	body := &methods.UnmountToolsInstallerBody{}
	if fault := m.setInstaller(ctx, false); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.UnmountToolsInstallerResponse{}
	return body
}

// setInstaller mounts the installer in a VM that is on and has none, or unmounts it.
func (m *machine) setInstaller(ctx *simulator.Context, mounted bool) types.BaseMethodFault {
	vm := m.vm()
	if vm == nil {
		return &types.ManagedObjectNotFound{Obj: m.Self}
	}
	if fault := m.h.usable(vm); fault != nil {
		return fault
	}
	var fault types.BaseMethodFault
	ctx.WithLock(vm, func() {
		if mounted && (vm.Runtime.PowerState != powerOn || vm.Runtime.ToolsInstallerMounted) {
			fault = &types.InvalidState{}
			return
		}
		ctx.Update(vm, []types.PropertyChange{
			{Name: "runtime.toolsInstallerMounted", Val: mounted}, {Name: "summary.runtime.toolsInstallerMounted", Val: mounted},
		})
	})
	return fault
}

// UpgradeToolsTask upgrades VMware Tools that run, and restarts them. The simulator lacks it.
func (m *machine) UpgradeToolsTask(ctx *simulator.Context, _ *types.UpgradeTools_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.UpgradeTools_TaskBody{}
	vm := m.vm()
	task, fault := m.h.startAlone(ctx, m.Self, "UpgradeTools_Task", "VirtualMachine.upgradeTools", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			var state powerState
			running := false
			ctx.WithLock(vm, func() {
				state = vm.Runtime.PowerState
				running = vm.Guest != nil && vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
			})
			switch {
			case state != powerOn:
				return nil, &types.InvalidPowerState{RequestedState: powerOn, ExistingState: state}
			case !running:
				return nil, &types.ToolsUnavailable{}
			}
			ctx.WithLock(vm, func() { ctx.Update(vm, guestChanges(m.h.guestAt(vm, toolsStarted))) })
			m.h.boot(m.Self)
			return nil, nil
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.UpgradeTools_TaskResponse{Returnval: task}
	return body
}
