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
)

// Find implements vix.Host: VixHost_FindItems, by one ContainerView and one read.
func (h *host) Find(ctx context.Context, query vix.Query) ([]vix.Item, error) {
	what := asked{"list the VMs of", h.endpoint.Host}
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	below, entities := h.client.ServiceContent.RootFolder, sk.entities
	name := query.Datacenter
	if name == "" {
		name = h.options.Datacenter
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
			Op: what.op, Object: what.object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter,
			Reason: "A folder's name means nothing without its datacenter.",
			Remedy: "Give the datacenter, or the folder's inventory path.",
		}
	}
	content, err := h.viewVMs(ctx, below)
	if err != nil {
		return nil, h.typed(what.op, what.object, err)
	}
	return items(content, entities, query), nil
}

// viewVMs reads what Find needs of all VMs below an entity.
func (h *host) viewVMs(ctx context.Context, below types.ManagedObjectReference) (content []types.ObjectContent, err error) {
	v, err := view.NewManager(h.client).CreateContainerView(ctx, below, []string{"VirtualMachine"}, true)
	if err != nil {
		return nil, err
	}
	defer func() {
		// A view that is left behind costs the host until the session ends.
		if destroyed := v.Destroy(context.WithoutCancel(ctx)); err == nil {
			err = destroyed
		}
	}()
	return h.retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: v.Reference(), Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{
				traverse("vms", "ContainerView", "view", "parents", "vapps"),
				traverse("vapps", "VirtualMachine", "parentVApp", "parents"),
				traverse("parents", "ManagedEntity", "parent", "parents"),
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
		load(o, &r.vm)
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
	about := h.client.ServiceContent.About
	info := vix.HostInfo{
		ServiceProvider: vix.VIServer, Product: about.Name, Version: about.Version, Build: about.Build,
		APIVersion: about.ApiVersion, Username: h.user.UserName, Features: features(h.client.IsVC()),
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
	if uuid := h.client.ServiceContent.About.InstanceUuid; uuid != "" {
		return uuid, nil
	}
	server, err := h.identity.get(ctx, h.life, struct{}{}, time.Time{}, func(ctx context.Context) (string, error) {
		content, err := h.retrieve(ctx, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{
				Obj: h.client.ServiceContent.RootFolder,
				SelectSet: []types.BaseSelectionSpec{
					traverse("children", "Folder", "childEntity", "children", "hostFolder", "hosts"),
					traverse("hostFolder", "Datacenter", "hostFolder", "children"),
					traverse("hosts", "ComputeResource", "host"),
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
			Op: "read the identity of", Object: h.endpoint.Host, Code: vix.CodeFail,
			Reason: "The host tells neither an instance UUID nor its hardware's.",
			Remedy: "Check that this user has System.Read on the host.",
		}
	})
	return server, h.typed("read the identity of", h.endpoint.Host, err)
}
