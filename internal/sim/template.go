// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// MarkAsTemplate takes a VM out of its pool and publishes that, which the simulator forgets.
func (m *machine) MarkAsTemplate(ctx *simulator.Context, _ *types.MarkAsTemplate) soap.HasFault {
	m.enter(ctx)
	body := &methods.MarkAsTemplateBody{}
	if fault := m.h.markTemplate(ctx, m.Self, nil, nil); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.MarkAsTemplateResponse{}
	return body
}

// MarkAsVirtualMachine puts a template into a pool again.
func (m *machine) MarkAsVirtualMachine(ctx *simulator.Context, r *types.MarkAsVirtualMachine) soap.HasFault {
	m.enter(ctx)
	body := &methods.MarkAsVirtualMachineBody{}
	if fault := m.h.markTemplate(ctx, m.Self, &r.Pool, r.Host); fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.MarkAsVirtualMachineResponse{}
	return body
}

// markTemplate makes a VM a template, or with a pool a VM of a template.
func (h *Host) markTemplate(ctx *simulator.Context, ref moref, pool, host *moref) types.BaseMethodFault {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	var is bool
	var state types.VirtualMachinePowerState
	var old *moref
	ctx.WithLock(vm, func() { is, state, old = vm.Config.Template, vm.Runtime.PowerState, vm.ResourcePool })
	to := pool == nil
	if is == to {
		return &types.NotSupported{}
	}
	if state != powerOff {
		return &types.InvalidPowerState{ExistingState: state, RequestedState: powerOff}
	}
	if !to {
		if _, ok := h.owner(*pool); !ok {
			return &types.ManagedObjectNotFound{Obj: *pool}
		}
		if fault := h.movePlace(ctx, vm, host, nil); fault != nil {
			return fault
		}
	}
	h.detach(ctx, vm, nil, old, nil)
	h.attach(ctx, vm, nil, pool, nil)
	var val types.AnyType
	if pool != nil {
		val = pool
	}
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			{Name: "config.template", Val: to},
			{Name: "summary.config.template", Val: to},
			{Name: "resourcePool", Val: val},
		})
	})
	return nil
}

// DestroyTask unregisters a VM and deletes its files, and its folder if nothing else is left in that. The simulator
// deletes the whole folder, with what others have put there, and the whole datastore when the VM lies at its root.
func (m *machine) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	m.enter(ctx)
	h, ref := m.h, m.Self
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{
		Returnval: h.startTask(ctx, ref, "Destroy_Task", "VirtualMachine.destroy",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				return nil, h.destroy(ctx, ref)
			}),
	}}
}

func (h *Host) destroy(ctx *simulator.Context, ref moref) types.BaseMethodFault {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	ds, p, known := h.homeOf(vm)
	files := h.diskFiles(vm)
	if fault := h.unregister(ctx, ref); fault != nil {
		return fault
	}
	if !known {
		return nil
	}
	name := file(ds, p)
	for _, f := range append(files, ownFiles(name)...) {
		_ = os.Remove(f)
	}
	if p.dir() != "" {
		_ = os.Remove(filepath.Dir(name)) // stays where somebody else's files are in it
	}
	// What is made there next is another VM.
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.identities, fileKey{ds.Summary.Url, p.Path})
	delete(h.snapshots, fileKey{ds.Summary.Url, p.Path})
	return nil
}
