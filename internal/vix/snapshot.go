// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Snapshots are the snapshots of VMs.
type Snapshots interface {
	// CheckSnapshot says what would make something fail for certain, without doing it: privileges that are
	// lacking. What many ask for is asked of the host together.
	CheckSnapshot(ctx context.Context, handle Handle, op SnapshotOp) error

	// Snapshots reads a VM with its snapshots, and what many ask for together. It may tell what an open has told a
	// moment ago. ErrGone, alone, is the proof that there is no such VM any more.
	Snapshots(ctx context.Context, handle Handle) (*VM, error)

	// TakeSnapshot takes one: VixVM_CreateSnapshot. It waits for what else is done with the VM.
	TakeSnapshot(ctx context.Context, handle Handle, spec SnapshotSpec) (*Snapshot, error)

	// RenameSnapshot gives the snapshot with an id a name and a description.
	RenameSnapshot(ctx context.Context, handle Handle, id, name, description string) error

	// RemoveSnapshot removes the snapshot with an id: VixVM_RemoveSnapshot. Its children survive, unless children is
	// set. One that is gone already is no error.
	RemoveSnapshot(ctx context.Context, handle Handle, id string, children, consolidate bool) error

	// Revert makes a VM what it was when a snapshot was taken: VixVM_RevertToSnapshot. It tells how the VM is then.
	Revert(ctx context.Context, handle Handle, to SnapshotName, suppressPowerOn bool) (*Reverted, error)
}

// SnapshotOp is what can be done with snapshots.
type SnapshotOp string

// What can be done with snapshots.
const (
	SnapshotTake   SnapshotOp = "take"
	SnapshotRename SnapshotOp = "rename"
	SnapshotRemove SnapshotOp = "remove"
	SnapshotRevert SnapshotOp = "revert"
)

// SnapshotSpec is a snapshot that is to be taken.
type SnapshotSpec struct {
	Name, Description string
	// Memory keeps the memory of a VM that runs: VIX_SNAPSHOT_INCLUDE_MEMORY.
	Memory bool
	// Quiesce has the guest's Tools settle its file systems first.
	Quiesce bool
	// Attempt is an earlier attempt at this very snapshot that never reported its end, or zero. A snapshot with this name and
	// description that was taken within its time, by our user as the host's record has it, is the end of it; where the record does not
	// prove that, ErrSnapshotThere.
	Attempt Attempt
	// Others are the ids of snapshots that are somebody else's.
	Others []string
	// Sending, if it is set, is told the host's time right before the host is asked: from then on it may have been done.
	Sending func(now time.Time)
}

// String is the snapshot among others that it could be taken for.
func (s Snapshot) String() string {
	return fmt.Sprintf("%s (id %s, taken %s)", s.Path, s.ID, s.Created.UTC().Format(time.RFC3339))
}

// Finishes reports that a snapshot is the end of the interrupted attempt.
func (s SnapshotSpec) Finishes(is Snapshot) bool {
	return s.Attempt.Covers(is.Created) && is.Name == s.Name && is.Description == s.Description && !slices.Contains(s.Others, is.ID)
}

// Reverted is how a VM is after a revert, and what it was reverted to.
type Reverted struct {
	Snapshot   Snapshot
	PowerState PowerState
}

// SnapshotName names a snapshot of a VM.
type SnapshotName struct {
	// ID is the snapshot's id; where it is set, nothing else counts.
	ID string
	// Path is the snapshot's path.
	Path string
	// Either is a path or an id. A name without anything means the current snapshot.
	Either string
}

// names reports that it names a snapshot.
func (n SnapshotName) names(s Snapshot) bool {
	switch {
	case n.ID != "":
		return s.ID == n.ID
	case n.Path != "":
		return s.Path == n.Path
	case n.Either != "":
		return s.Path == n.Either || s.ID == n.Either
	}
	return s.IsCurrent
}

// of is the snapshot as errors name it.
func (n SnapshotName) of(object string) string {
	switch named := cmp.Or(n.Path, n.Either); {
	case n.ID != "":
		return fmt.Sprintf("the snapshot with the id %s of %s", n.ID, object)
	case named != "":
		return fmt.Sprintf("the snapshot %q of %s", named, object)
	}
	return "the current snapshot of " + object
}

// Find finds the snapshot that is named. object is the VM as the error names it: CodeSnapshotNotFound with what there
// is, or CodeSnapshotNonuniqueName with each that is named so.
func (n SnapshotName) Find(snapshots []Snapshot, object string) (*Snapshot, error) {
	var found []Snapshot
	for _, s := range snapshots {
		if n.names(s) {
			found = append(found, s)
		}
	}
	if len(found) == 1 {
		return &found[0], nil
	}
	e := &Error{Op: "find", Object: n.of(object), Code: CodeSnapshotNotFound, Field: FieldSnapshot}
	switch {
	case len(found) > 1:
		e.Code, e.Kind = CodeSnapshotNonuniqueName, ErrAmbiguous
		e.Reason = fmt.Sprintf("%d snapshots are named so; an id means one of them:", len(found))
	case len(snapshots) == 0:
		e.Reason = "The VM has no snapshots."
	default:
		found = snapshots
		e.Reason = "The VM has no such snapshot. It has:"
	}
	for _, s := range found {
		e.Choices = append(e.Choices, s.String())
	}
	return nil, e
}
