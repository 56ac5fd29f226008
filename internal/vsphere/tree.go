// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// tree is what of a datacenter a VM can be placed in: VM folders, compute
// resources, their hosts and pools.
type tree struct {
	folders   []place
	computes  []*compute
	hosts     []*esxi
	pools     []*pool
	vmFolder  place
	inventory nodes
}

// place is an entity with its inventory path.
type place struct {
	ref  types.ManagedObjectReference
	path string
}

// compute is a cluster or a standalone host.
type compute struct {
	place
	cluster bool
	drs     bool
	root    types.ManagedObjectReference // its root pool
	hosts   []*esxi
}

// esxi is one host.
type esxi struct {
	place
	in          *compute
	connected   bool
	maintenance bool
}

// pool is a resource pool, or a vApp.
type pool struct {
	place
	in *compute
}

// mountSet is which hosts mount a datastore and can use it.
type mountSet map[types.ManagedObjectReference]bool

// tree reads a datacenter's tree, in one request, for all registrations in it.
func (h *host) tree(ctx context.Context, dc *datacenter) (*tree, error) {
	t, err := h.trees.Get(ctx, h.Life, dc.ref, noOlderThan(treeAge), func(ctx context.Context) (*tree, error) {
		return h.readTree(ctx, dc)
	})
	return t, h.Failed(wire.To("read the inventory of", dc.path), err)
}

func (h *host) readTree(ctx context.Context, dc *datacenter) (*tree, error) {
	content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: dc.ref, SelectSet: []types.BaseSelectionSpec{
			wire.Traverse("vmFolder", "Datacenter", "vmFolder", "children"),
			wire.Traverse("hostFolder", "Datacenter", "hostFolder", "children"),
			wire.Traverse("children", "Folder", "childEntity", "children", "hosts", "rootPool"),
			wire.Traverse("hosts", "ComputeResource", "host"),
			wire.Traverse("rootPool", "ComputeResource", "resourcePool", "pools"),
			wire.Traverse("pools", "ResourcePool", "resourcePool", "pools"),
		}}},
		PropSet: []types.PropertySpec{
			{Type: "Datacenter", PathSet: []string{"name", "parent"}},
			{Type: "Folder", PathSet: []string{"name", "parent", "childType"}},
			{Type: "ComputeResource", PathSet: []string{"name", "parent", "resourcePool"}},
			{Type: "ClusterComputeResource", PathSet: []string{"name", "parent", "resourcePool", "configurationEx"}},
			{Type: "HostSystem", PathSet: []string{"name", "parent", "runtime.connectionState", "runtime.inMaintenanceMode"}},
			{Type: "ResourcePool", PathSet: []string{"name", "parent", "owner"}},
		},
	})
	if err != nil {
		return nil, err
	}
	return newTree(dc, content), nil
}

// newTree builds the tree of what was read.
func newTree(dc *datacenter, content []types.ObjectContent) *tree {
	t := &tree{inventory: newNodes(content)}
	// The datacenter's own path was read with the skeleton.
	pathOf := func(ref types.ManagedObjectReference) string { return t.inventory.below(dc.ref, dc.path, ref) }
	computes := map[types.ManagedObjectReference]*compute{}
	for _, o := range content {
		switch o.Obj.Type {
		case "Folder":
			var f mo.Folder
			wire.Load(o, &f)
			if slices.Contains(f.ChildType, "VirtualMachine") {
				t.folders = append(t.folders, place{o.Obj, pathOf(o.Obj)})
			}
		case "ComputeResource":
			var c mo.ComputeResource
			wire.Load(o, &c)
			computes[o.Obj] = newCompute(o.Obj, pathOf(o.Obj), c)
		case "ClusterComputeResource":
			var c mo.ClusterComputeResource
			wire.Load(o, &c)
			computes[o.Obj] = newCompute(o.Obj, pathOf(o.Obj), c.ComputeResource)
			computes[o.Obj].cluster = true
			computes[o.Obj].drs = drsEnabled(c.ConfigurationEx)
		}
	}
	for _, o := range content {
		switch o.Obj.Type {
		case "HostSystem":
			var s mo.HostSystem
			wire.Load(o, &s)
			item := &esxi{
				place:       place{o.Obj, pathOf(o.Obj)},
				connected:   s.Runtime.ConnectionState == types.HostSystemConnectionStateConnected,
				maintenance: s.Runtime.InMaintenanceMode,
			}
			if s.Parent != nil {
				if c := computes[*s.Parent]; c != nil {
					item.in = c
					c.hosts = append(c.hosts, item)
				}
			}
			t.hosts = append(t.hosts, item)
		case "ResourcePool", "VirtualApp":
			var p mo.ResourcePool
			wire.Load(o, &p)
			t.pools = append(t.pools, &pool{place: place{o.Obj, pathOf(o.Obj)}, in: computes[p.Owner]})
		}
	}
	for _, c := range computes {
		sortBy(c.hosts, func(e *esxi) string { return e.path })
		t.computes = append(t.computes, c)
	}
	t.vmFolder = place{dc.vmFolder, pathOf(dc.vmFolder)}
	sortBy(t.folders, func(p place) string { return p.path })
	sortBy(t.computes, func(c *compute) string { return c.path })
	sortBy(t.hosts, func(e *esxi) string { return e.path })
	sortBy(t.pools, func(p *pool) string { return p.path })
	return t
}

