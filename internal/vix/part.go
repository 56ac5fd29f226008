// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "context"

// Registrar is the inventory of a product that has one.
type Registrar interface {
	// Check says what Register would do, without doing it: where the VM would
	// be placed, whether its file is there, whether it is registered already.
	// What would make Register fail for certain is an error now.
	Check(ctx context.Context, spec RegisterSpec) (*Check, error)

	// Register adds a VM to the host's inventory, or adopts it where spec
	// allows that and it is there already. VIX: VixHost_RegisterVM.
	Register(ctx context.Context, spec RegisterSpec) (*Registered, error)

	// Registration reads a registration back. ErrGone, alone, is the proof that
	// it is no more; any other error proves nothing. ErrOtherVM is a VM that has the
	// id and is not the one of the handle: see Handle.Same.
	Registration(ctx context.Context, handle Handle) (*Registration, error)

	// CheckChange says what would make Update fail for certain, without doing it:
	// places that there are not, names that are taken, privileges that are lacking.
	CheckChange(ctx context.Context, handle Handle, change Change) error

	// Update renames or moves a registered VM; nil fields stay as they are.
	Update(ctx context.Context, handle Handle, change Change) error

	// CheckUnregister says which privilege Unregister of a VM that was read would lack;
	// off other than PowerOffFail means that it runs. What many ask for is asked of the
	// host together.
	CheckUnregister(ctx context.Context, handle Handle, off PowerOff) error

	// Unregister takes the VM of the handle's managed object out of the inventory and leaves
	// its files alone. One that is gone already is no error, and what somebody has
	// registered anew in its place is left alone. VIX: VixHost_UnregisterVM.
	Unregister(ctx context.Context, handle Handle, off PowerOff) error
}

// Browser looks at the datastores of a product that has some.
type Browser interface {
	// Files looks for configuration files on datastores, and says of each whether
	// a VM has it. A datastore that cannot be read is an error, because a list that
	// is short for that reason looks like one that is complete.
	Files(ctx context.Context, query FileQuery) (*Files, error)
}

// Part gives the part T of a host that feature needs, or the NotSupported that
// names product and function. It asks the connection: a type that has the methods
// of a part proves nothing.
func Part[T any](host Host, feature Feature) (T, error) {
	var none T
	if err := host.Supports(feature); err != nil {
		return none, err
	}
	itself := host
	if l, ok := host.(*logged); ok {
		itself = l.Host
	}
	part, ok := itself.(T)
	if !ok {
		return none, NotSupported("The product", feature)
	}
	if telling, ok := host.(T); ok {
		return telling, nil
	}
	return part, nil
}
