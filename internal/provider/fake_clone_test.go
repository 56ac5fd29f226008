// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var _ vix.Cloner = (*fakeHost)(nil)

// leftClone is what an earlier attempt at a clone has left.
func (h *fakeHost) leftClone(spec vix.CloneSpec) *vix.Registration {
	for _, r := range h.vms {
		if !spec.Attempt.IsZero() && h.finished && r.Name == spec.Name && !slices.Contains(spec.Others, r.ManagedObjectID) {
			return r
		}
	}
	return nil
}

// taken is the error of a name that another VM of the folder has.
func (h *fakeHost) taken(spec vix.CloneSpec, folder string) error {
	for _, r := range h.vms {
		if r.Name == spec.Name && r.Folder == folder && (spec.Without == nil || spec.Without.ManagedObjectID != r.ManagedObjectID) {
			return &vix.Error{
				Op: "clone", Object: "it", Code: vix.CodeDuplicateName, Field: vix.FieldName, VM: r, Reason: "The name is taken.",
			}
		}
	}
	return nil
}

func (h *fakeHost) placedClone(spec vix.CloneSpec) vix.Placement {
	at := fakePlacement
	place(&at.Folder, "/DC0/vm/", spec.Folder)
	place(&at.ResourcePool, "/DC0/host/C0/Resources/", spec.ResourcePool)
	place(&at.Host, "/DC0/host/C0/", spec.Host)
	if spec.Template {
		at.ResourcePool = ""
	}
	return at
}

func (h *fakeHost) CheckClone(_ context.Context, spec vix.CloneSpec) (*vix.CloneCheck, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cloned = spec
	if err := h.called("CheckClone " + spec.Name); err != nil {
		return nil, err
	}
	check := &vix.CloneCheck{Placement: h.placedClone(spec), Datastore: "storage1"}
	if h.underway && !spec.Attempt.IsZero() {
		check.Underway = true
		return check, nil
	}
	if check.Finished = h.leftClone(spec); check.Finished != nil {
		return check, nil
	}
	return check, h.taken(spec, check.Placement.Folder)
}

func (h *fakeHost) Clone(ctx context.Context, spec vix.CloneSpec) (*vix.Cloned, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.given(ctx)
	h.cloned = spec
	if r := h.leftClone(spec); r != nil {
		return &vix.Cloned{Registration: *r, Finished: true}, h.called("found " + spec.Name)
	}
	at := h.placedClone(spec)
	if err := h.taken(spec, at.Folder); err != nil {
		return nil, err
	}
	if spec.Sending != nil {
		spec.Sending(fakeNow)
		spec.Sent("task-1")
	}
	r := h.register(vix.Path{Datastore: "storage1", File: spec.Name + "/" + spec.Name + ".vmx"}, spec.Name)
	r.Placement, r.Template = at, spec.Template
	if err := h.called("Clone " + spec.Name); err != nil {
		return nil, err // its answer was lost
	}
	done := &vix.Cloned{Registration: *r}
	if spec.Snapshot != (vix.SnapshotName{}) {
		done.Snapshot, _ = spec.Snapshot.Find(h.snapshots[spec.Source.ID], "the VM") // a test may have none
	}
	return done, nil
}

func (h *fakeHost) CheckDestroy(_ context.Context, handle vix.Handle, off vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	return h.called("CheckDestroy " + string(off))
}

func (h *fakeHost) Destroy(_ context.Context, handle vix.Handle, off vix.PowerOff) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.handle = handle
	if err := h.called(fmt.Sprintf("Destroy %s %s %s", handle.ManagedObjectID, handle.Path, off)); err != nil {
		return err
	}
	delete(h.vms, handle.ID)
	return nil
}
