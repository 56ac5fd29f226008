// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Registration implements vix.Host. The recorded managed object is read first:
// one read that many registrations share. Only where it is gone, or is another
// VM, the registration is looked for by its id and by its path.
func (h *host) Registration(ctx context.Context, handle vix.Handle) (*vix.Registration, error) {
	r, err := h.current(ctx, wire.To("read the registration of", handle.Path.String()), handle)
	if err != nil {
		return nil, err
	}
	out := h.stamp(ctx, r.Registration())
	out.ID = handle.ID // which it has, or is the only thing known of it
	return &out, nil
}

// current is the record of the VM that a handle means, now.
func (h *host) current(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error) {
	return h.meant(ctx, what, handle, &h.Reads)
}

// meant is the record of the VM that a handle means, as much of it as reads read.
func (h *host) meant(ctx context.Context, what wire.Step, handle vix.Handle, reads vms.Reader) (*vms.Record, error) {
	if err := h.sameServer(ctx, what, handle); err != nil {
		return nil, err
	}
	proved := false // that the recorded managed object is gone
	// Where an index knows the id under another managed object, that is read together
	// with the recorded one.
	started := h.AskElsewhere(handle.ID, handle.ManagedObjectID, reads)
	if handle.ManagedObjectID != "" {
		r, err := reads.Get(ctx, types.ManagedObjectReference{Type: "VirtualMachine", Value: handle.ManagedObjectID})
		switch {
		case wire.IsGone(err):
			proved = true
		case err != nil:
			return nil, h.Failed(what, err)
		default:
			if err := h.Withheld(what, r); err != nil {
				return nil, err
			}
			if is := r.Registration(); handle.Same(&is) == vix.Itself {
				return r, nil
			}
		}
	}
	if r, err := h.byID(ctx, what, handle, reads, started); r != nil || err != nil {
		return r, err
	}
	if err := h.notByPath(ctx, what, handle); err != nil {
		return nil, err
	}
	if !proved {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeObjectNotFound, Kind: vix.ErrUnproved,
			Reason: "Neither the id nor the path finds the VM, but that it is gone is not proved: this user may see less than before.",
			Remedy: "Check the user's permissions.",
		}
	}
	return nil, &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeObjectNotFound, Kind: vix.ErrGone,
		Reason: fmt.Sprintf("The VM is not registered any more: its managed object %s is gone, and neither its id nor its path finds a VM.",
			handle.ManagedObjectID),
	}
}

// itself is the record of the managed object of a handle; ErrGone, if that is gone, whatever
// has the id or the path by now.
func (h *host) itself(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error) {
	if handle.ManagedObjectID == "" {
		return h.current(ctx, what, handle)
	}
	if err := h.sameServer(ctx, what, handle); err != nil {
		return nil, err
	}
	r, err := h.Reads.Get(ctx, types.ManagedObjectReference{Type: "VirtualMachine", Value: handle.ManagedObjectID})
	switch {
	case wire.IsGone(err):
		return nil, vix.ErrGone
	case err != nil:
		return nil, h.Failed(what, err)
	}
	if err := h.Withheld(what, r); err != nil {
		return nil, err
	}
	if is := r.Registration(); handle.Same(&is) != vix.Itself {
		return nil, h.otherVM(ctx, what, handle, []*vms.Record{r})
	}
	return r, nil
}

// byID finds a VM that was registered anew, under another managed object id. One
// that only has the same instance UUID is not it.
func (h *host) byID(
	ctx context.Context, what wire.Step, handle vix.Handle, reads vms.Reader, started vms.Underway,
) (*vms.Record, error) {
	found, err := h.ByID(ctx, handle.ID, reads, started)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	var itself, copies []*vms.Record
	for _, r := range found {
		if err := h.Withheld(what, r); err != nil {
			return nil, err
		}
		is := r.Registration()
		switch handle.Same(&is) {
		case vix.Itself:
			itself = append(itself, r)
		case vix.Copy:
			copies = append(copies, r)
		case vix.Another:
		}
	}
	switch {
	case len(itself) == 1:
		return itself[0], nil
	case len(itself) > 1:
		return nil, sameID(what, itself)
	case len(copies) > 0:
		return nil, h.otherVM(ctx, what, handle, copies)
	}
	return nil, nil
}

// otherVM is the error of VMs that have the id at other places.
func (h *host) otherVM(ctx context.Context, what wire.Step, handle vix.Handle, copies []*vms.Record) error {
	is := h.stamp(ctx, copies[0].Registration())
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidHandle, Field: vix.FieldPath, Kind: vix.ErrOtherVM, VM: &is,
		Reason: fmt.Sprintf("The VM that was registered (%s) is not there any more. What has its instance UUID is another managed object "+
			"at another path: a restored copy, or the same VM registered anew elsewhere. Nothing is done with it:", handle.ManagedObjectID),
	}
	for _, r := range copies {
		reg := r.Registration()
		e.Choices = append(e.Choices, candidate(reg)+" at "+reg.Path.String())
	}
	return e
}

// notByPath makes sure that no VM has the path. One that has is another
// registration of the same file, which is not ours to follow silently.
func (h *host) notByPath(ctx context.Context, what wire.Step, handle vix.Handle) error {
	if handle.Path.IsZero() {
		return nil
	}
	in, err := h.DatacentersOf(ctx, what, vix.Locator{Path: handle.Path, Datacenter: handle.Datacenter})
	if err != nil {
		var e *vix.Error
		if errors.As(err, &e) && (e.Field == vix.FieldPath || e.Field == vix.FieldDatacenter) {
			return nil // no such datastore: no VM on it
		}
		return err
	}
	if h.AbsentLately(handle.Path) {
		return nil // proved for all, with what no id finds
	}
	places, err := h.spellings(ctx, what, handle.Path, in)
	if err != nil {
		return err
	}
	var found []*vms.Record
	for _, at := range places {
		some, err := h.AtNow(ctx, at.path, at.in, &h.Reads)
		if err != nil {
			return h.Failed(what, err)
		}
		found = append(found, some...)
	}
	if len(found) == 0 {
		return nil
	}
	r := found[0].Registration()
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeObjectNotFound, Field: vix.FieldPath, Kind: vix.ErrRegisteredAnew, VM: &r,
		Reason:  "The registration is gone, and the same file has been registered anew, with another instance UUID:",
		Choices: []string{candidate(r)},
	}
}

// sameServer refuses to look for a registration on a server that it is not from:
// there, its absence would look proved.
func (h *host) sameServer(ctx context.Context, what wire.Step, handle vix.Handle) error {
	if handle.Server == "" {
		return nil
	}
	server, err := h.server(ctx)
	if err != nil {
		return err
	}
	if server == handle.Server {
		return nil
	}
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidHandle, Kind: vix.ErrOtherServer,
		Reason: fmt.Sprintf("The registration is from the server with the instance UUID %s, and what is connected is %s (%s).",
			handle.Server, h.Endpoint.Host, server),
	}
}

// stamp adds to a registration the server that it is on.
func (h *host) stamp(ctx context.Context, r vix.Registration) vix.Registration {
	// A host that does not tell is not worth losing the registration for.
	r.Server, _ = h.server(ctx)
	r.FileID = h.fileID(ctx, r)
	return r
}

// fileID identifies the file of a registration; empty where its datastore is not known.
func (h *host) fileID(ctx context.Context, r vix.Registration) string {
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return ""
	}
	for _, dc := range outline.Datacenters {
		if ds := dc.Datastore(r.Path.Datastore); ds != nil && dc.Path == r.Datacenter {
			return ds.FileID(r.Path)
		}
	}
	return ""
}
