// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// claimKept is where the private state has the token of an address, by which the ledger knows whose a claim is: Terraform tells no
// address. The halves of a replacement are planned one after the other, and are one address.
const claimKept = "claim"

// claimed makes a thing of a VM, of which there is one (its power, a variable, a file in its guest), the plan's; false, with an error at
// vm_id, where another resource of the plan has it, of this configuration of the provider or of another one. twice says what is planned
// twice.
func (c *connection) claimed(
	ctx context.Context, vm *vix.Registration, key, twice string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) bool {
	var diags diag.Diagnostics
	token := claimToken(ctx, req, resp, &diags)
	if !c.ledger.wanted(vm.Server, key, token) {
		diags.AddAttributeError(path.Root("vm_id"), twice, coded(vix.CodeAlreadyExists,
			"One resource alone can have it: two would undo each other's work at each "+
				"apply. Remove one of the two."))
	}
	resp.Diagnostics.Append(stopsDestroy(diags)...)
	return !diags.HasError()
}

// claimToken is the token of the address that is planned.
func claimToken(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, diags *diag.Diagnostics,
) string {
	token := privateFrom[string](ctx, req.Private, claimKept, diags)
	if token == "" {
		token = rand.Text()
		savePrivate(ctx, resp.Private, claimKept, token, diags)
	}
	return token
}
