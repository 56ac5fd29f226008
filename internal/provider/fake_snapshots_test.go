// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fakeSnapshots are the snapshots of a fakeHost's VMs, all of them roots.
type fakeSnapshots map[string][]vix.Snapshot

// fakeNow is the time of the fake's clock.
var fakeNow = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (h *fakeHost) CheckSnapshot(_ context.Context, _ vix.Handle, op vix.SnapshotOp) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.called("CheckSnapshot " + string(op))
}

func (h *fakeHost) Snapshots(_ context.Context, handle vix.Handle) (*vix.VM, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called("Snapshots"); err != nil {
		return nil, err
	}
	r, err := h.meant(handle)
	if err != nil {
		return nil, err
	}
	return &vix.VM{Registration: *r, Snapshots: slices.Clone(h.snapshots[r.ID])}, nil
}

func (h *fakeHost) TakeSnapshot(_ context.Context, handle vix.Handle, spec vix.SnapshotSpec) (*vix.Snapshot, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, err := h.meant(handle)
	if err != nil {
		return nil, err
	}
	for _, is := range h.snapshots[r.ID] {
		if !spec.Attempt.IsZero() && spec.Finishes(is) {
			return &is, h.called("found " + is.ID)
		}
	}
	if spec.Sending != nil {
		spec.Sending(fakeNow)
	}
	h.next++
	taken := vix.Snapshot{
		ID: strconv.Itoa(h.next), Name: spec.Name, Description: spec.Description, Path: vix.SnapshotPath("", spec.Name), Created: fakeNow,
		PowerState: vix.PoweredOff, IsCurrent: true,
	}
	set((*map[string][]vix.Snapshot)(&h.snapshots), r.ID, append(h.snapshots[r.ID], taken))
	if err := h.called("TakeSnapshot " + spec.Name); err != nil {
		return nil, err // its answer was lost
	}
	return &taken, nil
}

func (h *fakeHost) RenameSnapshot(_ context.Context, handle vix.Handle, id, name, description string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called(fmt.Sprintf("RenameSnapshot %s %s %q", id, name, description)); err != nil {
		return err
	}
	r, err := h.meant(handle)
	if err != nil {
		return err
	}
	for i := range h.snapshots[r.ID] {
		if s := &h.snapshots[r.ID][i]; s.ID == id {
			s.Name, s.Description, s.Path = name, description, vix.SnapshotPath("", name)
		}
	}
	return nil
}

func (h *fakeHost) RemoveSnapshot(_ context.Context, handle vix.Handle, id string, children, consolidate bool) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called(fmt.Sprintf("RemoveSnapshot %s %t %t", id, children, consolidate)); err != nil {
		return err
	}
	r, err := h.meant(handle)
	if err == nil {
		h.snapshots[r.ID] = slices.DeleteFunc(h.snapshots[r.ID], func(s vix.Snapshot) bool { return s.ID == id })
	}
	return err
}

func (h *fakeHost) Revert(_ context.Context, handle vix.Handle, to vix.SnapshotName, suppress bool) (*vix.Reverted, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.called(fmt.Sprintf("Revert %s%s%s %t", to.ID, to.Path, to.Either, suppress)); err != nil {
		return nil, err
	}
	r, err := h.meant(handle)
	if err != nil {
		return nil, err
	}
	is, err := to.Find(h.snapshots[r.ID], "the VM")
	if err != nil {
		return nil, err
	}
	return &vix.Reverted{Snapshot: *is, PowerState: is.PowerState}, nil
}
