// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Places is what of a datacenter a VM can be placed in: VM folders, compute
// resources, their hosts and pools.
type Places struct {
	Folders  []Place
	Computes []*Compute
	Hosts    []*ESXi
	Pools    []*Pool
	VMFolder Place
	entities Entities
}

// Place is an entity with its inventory path.
type Place struct {
	Ref  types.ManagedObjectReference
	Path string
}

// Compute is a cluster or a standalone host.
type Compute struct {
	Place
	Cluster bool
	DRS     bool
	Root    types.ManagedObjectReference // its root pool
	Hosts   []*ESXi
}

// ESXi is one host.
type ESXi struct {
	Place
	In          *Compute
	Connected   bool
	Maintenance bool
}

// Pool is a resource pool, or a vApp.
type Pool struct {
	Place
	In *Compute
}

// Mounts is which hosts mount a datastore and can use it.
type Mounts map[types.ManagedObjectReference]bool

// Places reads a datacenter's places, in one request, for all registrations in it.
func (i *Inventory) Places(ctx context.Context, dc *Datacenter) (*Places, error) {
	t, err := i.places.Get(ctx, i.Life, dc.Ref, wire.NoOlderThan(placesAge), func(ctx context.Context) (*Places, error) {
		return i.readPlaces(ctx, dc)
	})
	return t, i.Failed(wire.To("read the inventory of", dc.Path), err)
}

func (i *Inventory) readPlaces(ctx context.Context, dc *Datacenter) (*Places, error) {
	content, err := i.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{Obj: dc.Ref, SelectSet: []types.BaseSelectionSpec{
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
	return newPlaces(dc, content), nil
}

// newPlaces makes the places of what was read.
func newPlaces(dc *Datacenter, content []types.ObjectContent) *Places {
	t := &Places{entities: NewEntities(content)}
	// The datacenter's own path was read with the outline.
	pathOf := func(ref types.ManagedObjectReference) string { return t.entities.below(dc.Ref, dc.Path, ref) }
	computes := map[types.ManagedObjectReference]*Compute{}
	for _, o := range content {
		switch o.Obj.Type {
		case "Folder":
			var f mo.Folder
			wire.Load(o, &f)
			if slices.Contains(f.ChildType, "VirtualMachine") {
				t.Folders = append(t.Folders, Place{o.Obj, pathOf(o.Obj)})
			}
		case "ComputeResource":
			var c mo.ComputeResource
			wire.Load(o, &c)
			computes[o.Obj] = newCompute(o.Obj, pathOf(o.Obj), c)
		case "ClusterComputeResource":
			var c mo.ClusterComputeResource
			wire.Load(o, &c)
			computes[o.Obj] = newCompute(o.Obj, pathOf(o.Obj), c.ComputeResource)
			computes[o.Obj].Cluster = true
			computes[o.Obj].DRS = drsEnabled(c.ConfigurationEx)
		}
	}
	for _, o := range content {
		switch o.Obj.Type {
		case "HostSystem":
			var s mo.HostSystem
			wire.Load(o, &s)
			item := &ESXi{
				Place:       Place{o.Obj, pathOf(o.Obj)},
				Connected:   s.Runtime.ConnectionState == types.HostSystemConnectionStateConnected,
				Maintenance: s.Runtime.InMaintenanceMode,
			}
			if s.Parent != nil {
				if c := computes[*s.Parent]; c != nil {
					item.In = c
					c.Hosts = append(c.Hosts, item)
				}
			}
			t.Hosts = append(t.Hosts, item)
		case "ResourcePool", "VirtualApp":
			var p mo.ResourcePool
			wire.Load(o, &p)
			t.Pools = append(t.Pools, &Pool{Place: Place{o.Obj, pathOf(o.Obj)}, In: computes[p.Owner]})
		}
	}
	for _, c := range computes {
		SortBy(c.Hosts, func(e *ESXi) string { return e.Path })
		t.Computes = append(t.Computes, c)
	}
	t.VMFolder = Place{dc.VMFolder, pathOf(dc.VMFolder)}
	SortBy(t.Folders, func(p Place) string { return p.Path })
	SortBy(t.Computes, func(c *Compute) string { return c.Path })
	SortBy(t.Hosts, func(e *ESXi) string { return e.Path })
	SortBy(t.Pools, func(p *Pool) string { return p.Path })
	return t
}

func newCompute(ref types.ManagedObjectReference, path string, c mo.ComputeResource) *Compute {
	out := &Compute{Place: Place{ref, path}}
	if c.ResourcePool != nil {
		out.Root = *c.ResourcePool
	}
	return out
}

func drsEnabled(config types.BaseComputeResourceConfigInfo) bool {
	c, ok := config.(*types.ClusterConfigInfoEx)
	return ok && c.DrsConfig.Enabled != nil && *c.DrsConfig.Enabled
}

// below is the inventory path of ref, which lies below an entity of known path.
func (n Entities) below(top types.ManagedObjectReference, path string, ref types.ManagedObjectReference) string {
	tail := ""
	for range maxDepth {
		if ref == top {
			return path + tail
		}
		item, ok := n[ref]
		if !ok || item.Parent == nil {
			return ""
		}
		tail = "/" + item.Name + tail
		ref = *item.Parent
	}
	return ""
}

// Mounted reads which hosts can use a datastore, for all registrations on it.
func (i *Inventory) Mounted(ctx context.Context, ds *Datastore) (Mounts, error) {
	set, err := i.mounts.Get(ctx, i.Life, ds.Ref, wire.NoOlderThan(placesAge), func(ctx context.Context) (Mounts, error) {
		content, err := i.Retrieve(ctx, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: ds.Ref}},
			PropSet:   []types.PropertySpec{{Type: "Datastore", PathSet: []string{"host"}}},
		})
		if err != nil {
			return nil, err
		}
		set := Mounts{}
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
	return set, i.Failed(wire.To("read the datastore", ds.Name), err)
}

// usable reads vSphere's optional booleans, which mean true where they are not set.
func usable(b *bool) bool { return b == nil || *b }

// paths lists the paths of places.
func paths[T interface{ At() string }](items []T) []string {
	var out []string
	for _, item := range items {
		out = append(out, item.At())
	}
	return out
}

// At is where it is.
func (p Place) At() string { return p.Path }

// Pick finds the one item that a user's name or inventory path means.
func Pick[T interface{ At() string }](what wire.Step, field vix.Field, noun, name, where string, items []T) (T, error) {
	var found []T
	for _, item := range items {
		if vix.SamePlace(item.At(), name) {
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
		e.Reason = "There is no " + noun + " " + Quote(name) + " in " + where + ", or this user may not see it."
		if known := paths(items); len(known) > 0 {
			e.Reason += " There are:"
			e.Choices = AtMost(nearestFirst(name, known), 20)
		}
		e.Remedy = "Give its name, or its inventory path."
		return none, e
	}
	e.Code, e.Kind = vix.CodeInvalidArg, vix.ErrAmbiguous
	e.Reason = "The name " + Quote(name) + " fits several in " + where + ":"
	e.Choices = legible(paths(found))
	e.Remedy = "Give the inventory path of the one that is meant."
	return none, e
}
