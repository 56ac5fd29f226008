// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// carried is the URL of a transfer, and what the vCenter tells of the ESXi host there; nothing where it is the connection's own host.
func (g *Guest) carried(ctx context.Context, text string) (*url.URL, wire.Carrier, error) {
	u, err := g.line.TransferURL(text)
	if err != nil || !g.line.Client.IsVC() || u.Host == g.line.Endpoint.Host {
		return u, wire.Carrier{}, err
	}
	by, err := g.carriers.Get(ctx, g.line.Life, u.Host, time.Time{}, func(ctx context.Context) (wire.Carrier, error) {
		return g.carrier(ctx, u.Hostname())
	})
	return u, by, err
}

// carrier is what the vCenter tells of the host that runs the VM now: it may have moved since the VM was read.
func (g *Guest) carrier(ctx context.Context, name string) (by wire.Carrier, err error) {
	paths := []string{"summary.config.sslThumbprint"}
	_, unresolved := net.DefaultResolver.LookupHost(ctx, name)
	if unresolved != nil {
		// The name is what the host was added by to its vCenter, which may know more names than this machine.
		paths = append(paths, "config.virtualNicManagerInfo.netConfig")
	}
	content, err := g.line.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: g.ref, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("host", "VirtualMachine", "runtime.host")},
		}},
		PropSet: []types.PropertySpec{{Type: "HostSystem", PathSet: paths}},
	})
	for _, o := range content {
		var host mo.HostSystem
		wire.Load(o, &host)
		by.Thumbprint = host.Summary.Config.SslThumbprint
		if unresolved != nil {
			by.Address = management(host)
		}
	}
	return by, err
}

// management is the address of a host for those who manage it; empty if it is not told.
func management(host mo.HostSystem) string {
	if host.Config == nil || host.Config.VirtualNicManagerInfo == nil {
		return ""
	}
	for _, net := range host.Config.VirtualNicManagerInfo.NetConfig {
		if net.NicType != string(types.HostVirtualNicManagerNicTypeManagement) {
			continue
		}
		for _, nic := range net.CandidateVnic {
			for _, key := range net.SelectedVnic {
				if nic.Key == key && nic.Spec.Ip != nil && nic.Spec.Ip.IpAddress != "" {
					return nic.Spec.Ip.IpAddress
				}
			}
		}
	}
	return ""
}
