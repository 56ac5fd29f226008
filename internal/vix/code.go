// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "fmt"

// Code is a VixError without its extra bits: what kind of failure it is. vSphere
// has no such numbers; internal/vsphere maps each of its faults to one.
type Code int

// CodeOK is success: VIX_OK.
const CodeOK Code = 0

// The codes of VIX that this provider can give, with VIX's meaning of each.
const (
	CodeFail                           Code = 1     // VIX_E_FAIL: unspecified failure
	CodeOutOfMemory                    Code = 2     // VIX_E_OUT_OF_MEMORY: memory exhausted
	CodeInvalidArg                     Code = 3     // VIX_E_INVALID_ARG: a bad argument
	CodeFileNotFound                   Code = 4     // VIX_E_FILE_NOT_FOUND: no such file
	CodeObjectIsBusy                   Code = 5     // VIX_E_OBJECT_IS_BUSY: the object is occupied by another call
	CodeNotSupported                   Code = 6     // VIX_E_NOT_SUPPORTED: the product lacks the feature
	CodeFileError                      Code = 7     // VIX_E_FILE_ERROR: a file cannot be read or written
	CodeDiskFull                       Code = 8     // VIX_E_DISK_FULL: no space left
	CodeCancelled                      Code = 10    // VIX_E_CANCELLED: the operation was cancelled
	CodeFileAlreadyExists              Code = 12    // VIX_E_FILE_ALREADY_EXISTS: the target file exists
	CodeFileAccessError                Code = 13    // VIX_E_FILE_ACCESS_ERROR: no rights on the file
	CodeFileAlreadyLocked              Code = 15    // VIX_E_FILE_ALREADY_LOCKED: the file is in use
	CodeNotSupportedOnRemoteObject     Code = 20    // VIX_E_NOT_SUPPORTED_ON_REMOTE_OBJECT: local objects only
	CodeFileNameInvalid                Code = 22    // VIX_E_FILE_NAME_INVALID: a bad file name
	CodeAlreadyExists                  Code = 23    // VIX_E_ALREADY_EXISTS: the name is taken
	CodeBufferTooSmall                 Code = 24    // VIX_E_BUFFER_TOOSMALL: there is more than what it goes into holds
	CodeObjectNotFound                 Code = 25    // VIX_E_OBJECT_NOT_FOUND: the object is gone
	CodeHostNotConnected               Code = 26    // VIX_E_HOST_NOT_CONNECTED: no link to the host
	CodeNeedKey                        Code = 30    // VIX_E_NEED_KEY: an encrypted VM needs its key
	CodeOperationAlreadyInProgress     Code = 31    // VIX_E_OPERATION_ALREADY_IN_PROGRESS: the same operation runs already
	CodeLicense                        Code = 32    // VIX_E_LICENSE: the host's licence does not cover it
	CodeVMHostDisconnected             Code = 34    // VIX_E_VM_HOST_DISCONNECTED: the VM's host is detached
	CodeAuthenticationFail             Code = 35    // VIX_E_AUTHENTICATION_FAIL: wrong password of an encrypted VM
	CodeHostConnectionLost             Code = 36    // VIX_E_HOST_CONNECTION_LOST: the link to the host dropped
	CodeDuplicateName                  Code = 41    // VIX_E_DUPLICATE_NAME: the name is used by another object
	CodeArgumentTooBig                 Code = 44    // VIX_E_ARGUMENT_TOO_BIG: an argument is longer than it may be
	CodeInvalidHandle                  Code = 1000  // VIX_E_INVALID_HANDLE: the handle is stale
	CodeNotFound                       Code = 2000  // VIX_E_NOT_FOUND: registering a .vmx that is not there
	CodeTimeoutWaitingForTools         Code = 3000  // VIX_E_TIMEOUT_WAITING_FOR_TOOLS: Tools did not come up in time
	CodeOpNotSupportedOnGuest          Code = 3003  // VIX_E_OP_NOT_SUPPORTED_ON_GUEST: the guest cannot do it
	CodeProgramNotStarted              Code = 3004  // VIX_E_PROGRAM_NOT_STARTED: a guest program failed to start
	CodeVMNotRunning                   Code = 3006  // VIX_E_VM_NOT_RUNNING: the VM must be powered on
	CodeVMIsRunning                    Code = 3007  // VIX_E_VM_IS_RUNNING: the VM must be powered off
	CodePowerOpScriptsNotAvailable     Code = 3009  // VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE: a soft power operation without Tools
	CodeVMInsufficientHostMemory       Code = 3011  // VIX_E_VM_INSUFFICIENT_HOST_MEMORY: the host lacks memory for the VM
	CodeVMNotEnoughCPUs                Code = 3013  // VIX_E_VM_NOT_ENOUGH_CPUS: the host lacks CPUs for the VM
	CodeHostUserPermissions            Code = 3014  // VIX_E_HOST_USER_PERMISSIONS: the host account lacks a right
	CodeGuestUserPermissions           Code = 3015  // VIX_E_GUEST_USER_PERMISSIONS: the guest account lacks a right
	CodeToolsNotRunning                Code = 3016  // VIX_E_TOOLS_NOT_RUNNING: Tools are down in the guest
	CodeGuestOperationsProhibited      Code = 3017  // VIX_E_GUEST_OPERATIONS_PROHIBITED: guest operations are switched off
	CodeCannotAuthenticateWithGuest    Code = 3024  // VIX_E_CANNOT_AUTHENTICATE_WITH_GUEST: the guest refuses the login
	CodeUnrecognizedCommandInGuest     Code = 3025  // VIX_E_UNRECOGNIZED_COMMAND_IN_GUEST: Tools are too old
	CodeVMXMsgDialogAndNoUI            Code = 3028  // VIX_E_VMX_MSG_DIALOG_AND_NO_UI: the VM waits for an answer
	CodeEmptyPasswordNotAllowedInGuest Code = 3033  // VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST: the guest refuses empty passwords
	CodeInteractiveSessionNotPresent   Code = 3034  // VIX_E_INTERACTIVE_SESSION_NOT_PRESENT: the user has no console session
	CodeInvalidAuthenticationSession   Code = 3047  // VIX_E_INVALID_AUTHENTICATION_SESSION: a ticket for the guest is not known
	CodeInvalidLoginCredentials        Code = 3050  // VIX_E_INVALID_LOGIN_CREDENTIALS: the guest refuses the login
	CodeCannotPowerOnVM                Code = 3041  // VIX_E_CANNOT_POWER_ON_VM: the start failed
	CodeVMNotFound                     Code = 4000  // VIX_E_VM_NOT_FOUND: no such VM is registered
	CodeNotSupportedForVMVersion       Code = 4001  // VIX_E_NOT_SUPPORTED_FOR_VM_VERSION: the virtual hardware is too old
	CodeCannotReadVMConfig             Code = 4002  // VIX_E_CANNOT_READ_VM_CONFIG: the .vmx cannot be understood
	CodeTemplateVM                     Code = 4003  // VIX_E_TEMPLATE_VM: not on a template
	CodeVMAlreadyUpToDate              Code = 4006  // VIX_E_VM_ALREADY_UP_TO_DATE: the hardware is the newest already
	CodeUnrecognizedProperty           Code = 6000  // VIX_E_UNRECOGNIZED_PROPERTY: the handle has no such property
	CodeSnapshotInval                  Code = 13000 // VIX_E_SNAPSHOT_INVAL: a snapshot failure
	CodeSnapshotNotFound               Code = 13003 // VIX_E_SNAPSHOT_NOTFOUND: no such snapshot
	CodeSnapshotLocked                 Code = 13010 // VIX_E_SNAPSHOT_LOCKED: another snapshot operation runs
	CodeSnapshotNonuniqueName          Code = 13017 // VIX_E_SNAPSHOT_NONUNIQUE_NAME: the name matches several snapshots
	CodeHostServerNotFound             Code = 14008 // VIX_E_HOST_SERVER_NOT_FOUND: the host name does not resolve
	CodeHostNetworkConnRefused         Code = 14009 // VIX_E_HOST_NETWORK_CONN_REFUSED: nothing listens on the host's port
	CodeCannotConnectToHost            Code = 18000 // VIX_E_CANNOT_CONNECT_TO_HOST: the connection failed
	CodeInvalidHostnameSpecification   Code = 18002 // VIX_E_INVALID_HOSTNAME_SPECIFICATION: the host name is not usable
	CodeNotAFile                       Code = 20001 // VIX_E_NOT_A_FILE: the path is no file
	CodeNotADirectory                  Code = 20002 // VIX_E_NOT_A_DIRECTORY: the path is no directory
	CodeNoSuchProcess                  Code = 20003 // VIX_E_NO_SUCH_PROCESS: the process does not exist
	CodeFileNameTooLong                Code = 20004 // VIX_E_FILE_NAME_TOO_LONG: the file name is too long for the guest
	CodeOperationDisabled              Code = 20005 // VIX_E_OPERATION_DISABLED: the guest's agent is set up not to do it
	CodeDirectoryNotEmpty              Code = 20006 // VIX_E_DIRECTORY_NOT_EMPTY: the directory is not empty
	CodeToolsInstallNoImage            Code = 21000 // VIX_E_TOOLS_INSTALL_NO_IMAGE: the host has no image of Tools for the guest
	CodeToolsInstallNoDevice           Code = 21002 // VIX_E_TOOLS_INSTALL_NO_DEVICE: the VM has no drive for it
	CodeToolsInstallAutoNotSupported   Code = 21006 // VIX_E_TOOLS_INSTALL_AUTO_NOT_SUPPORTED: Tools cannot upgrade themselves
	CodeToolsInstallGuestNotReady      Code = 21007 // VIX_E_TOOLS_INSTALL_GUEST_NOT_READY: Tools must run first
	CodeToolsInstallInProgress         Code = 21011 // VIX_E_TOOLS_INSTALL_IN_PROGRESS: the installer is there already
	CodeWrapperVersionNotFound         Code = 22002 // VIX_E_WRAPPER_VERSION_NOT_FOUND: the library is older than the product
	CodeWrapperServiceproviderNotFound Code = 22003 // VIX_E_WRAPPER_SERVICEPROVIDER_NOT_FOUND: no such service provider
	CodeNetHTTPOperationTimedout       Code = 30028 // VIX_E_NET_HTTP_OPERATION_TIMEDOUT: the host answered too slowly
	CodeNetHTTPSSLSecurity             Code = 30201 // VIX_E_NET_HTTP_SSL_SECURITY: the certificate check failed
	CodeNetHTTPGeneric                 Code = 30202 // VIX_E_NET_HTTP_GENERIC: the server answered with something else
)

