// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource                   = (*guestFilesDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*guestFilesDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*guestFilesDataSource)(nil)
)

// guestFilesDataSource is data "vix_guest_files": VixVM_ListDirectoryInGuest.
type guestFilesDataSource struct{ guestReader }

// guestFilesModel is its state.
type guestFilesModel struct {
	VMID  types.String    `tfsdk:"vm_id"`
	Path  types.String    `tfsdk:"path"`
	Match types.String    `tfsdk:"match"`
	Files []guestFileItem `tfsdk:"files"`
}

// guestFileItem is a file of a folder.
type guestFileItem struct {
	Name        types.String `tfsdk:"name"`
	Type        types.String `tfsdk:"type"`
	Size        types.Int64  `tfsdk:"size"`
	Modified    types.String `tfsdk:"modified"`
	Permissions types.String `tfsdk:"permissions"`
}

// NewGuestFilesDataSource makes data "vix_guest_files".
func NewGuestFilesDataSource() datasource.DataSource { return &guestFilesDataSource{} }

// Metadata implements datasource.DataSource.
func (d *guestFilesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_files"
}

// Schema implements datasource.DataSource.
func (d *guestFilesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists a folder in the guest of a VM (VixVM_ListDirectoryInGuest), by the provider's login in guests. A " +
			"folder " +
			"that is not there is an error.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription},
			"path":  schema.StringAttribute{Required: true, MarkdownDescription: "Absolute path of the folder in the guest."},
			"match": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Glob that a name has to match (`*.log`). Default: all.",
				Validators: []validator.String{globValidator{}, sayableValidator{}},
			},
			"files": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "What is in the folder itself, in the order of the names, without `.` and `..`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"name":        text("Name in the folder."),
					"type":        text("What it is: `file`, `directory` or `symlink`."),
					"size":        schema.Int64Attribute{Computed: true, MarkdownDescription: "Size in bytes; 0 for what is no file."},
					"modified":    text("Time of the last change by the guest's clock, in RFC 3339 and UTC."),
					"permissions": text("Permissions in octal (`0644`). Null where the guest has none such."),
				}},
			},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *guestFilesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig finds what is no path in a guest.
func (d *guestFilesDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	var name types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("path"), &name)...)
	checkGuestPath(&resp.Diagnostics, "path", name)
}

// Read implements datasource.DataSource.
func (d *guestFilesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m guestFilesModel
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("vm_id"), &m.VMID)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("path"), &m.Path)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("match"), &m.Match)...)
	if resp.Diagnostics.HasError() {
		return
	}
	vm, login := d.opens(ctx, m.VMID, "list files in a guest", &resp.Diagnostics)
	if vm == nil {
		return
	}
	if d.conn.checkGuestFamily(&resp.Diagnostics, vm, "path", m.Path); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	files, err := d.guest.GuestFiles(ctx, vm.Handle(), login, m.Path.ValueString(), m.Match.ValueString())
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	m.Files = guestFileItems(files)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// guestFileItems is a listing as state has it.
func guestFileItems(files []vix.GuestFile) []guestFileItem {
	items := []guestFileItem{}
	for _, f := range files {
		items = append(items, guestFileItem{
			Name: types.StringValue(f.Name), Type: said(f.Type), Size: types.Int64Value(f.Size), Modified: saidTime(f.Modified),
			Permissions: said(f.Permissions),
		})
	}
	return items
}
