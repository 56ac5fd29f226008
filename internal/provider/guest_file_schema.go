// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// modePattern is what permissions look like.
var modePattern = regexp.MustCompile(`^[0-7]{3,4}$`)

// guestFileSchema describes resource "vix_guest_file".
func guestFileSchema(ctx context.Context) schema.Schema {
	attributes := withGuestLogin(guestFileContents())
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: description,
		}
	}
	maps.Copy(attributes, map[string]schema.Attribute{
		"id":    schema.StringAttribute{Computed: true, MarkdownDescription: "`VM_ID:PATH`, which no other file has."},
		"vm_id": vmIDAttribute(),
		"path": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "Absolute path of the file in the guest. The path of another file replaces; another spelling of the " +
				"same one (repeated slashes and `.`; on Windows also case, either slash, and dots and spaces at the end of a name) does " +
				"nothing in the guest.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(otherGuestFile, "", "")},
		},
		"permissions": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Permissions of the file in octal (`0644`), where the guest has such. Default: what the guest gives a " +
				"new " +
				"file, or what the file has that is written over. Changed in place.",
			Validators: []validator.String{stringvalidator.RegexMatches(modePattern, "must be three or four octal digits, such as 0644")},
		},
		"overwrite": flag("Whether a create may write over a file that is there. Default `false`: that is an error " +
			"(`VIX_E_FILE_ALREADY_EXISTS`)."),
		"create_directories": flag("Whether to make the folders above the file that there are not. A destroy leaves them. Default " +
			"`false`."),
		"validate": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Program, by its absolute path, and its arguments, in which `%s` is the new file: it is run in the " +
				"guest " +
				"before that takes the name, and anything but exit code 0 leaves the old file as it was. An error shows the " +
				"end of what it said, but with `content_wo`, whose content it may quote. Default: none.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(fileDelete),
			MarkdownDescription: "What a destroy does with the file: `delete` or `keep`. `delete` needs the provider's `guest_username` " +
				"and " +
				"`guest_password`, because a destroy has no other login. Default `delete`.",
			Validators: []validator.String{stringvalidator.OneOf(fileDelete, fileKeep)},
		},
		"size": schema.Int64Attribute{Computed: true, MarkdownDescription: "Size in bytes. Null with `content_wo`."},
		"sha256": schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 of the content, in hexadecimal. Null with " +
			"`content_wo`."},
		"modified": schema.StringAttribute{Computed: true, MarkdownDescription: "Time of the last change by the guest's clock, in RFC " +
			"3339 and UTC."},
		"timeouts": vmTimeouts(ctx, "writing it at create", "writing it at update", "deleting it"),
	})
	return schema.Schema{
		MarkdownDescription: "Keeps a file in the guest of a VM (VixVM_CopyFileFromHostToGuest, VixVM_DeleteFileInGuest). It is written " +
			"beside its place and moved over the name, so that whoever reads it in the guest sees the old file or the new one. Another " +
			"content in the guest is drift and is written over; a file that somebody deleted is written again.",
		Attributes: attributes,
	}
}

// otherGuestFile has a path replace that names another file.
func otherGuestFile(
	_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse,
) {
	resp.RequiresReplace = !vix.SameGuestPath(req.StateValue.ValueString(), req.PlanValue.ValueString())
}

// guestFileContents are what a file may hold.
func guestFileContents() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"content": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Content as text, which may be empty. Exactly one of `content`, `content_base64`, `source` and " +
				"`content_wo`. Changed in place.",
		},
		"content_base64": schema.StringAttribute{
			Optional: true, MarkdownDescription: "Content in base64, for what is no text. Changed in place.",
		},
		"source": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "File of the machine that runs Terraform, whose content counts and not its name. One that cannot be " +
				"read is " +
				"an error at plan. It may be of any size.",
		},
		"content_wo": schema.StringAttribute{
			Optional: true, WriteOnly: true, Sensitive: true,
			MarkdownDescription: "Content that is in no plan and no state (Terraform 1.11). It is written when the file is not there " +
				"and when " +
				"`content_wo_version` changes; another content in the guest is not noticed.",
		},
		"content_wo_version": schema.Int64Attribute{
			Optional: true, MarkdownDescription: "Number of the version of `content_wo`: a change of it writes the content again.",
		},
	}
}
