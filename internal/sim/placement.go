// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// checkPlace finds pool and host of a registration.
func (h *Host) checkPlace(r *types.RegisterVM_Task, reg *registration) types.BaseMethodFault {
	switch {
	case r.AsTemplate && h.opts.ESX:
		return &types.NotSupported{}
	case r.AsTemplate == (r.Pool != nil): // a template has no pool, a VM needs one
		return &types.InvalidArgument{InvalidProperty: "pool"}
	case r.AsTemplate && r.Host == nil:
		return &types.InvalidArgument{InvalidProperty: "host"}
	}
	var owner *mo.ComputeResource
	if r.Pool != nil {
		ref, ok := h.owner(*r.Pool)
		if !ok {
			return &types.ManagedObjectNotFound{Obj: *r.Pool}
		}
		reg.pool = r.Pool
		if owner = h.compute(ref); owner == nil {
			return &types.InvalidArgument{InvalidProperty: "pool"}
		}
		if dc := h.datacenterOf(ref); dc == nil || dc.Self != reg.datacenter.Self {
			return &types.InvalidArgument{InvalidProperty: "pool"}
		}
	}
	if r.Host != nil {
		host, ok := h.reg.Get(*r.Host).(*simulator.HostSystem)
		if !ok {
			return &types.ManagedObjectNotFound{Obj: *r.Host}
		}
		if owner != nil && !slices.Contains(h.refs(owner, &owner.Host), host.Self) {
			return &types.InvalidArgument{InvalidProperty: "host"}
		}
		if dc := h.datacenterOf(host.Self); dc == nil || dc.Self != reg.datacenter.Self {
			return &types.InvalidArgument{InvalidProperty: "host"}
		}
		reg.host = host
		return h.unfit(host, reg.datastore)
	}
	return h.choose(owner, reg)
}

// choose picks a host of a compute resource, the one with the fewest VMs.
func (h *Host) choose(owner *mo.ComputeResource, reg *registration) types.BaseMethodFault {
	hosts := h.refs(owner, &owner.Host)
	if len(hosts) > 1 && !h.hasDRS(owner.Self) {
		// Without DRS nobody chooses a host of a cluster for the caller.
		return &types.InvalidArgument{InvalidProperty: "host"}
	}
	var why types.BaseMethodFault = &types.InvalidArgument{InvalidProperty: "pool"}
	var best *simulator.HostSystem
	fewest := 0
	for _, ref := range hosts {
		host, ok := h.reg.Get(ref).(*simulator.HostSystem)
		if !ok {
			continue
		}
		if fault := h.unfit(host, reg.datastore); fault != nil {
			why = fault
			continue
		}
		if n := len(h.refs(host, &host.Vm)); best == nil || n < fewest {
			best, fewest = host, n
		}
	}
	if best == nil {
		return why
	}
	reg.host = best
	return nil
}

// owner returns the compute resource of a pool or vApp.
func (h *Host) owner(pool moref) (moref, bool) {
	switch p := h.reg.Get(pool).(type) {
	case *simulator.ResourcePool:
		return p.Owner, true
	case *simulator.VirtualApp:
		return p.Owner, true
	}
	return moref{}, false
}

// unfit says why a host cannot run a VM from a datastore.
func (h *Host) unfit(host *simulator.HostSystem, ds *simulator.Datastore) types.BaseMethodFault {
	var state types.HostSystemConnectionState
	var maintenance, mounted bool
	h.context().WithLock(host, func() {
		state, maintenance = host.Runtime.ConnectionState, host.Runtime.InMaintenanceMode
		mounted = slices.Contains(host.Datastore, ds.Self)
	})
	switch {
	case state != types.HostSystemConnectionStateConnected:
		return &types.HostNotConnected{}
	case maintenance:
		return &types.InvalidState{}
	case !mounted:
		return &types.InvalidDatastore{Datastore: &ds.Self, Name: ds.Name}
	}
	return nil
}

func (h *Host) hasDRS(ref moref) bool {
	c, ok := h.reg.Get(ref).(*simulator.ClusterComputeResource)
	if !ok {
		return false
	}
	ex, ok := c.ConfigurationEx.(*types.ClusterConfigInfoEx)
	return ok && ex.DrsConfig.Enabled != nil && *ex.DrsConfig.Enabled
}

func (h *Host) accessible(ds *simulator.Datastore) bool {
	ok := false
	h.context().WithLock(ds, func() { ok = ds.Summary.Accessible })
	return ok
}
