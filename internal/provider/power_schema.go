// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The descriptions that the resource and the action share.
const (
	modeDescription = "How the VM is powered off, suspended or reset: `soft` asks the guest, which needs VMware " +
		"Tools, and fails where it " +
		"cannot be asked; `hard` pulls the plug; `soft_then_hard` asks the guest and pulls the plug after `soft_timeout`, or at once " +
		"where it cannot be asked. Default `soft`."
	softTimeoutDescription = "How long `soft_then_hard` leaves the guest, as a duration (`90s`). Default `3m`."
	waitForDescription     = "What to wait for in the guest once the VM is on: `none`, `tools` (VMware Tools run " +
		"and the guest can be worked in) " +
		"or `ip` (the guest has told an address). Default `none`."
	answersDescription = "Answers to what the VM may ask: a map from a message id (`msg.uuid.altered`), a question id, or the question's " +
		"text, to a choice: its key, its label, or, for `msg.uuid.altered`, `moved` or `copied`. Nothing is ever guessed: a question " +
		"without an entry is an error that shows it with all its choices, and the VM goes on asking."
)

const (
	defaultSoftTimeout = "3m"
	powerRestore       = "restore"
	powerKeep          = "keep"
)

// powerSchema describes resource "vix_power".
func powerSchema(ctx context.Context) schema.Schema {
	choice := func(description, standard string, values ...string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(standard),
			MarkdownDescription: description, Validators: []validator.String{stringvalidator.OneOf(values...)},
		}
	}
	return schema.Schema{
		MarkdownDescription: "Keeps a VM on, off or suspended (VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend, " +
			"VixVM_WaitForToolsInGuest). Another state than the configured one is drift, and is changed in place. Of one VM there is one " +
			"`vix_power`. A destroy brings back the state that was found.",
		Attributes: map[string]schema.Attribute{
			"vm_id": vmIDAttribute(),
			"state": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "`on`, `off` or `suspended`. `on` resumes a suspended VM; `suspended` needs one that " +
					"is on, and fails for one " +
					"that is off.",
				Validators: []validator.String{stringvalidator.OneOf(string(vix.PoweredOn), string(vix.PoweredOff), string(vix.Suspended))},
			},
			"mode": choice(modeDescription, string(vix.PowerSoft),
				string(vix.PowerSoft), string(vix.PowerHard), string(vix.PowerSoftThenHard)),
			"soft_timeout": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(defaultSoftTimeout),
				MarkdownDescription: softTimeoutDescription, Validators: []validator.String{durationValidator{}},
			},
			"wait_for": choice(waitForDescription+" It counts at create and whenever this resource switches the VM on. A "+
				"guest that does not "+
				"come up in time is an error; the VM stays on, and the next apply only waits.", string(vix.WaitForNothing),
				string(vix.WaitForNothing), string(vix.WaitForTools), string(vix.WaitForIP)),
			"answers": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: answersDescription},
			"on_destroy": choice("What a destroy does: `restore` brings the VM back to `previous_state`, by `mode`, if "+
				"this resource has ever "+
				"changed its power; `keep` leaves it as it is. Default `restore`.", powerRestore, powerRestore, powerKeep),
			"timeouts": vmTimeouts(ctx, "bringing the VM to the state, the wait for its guest included", "the same after a change",
				"bringing back the previous state"),
			"id": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The same as `vm_id`. Unknown until the first apply, so that what refers to it is read " +
					"when the VM is in its " +
					"state.",
			},
			"previous_state": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "State that was found before the first try. Null after an import.",
			},
			"ip_address": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "Address that the guest has told. Null while there is none; to be sure of one, set " +
					"`wait_for = \"ip\"`.",
			},
		},
	}
}
