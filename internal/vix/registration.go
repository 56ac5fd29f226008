// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"cmp"
	"slices"
	"time"
)

// RegisterSpec is what to register and where. Places are names or inventory
// paths; an empty one is derived where only one answer is sensible.
type RegisterSpec struct {
	Path         Path
	Datacenter   string
	Name         string
	Folder       string
	ResourcePool string
	Cluster      string
	Host         string
	// Template registers the VM as a template, which has a host but no pool.
	Template bool
	// Adopt takes a VM that is registered already as it is.
	Adopt bool
	// Attempt is an earlier attempt at this very registration that never reported
	// its end, or zero. A registration that the host's record shows to be of our user
	// and made within its time is the end of that attempt.
	Attempt Attempt
	// Without is a registration that is taken out of the inventory before this one is
	// made: what is there of it is not in the way. Nil if nothing is.
	Without *Handle `json:"-"`
	// Sending, if it is set, is told the host's time right before the host is asked to
	// register: from then on the host may have done it. Sent is told the host's task then.
	Sending func(now time.Time) `json:"-"`
	Sent    func(task string)   `json:"-"`
}

// Attempt is the time within which an attempt at a registration may have been
// carried out, by the host's clock, and what is known of how.
type Attempt struct {
	Begun time.Time `json:"begun"`
	Until time.Time `json:"until"`
	// Tasks are the host's tasks that it has made; what came of them is what came of it.
	Tasks []string `json:"tasks,omitempty"`
	// Sent is how often the host was asked.
	Sent int `json:"sent,omitempty"`
}

// Again is the attempt with one more, that is sent now: what was sent before may still come
// to its end on the host.
func (a Attempt) Again(now, until time.Time) Attempt {
	again := Attempt{Begun: now, Until: until, Tasks: a.Tasks, Sent: a.Sent + 1}
	if !a.IsZero() {
		again.Sent = max(again.Sent, 2) // by a version that did not count
		if a.Begun.Before(now) {
			again.Begun = a.Begun
		}
	}
	return again
}

// Made is the attempt of which the host's task is known.
func (a Attempt) Made(task string) Attempt {
	a.Tasks = append(slices.Clone(a.Tasks), task)
	return a
}

// Told reports that all tasks of the attempt are known.
func (a Attempt) Told() bool { return a.Sent > 0 && a.Sent == len(a.Tasks) }

// IsZero reports that there was no attempt.
func (a Attempt) IsZero() bool { return a.Begun.IsZero() }

// Covers reports that what happened at t, by the host's clock, may be of the attempt.
// Some hosts write times in whole seconds.
func (a Attempt) Covers(t time.Time) bool {
	begun := a.Begun
	if t.Nanosecond() == 0 {
		begun = begun.Truncate(time.Second)
	}
	return !a.IsZero() && !t.Before(begun) && !t.After(a.Until)
}

// Placement is where a VM is or would be registered, as inventory paths.
type Placement struct {
	Datacenter   string
	Folder       string
	ResourcePool string
	// Cluster is empty on a standalone host.
	Cluster string
	// Host is empty where the cluster chooses one itself.
	Host string
}

// Check is the outcome of Host.Check.
type Check struct {
	Placement Placement
	// FileExists is whether the .vmx is on the datastore now.
	FileExists bool
	// Near is what lies where the file is not, as paths: files of VMs, or folders with names alike,
	// which end in a slash.
	Near []string
	// Name is what the VM would be called, as far as that is known.
	Name string
	// FileUnknown says why FileExists cannot be told, where that is so.
	FileUnknown string
	// Registered is the VM that has the path already and would be adopted; nil
	// where Register would register.
	Registered *Registration
	// Finished is set with Registered when that is the end of an attempt of our
	// own that was interrupted.
	Finished bool
	// FileID tells the file from every other: see Registration.FileID.
	FileID string
}

// Registered is the outcome of Host.Register.
type Registered struct {
	Registration
	// Adopted is true if the VM was there before and not through us.
	Adopted bool
	// Finished is true if it was there before through an attempt of ours that was
	// interrupted.
	Finished bool
}

// Registration is what the host's inventory says of one VM.
type Registration struct {
	// ID is the handle: the instance UUID on vSphere, the canonical path on
	// hosted products.
	ID string
	// Server is the HostInfo.InstanceUUID of the host it is registered on.
	Server string
	// ManagedObjectID changes with each registration (vm-42); empty on hosted products.
	ManagedObjectID string
	InstanceUUID    string
	Name            string
	// Path is where the .vmx is now.
	Path Path
	// FileID is the same for one file through whichever datacenter and under whichever
	// datastore's name it is looked at, and no other file's. Empty where the host does
	// not tell.
	FileID string
	Placement
	Template        bool
	Encrypted       bool
	ConnectionState ConnectionState
	PowerState      PowerState
}

// Handle is what to remember of the registration.
func (r *Registration) Handle() Handle {
	return Handle{Server: r.Server, ID: r.ID, ManagedObjectID: r.ManagedObjectID, Path: r.Path, Datacenter: r.Datacenter}
}

// Change is what Host.Update changes. A nil field stays.
type Change struct {
	Name         *string
	Folder       *string
	ResourcePool *string
}

// IsZero reports that there is nothing to do.
func (c Change) IsZero() bool { return c.Name == nil && c.Folder == nil && c.ResourcePool == nil }

// Readable reports that the host can read the VM's configuration, so that what it
// says of it is what it is.
func (r *Registration) Readable() bool { return r.ConnectionState.Readable() }

// Readable reports that a host can read a VM that is in the state.
func (s ConnectionState) Readable() bool { return s == Connected || s == Disconnected || s == "" }

// PowerOff says what Unregister does with a VM that runs: a host refuses to
// unregister it.
type PowerOff string

// The ways to treat a running VM.
const (
	PowerOffFail  PowerOff = "fail"  // an error; the VM goes on running
	PowerOffGuest PowerOff = "guest" // the guest shuts down: VIX_VMPOWEROP_FROM_GUEST
	PowerOffHard  PowerOff = "hard"  // the plug is pulled: VIX_VMPOWEROP_NORMAL
)

// Change is what makes a VM that is registered already what spec says, of what can
// be changed while it is.
func (s RegisterSpec) Change(is Registration) Change {
	var change Change
	if s.Name != "" && !SameName(s.Name, is.Name) {
		change.Name = &s.Name
	}
	if s.Folder != "" && !SamePlace(is.Folder, s.Folder) {
		change.Folder = &s.Folder
	}
	if s.ResourcePool != "" && !SamePlace(is.ResourcePool, s.ResourcePool) {
		change.ResourcePool = &s.ResourcePool
	}
	return change
}

// Where is spec with the places that it leaves open.
func (s RegisterSpec) Where(at Placement) RegisterSpec {
	s.Folder = cmp.Or(s.Folder, at.Folder)
	if s.Host == "" && s.Cluster == "" && s.ResourcePool == "" {
		s.Host = at.Host
		if !s.Template {
			s.ResourcePool = at.ResourcePool
		}
	}
	return s
}
