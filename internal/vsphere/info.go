// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Info implements vix.Host: Vix_GetProperties on the host handle.
func (h *host) Info(ctx context.Context) (vix.HostInfo, error) {
	about := h.Client.ServiceContent.About
	info := vix.HostInfo{
		ServiceProvider: vix.VIServer, Product: about.Name, Version: about.Version, Build: about.Build,
		APIVersion: about.ApiVersion, Username: h.User.UserName, Features: h.features(),
	}
	var err error
	if info.InstanceUUID, err = h.server(ctx); err != nil {
		return info, err
	}
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return info, err
	}
	for _, dc := range outline.Datacenters {
		out := vix.Datacenter{Name: dc.Name, Path: dc.Path}
		for _, ds := range dc.Datastores {
			out.Datastores = append(out.Datastores, ds.Datastore)
		}
		inventory.SortBy(out.Datastores, func(d vix.Datastore) string { return d.Name })
		info.Datacenters = append(info.Datacenters, out)
	}
	return info, nil
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
