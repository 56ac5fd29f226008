// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "fmt"

// Feature names what a product may lack, as HostInfo.Features tells it.
type Feature string

// The features.
const (
	FeatureClones        Feature = "clones"         // VixVM_Clone, and VixVM_Delete of what it made
	FeatureDatacenters   Feature = "datacenters"    // more than one, told apart by inventory path
	FeatureFiles         Feature = "files"          // Browser.Files
	FeatureFind          Feature = "find"           // VixHost_FindItems
	FeatureFolders       Feature = "folders"        // of VMs
	FeatureGuest         Feature = "guest"          // VixVM_LoginInGuest, and what follows it
	FeatureGuestTickets  Feature = "guest_tickets"  // logins without a password
	FeatureInstallTools  Feature = "install_tools"  // VixVM_InstallTools
	FeatureInventory     Feature = "inventory"      // what is opened must be registered, and ids are the host's own
	FeatureLogin         Feature = "login"          // a connection is a session, and a wrong password is refused at once
	FeatureOpen          Feature = "open"           // VixVM_Open
	FeaturePower         Feature = "power"          // VixVM_PowerOn, VixVM_PowerOff, VixVM_Suspend, VixVM_Reset
	FeatureRegister      Feature = "register"       // VixHost_RegisterVM
	FeatureRename        Feature = "rename"         // Registrar.Update with a name
	FeatureResourcePools Feature = "resource_pools" // to register into
	FeatureScreen        Feature = "screen"         // VixVM_CaptureScreenImage
	FeatureSnapshots     Feature = "snapshots"      // VixVM_CreateSnapshot, VixVM_RemoveSnapshot, VixVM_RevertToSnapshot
	FeatureTemplates     Feature = "templates"      // VMs that cannot run
	FeatureUnregister    Feature = "unregister"     // VixHost_UnregisterVM
	FeatureVariables     Feature = "variables"      // VixVM_ReadVariable, VixVM_WriteVariable
)

// Features are all of them, in the order of what is done with a host.
func Features() []Feature {
	return []Feature{
		FeatureLogin, FeatureOpen, FeatureFind, FeatureFiles, FeatureInventory, FeatureRegister, FeatureRename, FeatureUnregister,
		FeaturePower, FeatureInstallTools, FeatureSnapshots, FeatureVariables, FeatureClones, FeatureScreen,
		FeatureGuest, FeatureGuestTickets,
		FeatureDatacenters, FeatureFolders, FeatureResourcePools, FeatureTemplates,
	}
}

// Function is the feature as an error names it: VIX's function, where there is one.
func (f Feature) Function() string {
	switch f {
	case FeatureClones:
		return "VixVM_Clone"
	case FeatureFiles:
		return "the search of datastores"
	case FeatureFind:
		return "VixHost_FindItems"
	case FeatureGuest:
		return "VixVM_LoginInGuest"
	case FeatureGuestTickets:
		return "tickets for guests"
	case FeatureInstallTools:
		return "VixVM_InstallTools"
	case FeaturePower:
		return "VixVM_PowerOn"
	case FeatureOpen:
		return "VixVM_Open"
	case FeatureRegister:
		return "VixHost_RegisterVM"
	case FeatureRename:
		return "the renaming of VMs"
	case FeatureScreen:
		return "VixVM_CaptureScreenImage"
	case FeatureSnapshots:
		return "VixVM_CreateSnapshot"
	case FeatureUnregister:
		return "VixHost_UnregisterVM"
	case FeatureVariables:
		return "VixVM_ReadVariable and VixVM_WriteVariable"
	case FeatureDatacenters, FeatureFolders, FeatureInventory, FeatureLogin, FeatureResourcePools, FeatureTemplates:
	}
	return fmt.Sprintf("the feature %q", string(f))
}

// NotSupported is the error of a product that lacks a feature.
func NotSupported(product string, feature Feature) *Error {
	return &Error{
		Op: "use", Object: feature.Function(), Code: CodeNotSupported,
		Reason: fmt.Sprintf("%s does not support %s.", product, feature.Function()),
	}
}
