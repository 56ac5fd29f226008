// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/guests"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// guestPrivileges are what each operation in a guest needs. Whoever changes something there looks, too.
var guestPrivileges = map[vix.GuestOp][]string{
	vix.GuestQuery:   {privilegeGuestQuery},
	vix.GuestModify:  {privilegeGuestQuery, privilegeGuestModify},
	vix.GuestExecute: {privilegeGuestQuery, privilegeGuestModify, privilegeGuestExecute},
}

// CheckGuest implements vix.Guest. It asks nothing of the guest.
func (h *host) CheckGuest(ctx context.Context, handle vix.Handle, op vix.GuestOp) error {
	what := wire.To("work in the guest of", shownHandle(handle))
	r, err := h.latelyReadable(ctx, what, handle)
	if err != nil {
		return err
	}
	if guests.Prohibited(r) {
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeGuestOperationsProhibited,
			Reason: "The VM is set up to take no orders for its guest: its setting guest.commands.enabled is FALSE.",
			Remedy: "Remove that setting from the VM's configuration.",
		}
	}
	return h.mayDo(ctx, what, r.VM.Self, guestPrivileges[op]...)
}
