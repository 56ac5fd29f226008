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

// maxEvents is how many events one query returns, as on vSphere.
const maxEvents = 1000

// post records an event of a VM, with the user of the context and the arguments that vSphere fills in.
func (h *Host) post(ctx *simulator.Context, vm *simulator.VirtualMachine, ev types.BaseEvent) {
	e := ev.GetEvent()
	var host, ds *moref
	ctx.WithLock(vm, func() {
		e.Vm = &types.VmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: vm.Name}, Vm: vm.Self}
		host = vm.Runtime.Host
		if len(vm.Datastore) > 0 {
			ref := vm.Datastore[0]
			ds = &ref
		}
	})
	if host != nil {
		if o, ok := h.reg.Get(*host).(*simulator.HostSystem); ok {
			e.Host = &types.HostEventArgument{EntityEventArgument: types.EntityEventArgument{Name: o.Name}, Host: o.Self}
			if cr := h.compute(*o.Parent); cr != nil {
				e.ComputeResource = &types.ComputeResourceEventArgument{
					EntityEventArgument: types.EntityEventArgument{Name: cr.Name}, ComputeResource: cr.Self,
				}
			}
		}
	}
	if ds != nil {
		if o, ok := h.reg.Get(*ds).(*simulator.Datastore); ok {
			e.Ds = &types.DatastoreEventArgument{EntityEventArgument: types.EntityEventArgument{Name: o.Name}, Datastore: o.Self}
		}
	}
	if dc := h.datacenterOf(*vm.Parent); dc != nil {
		e.Datacenter = &types.DatacenterEventArgument{EntityEventArgument: types.EntityEventArgument{Name: dc.Name}, Datacenter: dc.Self}
	}
	m := h.reg.EventManager()
	ctx.WithLock(m, func() {
		m.PostEvent(ctx, &types.PostEvent{This: m.Self, EventToPost: ev})
		e.CreatedTime = h.now()
	})
}

// postTask posts the TaskEvent of a task of a VM, which tells for longer than the task who has begun what.
func (h *Host) postTask(ctx *simulator.Context, ref, task moref) {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	t, is := h.reg.Get(task).(*simulator.Task)
	if !ok || !is {
		return
	}
	var info types.TaskInfo
	ctx.WithLock(t, func() { info = t.Info })
	h.post(ctx, vm, &types.TaskEvent{Info: info})
}

// events corrects EventManager.
type events struct{ standIn }

// QueryEvents honours the user and the entity of a filter, and returns up to a thousand events, oldest first. The
// simulator's own knows no user, returns ten, and walks the whole inventory for every event when an entity is given.
func (e *events) QueryEvents(ctx *simulator.Context, r *types.QueryEvents) soap.HasFault {
	e.enter(ctx)
	m := e.h.reg.EventManager()
	filter := r.Filter
	entity := filter.Entity
	filter.Entity = nil
	if filter.MaxCount <= 0 || filter.MaxCount > maxEvents {
		filter.MaxCount = maxEvents
	}
	limit := int(filter.MaxCount)
	filter.MaxCount = maxEvents
	var res soap.HasFault
	ctx.WithLock(m, func() { res = m.QueryEvents(ctx, &types.QueryEvents{This: m.Self, Filter: filter}) })
	body, ok := res.(*methods.QueryEventsBody)
	if !ok || body.Res == nil {
		return res
	}
	var out []types.BaseEvent // newest first, as the simulator lists them
	for _, ev := range body.Res.Returnval {
		if len(out) == limit {
			break
		}
		if e.h.isPruned(ev) {
			continue
		}
		if e.ofUser(ev, filter.UserName) && (entity == nil || e.concerns(ev, entity)) && e.readable(ctx, ev) {
			out = append(out, ev)
		}
	}
	slices.Reverse(out)
	body.Res.Returnval = out
	return body
}

// PruneEvents removes all events, as a host does when they have got old.
func (h *Host) PruneEvents() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pruned = h.now()
}

func (h *Host) isPruned(ev types.BaseEvent) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return ev.GetEvent().CreatedTime.Before(h.pruned)
}

func (e *events) ofUser(ev types.BaseEvent, f *types.EventFilterSpecByUsername) bool {
	return f == nil || len(f.UserList) == 0 || slices.Contains(f.UserList, ev.GetEvent().UserName)
}

// concerns says whether an event is about an entity, or about something below it where the filter asks for that.
func (e *events) concerns(ev types.BaseEvent, f *types.EventFilterSpecByEntity) bool {
	self := false
	below := false
	for i, ref := range arguments(ev.GetEvent()) {
		if ref == f.Entity {
			self = true
			below = below || i > 0 // the event's own object lies below
		}
		for o := e.h.entity(ref); o != nil && o.Entity().Parent != nil; o = e.h.entity(*o.Entity().Parent) {
			below = below || *o.Entity().Parent == f.Entity
		}
	}
	switch f.Recursion {
	case types.EventFilterSpecRecursionOptionSelf:
		return self
	case types.EventFilterSpecRecursionOptionChildren:
		return below
	}
	return self || below
}

func (e *events) readable(ctx *simulator.Context, ev types.BaseEvent) bool {
	vm := ev.GetEvent().Vm
	return vm == nil || e.h.visible(ctx.Session.UserName, vm.Vm)
}

// arguments lists the objects that an event names, the nearest first.
func arguments(ev *types.Event) []moref {
	var refs []moref
	if ev.Vm != nil {
		refs = append(refs, ev.Vm.Vm)
	}
	if ev.Ds != nil {
		refs = append(refs, ev.Ds.Datastore)
	}
	if ev.Host != nil {
		refs = append(refs, ev.Host.Host)
	}
	if ev.ComputeResource != nil {
		refs = append(refs, ev.ComputeResource.ComputeResource)
	}
	if ev.Datacenter != nil {
		refs = append(refs, ev.Datacenter.Datacenter)
	}
	return refs
}
