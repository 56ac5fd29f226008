// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var _ vix.Registrar = (*fakeHost)(nil)

func (h *fakeHost) Check(ctx context.Context, spec vix.RegisterSpec) (*vix.Check, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.specs = append(h.specs, spec)
	if err := h.called("Check"); err != nil {
		return nil, err
	}
	check := &vix.Check{FileExists: !h.missing[spec.Path], FileID: spec.Path.String(), Placement: fakePlacement}
	if h.links != nil {
		check.ID, check.Path = spec.Path.String(), spec.Path
	}
	place(&check.Placement.Folder, "/DC0/vm/", spec.Folder)
	place(&check.Placement.ResourcePool, "/DC0/host/C0/Resources/", spec.ResourcePool)
	if r := h.byPath(spec.Path); r != nil && (spec.Without == nil || spec.Without.ManagedObjectID != r.ManagedObjectID) {
		check.Finished = h.finished && !spec.Attempt.IsZero()
		if !spec.Adopt && !check.Finished {
			return nil, already(spec.Path, r)
		}
		check.Registered = r
	}
	return check, nil
}

func (h *fakeHost) Register(ctx context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.specs = append(h.specs, spec)
	if spec.Sending != nil && h.byPath(spec.Path) == nil {
		spec.Sending(time.Now())
	}
	if err := h.called("Register"); err != nil {
		return nil, err
	}
	if r := h.byPath(spec.Path); r != nil {
		finished := h.finished && !spec.Attempt.IsZero()
		if !spec.Adopt && !finished {
			return nil, already(spec.Path, r)
		}
		return &vix.Registered{Registration: *r, Adopted: !finished, Finished: finished}, nil
	}
	name := spec.Name
	if name == "" {
		name = spec.Path.Stem()
	}
	r := h.register(spec.Path, name)
	r.Template = spec.Template
	place(&r.Folder, "/DC0/vm/", spec.Folder)
	place(&r.Host, "/DC0/host/C0/", spec.Host)
	place(&r.ResourcePool, "/DC0/host/C0/Resources/", spec.ResourcePool)
	return &vix.Registered{Registration: *r}, nil
}

func (h *fakeHost) Registration(ctx context.Context, handle vix.Handle) (*vix.Registration, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	if err := cmp.Or(h.called("Registration"), h.fail["Registration of "+handle.ManagedObjectID]); err != nil {
		return nil, err
	}
	if r := h.vms[handle.ID]; r != nil {
		found := *r
		return &found, nil
	}
	return nil, &vix.Error{Op: "read", Object: handle.Path.String(), Code: vix.CodeVMNotFound, Kind: vix.ErrGone}
}

func (h *fakeHost) CheckChange(_ context.Context, handle vix.Handle, change vix.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckChange")
}

func (h *fakeHost) CheckUnregister(_ context.Context, handle vix.Handle, _ vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckUnregister")
}

func (h *fakeHost) Update(ctx context.Context, handle vix.Handle, change vix.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	h.changes = append(h.changes, change)
	r := h.vms[handle.ID]
	if change.Name != nil {
		// The name is done before the rest fails: what a partial failure looks like.
		r.Name = *change.Name
	}
	if err := h.called("Update"); err != nil {
		return err
	}
	if change.Folder != nil {
		place(&r.Folder, "/DC0/vm/", *change.Folder)
	}
	if change.ResourcePool != nil {
		place(&r.ResourcePool, "/DC0/host/C0/Resources/", *change.ResourcePool)
	}
	return nil
}

func (h *fakeHost) Unregister(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.handle = handle
	h.off = off
	if err := h.called("Unregister"); err != nil {
		return err
	}
	delete(h.vms, handle.ID)
	return nil
}

func place(at *string, parent, name string) {
	switch {
	case name == "":
	case name[0] == '/':
		*at = name
	default:
		*at = parent + name
	}
}

func already(p vix.Path, r *vix.Registration) error {
	return &vix.Error{
		Op: "register", Object: p.String(), Code: vix.CodeAlreadyExists, Field: vix.FieldPath, Reason: "It is registered already.", VM: r,
	}
}
