// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// connection is what the provider hands to its resources and data sources.
type connection struct {
	// host is nil while the provider is not connected; reason says why.
	host   vix.Host
	reason string
	// user is whom the provider logged in as.
	user string
	// guest is the login in guests that the provider was given.
	guest   providerLogin
	journal journal
	ledger  ledger
	peers   *peers
	// handovers are the VMs that stay although an address of theirs goes.
	handovers vmNotes
	// replaced are the VMs that go for others.
	replaced vmNotes
	// addresses tell what comes after an object at its address.
	addresses addressNotes
	imports   imports
	vms       vmMemory
	openedVMs openedVMs
	// powerNotes are the power states that were found before a first try.
	powerNotes powerNotes
	guestNotes guestNotes
	// foresight is what plans have said of the ends of things.
	foresight foresight
	// guestFiles are the files in guests that go from one object of the state to another.
	guestFiles *guestFileHandovers
	// variables are those that do.
	variables *objectHandovers
	// powers are the VMs whose power does.
	powers *objectHandovers
	// snapshots are those that do.
	snapshots *objectHandovers
	sources   sources

	mu       sync.Mutex
	serverID string
	// finished are the paths whose registration came to its end, but is not known to
	// be in a state yet.
	finished []attempted
	// closing is done when Terraform has written the state.
	closing []func(context.Context)
	// taken are the ids of the snapshots that this process has taken, by VM.
	taken map[string][]string
	// tickets are those of guests that are open, with what gives each back.
	tickets map[string]func(context.Context) error
	// begun are the tokens of what this process has begun in guests.
	begun map[string]bool
	// stopped is set when Terraform told the provider to stop.
	stopped bool
}

// connectionOf takes the connection out of what the framework hands on. It is
// nil while the framework only validates, before any provider is configured.
func connectionOf(data any, diags *diag.Diagnostics) *connection {
	if data == nil {
		return nil
	}
	conn, ok := data.(*connection)
	if !ok {
		diags.AddError("Unexpected provider data", coded(vix.CodeFail,
			"This is a bug in the provider. Please report it to the provider's developers."))
	}
	return conn
}

// connected reports that there is a host to ask.
func (c *connection) connected() bool { return c != nil && c.host != nil }

// walk is the one of Terraform's graph that this connection serves; empty where the provider is not configured.
func (c *connection) walk() string {
	if c == nil {
		return ""
	}
	return c.foresight.walk
}

// parsePath reads a path as the host spells it; in either form while there is no host to ask.
func (c *connection) parsePath(text string) (vix.Path, error) {
	if c.connected() {
		return c.host.ParsePath(text)
	}
	return vix.ParseAnyPath(text)
}

// takes reports that the host can read a vmx path, and says why not. It is asked by a
// plan: no validator knows the product. What is not known yet is taken.
func (c *connection) takes(vmxPath types.String, diags *diag.Diagnostics) bool {
	if vmxPath.IsUnknown() {
		return true
	}
	_, err := c.parsePath(vmxPath.ValueString())
	if err != nil {
		addErrorAt(diags, path.Root("vmx_path"), err)
	}
	return err == nil
}

// unregistersIf reports that the host can do what a configured on_destroy wants, and says so if not.
func (c *connection) unregistersIf(onDestroy types.String, diags *diag.Diagnostics) bool {
	if !c.connected() || onDestroy.ValueString() != onDestroyUnregister {
		return true
	}
	err := c.host.Supports(vix.FeatureUnregister)
	if err != nil {
		addErrorAt(diags, path.Root("on_destroy"), err)
	}
	return err == nil
}

// staysListed reports that a destroy leaves a registration because the product has no way to undo one.
func (c *connection) staysListed(state registrationModel) bool {
	return c.connected() && !state.unregisters() && c.host.Supports(vix.FeatureUnregister) != nil
}

// partOf is the part of the host that a Terraform thing needs; its zero value while there is no host.
func partOf[T any](c *connection, feature vix.Feature, diags *diag.Diagnostics) T {
	if !c.connected() {
		var none T
		return none
	}
	part, err := vix.Part[T](c.host, feature)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
	}
	return part
}

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

// journalBegin notes an attempt. A journal that cannot be written costs the
// recovery after a kill, not the registration.
func (c *connection) journalBegin(ctx context.Context, at intent) {
	if err := c.journal.begin(at); err != nil {
		tflog.Warn(ctx, "cannot note the registration that begins", map[string]any{"error": err.Error()})
	}
}

// attempted is what an attempt was at: a path, in a datacenter if one is known.
type attempted struct{ path, datacenter string }

// journalEnd forgets the attempts at some paths.
func (c *connection) journalEnd(ctx context.Context, server string, all ...attempted) {
	for _, at := range all {
		if err := c.journal.end(server, at.path, at.datacenter); err != nil {
			tflog.Warn(ctx, "cannot forget the registration that ended", map[string]any{"error": err.Error()})
		}
	}
}

// journalFinished notes that an attempt came to its end. It is forgotten only when
// its registration is known to be in a state: Terraform may be killed before.
func (c *connection) journalFinished(at attempted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finished = append(c.finished, at)
}

// lock keeps two addresses of a walk from doing something with one file at the same time, whichever process serves them.
func (c *connection) lock(ctx context.Context, file string) (unlock func()) {
	ours := c.ledger.lock(file)
	others := c.peers.lock(ctx, file)
	return func() {
		others()
		ours()
	}
}

// atClose does something when Terraform is known to have written the state: it ends a provider in order
// after that.
func (c *connection) atClose(do func(context.Context)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = append(c.closing, do)
}

// stop notes that the run was interrupted: nobody knows what of it is saved.
func (c *connection) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopped = true
}

// close forgets the attempts that came to their end: Terraform ends a provider in
// order after it has written the state.
func (c *connection) close(ctx context.Context) {
	c.mu.Lock()
	all, server, closing, stopped := c.finished, c.serverID, c.closing, c.stopped
	c.finished, c.closing = nil, nil
	c.mu.Unlock()
	if stopped {
		return
	}
	c.journalEnd(ctx, server, all...)
	for _, do := range closing {
		do(ctx)
	}
	c.openedVMs.save(ctx)
}
