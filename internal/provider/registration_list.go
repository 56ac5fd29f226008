// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ list.ListResource              = (*registrationList)(nil)
	_ list.ListResourceWithConfigure = (*registrationList)(nil)
)

// readTogether is how many registrations a query reads at a time. What is asked
// for together travels together.
const readTogether = 100

// registrationList is list "vix_registration": VixHost_FindItems for terraform query.
type registrationList struct {
	conn *connection
	// registrar is nil while the provider is not connected.
	registrar vix.Registrar
}

// NewRegistrationList makes list "vix_registration".
func NewRegistrationList() list.ListResource { return &registrationList{} }

// Metadata implements list.ListResource.
func (l *registrationList) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_registration"
}

// ListResourceConfigSchema implements list.ListResource.
func (l *registrationList) ListResourceConfigSchema(
	_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse,
) {
	given := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists registered VMs for `terraform query` (Terraform 1.14 or later). Each result carries the identity " +
			"that imports it, and `-generate-config-out` writes configuration that imports with an empty plan. Terraform stops at 100 " +
			"results unless the block says `limit`. OpenTofu has no " +
			"`query`: there, `vix_vms` feeds `import` blocks.",
		Attributes: map[string]schema.Attribute{
			"find":       given(findDescription, stringvalidator.OneOf(findRegistered, findRunning)),
			"datacenter": given(findDatacenterDescription, stringvalidator.LengthAtLeast(1)),
			"folder":     given(findFolderDescription, stringvalidator.LengthAtLeast(1)),
			"name_regex": given(findNameDescription, regexValidator{}),
		},
	}
}

// Configure implements list.ListResourceWithConfigure.
func (l *registrationList) Configure(
	_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse,
) {
	l.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	l.registrar = partOf[vix.Registrar](l.conn, vix.FeatureRegister, &resp.Diagnostics)
}

// List implements list.ListResource. Everything that can fail as a whole fails
// before the first result: an error must never look like a short list.
func (l *registrationList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config findModel
	diags := req.Config.Get(ctx, &config)
	if !diags.HasError() && !l.conn.connected() {
		addNotConnected(&diags, "list registrations", l.conn)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	server, err := l.conn.server(ctx)
	var items []vix.Item
	if err == nil {
		items, err = config.find(ctx, l.conn.host)
	}
	if err != nil {
		addError(&diags, req.Config.Schema, err)
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = l.results(ctx, req, server, items)
}

// results are the results for items, as many as were asked for. What is no result, and
// only says why, is not counted.
func (l *registrationList) results(
	ctx context.Context, req list.ListRequest, server string, items []vix.Item,
) iter.Seq[list.ListResult] {
	shared := map[string]int{}
	for _, item := range items {
		shared[strings.ToLower(item.ID)]++
	}
	return func(push func(list.ListResult) bool) {
		left := req.Limit
		for len(items) > 0 {
			n := min(len(items), readTogether)
			for _, result := range l.together(ctx, req, server, items[:n], shared) {
				if !push(result) {
					return
				}
				if result.Identity == nil {
					continue
				}
				if left--; left == 0 {
					return
				}
			}
			items = items[n:]
		}
	}
}

// together makes the results of some items at the same time, in their order.
func (l *registrationList) together(
	ctx context.Context, req list.ListRequest, server string, items []vix.Item, shared map[string]int,
) []list.ListResult {
	results := make([]list.ListResult, len(items))
	var readers sync.WaitGroup
	for i, item := range items {
		readers.Go(func() {
			if code, why := unlistable(item, shared[strings.ToLower(item.ID)]); why != "" {
				results[i] = notListed(item, code, why)
				return
			}
			results[i] = l.result(ctx, req, server, item)
		})
	}
	readers.Wait()
	return results
}

// unlistable says why an import by identity would not find the VM, or would write a
// configuration that is not true of it; empty if it may be listed. Having is how many have its id.
func unlistable(item vix.Item, having int) (vix.Code, string) {
	switch {
	case !item.ConnectionState.Readable():
		return vix.CodeFileAccessError, fmt.Sprintf("The host cannot read the VM's files (it is %s), and what it says "+
			"of it is not all of it. Bring its "+
			"datastore back, or unregister it.", item.ConnectionState)
	case item.ID == "" || item.ID == item.ManagedObjectID:
		return vix.CodeUnrecognizedProperty, "The host tells no instance UUID of the VM, so that no identity imports " +
			"it. Import it by its path."
	case having > 1:
		return vix.CodeInvalidArg, fmt.Sprintf("%d VMs have its instance UUID, %s, so that no identity tells them "+
			"apart: a copy and its original. Give "+
			"one of them another one (vc.uuid in its .vmx), or import it by its path.", having, item.ID)
	}
	return vix.CodeOK, ""
}

// notListed is a warning in place of a result.
func notListed(item vix.Item, code vix.Code, why string) list.ListResult {
	var diags diag.Diagnostics
	diags.AddWarning("A VM is not listed", coded(code, fmt.Sprintf("%s, %s (%s): %s", item.Name,
		vix.Locator{Path: item.Path, Datacenter: item.Datacenter}, item.ManagedObjectID, why)))
	return list.ListResult{Diagnostics: diags}
}

// result is the result for one item.
func (l *registrationList) result(ctx context.Context, req list.ListRequest, server string, item vix.Item) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%s, %s", item.Name, vix.Locator{Path: item.Path, Datacenter: item.Datacenter})
	result.Diagnostics.Append(result.Identity.Set(ctx, identityModel{Server: said(server), ID: composed(said(item.ID))})...)
	if !req.IncludeResource {
		return result
	}
	found, err := l.registrar.Registration(vix.Believing(ctx, believedAge), vix.Handle{
		Server: server, ID: item.ID, ManagedObjectID: item.ManagedObjectID, Path: item.Path, Datacenter: item.Datacenter,
	})
	if errors.Is(err, vix.ErrGone) || errors.Is(err, vix.ErrOtherVM) {
		return notListed(item, vix.CodeInvalidHandle, "It was unregistered, or registered anew, while the query ran. Run the query again.")
	}
	if err != nil {
		addErrorAt(&result.Diagnostics, path.Empty(), err)
		return result
	}
	for name, value := range listedModel(found) {
		result.Diagnostics.Append(result.Resource.SetAttribute(ctx, path.Root(name), value)...)
	}
	return result
}
