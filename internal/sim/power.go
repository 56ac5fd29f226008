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
	body := &methods.PowerOnVM_TaskBody{}
	task, fault := m.powerOn(ctx, "")
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.PowerOnVM_TaskResponse{Returnval: task}
	return body
}

// PowerOffVMTask powers a VM off. One that is suspended is refused, unless SetPowerOffOfSuspended says otherwise.
func (m *machine) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	m.enter(ctx)
	m.h.mu.Lock()
	from := []powerState{powerOn}
	if m.h.sleepless {
		from = append(from, powerSuspend)
	}
	m.h.mu.Unlock()
	body := &methods.PowerOffVM_TaskBody{}
	task, fault := m.power(ctx, "PowerOffVM_Task", "VirtualMachine.powerOff", powerOff, from...)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.PowerOffVM_TaskResponse{Returnval: task}
	return body
}

// SuspendVMTask suspends a VM.
func (m *machine) SuspendVMTask(ctx *simulator.Context, _ *types.SuspendVM_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.SuspendVM_TaskBody{}
	task, fault := m.power(ctx, "SuspendVM_Task", "VirtualMachine.suspend", powerSuspend, powerOn)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.SuspendVM_TaskResponse{Returnval: task}
	return body
}

// ResetVMTask resets a VM that is on.
func (m *machine) ResetVMTask(ctx *simulator.Context, _ *types.ResetVM_Task) soap.HasFault {
	m.enter(ctx)
	body := &methods.ResetVM_TaskBody{}
	task, fault := m.power(ctx, "ResetVM_Task", "VirtualMachine.reset", powerOn, powerOn)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.ResetVM_TaskResponse{Returnval: task}
	return body
}

// powerOn powers a VM on, as a task of its own or as part of another one. What the VM asks first blocks it.
func (m *machine) powerOn(ctx *simulator.Context, parent string) (moref, types.BaseMethodFault) {
	h, ref := m.h, m.Self
	return h.startAlone(ctx, ref, "PowerOnVM_Task", "VirtualMachine.powerOn", parent,
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			if fault := h.askFirst(ref); fault != nil {
				return nil, fault
			}
			return nil, h.changePower(ctx, ref, powerOn, powerOff, powerSuspend)
		})
}

func (m *machine) power(
	ctx *simulator.Context, method, description string, to powerState, from ...powerState,
) (moref, types.BaseMethodFault) {
	return m.h.startAlone(ctx, m.Self, method, description, "", func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		return nil, m.h.changePower(ctx, m.Self, to, from...)
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
	var now powerState
	ctx.WithLock(vm, func() {
		now = vm.Runtime.PowerState
		if slices.Contains(from, now) {
			ctx.Update(vm, h.powerChanges(&vm.VirtualMachine, to, false))
			return
		}
		fault = &types.InvalidPowerState{RequestedState: to, ExistingState: now}
	})
	if fault != nil {
		return fault
	}
	h.guestPower(ref, now, to)
	switch to {
	case powerOn:
		h.post(ctx, vm, &types.VmPoweredOnEvent{})
		h.boot(ref)
		if now != powerOn {
			h.mu.Lock()
			h.powerOns++
			h.mu.Unlock()
		}
	case powerOff:
		h.post(ctx, vm, &types.VmPoweredOffEvent{})
	case powerSuspend:
		h.post(ctx, vm, &types.VmSuspendedEvent{})
	}
	return nil
}

// PowerOns is how often a VM was powered on, by a task.
func (h *Host) PowerOns() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.powerOns
}

// powerChanges lists every property that a change of the power state touches, down to the leaves that clients wait
// for. Of a VM that is powered on, up says whether its tools run at once.
func (h *Host) powerChanges(vm *mo.VirtualMachine, to types.VirtualMachinePowerState, up bool) []types.PropertyChange {
	installed := h.toolsInstalled(vm.Self)
	guest := &types.GuestInfo{}
	setTools(guest, vm.Config, installed, to == powerOn && up)
	if to == powerOn && installed && up {
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
	able := false
	action := ""
	ctx.WithLock(vm, func() {
		state, action = vm.Runtime.PowerState, vm.Config.DefaultPowerOps.StandbyAction
		able = vm.Guest != nil && vm.Guest.ToolsRunningStatus == string(types.VirtualMachineToolsRunningStatusGuestToolsRunning) &&
			vm.Guest.GuestStateChangeSupported != nil && *vm.Guest.GuestStateChangeSupported
	})
	if state != powerOn {
		return soapFaultOf(&types.InvalidPowerState{RequestedState: powerOn, ExistingState: state})
	}
	if !able {
		return soapFaultOf(&types.ToolsUnavailable{})
	}
	h.mu.Lock()
	hangs := h.hangGuests
	h.mu.Unlock()
	switch {
	case hangs, to == powerSuspend && action == string(types.VirtualMachineStandbyActionTypePowerOnSuspend):
		// The guest sleeps in a VM that stays on.
	case to == powerOn:
		h.running.Go(func() { _ = h.changePower(h.context(), m.Self, powerOn, powerOn) })
	default:
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
