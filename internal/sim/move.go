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

// MoveIntoFolderTask moves VMs within their datacenter; anything else is left to the simulator.
func (f *folder) MoveIntoFolderTask(ctx *simulator.Context, r *types.MoveIntoFolder_Task) soap.HasFault {
	f.enter(ctx)
	h := f.h
	return &methods.MoveIntoFolder_TaskBody{Res: &types.MoveIntoFolder_TaskResponse{
		Returnval: h.startTask(ctx, f.Self, "MoveIntoFolder_Task", "Folder.moveInto",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				for _, ref := range r.List {
					if fault := h.moveIntoFolder(ctx, f.Self, ref); fault != nil {
						return nil, fault
					}
				}
				return nil, nil
			}),
	}}
}

func (h *Host) moveIntoFolder(ctx *simulator.Context, to, ref moref) types.BaseMethodFault {
	target, ok := h.reg.Get(to).(*simulator.Folder)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: to}
	}
	if !slices.Contains(target.ChildType, ref.Type) {
		return &types.NotSupported{}
	}
	if ref.Type != "VirtualMachine" {
		var res soap.HasFault
		ctx.WithLock(target, func() {
			res = target.MoveIntoFolderTask(ctx, &types.MoveIntoFolder_Task{This: to, List: []moref{ref}})
		})
		body, _ := res.(*methods.MoveIntoFolder_TaskBody)
		_, fault := h.wait(body.Res.Returnval)
		return fault
	}
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	from, ok := h.reg.Get(*vm.Parent).(*simulator.Folder)
	if !ok {
		return &types.NotSupported{}
	}
	if from.Self == to {
		return nil
	}
	here, there := h.datacenterOf(from.Self), h.datacenterOf(to)
	if here == nil || there == nil || here.Self != there.Self {
		return &types.NotSupported{}
	}
	if fault := h.nameFault(to, vm.Name, ref); fault != nil {
		return fault
	}
	ctx.WithLock(from, func() {
		from.ChildEntity = slices.DeleteFunc(slices.Clone(from.ChildEntity), func(r moref) bool { return r == ref })
	})
	ctx.WithLock(target, func() { target.ChildEntity = append(slices.Clone(target.ChildEntity), ref) })
	ctx.WithLock(vm, func() { ctx.Update(vm, []types.PropertyChange{{Name: "parent", Val: &to}}) })
	return nil
}

// pool corrects ResourcePool.
type pool struct{ standIn }

// MoveIntoResourcePool moves VMs between the pools of one compute resource. The simulator lacks it.
func (p *pool) MoveIntoResourcePool(ctx *simulator.Context, r *types.MoveIntoResourcePool) soap.HasFault {
	p.enter(ctx)
	body := &methods.MoveIntoResourcePoolBody{}
	for _, ref := range r.List {
		if fault := p.h.moveIntoPool(ctx, p.Self, ref); fault != nil {
			body.Fault_ = soapFaultOf(fault)
			return body
		}
	}
	body.Res = &types.MoveIntoResourcePoolResponse{}
	return body
}

func (h *Host) moveIntoPool(ctx *simulator.Context, to, ref moref) types.BaseMethodFault {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.InvalidArgument{InvalidProperty: "list"}
	}
	var old *moref
	ctx.WithLock(vm, func() { old = vm.ResourcePool })
	if old == nil {
		return &types.InvalidArgument{InvalidProperty: "list"} // a template is in no pool
	}
	here, _ := h.owner(*old)
	there, ok := h.owner(to)
	if !ok || here != there {
		return &types.InvalidArgument{InvalidProperty: "list"}
	}
	h.detach(ctx, vm, nil, old, nil)
	h.attach(ctx, vm, nil, &to, nil)
	ctx.WithLock(vm, func() { ctx.Update(vm, []types.PropertyChange{{Name: "resourcePool", Val: &to}}) })
	return nil
}
