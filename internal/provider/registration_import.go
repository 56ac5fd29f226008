// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// uuidForm tells an id from a path in the text that an import gives.
var uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// find opens the VM that an import means; nil, with an error, if there is none.
func (r *registrationResource) find(
	ctx context.Context, req resource.ImportStateRequest, server string, diags *diag.Diagnostics,
) *vix.VM {
	id := strings.TrimSpace(req.ID)
	if id == "" {
		var identity identityModel
		if req.Identity != nil {
			diags.Append(req.Identity.Get(ctx, &identity)...)
		}
		if diags.HasError() {
			return nil
		}
		if of := identity.Server.ValueString(); of != server {
			diags.AddAttributeError(path.Root("server"), "The registration is on another server", fmt.Sprintf(
				"The identity names the server %s; this provider is connected to the server %s. "+
					"Import with a provider that is connected to the former.", of, server))
			return nil
		}
		return r.opened(diags)(r.conn.host.OpenID(ctx, identity.ID.ValueString()))
	}
	if uuidForm.MatchString(id) {
		return r.opened(diags)(r.conn.host.OpenID(ctx, strings.ToLower(id)))
	}
	at, err := vix.ParseLocator(id, r.conn.host.ParsePath)
	if err != nil && r.conn.host.Supports(vix.FeatureInventory) != nil {
		addErrorAt(diags, path.Empty(), err) // the path is all that there is
		return nil
	}
	if err != nil {
		summary, detail := texts(err)
		diags.AddError(summary, detail+"\n\nAn import takes one of:\n\n"+
			"  - the id of the VM, its instance UUID: 50201e5a-0000-0000-0000-000000000001\n"+
			"  - the path in a datacenter: DC1:[storage1] web/web.vmx, /F1/DC1:[storage1] web/web.vmx\n"+
			"  - the path alone, where one datacenter only has it: [storage1] web/web.vmx\n"+
			"  - in an import block of Terraform 1.12 or later, identity = { server = …, id = … }")
		return nil
	}
	return r.opened(diags)(r.conn.host.Open(ctx, at))
}

// opened turns the outcome of an open into a VM or a diagnostic. None of an
// import's errors has an attribute to point at.
func (r *registrationResource) opened(diags *diag.Diagnostics) func(*vix.VM, error) *vix.VM {
	return func(vm *vix.VM, err error) *vix.VM {
		if err != nil {
			addErrorAt(diags, path.Empty(), err)
			return nil
		}
		return vm
	}
}
