// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"strconv"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// aboutGuest are the faults that the agent in a guest gives, or that are about it.
func aboutGuest(method types.BaseMethodFault) (meaning, bool) {
	switch f := method.(type) {
	case *types.InvalidGuestLogin:
		return meaning{
			code: vix.CodeCannotAuthenticateWithGuest, kind: vix.ErrGuestLoginRefused,
			reason: "The guest refuses the login. It was tried once and is not repeated, because guests lock accounts.",
			remedy: "Check the user name and the password in the guest.",
		}, true
	case *types.GuestAuthenticationChallenge:
		return meaning{
			code: vix.CodeCannotAuthenticateWithGuest, kind: vix.ErrGuestLoginRefused,
			reason: "The guest asks for another kind of login than a user name and a password.",
		}, true
	case *types.GuestMultipleMappings:
		return meaning{
			code: vix.CodeCannotAuthenticateWithGuest, kind: vix.ErrGuestLoginRefused,
			reason: "The login stands for several users of the guest.",
		}, true
	case *types.GuestOperationsUnavailable:
		return meaning{
			code: vix.CodeToolsNotRunning, kind: vix.ErrGuestBusy, reason: "The agent in the guest takes no orders: VMware Tools do not run there, or not yet.",
			remedy: "Look at the guest's console, and at VMware Tools in it.",
		}, true
	case *types.GuestPermissionDenied:
		return meaning{
			code: vix.CodeGuestUserPermissions, reason: "The guest does not let this user do it.",
			remedy: "Work as another user of the guest, or give this one the right there.",
		}, true
	case *types.GuestComponentsOutOfDate:
		return meaning{
			code: vix.CodeUnrecognizedCommandInGuest, reason: "VMware Tools in the guest are too old for this.",
			remedy: "Upgrade VMware Tools in the guest.",
		}, true
	case *types.OperationDisabledByGuest:
		return meaning{
			code: vix.CodeOperationDisabled, reason: "The agent in the guest is set up not to do this.",
			remedy: "Look at the agent's configuration in the guest (tools.conf).",
		}, true
	case *types.OperationNotSupportedByGuest:
		return meaning{code: vix.CodeOpNotSupportedOnGuest, reason: "The guest cannot do this."}, true
	case *types.GuestProcessNotFound:
		return meaning{code: vix.CodeNoSuchProcess, reason: "The guest has no process " + strconv.FormatInt(f.Pid, 10) + "."}, true
	case *types.FileAlreadyExists:
		return meaning{code: vix.CodeFileAlreadyExists, reason: "There is a file already: " + f.File + "."}, true
	case *types.FileNameTooLong:
		return meaning{code: vix.CodeFileNameTooLong, reason: "The name is too long: " + f.File + "."}, true
	case *types.DirectoryNotEmpty:
		return meaning{code: vix.CodeDirectoryNotEmpty, reason: "The directory is not empty: " + f.File + "."}, true
	case *types.NotAFile:
		return meaning{code: vix.CodeNotAFile, reason: "It is no file: " + f.File + "."}, true
	case *types.NotADirectory:
		return meaning{code: vix.CodeNotADirectory, reason: "It is no directory: " + f.File + "."}, true
	}
	return meaning{}, false
}

// guestCode is what a code of VIX means that an agent gave in a text, where that says more than its fault.
func guestCode(e *vix.Error, code vix.Code) {
	e.Code, e.Doubt = code, false // it was refused, and the agent says why
	switch code {
	case vix.CodeToolsNotRunning, vix.CodeObjectIsBusy:
		e.Kind = vix.ErrGuestBusy
		e.Reason, e.Remedy = "The agent in the guest is busy, or starting.", "Look at the guest's console, and at VMware Tools in it."
	case vix.CodeAuthenticationFail, vix.CodeInvalidLoginCredentials, vix.CodeEmptyPasswordNotAllowedInGuest,
		vix.CodeInvalidAuthenticationSession, vix.CodeCannotAuthenticateWithGuest:
		e.Code, e.Kind = vix.CodeCannotAuthenticateWithGuest, vix.ErrGuestLoginRefused
		e.Reason = "The guest refuses the login. It was tried once and is not repeated, because guests lock accounts."
		e.Remedy = "Check the user name and the password in the guest."
	case vix.CodeFail:
		e.Doubt = true // who knows
	default:
		e.Reason, e.Remedy = "The agent in the guest refused.", ""
	}
}

// GuestBusy reports that an agent in a guest did not take an order, and may take it a moment later: it has
// begun nothing.
func GuestBusy(err error) bool {
	var (
		system      *types.SystemError
		unavailable *types.GuestOperationsUnavailable
		busy        *types.TaskInProgress
	)
	for _, target := range []any{&unavailable, &busy} {
		if is(err, target) {
			return true
		}
	}
	e, ok := errors.AsType[*vix.Error](err)
	return ok && is(err, &system) && e.Kind == vix.ErrGuestBusy
}

func is(err error, target any) bool {
	_, ok := fault.As(err, target)
	return ok
}
