// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"strings"
	"time"
)

// Cloner makes VMs of VMs, and deletes what it made. A clone is registered like any other VM: what else is done with
// it, reading it back, renaming, moving and unregistering it, is the Registrar's.
type Cloner interface {
	// CheckClone says what Clone would do, without doing it: where the clone would be placed, what it would be made of.
	// What would make Clone fail for certain is an error now.
	CheckClone(ctx context.Context, spec CloneSpec) (*CloneCheck, error)

	// Clone makes a VM of another one, or finds the one that an interrupted attempt of ours has made; while that is
	// still being made, it waits for it. VIX: VixVM_Clone.
	Clone(ctx context.Context, spec CloneSpec) (*Cloned, error)

	// CheckDestroy says which privilege Destroy of a VM that was read would lack; off other than PowerOffFail means that
	// it runs. What many ask for is asked of the host together.
	CheckDestroy(ctx context.Context, handle Handle, off PowerOff) error

	// Destroy deletes a VM with all its files: VixVM_Delete with VIX_VMDELETE_DISK_FILES. It does that to nothing but the
	// VM of which the handle's id, managed object id and path are all true; of another one it is ErrNotTheClone, and nothing
	// is done. One that is gone already is no error.
	Destroy(ctx context.Context, handle Handle, off PowerOff) error
}

// CloneSpec is what to clone and where to. Places are names or inventory paths; an empty one is as the source's, where
// that can take the clone.
type CloneSpec struct {
	// Source is the VM that is cloned.
	Source Handle
	Name   string
	// Linked makes a clone whose disks hold what differs from a snapshot's: VIX_CLONETYPE_LINKED.
	Linked bool
	// Snapshot is what the clone is made of. Without one that is the VM as it is or, of a linked clone, its current snapshot.
	Snapshot SnapshotName
	// Path is where the clone's .vmx is to be, on products whose user says so; else zero.
	Path         Path
	Datastore    string
	Folder       string
	ResourcePool string
	Cluster      string
	Host         string
	// Template makes a template of it, which has a host but no pool.
	Template bool
	// Attempt is an earlier attempt at this very clone that never reported its end, or zero. What the host's record
	// shows to be made by our user, of the source, within its time and with the name is the end of it.
	Attempt Attempt
	// Others are the managed object ids of VMs that are somebody else's.
	Others []string
	// Without is a clone that is taken away before this one is made: its name is free then. Nil if nothing is.
	Without *Handle `json:"-"`
	// Sending, if it is set, is told the host's time right before the host is asked to clone: from then on the host may
	// have done it. Sent is told the host's task then.
	Sending func(now time.Time) `json:"-"`
	Sent    func(task string)   `json:"-"`
}

// Made is the specification of the snapshot that a clone is made of; ok is false where that is the VM as it is.
func (s CloneSpec) Made() (of SnapshotName, ok bool) {
	return s.Snapshot, s.Linked || s.Snapshot != SnapshotName{}
}

// Change is what makes a clone that is there what the specification says, of what can be changed.
func (s CloneSpec) Change(is Registration) Change {
	return RegisterSpec{Name: s.Name, Folder: s.Folder, ResourcePool: s.ResourcePool}.Change(is)
}

// CloneCheck is the outcome of CheckClone.
type CloneCheck struct {
	Placement Placement
	// Datastore is where the clone's files would be; empty where the product has none.
	Datastore string
	// Snapshot is what the clone would be made of; nil for the VM as it is.
	Snapshot *Snapshot
	// Finished is the clone that an interrupted attempt of ours has made; nil if there is none.
	Finished *Registration
	// Underway is set where an interrupted attempt of ours is still being carried out.
	Underway bool
}

// Cloned is the outcome of Clone.
type Cloned struct {
	Registration
	// Finished is true if it was there before through an attempt of ours that was interrupted.
	Finished bool
	// Snapshot is what it was made of; nil for the VM as it was.
	Snapshot *Snapshot
}

// IsExactly reports that a VM is the one that was remembered in every respect: managed object id, instance UUID and path, or
// on products without the former the path alone. It is what must be so before files are deleted.
func (h Handle) IsExactly(r *Registration) bool {
	if h.ManagedObjectID != r.ManagedObjectID || h.Path.IsZero() || !h.Path.Same(r.Path) {
		return false
	}
	return r.ManagedObjectID == "" || r.InstanceUUID != "" && strings.EqualFold(h.ID, r.InstanceUUID)
}
