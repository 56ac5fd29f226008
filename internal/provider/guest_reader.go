// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestReader is what the data sources of a guest share.
type guestReader struct {
	conn *connection
	// guest is nil while the provider is not connected.
	guest vix.Guest
}

// configure takes what the provider hands on.
func (d *guestReader) configure(data any, diags *diag.Diagnostics) {
	d.conn = connectionOf(data, diags)
	d.guest = partOf[vix.Guest](d.conn, vix.FeatureGuest, diags)
}

// opens gives the VM whose guest is read, and the provider's login there; no VM, with an error, if there is none of the two.
func (d *guestReader) opens(
	ctx context.Context, id types.String, what string, diags *diag.Diagnostics,
) (*vix.Registration, vix.GuestLogin) {
	if !d.conn.connected() {
		addNotConnected(diags, what, d.conn)
		return nil, vix.GuestLogin{}
	}
	login, ok := d.conn.providersLogin(diags)
	if !ok {
		return nil, login
	}
	login.Patience = readPatience
	return d.conn.checkVM(ctx, id, diags), login
}
