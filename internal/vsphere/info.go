// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Find implements vix.Host: VixHost_FindItems, by one ContainerView and one read.
func (h *host) Find(ctx context.Context, query vix.Query) ([]vix.Item, error) {
	what := wire.To("list the VMs of", h.Endpoint.Host)
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	below, entities := h.Client.ServiceContent.RootFolder, sk.entities
	name := query.Datacenter
	if name == "" {
		name = h.Options.Datacenter
	}
	if name == "" {
		name = sk.impliedBy(vix.RegisterSpec{Folder: query.Folder})
	}
	if name != "" {
		dc, err := sk.datacenter(what, name)
		if err != nil {
			return nil, err
		}
		below = dc.ref
		if query.Folder != "" {
			t, err := h.tree(ctx, dc)
			if err != nil {
				return nil, err
			}
			folder, err := pick(what, vix.FieldFolder, "VM folder", query.Folder, dc.path, t.folders)
			if err != nil {
				return nil, err
			}
			below = folder.ref
		}
	} else if query.Folder != "" {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter,
			Reason: "A folder's name means nothing without its datacenter.",
			Remedy: "Give the datacenter, or the folder's inventory path.",
		}
	}
	content, err := h.viewVMs(ctx, below)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	return items(content, entities, query), nil
}

// viewVMs reads what Find needs of all VMs below an entity.
func (h *host) viewVMs(ctx context.Context, below types.ManagedObjectReference) (content []types.ObjectContent, err error) {
	v, err := view.NewManager(h.Client).CreateContainerView(ctx, below, []string{"VirtualMachine"}, true)
	if err != nil {
		return nil, err
	}
	defer func() {
		// A view that is left behind costs the host until the session ends.
		if destroyed := v.Destroy(context.WithoutCancel(ctx)); err == nil {
			err = destroyed
		}
	}()
	return h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: v.Reference(), Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{
				wire.Traverse("vms", "ContainerView", "view", "parents", "vapps"),
				wire.Traverse("vapps", "VirtualMachine", "parentVApp", "parents"),
				wire.Traverse("parents", "ManagedEntity", "parent", "parents"),
			},
		}},
		PropSet: []types.PropertySpec{
			{Type: "VirtualMachine", PathSet: []string{
				"name", "parent", "parentVApp", "config.instanceUuid", "config.files.vmPathName", "summary.config.vmPathName",
				"runtime.powerState", "runtime.paused",
			}},
			{Type: "ManagedEntity", PathSet: []string{"name", "parent"}},
		},
	})
}

// items makes the answer of what was read, sorted by datacenter and path.
func items(content []types.ObjectContent, above nodes, query vix.Query) []vix.Item {
	entities := newNodes(content)
	maps.Copy(entities, above)
	var out []vix.Item
	for _, o := range content {
		if o.Obj.Type != "VirtualMachine" {
			continue
		}
		r := &record{above: entities}
		r.vm = mo.VirtualMachine{}
		wire.Load(o, &r.vm)
		reg := r.registration()
		if query.Running && r.vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			continue
		}
		out = append(out, vix.Item{
			ID: reg.ID, ManagedObjectID: reg.ManagedObjectID, Name: reg.Name, Path: reg.Path,
			Datacenter: reg.Datacenter, PowerState: reg.PowerState,
		})
	}
	slices.SortFunc(out, func(a, b vix.Item) int {
		return strings.Compare(a.Datacenter+"\x00"+a.Path.String()+a.ID, b.Datacenter+"\x00"+b.Path.String()+b.ID)
	})
	return out
}

// Info implements vix.Host: Vix_GetProperties on the host handle.
func (h *host) Info(ctx context.Context) (vix.HostInfo, error) {
	about := h.Client.ServiceContent.About
	info := vix.HostInfo{
		ServiceProvider: vix.VIServer, Product: about.Name, Version: about.Version, Build: about.Build,
		APIVersion: about.ApiVersion, Username: h.User.UserName, Features: features(h.Client.IsVC()),
	}
	var err error
	if info.InstanceUUID, err = h.server(ctx); err != nil {
		return info, err
	}
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return info, err
	}
	for _, dc := range sk.datacenters {
		out := vix.Datacenter{Name: dc.name, Path: dc.path}
		for _, ds := range dc.datastores {
			out.Datastores = append(out.Datastores, ds.Datastore)
		}
		sortBy(out.Datastores, func(d vix.Datastore) string { return d.Name })
		info.Datacenters = append(info.Datacenters, out)
	}
	return info, nil
}

// features are what this provider can do with the host, sorted.
func features(vcenter bool) []string {
	f := []string{"find", "open", "register", "rename", "resource_pools", "unregister"}
	if vcenter {
		f = append(f, "datacenters", "folders", "templates")
	}
	slices.Sort(f)
	return f
}

// server is the instance UUID of the vCenter. An ESXi has none of its own; the
// UUID of its hardware tells it from others.
func (h *host) server(ctx context.Context) (string, error) {
	if uuid := h.Client.ServiceContent.About.InstanceUuid; uuid != "" {
		return uuid, nil
	}
	server, err := h.identity.Get(ctx, h.Life, struct{}{}, time.Time{}, func(ctx context.Context) (string, error) {
		content, err := h.Retrieve(ctx, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{
				Obj: h.Client.ServiceContent.RootFolder,
				SelectSet: []types.BaseSelectionSpec{
					wire.Traverse("children", "Folder", "childEntity", "children", "hostFolder", "hosts"),
					wire.Traverse("hostFolder", "Datacenter", "hostFolder", "children"),
					wire.Traverse("hosts", "ComputeResource", "host"),
				},
			}},
			PropSet: []types.PropertySpec{{Type: "HostSystem", PathSet: []string{"summary.hardware.uuid"}}},
		})
		if err != nil {
			return "", err
		}
		for _, o := range content {
			for _, p := range o.PropSet {
				if uuid, ok := p.Val.(string); ok && uuid != "" {
					return strings.ToLower(uuid), nil
				}
			}
		}
		return "", &vix.Error{
			Op: "read the identity of", Object: h.Endpoint.Host, Code: vix.CodeFail,
			Reason: "The host tells neither an instance UUID nor its hardware's.",
			Remedy: "Check that this user has System.Read on the host.",
		}
	})
	return server, h.Failed(wire.To("read the identity of", h.Endpoint.Host), err)
}
