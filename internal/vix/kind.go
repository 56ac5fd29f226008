// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

// Kind is what is so when an Error has a cause that callers act on, or that people
// have more than one way out of. errors.Is(err, kind) tells it.
type Kind string //nolint:errname // its values are the errors, and are named so

// Error implements error, so that errors.Is takes a Kind.
func (k Kind) Error() string { return string(k) }

// The kinds that callers act on.
const (
	// ErrGone is the proof that a registration is no more: its managed object is
	// gone, and neither its id nor its path finds a VM. Only this lets state forget.
	ErrGone Kind = "the registration is gone"
	// ErrOtherVM is a VM that has the id that was looked for and is another one: a copy
	// that was registered elsewhere. The Error's VM is that one.
	ErrOtherVM Kind = "another VM has the id"
	// ErrAmbiguous is what several answer to: Choices, or Options of the argument that
	// would tell them apart. VIX has no code of its own for what it never noticed; the code is
	// CodeInvalidArg.
	ErrAmbiguous Kind = "ambiguous"
)

// The kinds that people have a choice about.
const (
	// ErrAlreadyRegistered is a VM, the Error's, that has the path already.
	ErrAlreadyRegistered Kind = "the VM is registered already"
	// ErrRegisteredAnew is a registration that is gone while its file has been registered
	// as another VM, the Error's.
	ErrRegisteredAnew Kind = "the file has been registered anew"
	// ErrUnproved is a registration that is not found, which proves nothing.
	ErrUnproved Kind = "its absence is not proved"
	// ErrOtherServer is a registration of another server than the one that is connected.
	ErrOtherServer Kind = "it is another server's"
	// ErrNotRegistered is a file, the Error's At, that no VM is registered with.
	ErrNotRegistered Kind = "the VM is not registered"
	// ErrPlaceNotSaid is a registration that several places could take: Options.
	ErrPlaceNotSaid Kind = "the place is not said"
	// ErrRunning is a VM that must be powered off first.
	ErrRunning Kind = "the VM is powered on"
	// ErrAsked is a VM that asks something, the Error's Question, and has no answer.
	ErrAsked Kind = "the VM asks a question"
	// ErrToolsNeeded is what a guest must be asked to do, whose Tools do not run.
	ErrToolsNeeded Kind = "VMware Tools do not run"
	// ErrGuestIdle is a guest that was asked to do something and has not done it in time.
	ErrGuestIdle Kind = "the guest has not done it"
	// ErrGuestLate is a guest whose Tools, or whose address, did not come up in time; its VM is on.
	ErrGuestLate Kind = "the guest has not come up"
	// ErrGuestLoginRefused is a user name, a password or a ticket that the guest refuses.
	ErrGuestLoginRefused Kind = "the guest refuses the login"
	// ErrGuestBusy is a guest whose agent does not take orders now.
	ErrGuestBusy Kind = "the guest's agent does not answer"
	// ErrRunUnknown is a program of which nothing tells whether it was started, or how it ended.
	ErrRunUnknown Kind = "the outcome of the run is unknown"
	// ErrRunUnended is a program that was ended because its time ran out.
	ErrRunUnended Kind = "the program has not ended in time"
	// ErrGuestFileExists is a file in a guest that is there already.
	ErrGuestFileExists Kind = "the file is there already"
	// ErrNoGuestFolder is a file in a guest whose folder is not there, and was not to be made.
	ErrNoGuestFolder Kind = "the folder of the file is not there"
	// ErrStaysOn is a VM that stays on when its guest suspends.
	ErrStaysOn Kind = "the VM stays on in standby"
	// ErrCloneThere is a VM, the Error's, that has the name of a clone, and may be what an interrupted attempt at it has left.
	ErrCloneThere Kind = "a VM has the name of the clone"
	// ErrNotTheClone is a VM that is not in every respect the one whose files are to be deleted.
	ErrNotTheClone Kind = "it is not the VM that was remembered"
	// ErrSnapshotThere is a snapshot, of the Error's VM, that may be what an interrupted attempt at it has left.
	ErrSnapshotThere Kind = "a snapshot has the name and the time of an attempt"
	// ErrVariableExists is a variable that has another value already.
	ErrVariableExists Kind = "the variable has another value"
	// ErrDatastoreDown is a datastore that no host can read, so that a list of files lacks its.
	ErrDatastoreDown Kind = "a datastore cannot be read"
	// ErrLoginRefused is a user name or a password that the host refuses.
	ErrLoginRefused Kind = "the login is refused"
	// ErrUntrusted is a certificate that no authority vouches for; the Error's Thumbprint is its.
	ErrUntrusted Kind = "the certificate is not trusted"
	// ErrUnknownName is a host name that cannot be resolved.
	ErrUnknownName Kind = "the host name is not known"
	// ErrPlaintext is a connection that would show the password to everybody on the way.
	ErrPlaintext Kind = "the connection is not encrypted"
	// ErrPasswordInURL is a password where a host name is expected.
	ErrPasswordInURL Kind = "the URL holds a password" //nolint:gosec // it says so
	// ErrSlow is a host that takes longer for one call than it was given.
	ErrSlow Kind = "the host is slow"
	// ErrSessionNotKept is a login that cannot be kept for the next process.
	ErrSessionNotKept Kind = "the session cannot be kept"
	// ErrPassing is what another attempt may find otherwise.
	ErrPassing Kind = "it may pass"
	// ErrSilent is a host that does not answer now, or not as it should.
	ErrSilent Kind = "the host does not answer"
)

// The kinds of products on a desktop.
const (
	// ErrRelativePath is a path that is not absolute, where there is no folder that it could be relative to.
	ErrRelativePath Kind = "the path is not absolute"
	// ErrDatastorePath is a path on a datastore, where the product knows files of its own machine only.
	ErrDatastorePath Kind = "the path is a datastore's"
	// ErrNoProgram is a product's own program that is not found, or cannot be used.
	ErrNoProgram Kind = "the product's program cannot be used"
	// ErrOtherProduct is a product that is not installed, while another one is.
	ErrOtherProduct Kind = "another product is installed"
	// ErrLocked is an encrypted VM whose password was not given, or is another one.
	ErrLocked Kind = "the VM is encrypted"
	// ErrNoInventory is a product that keeps no list of its VMs.
	ErrNoInventory Kind = "the product has no inventory"
	// ErrInventoryUnreached is a product whose list of VMs can be asked for by a way that was not given.
	ErrInventoryUnreached Kind = "the inventory is not reached"
	// ErrInventoryLogin is a login at the product's list of VMs that is refused.
	ErrInventoryLogin Kind = "the login at the inventory is refused"
)
