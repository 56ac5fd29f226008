// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// snapshotSchema describes resource "vix_snapshot".
func snapshotSchema(ctx context.Context) schema.Schema {
	stays := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	flag := func(is bool, description string, modifiers ...planmodifier.Bool) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(is), MarkdownDescription: description, PlanModifiers: modifiers,
		}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, PlanModifiers: stays, MarkdownDescription: description}
	}
	return schema.Schema{
		MarkdownDescription: "Takes a snapshot of a VM (VixVM_CreateSnapshot), and removes it on destroy (VixVM_RemoveSnapshot). The " +
			"snapshots " +
			"that were taken on top of it survive, unless `remove_children` is set. A snapshot that somebody removed is taken again.\n\n" +
			"Several snapshots of one VM are taken one after the other; `depends_on` says in which order.",
		Attributes: map[string]schema.Attribute{
			"id":    text("The host's number of the snapshot in its VM: a rename and registering the VM again leave it as it is."),
			"vm_id": vmIDAttribute(),
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name, 1 to 255 characters. It need not be unique. Changed in place.",
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 255), sayableValidator{}},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "Description. Default: empty. Changed in place.",
				Validators:          []validator.String{sayableValidator{}},
			},
			"memory": flag(false, "Whether the memory of a VM that runs is kept, so that a revert lets it run on. Default `false`: a "+
				"revert leaves the "+
				"VM off. Of a VM that is off it means nothing. Another value replaces.", boolplanmodifier.RequiresReplace()),
			"quiesce": flag(false, "Whether the guest's Tools settle its file systems first. Of a VM that is off, or without Tools, "+
				"it means "+
				"nothing. Default `false`. Another value replaces.", boolplanmodifier.RequiresReplace()),
			"remove_children": flag(false, "Whether a destroy removes what was taken on top of it, too. Default `false`: children "+
				"survive."),
			"consolidate": flag(true, "Whether a destroy lets the host merge the disks of the snapshot right away. Default `true`."),
			"revert_on_destroy": flag(false, "Whether a destroy reverts the VM to the snapshot first: what has happened in the VM "+
				"since is lost. "+
				"Default `false`."),
			"path": text("Names from the root of the VM's snapshots down to this one, joined by `/`; inside a name, `%` is " +
				"`%25` and `/` is `%2F`."),
			"created":     text("Time when it was taken, by the host's clock, in RFC 3339 and UTC."),
			"power_state": text("Power state that it holds, which a revert leads to: `on`, `off` or `suspended`."),
			"is_current": schema.BoolAttribute{
				Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether the VM goes on from this one.",
			},
			"timeouts": vmTimeouts(ctx, "taking it", "renaming it", "removing it, and of the revert before that"),
		},
	}
}
