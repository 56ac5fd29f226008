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

// cloning is what the checks of a clone have found.
type cloning struct {
	registration

	source   *simulator.VirtualMachine
	from     *simulator.Datastore
	fromPath dsPath
	snapshot *simulator.VirtualMachineSnapshot // nil for the VM as it is
	linked   bool
	// stem is the name of the clone's files without ending.
	stem string
	// sourceDisks are the disks of the source, as its .vmx names them, in the order of the clone's.
	sourceDisks []string
}

// CloneVMTask makes a VM with files of its own: copies of the source's disks, or disks that hang on a snapshot's. The
// simulator's own makes empty disks and an empty .vmx, takes a linked clone for a full one, and dies of places that
// there are not.
func (m *machine) CloneVMTask(ctx *simulator.Context, r *types.CloneVM_Task) soap.HasFault {
	m.enter(ctx)
	h := m.h
	t := h.newTask(ctx, m.Self, "CloneVM_Task", "VirtualMachine.clone")
	h.run(ctx, t, func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
		ref, fault := h.clone(ctx, r, func(percent int) {
			done := []types.PropertyChange{{Name: "info.progress", Val: int32(percent)}} //nolint:gosec // percent
			ctx.WithLock(t, func() { ctx.Update(t, done) })
		})
		if fault != nil {
			return nil, fault
		}
		return ref, nil
	})
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: t.Self}}
}

func (h *Host) clone(ctx *simulator.Context, r *types.CloneVM_Task, progress func(percent int)) (moref, types.BaseMethodFault) {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	progress(0)
	c := &cloning{linked: r.Spec.Location.DiskMoveType == string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)}
	c.template = r.Spec.Template
	for _, check := range []func(*types.CloneVM_Task, *cloning) types.BaseMethodFault{h.cloneSource, h.cloneSnapshot, h.clonePlace} {
		if fault := check(r, c); fault != nil {
			return moref{}, fault
		}
	}
	h.announce(ctx, c)
	if fault := h.cloneFiles(c, progress); fault != nil {
		return moref{}, fault
	}
	vm := h.newMachine(&c.registration)
	if c.linked {
		hang(vm, c)
	}
	h.insert(ctx, &c.registration, vm)
	event := &types.VmClonedEvent{}
	event.SourceVm = types.VmEventArgument{Vm: c.source.Self}
	event.SourceVm.Name = h.nameOf(c.source.Self)
	h.post(ctx, vm, event)
	progress(100)
	return vm.Self, nil
}

// announce posts what vSphere posts of the source before it begins.
func (h *Host) announce(ctx *simulator.Context, c *cloning) {
	event := &types.VmBeingClonedEvent{DestName: c.name}
	event.DestFolder = types.FolderEventArgument{Folder: c.folder.Self}
	event.DestFolder.Name = h.nameOf(c.folder.Self)
	event.DestHost = types.HostEventArgument{Host: c.host.Self}
	event.DestHost.Name = c.host.Name
	h.post(ctx, c.source, event)
}

// cloneSource finds what is cloned, and its files.
func (h *Host) cloneSource(r *types.CloneVM_Task, c *cloning) types.BaseMethodFault {
	if r.Spec.PowerOn || r.Spec.Customization != nil {
		return &types.NotSupported{} // the simulated host clones, and no more
	}
	var ok bool
	if c.source, ok = h.reg.Get(r.This).(*simulator.VirtualMachine); !ok {
		return &types.ManagedObjectNotFound{Obj: r.This}
	}
	if fault := h.usable(c.source); fault != nil {
		return fault
	}
	if c.from, c.fromPath, ok = h.homeOf(c.source); !ok {
		return &types.InvalidState{}
	}
	if !h.accessible(c.from) {
		return &types.InaccessibleDatastore{InvalidDatastore: types.InvalidDatastore{Datastore: &c.from.Self, Name: c.from.Name}}
	}
	return nil
}

