// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

// texts are what vSphere says about a fault when it says nothing more particular.
var texts = map[string]string{
	"AlreadyExists":                "The specified key, name, or identifier already exists.",
	"CannotAccessFile":             "Unable to access file.",
	"ConcurrentAccess":             "The operation cannot be completed because the object was changed by another operation.",
	"DuplicateName":                "The name already exists.",
	"FileNotFound":                 "File was not found.",
	"HostNotConnected":             "Unable to communicate with the remote host, since it is disconnected.",
	"InaccessibleDatastore":        "Unable to access the datastore.",
	"InvalidArgument":              "A specified parameter was not correct.",
	"InvalidDatastore":             "Invalid datastore.",
	"InvalidDatastorePath":         "Invalid datastore path.",
	"InvalidLogin":                 "Cannot complete login due to an incorrect user name or password.",
	"InvalidName":                  "The name is not valid.",
	"InvalidPowerState":            "The attempted operation cannot be performed in the current state.",
	"InvalidProperty":              "", // vSphere says nothing more
	"InvalidState":                 "The operation is not allowed in the current state.",
	"InvalidVmConfig":              "Invalid virtual machine configuration.",
	"ManagedObjectNotFound":        "The object has already been deleted or has not been completely created",
	"MethodNotFound":               "The method is not found.",
	"NoPermission":                 "Permission to perform this operation was denied.",
	"NotAuthenticated":             "The session is not authenticated.",
	"NotFound":                     "The object or item referred to could not be found.",
	"NotImplemented":               "The method is not implemented.",
	"NotSupported":                 "The operation is not supported on the object.",
	"RequestCanceled":              "The task was canceled by a user.",
	"ResourceInUse":                "The resource is in use.",
	"RestrictedVersion":            "Current license or ESXi version prohibits execution of the requested operation.",
	"SystemErrorFault":             "A general system error occurred.",
	"SystemError":                  "A general system error occurred.",
	"DirectoryNotEmpty":            "Directory not empty.",
	"FileAlreadyExists":            "The file already exists.",
	"FileNameTooLong":              "The file name is too long.",
	"GuestComponentsOutOfDate":     "The guest operations agent is out of date.",
	"GuestOperationsUnavailable":   "The guest operations agent could not be contacted.",
	"GuestPermissionDenied":        "Permission to perform this operation was denied in the guest.",
	"GuestProcessNotFound":         "The process was not found in the guest.",
	"InvalidGuestLogin":            "Failed to authenticate with the guest operating system using the supplied credentials.",
	"NotADirectory":                "The path is not a directory.",
	"NotAFile":                     "The path is not a file.",
	"OperationDisabledByGuest":     "The operation is disabled by the guest.",
	"OperationNotSupportedByGuest": "The operation is not supported by the guest.",
	"TaskInProgress":               "Another task is already in progress.",
	"Timedout":                     "Operation timed out.",
	"ToolsUnavailable":             "Cannot complete operation because VMware Tools is not running in this virtual machine.",
	"HostCommunication":            "Unable to communicate with the remote host.",
	"MissingPowerOnConfiguration":  "The virtual machine cannot be powered on.",
}

func textOf(kind string) string {
	if t, ok := texts[kind]; ok {
		return t
	}
	return "A general fault occurred: " + kind + "."
}

// message returns the text that vSphere localizes a fault to.
func message(f types.BaseMethodFault) string {
	switch x := f.(type) {
	case *types.AlreadyExists:
		return fmt.Sprintf("The specified key, name, or identifier '%s' already exists.", x.Name)
	case *types.CannotAccessFile:
		return "Unable to access file " + x.File
	case *types.DuplicateName:
		return fmt.Sprintf("The name '%s' already exists.", x.Name)
	case *types.FileNotFound:
		return fmt.Sprintf("File %s was not found", x.File)
	case *types.InaccessibleDatastore:
		return fmt.Sprintf("Unable to access the datastore '%s'.", x.Name)
	case *types.InvalidArgument:
		return "A specified parameter was not correct: " + x.InvalidProperty
	case *types.InvalidDatastore:
		return fmt.Sprintf("Invalid datastore '%s'.", x.Name)
	case *types.InvalidDatastorePath:
		return fmt.Sprintf("Invalid datastore path '%s'.", x.DatastorePath)
	case *types.InvalidName:
		return fmt.Sprintf("The name '%s' is not valid.", x.Name)
	case *types.InvalidPowerState:
		return fmt.Sprintf("The attempted operation cannot be performed in the current state (%s).", words[x.ExistingState])
	case *types.InvalidVmConfig:
		return fmt.Sprintf("Invalid configuration for device '%s'.", x.Property)
	case *types.NotFound:
		return texts["NotFound"]
	case *types.SystemError:
		return "A general system error occurred: " + x.Reason
	case *types.SystemErrorFault:
		return "A general system error occurred: " + x.Reason
	}
	return textOf(faultName(f))
}

var words = map[types.VirtualMachinePowerState]string{
	types.VirtualMachinePowerStatePoweredOn:  "Powered on",
	types.VirtualMachinePowerStatePoweredOff: "Powered off",
	types.VirtualMachinePowerStateSuspended:  "Suspended",
}

func faultName(f types.BaseMethodFault) string {
	t := reflect.TypeOf(f)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
