// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "fmt"

// Feature names what a product may lack, as HostInfo.Features tells it.
type Feature string

// The features.
const (
	FeatureDatacenters   Feature = "datacenters"    // more than one, told apart by inventory path
	FeatureFiles         Feature = "files"          // Browser.Files
	FeatureFind          Feature = "find"           // VixHost_FindItems
	FeatureFolders       Feature = "folders"        // of VMs
	FeatureInstallTools  Feature = "install_tools"  // VixVM_InstallTools
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

// function is the feature as an error names it.
func (f Feature) function() string {
	switch f {
	case FeatureFiles:
		return "the search of datastores"
	case FeatureFind:
		return "VixHost_FindItems"
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
		return "VixVM_WriteVariable"
	case FeatureDatacenters, FeatureFolders, FeatureResourcePools, FeatureTemplates:
	}
	return fmt.Sprintf("the feature %q", string(f))
}

// NotSupported is the error of a product that lacks a feature.
func NotSupported(product string, feature Feature) *Error {
	return &Error{
		Op: "use", Object: feature.function(), Code: CodeNotSupported,
		Reason: fmt.Sprintf("%s does not support %s.", product, feature.function()),
	}
}
