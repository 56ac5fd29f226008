// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// vixCodes finds the VIX codes that vSphere's guest operations hide in a text.
var vixCodes = regexp.MustCompile(`vix error codes = \((\d+), (\d+)\)`)

// meaning is what a fault means to people.
type meaning struct {
	code           vix.Code
	kind           vix.Kind
	reason, remedy string
	field          vix.Field
	// doubt is set where the host itself does not know what came of it.
	doubt bool
}

// Explain fills in what a fault means. The cases that an operation knows more
// about are completed by that operation.
func (l *Line) Explain(e *vix.Error, method types.BaseMethodFault, text string) {
	e.Fault = faultText(method, text)
	m, known := l.aboutUser(method)
	for _, about := range []func(types.BaseMethodFault) (meaning, bool){aboutObject, aboutMachine, aboutFile} {
		if !known {
			m, known = about(method)
		}
	}
	if !known {
		m.code, m.reason = family(method)
		if m.code == vix.CodeFail {
			m.doubt = true // who knows
			m.remedy = "Its own words, at the end, are all that it tells here. Its tasks and events tell what it was doing."
		}
	}
	e.Code, e.Kind, e.Reason, e.Remedy, e.Field, e.Doubt = m.code, m.kind, m.reason, m.remedy, m.field, m.doubt
	if codes := vixCodes.FindStringSubmatch(e.Fault); codes != nil {
		if n, err := strconv.Atoi(codes[1]); err == nil {
			e.Code = vix.Code(n)
		}
	}
}

// aboutUser are the faults that are about who asks.
func (l *Line) aboutUser(method types.BaseMethodFault) (meaning, bool) {
	switch f := method.(type) {
	case *types.NoPermission:
		object := "an object"
		if f.Object != nil {
			object = f.Object.String()
		}
		return meaning{
			code:   vix.CodeHostUserPermissions,
			reason: fmt.Sprintf("The user %q lacks the privilege %s on %s.", l.User.UserName, OrUnknown(f.PrivilegeId), object),
			remedy: "Grant the user a role with this privilege there, or connect as another user.",
		}, true
	case *types.InvalidLogin:
		return meaning{
			code: vix.CodeHostUserPermissions, kind: vix.ErrLoginRefused, field: vix.FieldPassword,
			reason: "The host refuses the user name or the password. The login was tried once and is not repeated, " +
				"because hosts lock accounts.",
			remedy: "Check the user name and the password.",
		}, true
	case *types.NotAuthenticated:
		return meaning{
			code: vix.CodeHostConnectionLost, kind: vix.ErrPassing, doubt: true,
			reason: "The session ended, and a new login did not bring it back.",
			remedy: "If it happens again, look whether something terminates this user's sessions.",
		}, true
	case *types.RestrictedVersion:
		return meaning{
			code:   vix.CodeLicense,
			reason: "The host's licence does not allow changes through the API: it is a free ESXi, which answers reads only.",
			remedy: "Assign a licence to the host, or connect to the vCenter that manages it.",
		}, true
	}
	return meaning{}, false
}

// aboutObject are the faults that are about what is asked for, and its state.
func aboutObject(method types.BaseMethodFault) (meaning, bool) {
	switch f := method.(type) {
	case *types.InvalidPowerState:
		m := meaning{code: vix.CodeVMIsRunning, remedy: "Change its power state first."}
		m.reason = fmt.Sprintf("The VM is %s.", strings.ToLower(strings.TrimPrefix(string(f.ExistingState), "powered")))
		if f.ExistingState != types.VirtualMachinePowerStatePoweredOn {
			m.code = vix.CodeVMNotRunning
		}
		return m, true
	case *types.AlreadyExists:
		return meaning{
			code: vix.CodeAlreadyExists, reason: "The host has it already.", remedy: "Use what is there, or choose another name.",
		}, true
	case *types.DuplicateName:
		return meaning{
			code: vix.CodeDuplicateName, field: vix.FieldName,
			reason: fmt.Sprintf("The name %q is taken in this folder.", vix.Unescape(f.Name)),
			remedy: "Choose another name or another folder.",
		}, true
	case *types.InvalidName:
		return meaning{
			code: vix.CodeFileNameInvalid, field: vix.FieldName,
			reason: fmt.Sprintf("The host does not accept the name %q.", vix.Unescape(f.Name)),
			remedy: "Choose a name of less than 80 characters.",
		}, true
	case *types.ManagedObjectNotFound:
		return meaning{
			code: vix.CodeObjectNotFound, kind: vix.ErrPassing, reason: "An object that was there a moment ago is gone.",
		}, true
	case *types.NotFound:
		return meaning{code: vix.CodeNotFound, reason: "The host finds no such object."}, true
	case *types.HostNotConnected:
		return meaning{
			code: vix.CodeVMHostDisconnected, reason: "The ESXi host is not connected to its vCenter.", remedy: "Reconnect the host.",
		}, true
	case *types.HostConfigFault, *types.HostCommunication:
		return meaning{
			code: vix.CodeHostNotConnected, doubt: true, reason: "The vCenter has no answer from the ESXi host.",
			remedy: "Look at the host's state.",
		}, true
	case *types.TaskInProgress:
		return meaning{
			code: vix.CodeOperationAlreadyInProgress, kind: vix.ErrPassing, reason: "Another task is running on the object.",
			remedy: "Wait for it.",
		}, true
	case *types.ToolsUnavailable:
		return meaning{
			code:   vix.CodePowerOpScriptsNotAvailable,
			reason: "VMware Tools are not running in the guest, so that it cannot be asked to shut down.",
			remedy: "Shut the guest down yourself, or allow a hard power off.",
		}, true
	case *types.RequestCanceled:
		return meaning{
			code: vix.CodeCancelled, kind: vix.ErrPassing, reason: "The task was cancelled on the host.",
		}, true
	}
	return meaning{}, false
}

