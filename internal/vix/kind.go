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
