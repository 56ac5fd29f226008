// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// AddFolder makes a folder for VMs, with those above it, and returns its managed object id: AddFolder("DC0",
// "prod/web") makes /DC0/vm/prod/web.
func (h *Host) AddFolder(datacenter, path string) (string, error) {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return "", err
	}
	ref := dc.VmFolder
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		f, ok := h.reg.Get(ref).(*simulator.Folder)
		if !ok {
			return "", fmt.Errorf("%s is no folder", ref)
		}
		if child, ok := h.childNamed(f, name); ok {
			ref = child
			continue
		}
		ctx := h.contextAs(h.opts.Username)
		var res soap.HasFault
		ctx.WithLock(f, func() { res = f.CreateFolder(ctx, &types.CreateFolder{This: ref, Name: name}) })
		body, ok := res.(*methods.CreateFolderBody)
		if !ok || body.Res == nil {
			return "", fmt.Errorf("folder %s cannot be made", path)
		}
		ref = body.Res.Returnval
	}
	return ref.Value, nil
}

// AddPool makes a resource pool below the root pool of a cluster or of a standalone host's compute resource, given by
// name or inventory path, and returns its managed object id.
func (h *Host) AddPool(datacenter, cluster, name string) (ref string, err error) {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return "", err
	}
	var cr *mo.ComputeResource
	for _, kind := range []string{"ClusterComputeResource", "ComputeResource"} {
		for _, e := range h.reg.All(kind) {
			if d := h.datacenterOf(e.Reference()); d == nil || d.Self != dc.Self {
				continue
			}
			if e.Entity().Name == cluster || h.inventoryPath(e.Reference()) == cluster {
				cr = h.compute(e.Reference())
			}
		}
	}
	if cr == nil {
		return "", fmt.Errorf("datacenter %s has no cluster or host %q", dc.Name, cluster)
	}
	root, ok := h.reg.Get(*cr.ResourcePool).(*simulator.ResourcePool)
	if !ok {
		return "", fmt.Errorf("%s has no root pool", cluster)
	}
	if h.reg.FindByName(name, h.refs(root, &root.ResourcePool.ResourcePool)) != nil {
		return "", fmt.Errorf("pool %s: there is one in %s", name, cluster)
	}
	ctx := h.contextAs(h.opts.Username)
	ctx.WithLock(root, func() {
		child := h.newPool(ctx, root, name)
		h.reg.PutEntity(root, h.reg.NewEntity(child))
		root.ResourcePool.ResourcePool = append(root.ResourcePool.ResourcePool, child.Self)
		ref = child.Self.Value
	})
	return ref, nil
}

// newPool is a pool of a compute resource. The simulator's own CreateResourcePool writes the name into one summary that all pools
// of all hosts of a process share.
func (h *Host) newPool(ctx *simulator.Context, root *simulator.ResourcePool, name string) *simulator.ResourcePool {
	child := simulator.NewResourcePool(ctx)
	summary := *child.Summary.GetResourcePoolSummary()
	summary.Name = name
	spec := types.DefaultResourceConfigSpec()
	child.Name, child.Owner, child.Summary = name, root.Owner, &summary
	child.Config.CpuAllocation, child.Config.MemoryAllocation = spec.CpuAllocation, spec.MemoryAllocation
	return child
}

