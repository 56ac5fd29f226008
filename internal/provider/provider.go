// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ provider.Provider                       = (*Provider)(nil)
	_ provider.ProviderWithFunctions          = (*Provider)(nil)
	_ provider.ProviderWithActions            = (*Provider)(nil)
	_ provider.ProviderWithEphemeralResources = (*Provider)(nil)
	_ provider.ProviderWithListResources      = (*Provider)(nil)
	_ provider.ProviderWithValidateConfig     = (*Provider)(nil)
)

// Provider is provider "vix": VixHost_Connect.
type Provider struct {
	version    string
	connectors map[vix.ServiceProvider]vix.Connect

	mu    sync.Mutex
	conns []*connection
	peers *peers
}

// New makes the provider of a build. The connectors are the service providers
// that the build can connect to.
func New(version string, connectors map[vix.ServiceProvider]vix.Connect) *Provider {
	return &Provider{version: version, connectors: connectors}
}

// Metadata implements provider.Provider.
func (p *Provider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "vix"
	resp.Version = p.version
}

// Schema implements provider.Provider.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = providerSchema()
}

// ValidateConfig finds what contradicts itself in the configuration alone.
func (p *Provider) ValidateConfig(
	ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse,
) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if config.Insecure.ValueBool() && config.Thumbprint.ValueString() != "" {
		addTrustConflict(&resp.Diagnostics, "insecure", "thumbprint")
	}
}

// Configure connects at once, so that a run logs in once and a wrong password
// is one error, not one a resource.
func (p *Provider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	peers := p.peersNow()
	conn := &connection{
		journal: newFileJournal(peers), peers: peers, ledger: ledger{peers: peers}, handovers: newHandovers(), replaced: newReplaced(),
		addresses:  newAddressNotes(),
		powerNotes: newPowerNotes(), guestNotes: newGuestNotes(), openedVMs: newOpenedVMs(), foresight: newForesight(),
		guestFiles: newGuestFileHandovers(), variables: newVariableHandovers(), powers: newPowerHandovers(),
		snapshots: newSnapshotHandovers(),
	}
	hand := func() {
		resp.DataSourceData, resp.ResourceData = conn, conn
		resp.EphemeralResourceData, resp.ActionData, resp.ListResourceData = conn, conn, conn
	}
	if unknown := config.unknown(); len(unknown) > 0 {
		conn.reason = fmt.Sprintf("The provider is not connected: its configuration is not known yet (%s).",
			strings.Join(unknown, ", "))
		tflog.Info(ctx, "not connecting: the configuration is not known yet", map[string]any{"unknown": unknown})
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
		}
		hand()
		return
	}
	settings, diags := config.resolve()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	connect := p.connector(settings.serviceProvider, &resp.Diagnostics)
	if connect == nil {
		return
	}
	options := settings.options
	options.UserAgent = fmt.Sprintf("terraform-provider-vix/%s Terraform/%s", p.version, req.TerraformVersion)
	conn.guest = settings.guest
	log := newLogger(options.Password, options.VMPassword, settings.guest.password)
	options.Log = log
	log.InfoContext(ctx, "connecting", "service_provider", string(settings.serviceProvider),
		"hostname", options.ShownHostname(), "username", options.Username)
	host, err := connect(ctx, options)
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	conn.host, conn.user = vix.Logged(host, options.ShownHostname(), log), options.Username
	peers.me() // from now on the others know of it
	p.opened(conn)
	hand()
}

// DataSources implements provider.Provider.
func (p *Provider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		NewGuestFileDataSource, NewGuestFilesDataSource, NewGuestProcessesDataSource, NewHostDataSource, NewScreenshotDataSource,
		NewVariableDataSource, NewVMDataSource, NewVMsDataSource, NewVMXFilesDataSource,
	}
}

// Functions implements provider.ProviderWithFunctions.
func (p *Provider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{NewParseKeyFunction, NewParseVMXPathFunction, NewVMXPathFunction}
}

// Actions implements provider.ProviderWithActions.
func (p *Provider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		NewGuestCopyAction, NewGuestRunAction, NewGuestScriptAction,
		NewPowerAction, NewQuestionAnswerAction, NewSnapshotRevertAction, NewToolsInstallAction,
	}
}

// EphemeralResources implements provider.ProviderWithEphemeralResources.
func (p *Provider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{NewGuestTicketEphemeral}
}

// ListResources implements provider.ProviderWithListResources.
func (p *Provider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{NewRegistrationList}
}

// Resources implements provider.Provider.
func (p *Provider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		NewCloneResource, NewGuestFileResource, NewGuestRunResource, NewPowerResource, NewRegistrationResource, NewSnapshotResource,
		NewVariableResource,
	}
}

// Begin tells the other processes of the walk that this one is there, the sooner the better: one that has nothing more to do
// may have ended when this one is configured.
func (p *Provider) Begin() { p.peersNow().me() }

// Close ends the provider in order: Terraform has written the state. It disconnects
// every host that was opened, so that a run leaves no session behind. The provider may
// be used again afterwards.
func (p *Provider) Close(ctx context.Context) error {
	for _, conn := range p.opens() {
		conn.close(ctx)
	}
	return p.Abandon(ctx)
}

// Abandon is Close where Terraform has not ended in order, so that nobody knows
// what is in the state.
func (p *Provider) Abandon(ctx context.Context) error {
	p.mu.Lock()
	conns, peers := p.conns, p.peers
	p.conns, p.peers = nil, nil
	p.mu.Unlock()
	// All at once: what ends a run has one short deadline for all of them.
	errs := make([]error, len(conns))
	var wg sync.WaitGroup
	for i, conn := range conns {
		wg.Go(func() {
			conn.releaseTickets(ctx)
			errs[i] = conn.host.Disconnect(ctx)
		})
	}
	wg.Wait()
	if peers != nil {
		peers.end()
	}
	return errors.Join(errs...)
}

// peersNow are those of the workspace that the provider is configured for.
func (p *Provider) peersNow() *peers {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := newPeers()
	if p.peers == nil || p.peers.folder != now.folder {
		p.peers = now
	}
	return p.peers
}

func (p *Provider) opened(conn *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, conn)
}

func (p *Provider) opens() []*connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.conns)
}

// stopping notes that Terraform told the provider to stop.
func (p *Provider) stopping() {
	for _, conn := range p.opens() {
		conn.stop()
	}
}

// connector is the way to connect to a service provider; nil, with an error,
// if this build has none.
func (p *Provider) connector(kind vix.ServiceProvider, diags *diag.Diagnostics) vix.Connect {
	if connect, ok := p.connectors[kind]; ok {
		return connect
	}
	var have []string
	for known := range p.connectors {
		have = append(have, string(known))
	}
	slices.Sort(have)
	diags.AddAttributeError(path.Root("service_provider"),
		fmt.Sprintf("This build has no service provider %q", kind),
		coded(vix.CodeWrapperServiceproviderNotFound, fmt.Sprintf("It has: %s.", strings.Join(have, ", "))))
	return nil
}
