// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// claims are what the addresses of one walk want for themselves alone: the power of a VM, a
// variable, a file in its guest. Terraform tells no address, so each has a token of its own in its
// private state: the halves of a replacement are planned one after the other, and are one address.
type claims struct {
	mu   sync.Mutex
	held map[string]string
}

// claimKept is where the token stands in the private state.
const claimKept = "claim"

// take gives a key to who holds a token; false if another one has it.
func (c *claims) take(key, token string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if holder, held := c.held[key]; held {
		return holder == token
	}
	set(&c.held, key, token)
	return true
}

// claimed makes a thing, of which there is one, the plan's; false, with an error at vm_id, where
// another resource of the plan has it. twice says what is planned twice.
func (c *connection) claimed(
	ctx context.Context, key, twice string, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) bool {
	var diags diag.Diagnostics
	token := claimToken(ctx, req, resp, &diags)
	if !c.claims.take(key, token) {
		diags.AddAttributeError(path.Root("vm_id"), twice, "One resource alone can have it: two would undo each other's work at each "+
			"apply. Remove one of the two.")
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
