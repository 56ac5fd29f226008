// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ datasource.DataSource                   = (*guestFileDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*guestFileDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*guestFileDataSource)(nil)
)

// guestFileDataSource is data "vix_guest_file": VixVM_GetFileInfoInGuest, and VixVM_CopyFileFromGuestToHost for the content.
type guestFileDataSource struct{ guestReader }

// guestFileDataModel is its state.
type guestFileDataModel struct {
	VMID        types.String `tfsdk:"vm_id"`
	Path        types.String `tfsdk:"path"`
	ReadContent types.Bool   `tfsdk:"read_content"`
	Exists      types.Bool   `tfsdk:"exists"`
	Type        types.String `tfsdk:"type"`
	Size        types.Int64  `tfsdk:"size"`
	Modified    types.String `tfsdk:"modified"`
	Permissions types.String `tfsdk:"permissions"`
	LinkTarget  types.String `tfsdk:"link_target"`
	Content     types.String `tfsdk:"content"`
}

// readLimit is how many bytes of a file are read into the state.
const readLimit = 1 << 20

// NewGuestFileDataSource makes data "vix_guest_file".
func NewGuestFileDataSource() datasource.DataSource { return &guestFileDataSource{} }

// Metadata implements datasource.DataSource.
func (d *guestFileDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_guest_file"
}

// Schema implements datasource.DataSource.
func (d *guestFileDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Tells of a file, a folder or a link in the guest of a VM (VixVM_GetFileInfoInGuest, " +
			"VixVM_FileExistsInGuest, VixVM_DirectoryExistsInGuest), by the provider's login in guests. One that is not there is no error.",
		Attributes: map[string]schema.Attribute{
			"vm_id": schema.StringAttribute{Required: true, MarkdownDescription: vmIDDescription},
			"path":  schema.StringAttribute{Required: true, MarkdownDescription: "Absolute path in the guest."},
			"read_content": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to read the content, which goes into the state. Default `false`. It must be text in UTF-8 " +
					"of at " +
					"most 1 MiB.",
			},
			"exists": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether there is something of that path. If not, " +
				"the rest is null."},
			"type":        text("What it is: `file`, `directory` or `symlink`."),
			"size":        schema.Int64Attribute{Computed: true, MarkdownDescription: "Size in bytes; 0 for what is no file."},
			"modified":    text("Time of the last change by the guest's clock, in RFC 3339 and UTC."),
			"permissions": text("Permissions in octal (`0644`). Null where the guest has none such."),
			"link_target": text("What a link points at. Null for what is no link."),
			"content":     text("Content of a file, with `read_content`. Null for what is no file."),
		},
	}
}

// Configure implements datasource.DataSourceWithConfigure.
func (d *guestFileDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.configure(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig finds what is no path in a guest.
func (d *guestFileDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	var name types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("path"), &name)...)
	checkGuestPath(&resp.Diagnostics, "path", name)
}

// Read implements datasource.DataSource.
func (d *guestFileDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m guestFileDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	vm, login := d.opens(ctx, m.VMID, "look at a file in a guest", &resp.Diagnostics)
	if vm == nil {
		return
	}
	if d.conn.checkGuestFamily(&resp.Diagnostics, vm, "path", m.Path); resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	is, err := d.guest.GuestFile(ctx, vm.Handle(), login, m.Path.ValueString())
	if err == nil {
		m.follow(is)
		if is != nil && is.Type == vix.GuestRegular && m.ReadContent.ValueBool() {
			err = d.read(ctx, vm, login, &m, is.Size)
		}
	}
	if err != nil {
		addErrorAt(&resp.Diagnostics, path.Empty(), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// follow takes over what the guest tells.
func (m *guestFileDataModel) follow(is *vix.GuestFile) {
	m.Exists = types.BoolValue(is != nil)
	if is == nil {
		return
	}
	m.Type, m.Size, m.Modified = said(is.Type), types.Int64Value(is.Size), saidTime(is.Modified)
	m.Permissions, m.LinkTarget = said(is.Permissions), said(is.LinkTarget)
}

// read reads the content, if it is none that a state cannot hold.
func (d *guestFileDataSource) read(
	ctx context.Context, vm *vix.Registration, login vix.GuestLogin, m *guestFileDataModel, size int64,
) error {
	refuse := func(code vix.Code, reason string) error {
		return &vix.Error{
			Op: "read", Object: fmt.Sprintf("%s in the guest of %s (%s)", m.Path.ValueString(), vm.Name, vm.Path), Code: code,
			Reason: reason, Remedy: "Leave read_content away, and copy the file from the guest.",
		}
	}
	content := limited{limit: readLimit}
	var err error
	if size <= readLimit {
		_, err = d.guest.ReadGuestFile(ctx, vm.Handle(), login, m.Path.ValueString(), &content)
	}
	switch {
	case size > readLimit || content.over:
		return refuse(vix.CodeArgumentTooBig, fmt.Sprintf("It has more than %d bytes.", readLimit))
	case err != nil:
		return err
	case !utf8.Valid(content.got.Bytes()):
		return refuse(vix.CodeInvalidArg, "It is no text in UTF-8.")
	}
	m.Content = types.StringValue(content.got.String())
	return nil
}

// limited takes a number of bytes, and fails of more.
type limited struct {
	got   bytes.Buffer // not embedded: what reads by itself knows no limit
	limit int
	over  bool
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.got.Len()+len(p) > l.limit {
		l.over = true
		return 0, bytes.ErrTooLarge
	}
	return l.got.Write(p)
}
