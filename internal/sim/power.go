// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

type powerState = types.VirtualMachinePowerState

const (
	powerOn      = types.VirtualMachinePowerStatePoweredOn
	powerOff     = types.VirtualMachinePowerStatePoweredOff
	powerSuspend = types.VirtualMachinePowerStateSuspended
)

// PowerOnVMTask powers a VM on.
func (m *machine) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	m.enter(ctx)
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{
		Returnval: m.power(ctx, "PowerOnVM_Task", "VirtualMachine.powerOn", powerOn, powerOff, powerSuspend),
	}}
}

// PowerOffVMTask powers a VM off.
func (m *machine) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	m.enter(ctx)
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{
		Returnval: m.power(ctx, "PowerOffVM_Task", "VirtualMachine.powerOff", powerOff, powerOn),
	}}
}

// SuspendVMTask suspends a VM.
func (m *machine) SuspendVMTask(ctx *simulator.Context, _ *types.SuspendVM_Task) soap.HasFault {
	m.enter(ctx)
	return &methods.SuspendVM_TaskBody{Res: &types.SuspendVM_TaskResponse{
		Returnval: m.power(ctx, "SuspendVM_Task", "VirtualMachine.suspend", powerSuspend, powerOn),
	}}
}

// ResetVMTask resets a VM that is on.
func (m *machine) ResetVMTask(ctx *simulator.Context, _ *types.ResetVM_Task) soap.HasFault {
	m.enter(ctx)
	return &methods.ResetVM_TaskBody{Res: &types.ResetVM_TaskResponse{
		Returnval: m.power(ctx, "ResetVM_Task", "VirtualMachine.reset", powerOn, powerOn),
	}}
}

func (m *machine) power(ctx *simulator.Context, method, description string, to powerState, from ...powerState) moref {
	h, ref := m.h, m.Self
	return h.startTask(ctx, ref, method, description, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		if method == "PowerOnVM_Task" {
			if fault := h.askFirst(ref); fault != nil {
				return nil, fault
			}
		}
		return nil, h.changePower(ctx, ref, to, from...)
	})
}

// changePower moves a VM to a power state from one of those it may come from.
func (h *Host) changePower(ctx *simulator.Context, ref moref, to powerState, from ...powerState) types.BaseMethodFault {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	var host *moref
	var template bool
	ctx.WithLock(vm, func() { host, template = vm.Runtime.Host, vm.Config.Template })
	if template {
		return &types.NotSupported{}
	}
	if to == powerOn && host != nil {
		if o, ok := h.reg.Get(*host).(*simulator.HostSystem); ok {
			maintenance := false
			ctx.WithLock(o, func() { maintenance = o.Runtime.InMaintenanceMode })
			if maintenance {
				return &types.InvalidState{}
			}
		}
	}
	var fault types.BaseMethodFault
	ctx.WithLock(vm, func() {
		now := vm.Runtime.PowerState
		if slices.Contains(from, now) {
			ctx.Update(vm, h.powerChanges(&vm.VirtualMachine, to))
			return
		}
		fault = &types.InvalidPowerState{RequestedState: to, ExistingState: now}
	})
	if fault != nil {
		return fault
	}
	switch to {
	case powerOn:
		h.post(ctx, vm, &types.VmPoweredOnEvent{})
	case powerOff:
		h.post(ctx, vm, &types.VmPoweredOffEvent{})
	case powerSuspend:
		h.post(ctx, vm, &types.VmSuspendedEvent{})
	}
	return nil
}

// powerChanges lists every property that a change of the power state touches, down to the leaves that clients wait
// for.
func (h *Host) powerChanges(vm *mo.VirtualMachine, to types.VirtualMachinePowerState) []types.PropertyChange {
	h.mu.Lock()
	installed := h.tools[vm.Self.Value]
	h.mu.Unlock()
	guest := &types.GuestInfo{}
	setTools(guest, installed, to == powerOn)
	if to == powerOn && installed {
		guest.HostName = vm.Name
		guest.IpAddress = address(vm.Self)
		guest.GuestId, guest.GuestFullName = vm.Config.GuestId, vm.Config.GuestFullName
	}
	var boot types.AnyType
	if to == powerOn {
		boot = time.Now()
	}
	changes := []types.PropertyChange{
		{Name: "runtime.powerState", Val: to},
		{Name: "runtime.bootTime", Val: boot},
		{Name: "summary.runtime.powerState", Val: to},
		{Name: "summary.runtime.bootTime", Val: boot},
	}
	return append(changes, guestChanges(guest)...)
}

// ShutdownGuest asks the guest to shut down, which needs VMware Tools. The VM goes off a moment later.
func (m *machine) ShutdownGuest(ctx *simulator.Context, _ *types.ShutdownGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.ShutdownGuestBody{}
	if body.Fault_ = m.guestOrder(ctx, powerOff); body.Fault_ == nil {
		body.Res = &types.ShutdownGuestResponse{}
	}
	return body
}

// StandbyGuest asks the guest to suspend, which needs VMware Tools.
func (m *machine) StandbyGuest(ctx *simulator.Context, _ *types.StandbyGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.StandbyGuestBody{}
	if body.Fault_ = m.guestOrder(ctx, powerSuspend); body.Fault_ == nil {
		body.Res = &types.StandbyGuestResponse{}
	}
	return body
}

// RebootGuest asks the guest to reboot, which needs VMware Tools.
func (m *machine) RebootGuest(ctx *simulator.Context, _ *types.RebootGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.RebootGuestBody{}
	if body.Fault_ = m.guestOrder(ctx, powerOn); body.Fault_ == nil {
		body.Res = &types.RebootGuestResponse{}
	}
	return body
}

func (m *machine) guestOrder(ctx *simulator.Context, to types.VirtualMachinePowerState) *soap.Fault {
	h, vm := m.h, m.vm()
	if vm == nil {
		return soapFaultOf(&types.ManagedObjectNotFound{Obj: m.Self})
	}
	if fault := h.usable(vm); fault != nil {
		return soapFaultOf(fault)
	}
	var state types.VirtualMachinePowerState
	running := false
	ctx.WithLock(vm, func() {
		state = vm.Runtime.PowerState
		running = vm.Guest != nil && vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)
	})
	if state != powerOn {
		return soapFaultOf(&types.InvalidPowerState{RequestedState: powerOn, ExistingState: state})
	}
	if !running {
		return soapFaultOf(&types.ToolsUnavailable{})
	}
	h.mu.Lock()
	hangs := h.hangGuests
	h.mu.Unlock()
	if !hangs && to != powerOn {
		h.startTask(ctx, m.Self, "ShutdownGuest", "VirtualMachine.shutdownGuest",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				return nil, h.changePower(ctx, m.Self, to, powerOn)
			})
	}
	return nil
}

// SetGuestsHang makes guests take orders to shut down, and not follow them.
func (h *Host) SetGuestsHang(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hangGuests = on
}