// cloneSnapshot finds the snapshot that is cloned. A linked clone hangs on one: a VM that goes on cannot be a parent.
func (h *Host) cloneSnapshot(r *types.CloneVM_Task, c *cloning) types.BaseMethodFault {
	if r.Spec.Snapshot == nil {
		if c.linked {
			return &types.InvalidArgument{InvalidProperty: "spec.snapshot"}
		}
		return nil
	}
	var ok bool
	if c.snapshot, ok = h.reg.Get(*r.Spec.Snapshot).(*simulator.VirtualMachineSnapshot); !ok {
		return &types.ManagedObjectNotFound{Obj: *r.Spec.Snapshot}
	}
	if h.treeOf(c.source).find(c.snapshot.Self).Snapshot != c.snapshot.Self {
		return &types.InvalidArgument{InvalidProperty: "spec.snapshot"} // another VM's
	}
	return nil
}

// clonePlace finds where the clone goes: what is not said is as the source's.
func (h *Host) clonePlace(r *types.CloneVM_Task, c *cloning) types.BaseMethodFault {
	at := r.Spec.Location
	var host, pool *moref
	var was bool
	h.context().WithLock(c.source, func() { host, pool, was = c.source.Runtime.Host, c.source.ResourcePool, c.source.Config.Template })
	if at.Pool != nil {
		pool = at.Pool
	} else if was && !c.template {
		return &types.InvalidArgument{InvalidProperty: "spec.location.pool"}
	}
	if at.Host != nil {
		host = at.Host
	} else if !c.template && !h.within(host, pool) {
		host = nil // of the pool's own
	}
	if c.template {
		pool = nil
	}
	name, fault := h.cloneDatastore(at.Datastore, c.from)
	if fault != nil {
		return fault
	}
	folder := r.Folder
	if at.Folder != nil {
		folder = *at.Folder
	}
	asked := &types.RegisterVM_Task{
		This: folder, Path: dsPath{name, "clone/clone.vmx"}.String(), AsTemplate: c.template, Pool: pool, Host: host,
	}
	for _, check := range []func(*types.RegisterVM_Task, *registration) types.BaseMethodFault{h.checkPath, h.checkPlace} {
		if fault := check(asked, &c.registration); fault != nil {
			return fault
		}
	}
	c.name = escapeName(r.Name)
	return h.nameFault(folder, c.name, moref{})
}

// within reports that a host is one of those that a pool is of.
func (h *Host) within(host, pool *moref) bool {
	if host == nil || pool == nil {
		return false
	}
	owner, ok := h.owner(*pool)
	if !ok {
		return false
	}
	of := h.compute(owner)
	return of != nil && slices.Contains(h.refs(of, &of.Host), *host)
}

// cloneDatastore is the name of the datastore that the clone goes to.
func (h *Host) cloneDatastore(asked *moref, source *simulator.Datastore) (string, types.BaseMethodFault) {
	if asked == nil {
		return source.Name, nil
	}
	ds, ok := h.reg.Get(*asked).(*simulator.Datastore)
	if !ok {
		return "", &types.ManagedObjectNotFound{Obj: *asked}
	}
	return ds.Name, nil
}

// hang makes the disks of a linked clone children of the source's.
func hang(vm *simulator.VirtualMachine, c *cloning) {
	parents := map[string]string{}
	for i, d := range c.file.Disks() {
		parents[c.path.join(d.FileName).String()] = c.fromPath.join(c.sourceDisks[i]).String()
	}
	for _, d := range vm.Config.Hardware.Device {
		disk, ok := d.(*types.VirtualDisk)
		if !ok {
			continue
		}
		if b, ok := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && parents[b.FileName] != "" {
			b.Parent = &types.VirtualDiskFlatVer2BackingInfo{
				VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: parents[b.FileName], Datastore: &c.from.Self},
				DiskMode:                     b.DiskMode,
			}
		}
	}
}