func newCompute(ref types.ManagedObjectReference, path string, c mo.ComputeResource) *compute {
	out := &compute{place: place{ref, path}}
	if c.ResourcePool != nil {
		out.root = *c.ResourcePool
	}
	return out
}

func drsEnabled(config types.BaseComputeResourceConfigInfo) bool {
	c, ok := config.(*types.ClusterConfigInfoEx)
	return ok && c.DrsConfig.Enabled != nil && *c.DrsConfig.Enabled
}

// below is the inventory path of ref, which lies below an entity of known path.
func (n nodes) below(top types.ManagedObjectReference, path string, ref types.ManagedObjectReference) string {
	tail := ""
	for range maxDepth {
		if ref == top {
			return path + tail
		}
		item, ok := n[ref]
		if !ok || item.parent == nil {
			return ""
		}
		tail = "/" + item.name + tail
		ref = *item.parent
	}
	return ""
}

// mounted reads which hosts can use a datastore, for all registrations on it.
func (h *host) mounted(ctx context.Context, ds *datastore) (mountSet, error) {
	set, err := h.mounts.Get(ctx, h.Life, ds.ref, noOlderThan(treeAge), func(ctx context.Context) (mountSet, error) {
		content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: ds.ref}},
			PropSet:   []types.PropertySpec{{Type: "Datastore", PathSet: []string{"host"}}},
		})
		if err != nil {
			return nil, err
		}
		set := mountSet{}
		for _, o := range content {
			var d mo.Datastore
			wire.Load(o, &d)
			for _, m := range d.Host {
				if usable(m.MountInfo.Mounted) && usable(m.MountInfo.Accessible) {
					set[m.Key] = true
				}
			}
		}
		return set, nil
	})
	return set, h.Failed(wire.To("read the datastore", ds.Name), err)
}

// usable reads vSphere's optional booleans, which mean true where they are not set.
func usable(b *bool) bool { return b == nil || *b }

// paths lists the paths of places.
func paths[T interface{ at() string }](items []T) []string {
	var out []string
	for _, item := range items {
		out = append(out, item.at())
	}
	return out
}

func (p place) at() string { return p.path }

// pick finds the one item that a user's name or inventory path means.
func pick[T interface{ at() string }](what wire.Step, field vix.Field, kind, name, where string, items []T) (T, error) {
	var found []T
	for _, item := range items {
		if vix.SamePlace(item.at(), escapeUnlessPath(name)) {
			found = append(found, item)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var none T
	e := &vix.Error{Op: what.Op, Object: what.Object, Field: field}
	if len(found) == 0 {
		e.Code = vix.CodeObjectNotFound
		e.Reason = "There is no " + kind + " " + quote(name) + " in " + where + ", or this user may not see it."
		if known := paths(items); len(known) > 0 {
			e.Reason += " There are:"
			e.Choices = atMost(nearestFirst(name, known), 20)
		}
		e.Remedy = "Give its name, or its inventory path."
		return none, e
	}
	e.Code, e.Cause = vix.CodeInvalidArg, vix.ErrAmbiguous
	e.Reason = "The name " + quote(name) + " fits several in " + where + ":"
	e.Choices = paths(found)
	e.Remedy = "Give the inventory path of the one that is meant."
	return none, e
}
