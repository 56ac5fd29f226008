// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource              = (*variableDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*variableDataSource)(nil)
)

// variableDataSource is data "vix_variable": VixVM_ReadVariable.
type variableDataSource struct {
	conn      *connection
	variables vix.Variables
}

// NewVariableDataSource makes data "vix_variable".
func NewVariableDataSource() datasource.DataSource { return &variableDataSource{} }

// Metadata implements datasource.DataSource.
func (d *variableDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_variable"
}

// Schema implements datasource.DataSource.
func (d *variableDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a variable of a VM (VixVM_ReadVariable). One that is not there is no error. All guest variables " +
			"of a VM " +
			"together are `variables` of `data \"vix_vm\"`.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription},
			"kind": schema.StringAttribute{
				Optional: true, MarkdownDescription: variableKindDescription, Validators: []validator.String{variableKinds},
			},
			"name": schema.StringAttribute{Required: true, MarkdownDescription: "Name of the variable, without `guestinfo.` for a " +
				"guest variable."},
			"exists": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the VM has it."},
			"value":  schema.StringAttribute{Computed: true, MarkdownDescription: "Its value. Null if the VM does not have it."},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *variableDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	d.variables = partOf[vix.Variables](d.conn, vix.FeatureVariables, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *variableDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m variableDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "read the variable "+m.Name.ValueString(), d.conn)
		return
	}
	vm := d.conn.checkVM(ctx, m.VMID, &resp.Diagnostics)
	if vm == nil {
		return
	}
	of := variableModel{Kind: m.Kind, Name: m.Name}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	found, err := d.variables.ReadVariable(ctx, vm.Handle(), of.of())
	if err != nil {
		addVariableError(&resp.Diagnostics, err)
		return
	}
	m.Exists = types.BoolValue(found.Exists)
	if found.Exists {
		m.Value = types.StringValue(found.Value)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// variableDataModel is data "vix_variable".
type variableDataModel struct {
	VMID   types.String `tfsdk:"vm_id"`
	Kind   types.String `tfsdk:"kind"`
	Name   types.String `tfsdk:"name"`
	Exists types.Bool   `tfsdk:"exists"`
	Value  types.String `tfsdk:"value"`
}
