// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// OpenID implements vix.Host: by instance UUID, which must be one VM's alone; by managed object
// id, which always is; or by inventory path.
func (h *host) OpenID(ctx context.Context, id string) (*vix.VM, error) {
	what := wire.To("open", "the VM "+id)
	find, known := h.OfHandle, "instance UUID"
	remedy := "Check the id. It is the instance UUID, not the BIOS UUID, which restored copies share."
	switch {
	case strings.HasPrefix(id, "/"):
		find, known = h.OfInventoryPath, "inventory path"
		remedy = "Check the path. It is the one of the VM's folder in the inventory, such as /DC1/vm/Linux/web, not the path of its file."
	case vms.IsObjectID(id):
		find, known = h.OfObject, "managed object id"
		remedy = "Check the id. Registering a VM anew changes it."
	}
	found, err := find(ctx, id, &h.Opens)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	switch len(found) {
	case 1:
		return h.readable(ctx, what, found[0])
	case 0:
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeVMNotFound, Remedy: remedy,
			Reason: "No VM with this " + known + " is registered on " + h.Endpoint.Host + ", or this user may not see it.",
		}
	}
	return nil, sameID(what, found)
}

// sameID lists the VMs that share an instance UUID.
func sameID(what wire.Step, found []*vms.Record) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Kind: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d VMs have this instance UUID:", len(found)),
		Remedy: "Give one of them another instance UUID (vc.uuid in its .vmx), or unregister the copy.",
	}
	for _, r := range found {
		reg := r.Registration()
		e.Choices = append(e.Choices, candidate(reg)+" at "+reg.Path.String())
	}
	return e
}
