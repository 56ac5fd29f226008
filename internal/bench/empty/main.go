// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command empty is a provider with an empty schema that links all that the real
// one does: what the real one's first schema answer takes longer is the schema's.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// linked keeps the linker from leaving out what the real provider has.
var linked = provider.New("", map[vix.ServiceProvider]vix.Connect{vix.VIServer: vsphere.Connect})

func main() {
	err := providerserver.Serve(context.Background(), func() frameworkprovider.Provider { return &empty{} },
		providerserver.ServeOpts{Address: "registry.terraform.io/terraform-vix/empty", ProtocolVersion: 6})
	if err == nil {
		err = linked.Close(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "empty:", err)
		os.Exit(1)
	}
}

type empty struct{}

// Metadata implements provider.Provider.
func (*empty) Metadata(_ context.Context, _ frameworkprovider.MetadataRequest, resp *frameworkprovider.MetadataResponse) {
	resp.TypeName = "empty"
}

// Schema implements provider.Provider.
func (*empty) Schema(context.Context, frameworkprovider.SchemaRequest, *frameworkprovider.SchemaResponse) {
}

// Configure implements provider.Provider.
func (*empty) Configure(context.Context, frameworkprovider.ConfigureRequest, *frameworkprovider.ConfigureResponse) {
}

// Resources implements provider.Provider.
func (*empty) Resources(context.Context) []func() resource.Resource { return nil }

// DataSources implements provider.Provider.
func (*empty) DataSources(context.Context) []func() datasource.DataSource { return nil }
