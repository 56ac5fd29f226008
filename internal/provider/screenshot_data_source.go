// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/base64"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource              = (*screenshotDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*screenshotDataSource)(nil)
)

// screenshotDataSource is data "vix_screenshot": VixVM_CaptureScreenImage.
type screenshotDataSource struct {
	conn   *connection
	screen vix.Screen
}

// screenshotModel is its state.
type screenshotModel struct {
	VMID      types.String `tfsdk:"vm_id"`
	PNGBase64 types.String `tfsdk:"png_base64"`
	Width     types.Int64  `tfsdk:"width"`
	Height    types.Int64  `tfsdk:"height"`
}

// NewScreenshotDataSource makes data "vix_screenshot".
func NewScreenshotDataSource() datasource.DataSource { return &screenshotDataSource{} }

// Metadata implements datasource.DataSource.
func (d *screenshotDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_screenshot"
}

// Schema implements datasource.DataSource.
func (d *screenshotDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Captures the screen of a VM that is on (VixVM_CaptureScreenImage). It needs no login in the guest, and " +
			"leaves no " +
			"file behind. What the screen shows goes into the state, at each refresh another picture.",
		Attributes: map[string]schema.Attribute{
			"vm_id":      schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription},
			"png_base64": schema.StringAttribute{Computed: true, MarkdownDescription: "The screen as a PNG, in base64."},
			"width":      schema.Int64Attribute{Computed: true, MarkdownDescription: "Width in pixels."},
			"height":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Height in pixels."},
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *screenshotDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.conn = connectionOf(req.ProviderData, &resp.Diagnostics)
	d.screen = partOf[vix.Screen](d.conn, vix.FeatureScreen, &resp.Diagnostics)
}

// Read implements datasource.DataSource.
func (d *screenshotDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m screenshotModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !d.conn.connected() {
		addNotConnected(&resp.Diagnostics, "capture a screen", d.conn)
		return
	}
	vm := d.conn.checkVM(ctx, m.VMID, &resp.Diagnostics)
	if vm == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	shot, err := d.screen.CaptureScreen(ctx, vm.Handle())
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	m.PNGBase64 = types.StringValue(base64.StdEncoding.EncodeToString(shot.PNG))
	m.Width, m.Height = types.Int64Value(int64(shot.Width)), types.Int64Value(int64(shot.Height))
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}
