// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// VixFault is what vSphere answers when the guest's agent says no more than a VIX code: (5, 0) for one that is busy, (3016, 0) for one
// that does not run.
func VixFault(code, extra int) types.BaseMethodFault {
	return &types.SystemError{Reason: fmt.Sprintf("vix error codes = (%d, %d).\n", code, extra)}
}

// guestFault is an answer of a guest in vSphere's words.
func guestFault(err error) types.BaseMethodFault {
	file := ""
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		file = pe.Path
	}
	of := types.FileFault{File: file}
	switch {
	case errors.Is(err, guestos.ErrNoCredentials):
		return VixFault(35, 0)
	case errors.Is(err, guestos.ErrLogin):
		return &types.InvalidGuestLogin{}
	case errors.Is(err, guestos.ErrNoConsole), errors.Is(err, guestos.ErrNotSupported):
		return &types.OperationNotSupportedByGuest{}
	case errors.Is(err, guestos.ErrNotProgram):
		return VixFault(3004, 193) // ERROR_BAD_EXE_FORMAT
	case errors.Is(err, guestos.ErrInvalid):
		return &types.InvalidArgument{}
	case errors.Is(err, guestos.ErrNotFile):
		return &types.NotAFile{FileFault: of}
	case errors.Is(err, guestos.ErrNotDirectory):
		return &types.NotADirectory{FileFault: of}
	case errors.Is(err, guestos.ErrNotEmpty):
		return &types.DirectoryNotEmpty{FileFault: of}
	case errors.Is(err, guestos.ErrNameTooLong):
		return &types.FileNameTooLong{FileFault: of}
	case errors.Is(err, fs.ErrPermission):
		return &types.GuestPermissionDenied{}
	case errors.Is(err, fs.ErrExist):
		return &types.FileAlreadyExists{FileFault: of}
	case errors.Is(err, fs.ErrNotExist):
		return &types.FileNotFound{FileFault: of}
	case errors.Is(err, guestos.ErrClosed):
		return &types.GuestOperationsUnavailable{}
	}
	return &of
}
