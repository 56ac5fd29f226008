// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// vmGrants is what the user lacks on VMs: asked for together, and for each once.
type vmGrants = vms.Batch[missingGrant, bool]

// mayDo is the error of privileges that the user lacks on a VM, nil if there are none.
func (h *host) mayDo(ctx context.Context, what wire.Step, vm reference, privileges ...string) error {
	var needs []missingGrant
	for _, privilege := range privileges {
		needs = append(needs, missingGrant{vm, privilege})
	}
	return h.granted(ctx, what, needs, map[reference]string{vm: what.Object})
}

// granted is the error of needs that the user lacks, nil if there are none. named says what their objects are.
func (h *host) granted(ctx context.Context, what wire.Step, needs []missingGrant, named map[reference]string) error {
	var missing []missingGrant
	replies := make([]vms.Reply[bool], len(needs))
	for i, need := range needs {
		replies[i] = h.vmGrants.Ask(need)
	}
	for i, need := range needs {
		lacking, err := replies[i].Wait(ctx)
		if err != nil {
			return h.Failed(what, err)
		}
		if lacking {
			missing = append(missing, need)
		}
	}
	return h.lacks(what, missing, named)
}

// readVMGrants asks for privileges on VMs with one request. A VM that is gone lacks nothing: what
// is to be done with it says so.
func (h *host) readVMGrants(ctx context.Context, needs []missingGrant) map[missingGrant]vms.Answer[bool] {
	out := map[missingGrant]vms.Answer[bool]{}
	for {
		missing, err := h.missing(ctx, needs)
		var gone *types.ManagedObjectNotFound
		if as(err, &gone) && slices.ContainsFunc(needs, func(n missingGrant) bool { return n.object == gone.Obj }) {
			needs = slices.DeleteFunc(slices.Clone(needs), func(n missingGrant) bool { return n.object == gone.Obj })
			continue
		}
		for _, need := range needs {
			out[need] = vms.Answer[bool]{Value: slices.Contains(missing, need), Err: err}
		}
		return out
	}
}