// codeNames holds the names that VIX's header gives.
var codeNames = map[Code]string{ //nolint:gosec // names of errors about passwords are no passwords
	CodeOK:                             "VIX_OK",
	CodeFail:                           "VIX_E_FAIL",
	CodeOutOfMemory:                    "VIX_E_OUT_OF_MEMORY",
	CodeInvalidArg:                     "VIX_E_INVALID_ARG",
	CodeFileNotFound:                   "VIX_E_FILE_NOT_FOUND",
	CodeObjectIsBusy:                   "VIX_E_OBJECT_IS_BUSY",
	CodeNotSupported:                   "VIX_E_NOT_SUPPORTED",
	CodeFileError:                      "VIX_E_FILE_ERROR",
	CodeDiskFull:                       "VIX_E_DISK_FULL",
	CodeCancelled:                      "VIX_E_CANCELLED",
	CodeFileAlreadyExists:              "VIX_E_FILE_ALREADY_EXISTS",
	CodeFileAccessError:                "VIX_E_FILE_ACCESS_ERROR",
	CodeFileAlreadyLocked:              "VIX_E_FILE_ALREADY_LOCKED",
	CodeNotSupportedOnRemoteObject:     "VIX_E_NOT_SUPPORTED_ON_REMOTE_OBJECT",
	CodeFileNameInvalid:                "VIX_E_FILE_NAME_INVALID",
	CodeAlreadyExists:                  "VIX_E_ALREADY_EXISTS",
	CodeBufferTooSmall:                 "VIX_E_BUFFER_TOOSMALL",
	CodeObjectNotFound:                 "VIX_E_OBJECT_NOT_FOUND",
	CodeHostNotConnected:               "VIX_E_HOST_NOT_CONNECTED",
	CodeNeedKey:                        "VIX_E_NEED_KEY",
	CodeOperationAlreadyInProgress:     "VIX_E_OPERATION_ALREADY_IN_PROGRESS",
	CodeLicense:                        "VIX_E_LICENSE",
	CodeVMHostDisconnected:             "VIX_E_VM_HOST_DISCONNECTED",
	CodeAuthenticationFail:             "VIX_E_AUTHENTICATION_FAIL",
	CodeHostConnectionLost:             "VIX_E_HOST_CONNECTION_LOST",
	CodeDuplicateName:                  "VIX_E_DUPLICATE_NAME",
	CodeArgumentTooBig:                 "VIX_E_ARGUMENT_TOO_BIG",
	CodeInvalidHandle:                  "VIX_E_INVALID_HANDLE",
	CodeNotFound:                       "VIX_E_NOT_FOUND",
	CodeTimeoutWaitingForTools:         "VIX_E_TIMEOUT_WAITING_FOR_TOOLS",
	CodeOpNotSupportedOnGuest:          "VIX_E_OP_NOT_SUPPORTED_ON_GUEST",
	CodeProgramNotStarted:              "VIX_E_PROGRAM_NOT_STARTED",
	CodeVMNotRunning:                   "VIX_E_VM_NOT_RUNNING",
	CodeVMIsRunning:                    "VIX_E_VM_IS_RUNNING",
	CodePowerOpScriptsNotAvailable:     "VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE",
	CodeVMInsufficientHostMemory:       "VIX_E_VM_INSUFFICIENT_HOST_MEMORY",
	CodeVMNotEnoughCPUs:                "VIX_E_VM_NOT_ENOUGH_CPUS",
	CodeHostUserPermissions:            "VIX_E_HOST_USER_PERMISSIONS",
	CodeGuestUserPermissions:           "VIX_E_GUEST_USER_PERMISSIONS",
	CodeToolsNotRunning:                "VIX_E_TOOLS_NOT_RUNNING",
	CodeGuestOperationsProhibited:      "VIX_E_GUEST_OPERATIONS_PROHIBITED",
	CodeCannotAuthenticateWithGuest:    "VIX_E_CANNOT_AUTHENTICATE_WITH_GUEST",
	CodeUnrecognizedCommandInGuest:     "VIX_E_UNRECOGNIZED_COMMAND_IN_GUEST",
	CodeVMXMsgDialogAndNoUI:            "VIX_E_VMX_MSG_DIALOG_AND_NO_UI",
	CodeEmptyPasswordNotAllowedInGuest: "VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST",
	CodeInteractiveSessionNotPresent:   "VIX_E_INTERACTIVE_SESSION_NOT_PRESENT",
	CodeInvalidAuthenticationSession:   "VIX_E_INVALID_AUTHENTICATION_SESSION",
	CodeInvalidLoginCredentials:        "VIX_E_INVALID_LOGIN_CREDENTIALS",
	CodeCannotPowerOnVM:                "VIX_E_CANNOT_POWER_ON_VM",
	CodeVMNotFound:                     "VIX_E_VM_NOT_FOUND",
	CodeNotSupportedForVMVersion:       "VIX_E_NOT_SUPPORTED_FOR_VM_VERSION",
	CodeCannotReadVMConfig:             "VIX_E_CANNOT_READ_VM_CONFIG",
	CodeTemplateVM:                     "VIX_E_TEMPLATE_VM",
	CodeVMAlreadyUpToDate:              "VIX_E_VM_ALREADY_UP_TO_DATE",
	CodeUnrecognizedProperty:           "VIX_E_UNRECOGNIZED_PROPERTY",
	CodeSnapshotInval:                  "VIX_E_SNAPSHOT_INVAL",
	CodeSnapshotNotFound:               "VIX_E_SNAPSHOT_NOTFOUND",
	CodeSnapshotLocked:                 "VIX_E_SNAPSHOT_LOCKED",
	CodeSnapshotNonuniqueName:          "VIX_E_SNAPSHOT_NONUNIQUE_NAME",
	CodeHostServerNotFound:             "VIX_E_HOST_SERVER_NOT_FOUND",
	CodeHostNetworkConnRefused:         "VIX_E_HOST_NETWORK_CONN_REFUSED",
	CodeCannotConnectToHost:            "VIX_E_CANNOT_CONNECT_TO_HOST",
	CodeInvalidHostnameSpecification:   "VIX_E_INVALID_HOSTNAME_SPECIFICATION",
	CodeNotAFile:                       "VIX_E_NOT_A_FILE",
	CodeNotADirectory:                  "VIX_E_NOT_A_DIRECTORY",
	CodeNoSuchProcess:                  "VIX_E_NO_SUCH_PROCESS",
	CodeFileNameTooLong:                "VIX_E_FILE_NAME_TOO_LONG",
	CodeOperationDisabled:              "VIX_E_OPERATION_DISABLED",
	CodeDirectoryNotEmpty:              "VIX_E_DIRECTORY_NOT_EMPTY",
	CodeToolsInstallNoImage:            "VIX_E_TOOLS_INSTALL_NO_IMAGE",
	CodeToolsInstallNoDevice:           "VIX_E_TOOLS_INSTALL_NO_DEVICE",
	CodeToolsInstallAutoNotSupported:   "VIX_E_TOOLS_INSTALL_AUTO_NOT_SUPPORTED",
	CodeToolsInstallGuestNotReady:      "VIX_E_TOOLS_INSTALL_GUEST_NOT_READY",
	CodeToolsInstallInProgress:         "VIX_E_TOOLS_INSTALL_IN_PROGRESS",
	CodeWrapperVersionNotFound:         "VIX_E_WRAPPER_VERSION_NOT_FOUND",
	CodeWrapperServiceproviderNotFound: "VIX_E_WRAPPER_SERVICEPROVIDER_NOT_FOUND",
	CodeNetHTTPOperationTimedout:       "VIX_E_NET_HTTP_OPERATION_TIMEDOUT",
	CodeNetHTTPSSLSecurity:             "VIX_E_NET_HTTP_SSL_SECURITY",
	CodeNetHTTPGeneric:                 "VIX_E_NET_HTTP_GENERIC",
}

// String is the name and the number, as people search for them:
// "VIX_E_VM_NOT_FOUND (4000)".
func (c Code) String() string {
	name, ok := codeNames[c]
	if !ok {
		name = "VIX_E"
	}
	return fmt.Sprintf("%s (%d)", name, int(c))
}
