// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ ephemeral.EphemeralResource              = (*guestTicketEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithConfigure = (*guestTicketEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*guestTicketEphemeral)(nil)
)

// guestTicketEphemeral is ephemeral "vix_guest_ticket": VixVM_LoginInGuest and VixVM_LogoutFromGuest. Terraform opens it for the
// plan and for the apply, and closes it at the end of each.
type guestTicketEphemeral struct {
	conn *connection
	// tickets is nil while the provider is not connected.
	tickets vix.GuestTickets
}

// guestTicketModel is its value.
type guestTicketModel struct {
	VMID          types.String `tfsdk:"vm_id"`
	GuestUsername types.String `tfsdk:"guest_username"`
	GuestPassword types.String `tfsdk:"guest_password"`
	Interactive   types.Bool   `tfsdk:"interactive"`
	Ticket        types.String `tfsdk:"ticket"`
}

// guestTicketKept is where a ticket that is open stands: Terraform keeps that in its memory until it is closed.
const guestTicketKept = "ticket"

// guestTicketOpen is a ticket that is open.
type guestTicketOpen struct {
	VMID   string   `json:"vm_id"`
	VM     vmRecord `json:"vm"`
	Ticket string   `json:"ticket"`
}

// NewGuestTicketEphemeral makes ephemeral "vix_guest_ticket".
func NewGuestTicketEphemeral() ephemeral.EphemeralResource { return &guestTicketEphemeral{} }

// Metadata implements ephemeral.EphemeralResource.
func (e *guestTicketEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_ticket"
}

// Schema implements ephemeral.EphemeralResource.
func (e *guestTicketEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Logs in to the guest of a VM and gives a ticket that stands for user and password (VixVM_LoginInGuest), " +
			"for " +
			"`guest_ticket_wo`. The plan takes one and gives it back, the apply takes one of its own. The VM must be on, with VMware " +
			"Tools " +
			"that run, wherever its id is known.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: vmIDDescription + " The id of a `vix_power` is known when the VM is on, and puts the login off " +
					"until then.",
			},
			"guest_username": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "User in the guest (`DOMAIN\\USER` on Windows). Default: the provider's `guest_username`.",
			},
			"guest_password": schema.StringAttribute{
				Optional: true, Sensitive: true,
				MarkdownDescription: "Password of the user in the guest. Default: the provider's `guest_password`.",
			},
			"interactive": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether the ticket is for the desktop session of the user, who must be logged in there. Default " +
					"`false`.",
			},
			"ticket": schema.StringAttribute{
				Computed: true, Sensitive: true,
				MarkdownDescription: "The ticket. It holds until the end of the plan or the apply, or for as long as the host has it hold.",
			},
		},
	}
}

// Configure implements ephemeral.EphemeralResourceWithConfigure.
func (e *guestTicketEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	e.tickets = partOf[vix.GuestTickets](e.conn, vix.FeatureGuestTickets, &resp.Diagnostics)
}

// Open takes a ticket.
func (e *guestTicketEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m guestTicketModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !e.conn.connected() {
		addNotConnected(&resp.Diagnostics, "log in to a guest", e.conn)
		return
	}
	login, ok := e.login(m, &resp.Diagnostics)
	if !ok {
		return
	}
	vm := e.conn.checkVM(ctx, m.VMID, &resp.Diagnostics)
	if vm == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	ticket, err := e.tickets.GuestTicket(withoutSecrets(ctx, login), vm.Handle(), login)
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	open := guestTicketOpen{VMID: m.VMID.ValueString(), VM: vmRecordOf(vm), Ticket: ticket}
	savePrivate(ctx, resp.Private, guestTicketKept, open, &resp.Diagnostics)
	e.conn.ticketOpened(ticket, func(ctx context.Context) error { return e.release(ctx, open) })
	m.Ticket = types.StringValue(ticket)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &m)...)
}

// login is what the ticket is for; false, with an error, if there is none.
func (e *guestTicketEphemeral) login(m guestTicketModel, diags *diag.Diagnostics) (vix.GuestLogin, bool) {
	login, known := e.conn.guestLogin(guestLoginModel{
		GuestUsername: m.GuestUsername, GuestPasswordWO: m.GuestPassword, Interactive: m.Interactive,
	})
	login.Patience = readPatience
	if !known {
		return login, !addUnknownLogin(diags)
	}
	return login, !addNoLogin(diags, login, ", or guest_username and guest_password of the ticket itself")
}

// Close gives the ticket back.
func (e *guestTicketEphemeral) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	open := privateFrom[guestTicketOpen](ctx, req.Private, guestTicketKept, &resp.Diagnostics)
	if open.Ticket == "" || !e.conn.connected() {
		return
	}
	e.conn.ticketClosed(open.Ticket)
	if err := e.release(ctx, open); err != nil {
		summary, detail := texts(err)
		resp.Diagnostics.AddWarning("A ticket was not given back", summary+": it is void when its time has run out.\n\n"+detail)
	}
}

// release makes a ticket void. Of a VM that is gone it is.
func (e *guestTicketEphemeral) release(ctx context.Context, open guestTicketOpen) error {
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	ctx = withoutSecrets(ctx, vix.GuestLogin{Ticket: open.Ticket})
	err := e.tickets.ReleaseGuestTicket(ctx, open.VM.handle(open.VMID, e.conn.parsePath), open.Ticket)
	if gone(err) {
		return nil
	}
	return err
}

// ticketOpened notes what gives a ticket back: Terraform closes none whose user has failed.
func (c *connection) ticketOpened(ticket string, release func(context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	set(&c.tickets, ticket, release)
}

// ticketClosed notes that a ticket is given back.
func (c *connection) ticketClosed(ticket string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.tickets, ticket)
}

// releaseTickets gives back what Terraform has left open.
func (c *connection) releaseTickets(ctx context.Context) {
	c.mu.Lock()
	open := c.tickets
	c.tickets = nil
	c.mu.Unlock()
	for _, release := range open {
		if err := release(ctx); err != nil {
			tflog.Warn(ctx, "cannot give back a ticket for a guest", map[string]any{"error": err.Error()})
		}
	}
}
