// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// What the arguments of a run are, for the resource and the actions.
const (
	programDescription = "Absolute path of the program in the guest. Exactly one of `program` and `script`."
	argsDescription    = "Arguments of `program`, as one text (VIX's commandLineArgs), which the guest's agent splits as a shell or " +
		"Windows does. Default: none."
	scriptDescription = "Text of a script, which the interpreter runs (VixVM_RunScriptInGuest). Interpreter and text have at most " +
		"60,536 bytes (`VIX_E_ARGUMENT_TOO_BIG`)."
	interpreterDescription = "Interpreter of `script`: an absolute path, or a name that the user's `PATH` finds; it takes no " +
		"arguments. One that is not there is `VIX_E_FILE_NOT_FOUND`, and nothing is started. Default: `/bin/sh`, in a Windows guest " +
		"`cmd.exe`."
	workingDescription = "Absolute path of the folder in the guest that the program starts in. One that is not there is " +
		"`VIX_E_FILE_NOT_FOUND`, and nothing is started. Default: what the guest's agent has it be."
	environmentDescription = "Environment variables of the program. They are no secrets in the guest, and in the state. In a " +
		"Windows guest no two may differ in case alone. Default: none."
	waitDescription  = "Whether to wait for the program's end. Default `true`. Without it nothing of the program is known but `pid`."
	codesDescription = "Exit codes that are no failure, at least one. Default `[0]`."
)

// guestRunSchema describes resource "vix_guest_run".
func guestRunSchema(ctx context.Context) schema.Schema {
	attributes := withGuestLogin(guestRunArguments())
	attributes["vm_id"] = vmIDAttribute()
	attributes["timeouts"] = vmTimeouts(ctx, "the run, after which the program is ended", "an update, which does nothing in the guest",
		"a destroy, which does nothing in the guest")
	maps.Copy(attributes, guestRunResults())
	return schema.Schema{
		MarkdownDescription: "Runs a program or a script in the guest of a VM, once, when it is created, and keeps what came of it " +
			"(VixVM_RunProgramInGuest, VixVM_RunScriptInGuest). Another argument, or another value in `triggers`, runs it again, as " +
			"`replace_triggered_by` does; a refresh and a destroy do nothing in the guest. Outputs are in the state: a secret does not " +
			"belong there.",
		Attributes: attributes,
	}
}

// guestRunArguments are the arguments of a run. Another one of them is another run.
func guestRunArguments() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + " Another value replaces.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		}
	}
	texts := func(description string) schema.MapAttribute {
		return schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: description + " Another value replaces.",
			PlanModifiers: []planmodifier.Map{mapplanmodifier.RequiresReplace()},
		}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: description + " Another value replaces.",
			PlanModifiers:       []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
		}
	}
	script := text(scriptDescription)
	script.Validators = []validator.String{stringvalidator.LengthAtLeast(1)}
	return map[string]schema.Attribute{
		"program": text(programDescription), "arguments": text(argsDescription),
		"script": script, "interpreter": text(interpreterDescription),
		"working_directory": text(workingDescription), "environment": texts(environmentDescription),
		"wait": flag(waitDescription),
		"capture_output": flag("Whether `stdout` and `stderr` are kept; without `wait` they are not. Default `true`. Catching them needs " +
			"files in the guest, which are deleted again."),
		"success_exit_codes": schema.SetAttribute{
			Optional: true, Computed: true, ElementType: types.Int64Type,
			Default:             setdefault.StaticValue(types.SetValueMust(types.Int64Type, []attr.Value{types.Int64Value(0)})),
			MarkdownDescription: codesDescription + " Another one is an error, and leaves no state. Another value replaces.",
			PlanModifiers:       []planmodifier.Set{setplanmodifier.RequiresReplace()},
		},
		"triggers": texts("Values of any meaning: a change of one runs the program again, and is how to say so after an outcome that " +
			"nobody knows. Default: none."),
	}
}

// guestRunResults are what came of a run.
func guestRunResults() map[string]schema.Attribute {
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{
			Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Computed: true, MarkdownDescription: description,
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		}
	}
	const output = " At most 1 MiB, what is longer is cut with a warning; bytes that are no UTF-8 become U+FFFD. Null if nothing was " +
		"caught."
	return map[string]schema.Attribute{
		"id":        text("Text that is this run's alone."),
		"pid":       number("Process id that the program had in the guest."),
		"exit_code": number("Exit code of the program. Null without `wait`."),
		"stdout":    text("Standard output of the program." + output),
		"stderr":    text("Standard error of the program." + output),
		"elapsed":   number("Time that the program ran, in seconds. Null without `wait`."),
	}
}
