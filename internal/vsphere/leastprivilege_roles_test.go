// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// cloneRole is the role of a clone of a VM, or of a template, or of the check of one.
func cloneRole(op, privilege string, template bool, spec vix.CloneSpec) role {
	r := role{
		op: op, template: template, privileges: []string{privilege, privilegeCreate, privilegeAllocate},
		on: map[string]string{privilege: "the VM ", privilegeCreate: "the folder /DC0/vm", privilegeAllocate: "the datastore "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error {
			spec := spec
			spec.Source, spec.Name = vm, "clone"
			if strings.HasPrefix(op, "check") {
				return second(h.CheckClone(ctx, spec))
			}
			return second(h.Clone(ctx, spec))
		},
	}
	if !spec.Template {
		r.privileges = append(r.privileges, privilegeAssignPool)
		r.on[privilegeAssignPool] = "the resource pool /DC0/host/DC0_C0/Resources"
	}
	return r
}

// guestRole is the role of something that is done in a guest.
func guestRole(op string, what vix.GuestOp, do func(ctx context.Context, h *host, vm vix.Handle) error) role {
	r := role{
		op: op, running: true, privileges: guestPrivileges[what], on: map[string]string{},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error { return do(ctx, h, vm) },
	}
	for _, privilege := range r.privileges {
		r.on[privilege] = "the VM "
	}
	return r
}

// snapshotRole is the role of something that is done with the snapshot of a VM that has one.
func snapshotRole(op, privilege string, do func(ctx context.Context, h *host, vm vix.Handle) error) role {
	return role{
		op: op, snapshot: true, privileges: []string{privilege}, on: map[string]string{privilege: "the VM "},
		run: func(ctx context.Context, h *host, _ vix.Path, vm vix.Handle) error { return do(ctx, h, vm) },
	}
}
