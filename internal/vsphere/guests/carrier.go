// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"net/url"
	"time"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// carried is the URL of a transfer, and the thumbprint of the certificate of the ESXi host there, as its vCenter tells it:
// empty where it is the connection's own host.
func (g *Guest) carried(ctx context.Context, text string) (*url.URL, string, error) {
	u, err := g.line.TransferURL(text)
	if err != nil || !g.line.Client.IsVC() || u.Host == g.line.Endpoint.Host {
		return u, "", err
	}
	thumbprint, err := g.carriers.Get(ctx, g.line.Life, u.Host, time.Time{}, g.thumbprint)
	return u, thumbprint, err
}

// thumbprint is of the host that runs the VM now: it may have moved since the VM was read.
func (g *Guest) thumbprint(ctx context.Context) (string, error) {
	content, err := g.line.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: g.ref, Skip: types.NewBool(true),
			SelectSet: []types.BaseSelectionSpec{wire.Traverse("host", "VirtualMachine", "runtime.host")},
		}},
		PropSet: []types.PropertySpec{{Type: "HostSystem", PathSet: []string{"summary.config.sslThumbprint"}}},
	})
	if err != nil {
		return "", err
	}
	for _, o := range content {
		var host mo.HostSystem
		wire.Load(o, &host)
		return host.Summary.Config.SslThumbprint, nil
	}
	return "", nil
}
