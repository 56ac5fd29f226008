// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Check implements vix.Registrar.
func (h *host) Check(ctx context.Context, spec vix.RegisterSpec) (*vix.Check, error) {
	what := step{"register", spec.Path.String(), ""}
	if err := h.hasPlaces(what, spec); err != nil {
		return nil, err
	}
	is, err := h.wanted(ctx, what, spec)
	if err != nil {
		return nil, err
	}
	check := &vix.Check{FileID: spec.Path.File, Registered: is, FileExists: true, Finished: is != nil && !spec.Attempt.IsZero()}
	if _, err := h.configuration(what, spec.Path.File); vix.CodeOf(err) == vix.CodeVMNotFound {
		check.FileExists = false
	} else if err != nil && is == nil {
		return nil, err
	}
	if is != nil || check.FileExists {
		check.ID, check.Path = spec.Path.File, spec.Path // what is not there yet may come as a link
	}
	return check, nil
}

// Register implements vix.Registrar: VixHost_RegisterVM, by one call of vmrest, sent once. vmrun's own command of that
// name does nothing on a desktop.
func (h *host) Register(ctx context.Context, spec vix.RegisterSpec) (*vix.Registered, error) {
	what := step{"register", spec.Path.String(), ""}
	if err := h.hasPlaces(what, spec); err != nil {
		return nil, err
	}
	is, err := h.wanted(vix.Believing(ctx, 0), what, spec)
	if err != nil {
		return nil, err
	}
	if is != nil {
		finished := !spec.Attempt.IsZero()
		return &vix.Registered{Registration: *is, Adopted: !finished, Finished: finished}, nil
	}
	file, err := h.configuration(what, spec.Path.File)
	if e, ok := errors.AsType[*vix.Error](err); ok && e.Code == vix.CodeVMNotFound {
		e.Code = vix.CodeNotFound // VIX has a code of its own for a registration
	}
	if err != nil {
		return nil, err
	}
	made := h.registration(spec.Path.File, file)
	made.Name = cmp.Or(spec.Name, made.Name, spec.Path.Stem())
	if spec.Sending != nil {
		spec.Sending(time.Now())
	}
	if err := h.add(ctx, made.Name, spec.Path.File); err != nil {
		return nil, err
	}
	return &vix.Registered{Registration: made}, nil
}

// hasPlaces refuses what says where in an inventory a VM is to be.
func (h *host) hasPlaces(what step, spec vix.RegisterSpec) error {
	for _, place := range []struct {
		field vix.Field
		set   bool
	}{
		{vix.FieldDatacenter, spec.Datacenter != ""}, {vix.FieldFolder, spec.Folder != ""}, {vix.FieldCluster, spec.Cluster != ""},
		{vix.FieldResourcePool, spec.ResourcePool != ""}, {vix.FieldHost, spec.Host != ""}, {vix.FieldTemplate, spec.Template},
	} {
		if place.set {
			return h.placeless(what, place.field)
		}
	}
	return nil
}

// wanted is the VM that the library has and that a registration may take over; nil if it has none. The library has
// no record of who has put a VM there. An attempt of ours that never reported its end is taken to have done so: an entry that was
// there before is no other one, and nothing ever takes it out again.
func (h *host) wanted(ctx context.Context, what step, spec vix.RegisterSpec) (*vix.Registration, error) {
	is, err := h.inLibrary(ctx, what, spec.Path.File, vix.ErrAmbiguous)
	if err != nil || is == nil {
		return nil, err
	}
	if !spec.Adopt && spec.Attempt.IsZero() {
		return nil, alreadyRegistered(what, is)
	}
	is.Name = cmp.Or(spec.Name, is.Name) // what it is called there, vmrest does not tell
	return is, nil
}

// alreadyRegistered is the error of a VM that the library has.
func alreadyRegistered(what step, is *vix.Registration) error {
	return &vix.Error{
		Op: what.op, Object: what.object, Code: vix.CodeAlreadyExists, Kind: vix.ErrAlreadyRegistered, Field: vix.FieldPath, VM: is,
		Reason: "The VM is in the library of the product already.",
	}
}

// Registration implements vix.Registrar. What is not in the answer that the library gives is gone.
func (h *host) Registration(ctx context.Context, handle vix.Handle) (*vix.Registration, error) {
	path := cmp.Or(handle.Path.File, handle.ID)
	what := step{"read the registration of", path, ""}
	if handle.Server != "" && handle.Server != string(h.provider) {
		return nil, &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeInvalidHandle, Kind: vix.ErrOtherServer,
			Field:  vix.FieldServiceProvider,
			Reason: fmt.Sprintf("The registration is of %s, and what is connected is %s.", handle.Server, h.name),
		}
	}
	is, err := h.inLibrary(ctx, what, path, vix.ErrUnproved)
	if is == nil && err == nil && vix.Believed(ctx) > 0 { // what is not there is never believed
		is, err = h.inLibrary(vix.Believing(ctx, 0), what, path, vix.ErrUnproved)
	}
	if err == nil && is == nil {
		return nil, &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeObjectNotFound, Kind: vix.ErrGone,
			Reason: "The VM is not in the library of the product any more.",
		}
	}
	return is, err
}

// CheckChange implements vix.Registrar: of an entry of the library nothing can be changed.
func (h *host) CheckChange(_ context.Context, handle vix.Handle, change vix.Change) error {
	what := step{"change", handle.Path.String(), ""}
	switch {
	case change.Folder != nil:
		return h.placeless(what, vix.FieldFolder)
	case change.ResourcePool != nil:
		return h.placeless(what, vix.FieldResourcePool)
	case change.Name != nil:
		return h.Supports(vix.FeatureRename)
	}
	return nil
}

// Update implements vix.Registrar.
func (h *host) Update(ctx context.Context, handle vix.Handle, change vix.Change) error {
	return h.CheckChange(ctx, handle, change)
}

// CheckUnregister implements vix.Registrar: vmrest takes nothing out of the library.
func (h *host) CheckUnregister(context.Context, vix.Handle, vix.PowerOff) error {
	return h.Supports(vix.FeatureUnregister)
}

// Unregister implements vix.Registrar. vmrest's DELETE would delete the VM.
func (h *host) Unregister(context.Context, vix.Handle, vix.PowerOff) error {
	return h.Supports(vix.FeatureUnregister)
}
