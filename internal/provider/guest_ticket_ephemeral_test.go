// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// opened opens an ephemeral resource, and gives how to close it.
func (w *world) opened(name string, config args) (result args, closes func() diagnostics, diags diagnostics) {
	w.t.Helper()
	kind := w.schemas.EphemeralResourceSchemas[name].ValueType()
	resp, err := w.server.OpenEphemeralResource(context.Background(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: name, Config: w.dynamic(kind, build(kind, config)),
	})
	w.must(err)
	closes = func() diagnostics {
		closed, err := w.server.CloseEphemeralResource(context.Background(), &tfprotov6.CloseEphemeralResourceRequest{
			TypeName: name, Private: resp.Private,
		})
		w.must(err)
		return closed.Diagnostics
	}
	if diagnostics(resp.Diagnostics).failed() {
		return nil, closes, resp.Diagnostics
	}
	return fields(w.value(kind, resp.Result)), closes, resp.Diagnostics
}

const guestTicketType = "vix_guest_ticket"

// A ticket is taken and given back, and what is written by it says no password.
func TestATicketIsTakenAndGivenBack(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	got, closes, diags := w.opened(guestTicketType, args{"vm_id": id})
	diags.none(t)
	ticket := got["ticket"].(string)
	if !w.host.guest.tickets[ticket] || w.host.guest.login != (vix.GuestLogin{Username: "root", Password: "gu3st", Patience: 10 * time.Second}) {
		t.Errorf("%q of %v, login %s", ticket, w.host.guest.tickets, w.host.guest.login)
	}
	config := args{"vm_id": id, "program": "/bin/x", "guest_ticket_wo": ticket}
	o := w.create(config)
	if w.host.guest.login.Ticket != ticket || w.host.guest.login.Password != "" {
		t.Errorf("the login is %s", w.host.guest.login)
	}
	holds(t, o.value, args{"guest_ticket_wo": nil})
	w.host.made()
	closes().none(t)
	calls(t, w.host, "ReleaseGuestTicket ticket-2")
	if len(w.host.guest.tickets) > 0 {
		t.Errorf("there are %v", w.host.guest.tickets)
	}
	// The next apply's ticket is another one, and nothing is run again.
	config["guest_ticket_wo"] = "another"
	w.plan(o, config).same(t, o)
	config["program"] = "/bin/y"
	_, diags = w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "The guest refuses the login by a ticket.", "VIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
}

// Terraform closes no ticket whose user has failed: the provider gives it back when it ends.
func TestATicketThatTerraformLeavesOpen(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	for range 2 {
		_, _, diags := w.opened(guestTicketType, args{"vm_id": id})
		diags.none(t)
	}
	_, closes, diags := w.opened(guestTicketType, args{"vm_id": id})
	diags.none(t)
	closes().none(t)
	w.host.made()
	if err := w.provider.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if made := w.host.made(); len(w.host.guest.tickets) > 0 || len(made) != 3 || made[2] != "Disconnect" {
		t.Errorf("%v are left after %v", w.host.guest.tickets, made)
	}
}

func TestTheLoginOfATicket(t *testing.T) {
	w := newWorldOf(t, guestRunType)
	id := w.host.register(mustPath(t, webPath), "web").ID
	_, closes, diags := w.opened(guestTicketType, args{"vm_id": id})
	diags.only(t, noLogin+", or guest_username and guest_password of the ticket itself.\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
	closes().none(t) // there is nothing to give back
	_, closes, diags = w.opened(guestTicketType, args{"vm_id": id, "guest_username": "ada", "guest_password": "o", "interactive": true})
	diags.none(t)
	if l := w.host.guest.login; l.Username != "ada" || l.Password != "o" || !l.Interactive {
		t.Errorf("the login is %s", l)
	}
	w.host.fail["ReleaseGuestTicket ticket-2"] = &vix.Error{Op: "release", Object: "it", Code: vix.CodeHostConnectionLost, Reason: "The line broke."}
	closes().only(t, "WARNING: A ticket was not given back\nCannot release it: it is void when its time has run out.\n\nThe line broke.\n\nVIX_E_HOST_CONNECTION_LOST (36) on vc")
	_, _, diags = w.opened(guestTicketType, args{"vm_id": webPath, "guest_username": "ada", "guest_password": "o"})
	diags.has(t, "No VM has the id")
	w = lacking(t, vix.FeatureGuestTickets)
	_, _, diags = w.opened(guestTicketType, args{"vm_id": id})
	diags.has(t, notSupported("tickets for guests"))
}
