// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var (
	_ datasource.DataSource              = (*vmsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*vmsDataSource)(nil)
)

// vmsDataSource is data "vix_vms": VixHost_FindItems.
type vmsDataSource struct{ conn *connection }

// NewVMsDataSource makes data "vix_vms".
func NewVMsDataSource() datasource.DataSource { return &vmsDataSource{} }

// Metadata implements datasource.DataSource.
func (d *vmsDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vms"
}

// Schema implements datasource.DataSource.
func (d *vmsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	given := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists registered VMs without opening them (VixHost_FindItems): one read for all of them. None is no error.",
		Attributes: map[string]schema.Attribute{
			"find":       given(findDescription, stringvalidator.OneOf(findRegistered, findRunning)),
			"datacenter": given(findDatacenterDescription, stringvalidator.LengthAtLeast(1)),
			"folder":     given(findFolderDescription, stringvalidator.LengthAtLeast(1)),
			"name_regex": given(findNameDescription, regexValidator{}),
			"vms": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "The VMs, sorted by datacenter and path. Templates are among them: the `vmx_path` of one ends with " +
					"`.vmtx`. Empty if there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id": text("Handle of the VM. Null if the host does not say, as for a VM whose files " +
						"it cannot read."),
					"name":        text("Display name."),
					"vmx_path":    text("Path of the `.vmx` file, as `vix_registration` and `vix_vm` take it."),
					"datacenter":  text("Inventory path of the datacenter. Null on hosted products."),
					"power_state": text("`on`, `off`, `suspended` or `paused`."),
					"managed_object_id": text("Managed object id (`vm-42`), which changes with each registration. Null on hosted " +
						"products."),
				}},
			},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *vmsDataSource) Configure(
	_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse,
) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *vmsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config vmsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "list VMs", d.conn)
		return
	}
	items, err := config.find(ctx, d.conn.host)
	if err != nil {
		addError(&resp.Diagnostics, req.Config.Schema, err)
		return
	}
	model := newVMsModel(items, config)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
