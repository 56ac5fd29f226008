// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// connection is what the provider hands to its resources and data sources.
type connection struct {
	// host is nil while the provider is not connected; reason says why.
	host   vix.Host
	reason string
	// user is whom the provider logged in as.
	user    string
	journal journal

	mu        sync.Mutex
	serverID  string
	releasing map[vix.Path][]string
}

// connectionOf takes the connection out of what the framework hands on. It is
// nil while the framework only validates, before any provider is configured.
func connectionOf(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	conn, ok := data.(*connection)
	if !ok {
		diags.AddError("Unexpected provider data",
			"This is a bug in the provider. Please report it to the provider's developers.")
	}
	return conn
}

// connected reports that there is a host to ask.
func (c *connection) connected() bool { return c != nil && c.host != nil }

// server is the instance UUID of the host, asked once.
func (c *connection) server(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.serverID == "" {
		info, err := c.host.Info(ctx)
		if err != nil {
			return "", err
		}
		c.serverID = info.InstanceUUID
	}
	return c.serverID, nil
}

// willRelease notes that state has a registration of this path that a destroy
// would unregister. When Terraform replaces it, it plans the new one as if
// nothing were there, so that the check would find the old one in its way.
func (c *connection) willRelease(p vix.Path, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.releasing == nil {
		c.releasing = map[vix.Path][]string{}
	}
	c.releasing[p.AsVMX()] = append(c.releasing[p.AsVMX()], id)
}

// releases reports what willRelease noted; an empty id stands for any.
func (c *connection) releases(p vix.Path, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	ids := c.releasing[p.AsVMX()]
	return id == "" && len(ids) > 0 || slices.Contains(ids, id)
}

// journalBegin notes an attempt. A journal that cannot be written costs the
// recovery after a kill, not the registration.
func (c *connection) journalBegin(ctx context.Context, at intent) {
	if err := c.journal.begin(at); err != nil {
		tflog.Warn(ctx, "cannot note the registration that begins", map[string]any{"error": err.Error()})
	}
}

// journalEnd forgets an attempt.
func (c *connection) journalEnd(ctx context.Context, name string) {
	if err := c.journal.end(name); err != nil {
		tflog.Warn(ctx, "cannot forget the registration that ended", map[string]any{"error": err.Error()})
	}
}
