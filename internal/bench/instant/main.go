// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command instant is a provider whose data source answers at once: what a run
// with it takes is Terraform's own time.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return &instant{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/terraform-vix/instant", ProtocolVersion: 6})
	if err != nil {
		fmt.Fprintln(os.Stderr, "instant:", err)
		os.Exit(1)
	}
}

type instant struct{}

// Metadata implements provider.Provider.
func (*instant) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "instant"
}

// Schema implements provider.Provider.
func (*instant) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

// Configure implements provider.Provider.
func (*instant) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

// Resources implements provider.Provider.
func (*instant) Resources(context.Context) []func() resource.Resource { return nil }

// DataSources implements provider.Provider.
func (*instant) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &answer{} }}
}

type answer struct{}

// Metadata implements datasource.DataSource.
func (*answer) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "instant_vm"
}

// Schema implements datasource.DataSource.
func (*answer) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"vmx_path": schema.StringAttribute{Required: true},
		"id":       schema.StringAttribute{Computed: true},
	}}
}

// Read implements datasource.DataSource.
func (*answer) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model struct {
		VMXPath types.String `tfsdk:"vmx_path"`
		ID      types.String `tfsdk:"id"`
	}
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	model.ID = model.VMXPath
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
