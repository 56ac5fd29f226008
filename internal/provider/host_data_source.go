// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var (
	_ datasource.DataSource              = (*hostDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*hostDataSource)(nil)
)

// hostDataSource is data "vix_host": the properties of VIX's host handle.
type hostDataSource struct{ conn *connection }

// NewHostDataSource makes data "vix_host".
func NewHostDataSource() datasource.DataSource { return &hostDataSource{} }

// Metadata implements datasource.DataSource.
func (d *hostDataSource) Metadata(
	_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse,
) {
	resp.TypeName = req.ProviderTypeName + "_host"
}

// Schema implements datasource.DataSource.
func (d *hostDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "What the provider is connected to: product, release, the user as the host names it, and the " +
			"datacenters with their datastores that this user may see.",
		Attributes: map[string]schema.Attribute{
			"service_provider": text("Kind of host: `vi_server`, `workstation`, `player` or `fusion`."),
			"product":          text("Name of the product, such as `VMware vCenter Server`. Null if the host does not say."),
			"version":          text("Release of the product, such as `8.0.3`. Null if the host does not say."),
			"build":            text("Build number of the product. Null if the host does not say."),
			"api_version":      text("Version of the API that the host speaks. Null if the host does not say."),
			"instance_uuid": text("UUID of this vCenter or host, which tells it from every other: `server` in the identity of a " +
				"`vix_registration`. Null if the host does not say."),
			"username": text("User of the login, as the host itself names it. Null if the host does not say."),
			"datacenters": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "Datacenters that the user may see, by inventory path. Empty on hosted products and for a " +
					"user without rights.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":           text("Name, unique in its folder only."),
					"inventory_path": text("Inventory path, such as `/F1/DC1`: what every `datacenter` attribute takes."),
					"datastores": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "Datastores that the datacenter mounts. Empty if there are none.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"name": text("Name: what stands in the brackets of a vmx path."),
							"url":  text("URL, the same wherever one datastore is mounted. Null if the host does not say."),
							"type": text("Type, such as `VMFS`, `NFS` or `vsan`. Null if the host does not say."),
							"accessible": schema.BoolAttribute{
								Computed:            true,
								MarkdownDescription: "Whether a host can read it now.",
							},
						}},
					},
				}},
			},
			"supported_features": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "Operations that this host supports, by name, sorted.",
			},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *hostDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *hostDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "read the host", d.conn)
		return
	}
	info, err := d.conn.host.Info(ctx)
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	model := newHostModel(info)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
