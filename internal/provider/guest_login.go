// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// This is the login in a guest, of all that works in one.

// readPatience is how long what only reads asks a guest's agent that is busy again.
const readPatience = 10 * time.Second

// providerLogin is the login that the provider was given: the only one that a refresh, a data source, a destroy
// and an action have.
type providerLogin struct {
	username, password string
	// unknown is that a part of it is not known yet.
	unknown bool
}

// guestLoginModel is the login of a resource. What is write-only is in its configuration alone.
type guestLoginModel struct {
	GuestUsername   types.String `tfsdk:"guest_username"`
	GuestPasswordWO types.String `tfsdk:"guest_password_wo"`
	GuestTicketWO   types.String `tfsdk:"guest_ticket_wo"`
	Interactive     types.Bool   `tfsdk:"interactive"`
}

// withGuestLogin adds the attributes of a login to those of a resource.
func withGuestLogin(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["guest_username"] = schema.StringAttribute{
		Optional: true,
		MarkdownDescription: "User in the guest (`DOMAIN\\USER` on Windows). Default: the provider's `guest_username`. " +
			"Changed in place, which does nothing in the guest.",
	}
	attributes["guest_password_wo"] = schema.StringAttribute{
		Optional: true, WriteOnly: true, Sensitive: true,
		MarkdownDescription: "Password of the user in the guest, in no plan and no state (Terraform 1.11). Default: the " +
			"provider's `guest_password`. A refresh and a destroy do not have it, but the provider's alone.",
	}
	attributes["guest_ticket_wo"] = schema.StringAttribute{
		Optional: true, WriteOnly: true, Sensitive: true,
		MarkdownDescription: "Ticket of `ephemeral \"vix_guest_ticket\"`, instead of user and password, in no plan and no state " +
			"(Terraform 1.11). Default: none.",
	}
	attributes["interactive"] = schema.BoolAttribute{
		Optional: true, Computed: true, Default: booldefault.StaticBool(false),
		MarkdownDescription: "Whether to work in the desktop session of the user, who must be logged in there " +
			"(VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT). Default `false`.",
	}
	return attributes
}

// validate finds what contradicts itself.
func (m *guestLoginModel) validate(diags *diag.Diagnostics) {
	checkSayable(diags, path.Root("guest_username"), m.GuestUsername.ValueString()+m.GuestPasswordWO.ValueString())
	if m.GuestTicketWO.IsNull() || m.GuestUsername.IsNull() && m.GuestPasswordWO.IsNull() {
		return
	}
	// Not at the ticket, whose line Terraform would print.
	diags.AddAttributeError(path.Root("guest_username"), "Two logins for one guest", coded(vix.CodeInvalidArg,
		"guest_ticket_wo stands for user and password: give either the ticket, or guest_username and guest_password_wo."))
}

// guestLogin is the login that counts: what a resource's configuration says wins over the provider's, argument by
// argument. Where a part of it is not known yet, known is false.
func (c *connection) guestLogin(config guestLoginModel) (login vix.GuestLogin, known bool) {
	if config.GuestTicketWO.IsUnknown() || config.GuestUsername.IsUnknown() || config.GuestPasswordWO.IsUnknown() {
		return vix.GuestLogin{}, false
	}
	login.Interactive = config.Interactive.ValueBool()
	if login.Ticket = config.GuestTicketWO.ValueString(); login.Ticket != "" {
		return login, true
	}
	login.Username, login.Password = config.GuestUsername.ValueString(), config.GuestPasswordWO.ValueString()
	if (login.Username == "" || login.Password == "") && c.guest.unknown {
		return vix.GuestLogin{}, false
	}
	login.Username = cmp.Or(login.Username, c.guest.username)
	login.Password = cmp.Or(login.Password, c.guest.password)
	return login, true
}

// resourceLogin is the login of a resource that writes or runs something; false, with an error, if there is none.
func (c *connection) resourceLogin(config guestLoginModel, diags *diag.Diagnostics) (vix.GuestLogin, bool) {
	login, known := c.guestLogin(config)
	if !known {
		return login, !addUnknownLogin(diags)
	}
	return login, !addNoLogin(diags, login, ", or the resource's own guest_username and guest_password_wo, or guest_ticket_wo")
}

// plannedLogin is resourceLogin for a plan, to which what is not known yet is no error.
func (c *connection) plannedLogin(config guestLoginModel, diags *diag.Diagnostics) {
	if !c.connected() {
		return
	}
	if _, known := c.guestLogin(config); known {
		c.resourceLogin(config, diags)
	}
}

// providersLogin is the provider's login; false, with an error, if there is none.
func (c *connection) providersLogin(diags *diag.Diagnostics) (vix.GuestLogin, bool) {
	login, known := c.guestLogin(guestLoginModel{})
	if !known {
		return login, !addUnknownLogin(diags)
	}
	return login, !addNoLogin(diags, login, "")
}

// plannedProvidersLogin is providersLogin for the plan of an action.
func (c *connection) plannedProvidersLogin(diags *diag.Diagnostics) {
	if c.connected() && !c.guest.unknown {
		c.providersLogin(diags)
	}
}

// readLogin is the provider's login for what only reads; false if there is none.
func (c *connection) readLogin() (login vix.GuestLogin, ok bool) {
	login, known := c.guestLogin(guestLoginModel{})
	login.Patience = readPatience
	return login, known && login.Username != "" && login.Password != ""
}

// addNoLogin says that there is no login, or half of one.
func addNoLogin(diags *diag.Diagnostics, login vix.GuestLogin, or string) bool {
	var summary string
	switch {
	case login.Ticket != "" || login.Username != "" && login.Password != "":
		return false
	case login.IsZero():
		summary = "No login for the guest"
	case login.Username == "":
		summary = "No user for the guest"
	default:
		summary = "No password for the guest"
	}
	diags.AddError(summary, coded(vix.CodeCannotAuthenticateWithGuest,
		"Set guest_username and guest_password in the provider's configuration, or the environment variables VIX_GUEST_USERNAME and "+
			"VIX_GUEST_PASSWORD"+or+"."))
	return true
}

// addUnknownLogin says that the login is still not known where something is to be done by it.
func addUnknownLogin(diags *diag.Diagnostics) bool {
	diags.AddError("The login for the guest is not known yet", coded(vix.CodeCannotAuthenticateWithGuest,
		"The provider's guest_username or guest_password depends on what is not applied yet. Apply that first, for example with "+
			"terraform apply -target."))
	return true
}

// withoutSecrets keeps the secrets of a login out of the log, whoever writes it.
func withoutSecrets(ctx context.Context, login vix.GuestLogin) context.Context {
	return tflog.MaskLogStrings(ctx, secret.Spellings(login.Password, login.Ticket)...)
}