// aboutMachine are the faults that are about what a VM needs to run, and about its snapshots.
func aboutMachine(method types.BaseMethodFault) (meaning, bool) {
	switch method.(type) {
	case *types.InsufficientCpuResourcesFault, *types.NotEnoughCpus:
		return meaning{
			code: vix.CodeVMNotEnoughCPUs, reason: "The host lacks the CPUs for the VM.", remedy: "Free some, or let another host run it.",
		}, true
	case *types.EncryptionKeyRequired:
		return meaning{
			code: vix.CodeNeedKey, reason: "The VM is encrypted, and the host has no key that unlocks it.",
			remedy: "Give the host the key provider that has it.",
		}, true
	case types.BaseNotEnoughLicenses:
		return meaning{
			code: vix.CodeLicense, reason: "The host has no licence left for this.", remedy: "Assign a licence to the host.",
		}, true
	case *types.SnapshotLocked:
		return meaning{
			code: vix.CodeSnapshotLocked, kind: vix.ErrPassing, reason: "Something else works on the snapshots of the VM.",
			remedy: "Wait for it.",
		}, true
	case types.BaseSnapshotFault:
		return meaning{code: vix.CodeSnapshotInval, reason: "The host cannot do this with snapshots of the VM."}, true
	}
	return meaning{}, false
}

// aboutFile are the faults that are about a file, a datastore or an argument.
func aboutFile(method types.BaseMethodFault) (meaning, bool) {
	switch f := method.(type) {
	case *types.FileNotFound:
		return meaning{code: vix.CodeFileNotFound, reason: "The host finds no file " + f.File + "."}, true
	case *types.FileLocked:
		return meaning{
			code: vix.CodeFileAlreadyLocked, reason: "The file is in use: " + f.File + ".",
			remedy: "Find out which host or VM has it open.",
		}, true
	case *types.NoDiskSpace:
		return meaning{code: vix.CodeDiskFull, reason: "The datastore " + f.Datastore + " is full.", remedy: "Free some space."}, true
	case *types.CannotAccessFile:
		return meaning{
			code: vix.CodeFileAccessError, reason: "The host may not read " + f.File + ".",
			remedy: "Look at the datastore's state and permissions.",
		}, true
	case *types.InvalidDatastorePath:
		return meaning{
			code: vix.CodeInvalidArg, field: vix.FieldPath,
			reason: "The host does not accept the path " + strconv.Quote(f.DatastorePath) + ".",
		}, true
	case *types.InvalidDatastore:
		return meaning{code: vix.CodeFileNotFound, field: vix.FieldPath, reason: "The host does not know the datastore there."}, true
	case *types.InvalidArgument:
		return meaning{
			code: vix.CodeInvalidArg, reason: "The host does not accept the argument " + OrUnknown(f.InvalidProperty) + ".",
		}, true
	}
	return meaning{}, false
}

// family classifies a fault by what it derives from. One that is not known keeps
// CodeFail and is shown whole by its text.
func family(method types.BaseMethodFault) (vix.Code, string) {
	switch method.(type) {
	case types.BaseInsufficientResourcesFault:
		return vix.CodeVMInsufficientHostMemory, "The host lacks the resources."
	case types.BaseVmConfigFault:
		return vix.CodeCannotReadVMConfig, "The host cannot use the VM's configuration."
	case types.BaseFileFault:
		return vix.CodeFileError, "The host cannot read or write a file."
	case types.BaseNotSupported:
		return vix.CodeNotSupported, "The host does not support this."
	case types.BaseInvalidState:
		return vix.CodeObjectIsBusy, "The object is not in a state that allows this."
	}
	return vix.CodeFail, "The host refused."
}
