// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What Terraform has stored it sends back composed, and an identity that is another one then is an error of every plan.
func TestIdentitiesAreComposed(t *testing.T) {
	ctx := t.Context()
	const decomposed, composed = "/home/Bu\u0308cher/web.vmx", "/home/B\u00fccher/web.vmx"
	id := types.StringValue(decomposed)
	type identity = *tfsdk.ResourceIdentity
	for name, of := range map[string]struct {
		resource resource.Resource
		set      func(identity) diag.Diagnostics
	}{
		"registration": {NewRegistrationResource(), func(i identity) diag.Diagnostics { return setIdentity(ctx, i, "workstation", id) }},
		"power":        {NewPowerResource(), func(i identity) diag.Diagnostics { return setVMIdentity(ctx, i, "workstation", id) }},
		"snapshot": {NewSnapshotResource(), func(i identity) diag.Diagnostics {
			return setSnapshotIdentity(ctx, i, "workstation", snapshotModel{VMID: id, ID: types.StringValue("1")})
		}},
		"variable": {NewVariableResource(), func(i identity) diag.Diagnostics {
			return setVariableIdentity(ctx, i, "workstation", variableModel{VMID: id, Name: types.StringValue("u\u0308ber")})
		}},
	} {
		var resp resource.IdentitySchemaResponse
		of.resource.(resource.ResourceWithIdentity).IdentitySchema(ctx, resource.IdentitySchemaRequest{}, &resp)
		is := &tfsdk.ResourceIdentity{Schema: resp.IdentitySchema, Raw: tftypes.NewValue(resp.IdentitySchema.Type().TerraformType(ctx), nil)}
		if diags := of.set(is); diags.HasError() {
			t.Fatalf("%s: %v", name, diags)
		}
		if text := is.Raw.String(); !strings.Contains(text, composed) || strings.Contains(text, "\u0308") {
			t.Errorf("%s: %+q", name, text)
		}
	}
}
