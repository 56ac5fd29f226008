// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The values of on_destroy of a file.
const (
	fileDelete = "delete"
	fileKeep   = "keep"
)

// guestFileModel is resource "vix_guest_file" in plan and state.
type guestFileModel struct {
	guestLoginModel

	ID                types.String   `tfsdk:"id"`
	VMID              types.String   `tfsdk:"vm_id"`
	Path              types.String   `tfsdk:"path"`
	Content           types.String   `tfsdk:"content"`
	ContentBase64     types.String   `tfsdk:"content_base64"`
	Source            types.String   `tfsdk:"source"`
	ContentWO         types.String   `tfsdk:"content_wo"`
	ContentWOVersion  types.Int64    `tfsdk:"content_wo_version"`
	Permissions       types.String   `tfsdk:"permissions"`
	Overwrite         types.Bool     `tfsdk:"overwrite"`
	CreateDirectories types.Bool     `tfsdk:"create_directories"`
	Validate          types.String   `tfsdk:"validate"`
	OnDestroy         types.String   `tfsdk:"on_destroy"`
	Size              types.Int64    `tfsdk:"size"`
	SHA256            types.String   `tfsdk:"sha256"`
	Modified          types.String   `tfsdk:"modified"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// guestContent is what a file is to hold.
type guestContent struct {
	open   func() (io.ReadCloser, error)
	size   int64
	sha256 string
	// secret is that none of this is shown; settled that it cannot be another one by the time of the apply.
	secret, settled bool
}

// contentUnknown reports that what the file is to hold is not known yet.
func (m *guestFileModel) contentUnknown() bool {
	return m.Content.IsUnknown() || m.ContentBase64.IsUnknown() || m.Source.IsUnknown() || m.ContentWO.IsUnknown()
}

// content is what the file is to hold, as its configuration says.
func (m *guestFileModel) content(sources *sources) (*guestContent, error) {
	if !m.Source.IsNull() {
		return sources.content(m.Source.ValueString())
	}
	c := &guestContent{secret: !m.ContentWO.IsNull(), settled: true}
	raw := []byte(m.Content.ValueString())
	switch {
	case c.secret:
		raw = []byte(m.ContentWO.ValueString())
	case !m.ContentBase64.IsNull():
		var err error
		if raw, err = base64.StdEncoding.DecodeString(m.ContentBase64.ValueString()); err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(raw)
	c.size, c.sha256 = int64(len(raw)), hex.EncodeToString(sum[:])
	c.open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
	return c, nil
}

// id is what a file is called.
func (m *guestFileModel) id() types.String {
	return types.StringValue(m.VMID.ValueString() + ":" + m.Path.ValueString())
}

// deletes reports that a destroy deletes the file.
func (m *guestFileModel) deletes() bool { return m.OnDestroy.ValueString() != fileKeep }

// changes reports that the file that state tells of is to be written.
func (m *guestFileModel) changes(state guestFileModel, content *guestContent) bool {
	if !m.Permissions.Equal(state.Permissions) && !m.Permissions.IsNull() || !m.ContentWOVersion.Equal(state.ContentWOVersion) {
		return true
	}
	if content.secret {
		return !state.SHA256.IsNull() || !state.Size.IsNull() // it held what is no secret
	}
	return state.SHA256.ValueString() != content.sha256
}

// plans fills in what is known of the file once it is written.
func (m *guestFileModel) plans(content *guestContent) {
	m.Modified = types.StringUnknown()
	switch {
	case content == nil:
		m.Size, m.SHA256 = types.Int64Unknown(), types.StringUnknown()
	case content.secret:
		m.Size, m.SHA256 = types.Int64Null(), types.StringNull()
	case !content.settled: // another one than now may lie there when it is written
		m.Size, m.SHA256 = types.Int64Unknown(), types.StringUnknown()
	default:
		m.Size, m.SHA256 = types.Int64Value(content.size), types.StringValue(content.sha256)
	}
}

// written takes over what the guest tells of the file after it was written.
func (m *guestFileModel) written(file *vix.GuestFile, content *guestContent) {
	m.ID, m.Modified = m.id(), saidTime(file.Modified)
	m.ContentWO, m.GuestPasswordWO, m.GuestTicketWO = types.StringNull(), types.StringNull(), types.StringNull()
	m.Size, m.SHA256 = types.Int64Null(), types.StringNull()
	if !content.secret {
		m.Size, m.SHA256 = types.Int64Value(content.size), types.StringValue(content.sha256)
	}
}

// follow takes over what a refresh has found: sha256 is empty where the content is not what a file holds.
func (m *guestFileModel) follow(file *vix.GuestFile, sha256 string) {
	m.Modified = saidTime(file.Modified)
	if !m.Permissions.IsNull() && file.Permissions != "" && !sameMode(m.Permissions.ValueString(), file.Permissions) {
		m.Permissions = types.StringValue(file.Permissions)
	}
	if !m.secret() {
		m.Size, m.SHA256 = types.Int64Value(file.Size), said(sha256)
	}
}

// secret reports that state knows nothing of the content.
func (m *guestFileModel) secret() bool {
	return m.Content.IsNull() && m.ContentBase64.IsNull() && m.Source.IsNull()
}

// same reports that the file is as state has it, as far as it tells without its content being read.
func (m *guestFileModel) same(file *vix.GuestFile) bool {
	return file.Type == vix.GuestRegular && m.Modified.Equal(saidTime(file.Modified)) && m.Size.Equal(types.Int64Value(file.Size))
}

// sameMode reports that two modes in octal are one.
func sameMode(a, b string) bool { return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0") }

// saidTime is a time that a guest tells; null if it tells none.
func saidTime(at time.Time) types.String {
	if at.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(at.UTC().Format(time.RFC3339Nano))
}

// validate finds what contradicts itself in a configuration.
func (m *guestFileModel) validate(diags *diag.Diagnostics) {
	checkGuestPath(diags, "path", m.Path)
	text := m.Path.ValueString()
	if strings.HasSuffix(text, "/") || vix.IsWindowsGuestPath(text) && strings.HasSuffix(text, `\`) {
		diags.AddAttributeError(path.Root("path"), "Not the path of a file", coded(vix.CodeInvalidArg,
			"path names the file itself; what ends in a separator is a folder."))
	}
	checkSayable(diags, path.Root("validate"), m.Validate.ValueString())
	if text := m.Validate.ValueString(); text != "" && !strings.Contains(text, "%s") {
		diags.AddAttributeError(path.Root("validate"), "validate does not look at the file", coded(vix.CodeInvalidArg,
			"The new file is %s among the arguments of the program: /usr/sbin/visudo -cf %s."))
	}
	if _, err := base64.StdEncoding.DecodeString(m.ContentBase64.ValueString()); err != nil {
		diags.AddAttributeError(path.Root("path"), "content_base64 is no base64", coded(vix.CodeInvalidArg, // not at what is printed then
			"Terraform's functions base64encode and filebase64 make it."))
	}
	if m.contentUnknown() {
		return
	}
	given := 0
	for _, one := range []types.String{m.Content, m.ContentBase64, m.Source, m.ContentWO} {
		if !one.IsNull() {
			given++
		}
	}
	if given != 1 {
		diags.AddAttributeError(path.Root("path"), "What the file holds is not said once", coded(vix.CodeInvalidArg,
			"Exactly one of content, content_base64, source and content_wo says it."))
	}
	if m.ContentWO.IsNull() && !m.ContentWOVersion.IsNull() {
		diags.AddAttributeError(path.Root("content_wo_version"), "The version is of no content", coded(vix.CodeInvalidArg,
			"content_wo_version goes with content_wo: another number writes that again. A change of the others is seen by itself."))
	}
}
