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

// datacenter corrects Datacenter.
type datacenter struct{ standIn }

// PowerOnMultiVMTask powers VMs on together. Its task ends when each has been begun or refused. Of a VM in a cluster
// with DRS no task is told; where DRS is manual, there is a recommendation and nothing is done.
func (d *datacenter) PowerOnMultiVMTask(ctx *simulator.Context, r *types.PowerOnMultiVM_Task) soap.HasFault {
	d.enter(ctx)
	h := d.h
	if h.opts.ESX {
		return &methods.PowerOnMultiVM_TaskBody{Fault_: soapFaultOf(&types.NotImplemented{})}
	}
	t := h.newTask(ctx, d.Self, "PowerOnMultiVM_Task", "Datacenter.powerOnVm")
	h.run(ctx, t, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		out := types.ClusterPowerOnVmResult{}
		for _, ref := range r.Vm {
			h.place(ctx, ref, t.Self.Value, &out)
		}
		return out, nil
	})
	return &methods.PowerOnMultiVM_TaskBody{Res: &types.PowerOnMultiVM_TaskResponse{Returnval: t.Self}}
}

// place begins to power on one of several VMs, or says why not.
func (h *Host) place(ctx *simulator.Context, ref moref, parent string, out *types.ClusterPowerOnVmResult) {
	refuse := func(fault types.BaseMethodFault) {
		out.NotAttempted = append(out.NotAttempted, types.ClusterNotAttemptedVmInfo{
			Vm: ref, Fault: types.LocalizedMethodFault{Fault: fault, LocalizedMessage: message(fault)},
		})
	}
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		refuse(&types.ManagedObjectNotFound{Obj: ref})
		return
	}
	const privilege = "VirtualMachine.Interact.PowerOn"
	if h.denied(ctx.Session.UserName, privilege, ref) {
		refuse(&types.NoPermission{Object: &ref, PrivilegeId: privilege})
		return
	}
	state := powerOff
	ctx.WithLock(vm, func() { state = vm.Runtime.PowerState })
	if state == powerOn {
		refuse(&types.InvalidPowerState{RequestedState: powerOn, ExistingState: state})
		return
	}
	drs := h.underDRS(ctx, vm)
	h.mu.Lock()
	fault, manual := h.unplaced[ref], h.manualDRS
	h.mu.Unlock()
	switch {
	case fault != nil:
		refuse(fault)
	case drs && manual:
		out.Recommendations = append(out.Recommendations, types.ClusterRecommendation{
			Key: "1", Type: "V1", Time: time.Now(), Rating: 5, Reason: "powerOnVm", ReasonText: "Power on virtual machine", Target: &ref,
			Action: []types.BaseClusterAction{&types.ClusterInitialPlacementAction{
				ClusterAction: types.ClusterAction{Type: "HostPowerV1", Target: &ref}, TargetHost: *vm.Runtime.Host,
			}},
		})
	default:
		task, fault := (&machine{standIn{Self: ref, h: h}}).powerOn(ctx, parent)
		if fault != nil {
			refuse(fault)
			return
		}
		info := types.ClusterAttemptedVmInfo{Vm: ref}
		if !drs {
			info.Task = &task
		}
		out.Attempted = append(out.Attempted, info)
	}
}

// underDRS says whether a VM is on a host of a cluster with DRS.
func (h *Host) underDRS(ctx *simulator.Context, vm *simulator.VirtualMachine) bool {
	if h.opts.NoDRS {
		return false
	}
	var host *moref
	ctx.WithLock(vm, func() { host = vm.Runtime.Host })
	if host == nil {
		return false
	}
	hs, ok := h.reg.Get(*host).(*simulator.HostSystem)
	return ok && hs.Parent != nil && hs.Parent.Type == "ClusterComputeResource"
}

// SetManualDRS makes clusters recommend where to power VMs on, and wait for a person.
func (h *Host) SetManualDRS(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.manualDRS = on
}

// SetUnplaced makes the placement of a VM fail when several are powered on together; nil makes it succeed again.
func (h *Host) SetUnplaced(datacenter, path string, fault types.BaseMethodFault) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if fault == nil {
		delete(h.unplaced, vm.Self)
	} else {
		h.unplaced[vm.Self] = fault
	}
	return nil
}

// SetPowerOffOfSuspended makes PowerOffVM_Task take a VM that is suspended, as some hosts may.
func (h *Host) SetPowerOffOfSuspended(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sleepless = on
}

// SetStandbyAction says what a guest's standby does to the VM: "checkpoint" suspends it, with "powerOnSuspend" it
// stays on.
func (h *Host) SetStandbyAction(datacenter, path, action string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	ctx := h.context()
	ctx.WithLock(vm, func() {
		ops := vm.Config.DefaultPowerOps
		ops.StandbyAction = action
		ctx.Update(vm, []types.PropertyChange{
			{Name: "config.defaultPowerOps", Val: ops}, {Name: "config.defaultPowerOps.standbyAction", Val: action},
		})
	})
	return nil
}