// AddStoragePod makes a datastore cluster and moves datastores into it.
func (h *Host) AddStoragePod(datacenter, name string, datastores ...string) error {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return err
	}
	f, ok := h.reg.Get(dc.DatastoreFolder).(*simulator.Folder)
	if !ok {
		return fmt.Errorf("datacenter %s has no folder for datastores", dc.Name)
	}
	ctx := h.contextAs(h.opts.Username)
	var res soap.HasFault
	ctx.WithLock(f, func() { res = f.CreateStoragePod(ctx, &types.CreateStoragePod{This: f.Self, Name: name}) })
	body, ok := res.(*methods.CreateStoragePodBody)
	if !ok || body.Res == nil {
		return fmt.Errorf("datastore cluster %s cannot be made", name)
	}
	pod, ok := h.reg.Get(body.Res.Returnval).(*simulator.StoragePod)
	if !ok {
		return fmt.Errorf("datastore cluster %s is gone", name)
	}
	for _, n := range datastores {
		ds := h.datastoreOf(dc, n)
		if ds == nil {
			return fmt.Errorf("datacenter %s has no datastore %q", dc.Name, n)
		}
		if from, ok := h.reg.Get(*ds.Parent).(*simulator.Folder); ok {
			ctx.WithLock(from, func() {
				from.ChildEntity = slices.DeleteFunc(slices.Clone(from.ChildEntity), func(r moref) bool { return r == ds.Self })
			})
		}
		ctx.WithLock(pod, func() { pod.ChildEntity = append(pod.ChildEntity, ds.Self) })
		ctx.WithLock(ds, func() { ctx.Update(ds, []types.PropertyChange{{Name: "parent", Val: &pod.Self}}) })
	}
	return nil
}

// Unmount takes a datastore away from one host.
func (h *Host) Unmount(host, datacenter, datastore string) error {
	e, err := h.find("HostSystem", host)
	if err != nil {
		return err
	}
	_, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return err
	}
	hs, ok := e.(*simulator.HostSystem)
	if !ok {
		return fmt.Errorf("%s is no host", host)
	}
	ctx := h.context()
	gone := func(r moref) bool { return r == ds.Self }
	ctx.WithLock(hs, func() {
		ctx.Update(hs, []types.PropertyChange{{Name: "datastore", Val: slices.DeleteFunc(slices.Clone(hs.Datastore), gone)}})
	})
	ctx.WithLock(ds, func() {
		mounts := slices.DeleteFunc(slices.Clone(ds.Host), func(m types.DatastoreHostMount) bool { return m.Key == hs.Self })
		ctx.Update(ds, []types.PropertyChange{{Name: "host", Val: mounts}})
	})
	return nil
}

// ShareDatastore mounts a datastore in a second datacenter too, on every host of it: another object of the same
// name, with the same URL and the same files, as vCenter shows storage that two datacenters reach.
func (h *Host) ShareDatastore(from, datastore, to string) error {
	_, ds, _, err := h.resolve(from, "["+datastore+"]")
	if err != nil {
		return err
	}
	dc, err := h.datacenter(to)
	if err != nil {
		return err
	}
	if old := h.datastoreOf(dc, datastore); old != nil {
		if len(h.refs(old, &old.Vm)) > 0 {
			return fmt.Errorf("datastore %s of %s has VMs", datastore, to)
		}
		ctx := h.context()
		ctx.WithLock(old, func() {
			info := old.Info.GetDatastoreInfo()
			info.Url = ds.Summary.Url
			ctx.Update(old, []types.PropertyChange{{Name: "summary.url", Val: ds.Summary.Url}})
		})
		return nil
	}
	return h.mountAll(dc, datastore, ds.Summary.Url)
}

// mount makes a datastore known to a host.
func (h *Host) mount(host *simulator.HostSystem, name, dir string) error {
	if host.ConfigManager.DatastoreSystem == nil {
		return fmt.Errorf("host %s has no datastore system", host.Name)
	}
	dss, ok := h.reg.Get(*host.ConfigManager.DatastoreSystem).(*simulator.HostDatastoreSystem)
	if !ok {
		return fmt.Errorf("host %s has no datastore system", host.Name)
	}
	ctx := h.context()
	var res soap.HasFault
	ctx.WithLock(dss, func() {
		res = dss.CreateLocalDatastore(ctx, &types.CreateLocalDatastore{This: dss.Self, Name: name, Path: dir})
	})
	if f := res.Fault(); f != nil {
		return fmt.Errorf("datastore %s on %s: %v", name, host.Name, f.VimFault())
	}
	return nil
}

// AddDatastore makes a further datastore on every host of a datacenter.
func (h *Host) AddDatastore(datacenter, name string) error {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return err
	}
	dir, err := h.newDatastoreDir(dc, name)
	if err != nil {
		return err
	}
	return h.mountAll(dc, name, dir)
}
