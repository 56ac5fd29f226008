// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// overtaken is the case that the path was registered between the look and the
// leap: by somebody else, or by an attempt of ours that was interrupted and whose
// task the host finished only now. The host's record tells which.
func (h *host) overtaken(ctx context.Context, p *prepared, refused error) (*vix.Registered, error) {
	h.Forget(p.spec.Path.Datastore)
	p.refused = true
	if p.already == nil {
		if err := h.lookAround(ctx, p); err != nil {
			return nil, err
		}
	}
	if p.already == nil {
		if err := h.namedByHost(ctx, p, refused); err != nil {
			return nil, err
		}
	}
	if err := h.mayTake(ctx, p); err != nil {
		return nil, err
	}
	return &vix.Registered{Registration: h.stamp(ctx, p.already.Registration()), Adopted: !p.finished, Finished: p.finished}, nil
}

// vmID is the managed object id of a VM, as a vCenter and as an ESXi give it.
var vmID = regexp.MustCompile(`^(vm-)?[0-9]+$`)

// namedByHost takes the VM that the host itself names as the one that has the file, where
// no lookup finds it: AlreadyExists of RegisterVM_Task has its managed object id. One that tells
// another path of itself is not taken; the error names it.
func (h *host) namedByHost(ctx context.Context, p *prepared, refused error) error {
	var exists *types.AlreadyExists
	if !as(refused, &exists) || !vmID.MatchString(exists.Name) {
		return h.registerError(ctx, p, refused)
	}
	r, err := h.Reads.Get(ctx, types.ManagedObjectReference{Type: "VirtualMachine", Value: exists.Name})
	if wire.IsGone(err) {
		return h.registerError(ctx, p, refused)
	}
	if err != nil {
		return h.Failed(p.what, err)
	}
	if err := h.Withheld(p.what, r); err != nil {
		return err
	}
	if p.mayHave(r) {
		p.already = r
		return nil
	}
	is := h.stamp(ctx, r.Registration())
	err = h.registerError(ctx, p, refused)
	if e, ok := errors.AsType[*vix.Error](err); ok {
		e.Reason = fmt.Sprintf("The host says that the file is registered already, and names a VM that tells another path of itself, %s:",
			is.Path)
		e.Choices, e.Remedy = []string{candidate(is)}, "Look at that VM. If it is the one that is meant, use the path that it tells."
	}
	return err
}

// mayHave reports that a VM of which the host says that it has the file tells nothing
// else: where it cannot be read, it need not tell a path at all.
func (p *prepared) mayHave(r *vms.Record) bool {
	is := r.Registration()
	file, here := r.On(p.ds)
	if here && vix.SameName(file, p.spec.Path.File) {
		return true
	}
	_, rest, _ := strings.Cut(p.spec.Path.File, "/")
	if _, other, _ := strings.Cut(file, "/"); here && p.ds.StoresObjects() && other == rest {
		return true
	}
	return !here && is.Path.Datastore == "" && !is.Readable()
}
