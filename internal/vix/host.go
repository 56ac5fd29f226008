// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "context"

// Host is one connection, what VixHost_Connect returns, with what every product has.
// What a product may lack is a part of its own; see Part. Every method, of a part
// too, honours its context, bounds each call to the host by
// ConnectOptions.RequestTimeout, may be called from many goroutines, and returns a *Error.
type Host interface {
	// Info tells what was reached. VIX: Vix_GetProperties on the host handle.
	Info(ctx context.Context) (HostInfo, error)

	// Supports is nil for what this connection offers, and otherwise NotSupported: one
	// product differs from another behind one Go type, and so do versions and licences.
	// It asks nothing of the host; a plan asks it.
	Supports(feature Feature) error

	// ParsePath reads a vmx path in the product's own spelling.
	ParsePath(text string) (Path, error)

	// Open finds the registered VM at a path and reads it. It changes nothing
	// and waits for nothing. A path that two datacenters hold is
	// ErrAmbiguous with every candidate in Options; one that no VM has is
	// CodeVMNotFound and says whether the file is there. VIX: VixVM_Open.
	Open(ctx context.Context, at Locator) (*VM, error)

	// OpenID reads the VM with a handle that Open gave, whatever its path is
	// by now; or with what else the product knows one VM by: its managed object id,
	// or its inventory path, which begins with a slash. CodeVMNotFound if there is none.
	OpenID(ctx context.Context, id string) (*VM, error)

	// Read reads the VM that a handle means. ErrGone, alone, is the proof that it is no
	// more; any other error proves nothing. ErrOtherVM is a VM that has the id and is not
	// the one of the handle: see Handle.Same.
	Read(ctx context.Context, handle Handle) (*VM, error)

	// Find lists VMs without opening them. VIX: VixHost_FindItems.
	Find(ctx context.Context, query Query) ([]Item, error)

	// Disconnect logs out, unless the login is kept for the next process.
	// VIX: VixHost_Disconnect.
	Disconnect(ctx context.Context) error
}

// Connect opens a Host. The login is tried once. VIX: VixHost_Connect.
type Connect func(ctx context.Context, options ConnectOptions) (Host, error)

// Locator says where to look for a VM.
type Locator struct {
	Path Path
	// Datacenter is a name or an inventory path; empty means every datacenter,
	// or the connection's default.
	Datacenter string
}

// Handle is what is remembered of a registration. Only ID is an identity; the
// rest makes finding it cheap and its absence provable.
type Handle struct {
	// Server is the HostInfo.InstanceUUID of where it was registered; elsewhere
	// nothing is concluded from its absence. Empty is not checked.
	Server          string
	ID              string
	ManagedObjectID string
	// Path is where the VM was when it was last read.
	Path Path
	// Wanted is where the user says, anew, that it is, or zero. A VM with the id that is
	// there is the one that is meant. What the user said before the VM moved away from there
	// says nothing.
	Wanted     Path
	Datacenter string
}

// Query narrows Find.
type Query struct {
	// Running leaves out VMs that are not powered on: VIX_FIND_RUNNING_VMS;
	// otherwise all: VIX_FIND_REGISTERED_VMS.
	Running bool
	// Datacenter and Folder restrict the search; empty means everywhere.
	Datacenter, Folder string
}

// Item is one VM of a Find.
type Item struct {
	ID              string
	ManagedObjectID string
	Name            string
	Path            Path
	Datacenter      string
	PowerState      PowerState
	ConnectionState ConnectionState
}
