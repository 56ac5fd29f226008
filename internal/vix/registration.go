// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "time"

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
	// Begun is when an earlier attempt at this very registration began that
	// never reported its end, or zero. A registration that the host's record
	// shows to be of our user and no older than this is the end of that attempt.
	Begun time.Time
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
	// FileUnknown says why FileExists cannot be told, where that is so.
	FileUnknown string
	// Registered is the VM that has the path already and would be adopted; nil
	// where Register would register.
	Registered *Registration
	// Finished is set with Registered when that is the end of an attempt of our
	// own that was interrupted.
	Finished bool
}

// Registered is the outcome of Host.Register.
type Registered struct {
	Registration
	// Adopted is true if the VM was there before and not through us.
	Adopted bool
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

// PowerOff says what Unregister does with a VM that runs: a host refuses to
// unregister it.
type PowerOff string

// The ways to treat a running VM.
const (
	PowerOffFail  PowerOff = "fail"  // an error; the VM goes on running
	PowerOffGuest PowerOff = "guest" // the guest shuts down: VIX_VMPOWEROP_FROM_GUEST
	PowerOffHard  PowerOff = "hard"  // the plug is pulled: VIX_VMPOWEROP_NORMAL
)
