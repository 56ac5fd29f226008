// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// writeIdentity writes an identity, unless the server is not known: then the one that is stored stays.
func writeIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, value any) diag.Diagnostics {
	if identity == nil || server == "" && !identity.Raw.IsFullyNull() {
		return nil
	}
	return identity.Set(ctx, value)
}

// composed is a text as Terraform stores it. The identity that is stored is held against the next one byte for byte, and
// hosts have other bytes for the same text: a path that a Mac has written.
func composed(text types.String) types.String {
	if text.IsNull() || text.IsUnknown() {
		return text
	}
	return types.StringValue(vix.Composed(text.ValueString()))
}
