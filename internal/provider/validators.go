// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	tfpath "github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ validator.String = vmxPathValidator{}
	_ validator.String = thumbprintValidator{}
	_ validator.String = durationValidator{}
	_ validator.String = globValidator{}
	_ validator.String = regexValidator{}
	_ validator.String = sayableValidator{}
)

// vmxPathValidator takes a path of either form, because no validator knows the
// product: the plan asks it. The error has the right form of what was probably meant.
type vmxPathValidator struct{}

// Description implements validator.String.
func (vmxPathValidator) Description(context.Context) string {
	return "must be a datastore path: [storage1] web/web.vmx"
}

// MarkdownDescription implements validator.String.
func (v vmxPathValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (vmxPathValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := vix.ParseAnyPath(req.ConfigValue.ValueString()); err != nil {
		addErrorAt(&resp.Diagnostics, req.Path, err)
	}
}

// thumbprintValidator takes 20 or 32 bytes in hexadecimal.
type thumbprintValidator struct{}

// Description implements validator.String.
func (thumbprintValidator) Description(context.Context) string {
	return "must be a SHA-256 or SHA-1 thumbprint in hexadecimal, with or without colons"
}

// MarkdownDescription implements validator.String.
func (v thumbprintValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

// ValidateString implements validator.String.
func (thumbprintValidator) ValidateString(
	_ context.Context, req validator.StringRequest, resp *validator.StringResponse,
) {
	text := req.ConfigValue.ValueString()
	if text == "" {
		return
	}
	if reason := badThumbprint(text); reason != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a certificate thumbprint", coded(vix.CodeInvalidArg, reason))
	}
}

// badThumbprint says what is wrong with a thumbprint; empty if nothing is.
func badThumbprint(text string) string {
	plain := strings.ReplaceAll(strings.TrimSpace(text), ":", "")
	raw, err := hex.DecodeString(plain)
	if err != nil {
		return fmt.Sprintf("%q is not hexadecimal. A thumbprint looks like AB:CD:…, "+
			"with 32 pairs (SHA-256) or 20 pairs (SHA-1).", text)
	}
	if len(raw) != 20 && len(raw) != 32 {
		return fmt.Sprintf("%q has %d bytes; a SHA-256 thumbprint has 32, a SHA-1 thumbprint 20.", text, len(raw))
	}
	return ""
}

// durationValidator takes a duration above zero.
type durationValidator struct{}

// Description implements validator.String.
func (durationValidator) Description(context.Context) string {
	return "must be a duration above zero, such as 30s or 2m"
}

// MarkdownDescription implements validator.String.
func (v durationValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (durationValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if text == "" {
		return
	}
	if reason := badDuration(text); reason != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a duration", coded(vix.CodeInvalidArg, reason))
	}
}

// badDuration says what is wrong with a duration; empty if nothing is.
func badDuration(text string) string {
	value, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Sprintf("%q is no duration; write a number with a unit, such as 30s, 2m or 1h30m.", text)
	}
	if value <= 0 {
		return fmt.Sprintf("%q is not above zero.", text)
	}
	return ""
}

// globValidator takes a glob as path.Match does; where globs have defaults, also
// one of these behind a "!".
type globValidator struct{ negatable bool }

// Description implements validator.String.
func (globValidator) Description(context.Context) string {
	return "must be a glob, such as *.vmx or lab-[0-9]"
}

// MarkdownDescription implements validator.String.
func (v globValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (v globValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if unwanted, negated := strings.CutPrefix(text, "!"); negated && v.negatable {
		if unwanted != "*" && !slices.Contains(vix.DefaultExclude, unwanted) {
			resp.Diagnostics.AddAttributeError(req.Path, "No such default", coded(vix.CodeInvalidArg, fmt.Sprintf(
				"%q takes a default away, and %q is none. The defaults are: %s.", text, unwanted, strings.Join(vix.DefaultExclude, ", "))))
		}
		return
	}
	if reason := badGlob(text); reason != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a glob", coded(vix.CodeInvalidArg, reason))
	}
}

// badGlob says what is wrong with a glob; empty if nothing is.
func badGlob(text string) string {
	if _, err := path.Match(text, ""); err != nil {
		return fmt.Sprintf("%q is malformed: a bracket is not closed, or a backslash stands last. "+
			"Use * for any text, ? for any one character, [a-z] for one of these.", text)
	}
	if text == "" {
		return "An empty glob matches nothing."
	}
	return ""
}

// fileNameValidator takes a glob that the name of a configuration file can match.
type fileNameValidator struct{}

// Description implements validator.String.
func (fileNameValidator) Description(context.Context) string {
	return "must be a glob that a name ending in .vmx or .vmtx can match"
}

// MarkdownDescription implements validator.String.
func (v fileNameValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (fileNameValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if text == "" || badGlob(text) != "" {
		return
	}
	switch {
	case strings.Contains(text, "/"):
		resp.Diagnostics.AddAttributeError(req.Path, "Not a glob for a file's name", coded(vix.CodeInvalidArg, fmt.Sprintf(
			"%q has a slash, and a file's own name has none. The folder to look below is path.", text)))
	case !matchesEnding(text, ".vmx") && !matchesEnding(text, ".vmtx"):
		resp.Diagnostics.AddAttributeError(req.Path, "Nothing can match", coded(vix.CodeInvalidArg, fmt.Sprintf(
			"%q matches no name that ends in .vmx or .vmtx, and other files are never found. Write *.vmx, web*.vmx or *.vm*x.", text)))
	}
}

// matchesEnding reports whether some end of the glob matches the ending, in either
// case: the glob then matches a name with that ending. An end that begins within a
// bracket may say so wrongly, which only leaves a glob allowed.
func matchesEnding(glob, ending string) bool {
	for i := range glob {
		for _, ending := range []string{ending, strings.ToUpper(ending)} {
			if ok, err := path.Match(glob[i:], ending); err == nil && ok {
				return true
			}
		}
	}
	return false
}

// regexValidator takes a regular expression as Go and Terraform do: RE2.
type regexValidator struct{}

// Description implements validator.String.
func (regexValidator) Description(context.Context) string {
	return "must be a regular expression (RE2)"
}

// MarkdownDescription implements validator.String.
func (v regexValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (regexValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if _, err := regexp.Compile(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Not a regular expression", coded(vix.CodeInvalidArg, fmt.Sprintf(
			"%q: %s. The syntax is RE2, the one of Terraform's own regex function.", req.ConfigValue.ValueString(), err)))
	}
}

// sayableValidator takes a text that can be sent to a host as it is.
type sayableValidator struct{}

// Description implements validator.String.
func (sayableValidator) Description(context.Context) string {
	return "must have no control characters but tabs and line ends"
}

// MarkdownDescription implements validator.String.
func (v sayableValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString implements validator.String.
func (sayableValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	checkSayable(&resp.Diagnostics, req.Path, req.ConfigValue.ValueString())
}

// checkSayable says of a text that it cannot be sent to a host as it is.
func checkSayable(diags *diag.Diagnostics, at tfpath.Path, text string) {
	if why := vix.Unsayable(text); why != "" {
		diags.AddAttributeError(at, "Not a text that a host can be told", coded(vix.CodeInvalidArg, why))
	}
}
