// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Ticket gives a ticket for the login: AcquireCredentialsInGuest. One whose answer got lost ends by itself.
func (g *Guest) Ticket(ctx context.Context) (ticket string, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		response, err := methods.AcquireCredentialsInGuest(ctx, g.line.Client, &types.AcquireCredentialsInGuest{
			This: *g.managers.auth, Vm: g.ref, RequestedAuth: g.auth,
		})
		if err != nil {
			return err
		}
		if given, ok := response.Returnval.(*types.TicketedSessionAuthentication); ok {
			ticket = given.Ticket
			return nil
		}
		return &vix.Error{Code: vix.CodeOpNotSupportedOnGuest, Reason: "The guest gives no tickets."}
	})
	return ticket, g.failed(err)
}

// Release makes the ticket of the login void: ReleaseCredentialsInGuest. One that is void already is no error.
func (g *Guest) Release(ctx context.Context) error {
	err := g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.ReleaseCredentialsInGuest(ctx, g.line.Client, &types.ReleaseCredentialsInGuest{
			This: *g.managers.auth, Vm: g.ref, Auth: g.auth,
		})
		return err
	})
	var void *types.InvalidGuestLogin
	if as(err, &void) {
		return nil
	}
	return g.failed(err)
}
