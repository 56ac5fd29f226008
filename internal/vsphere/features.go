// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ vix.Host           = (*host)(nil)
	_ vix.Registrar      = (*host)(nil)
	_ vix.Browser        = (*host)(nil)
	_ vix.Power          = (*host)(nil)
	_ vix.ToolsInstaller = (*host)(nil)
	_ vix.Variables      = (*host)(nil)
	_ vix.Snapshots      = (*host)(nil)
	_ vix.Screen         = (*host)(nil)
	_ vix.Cloner         = (*host)(nil)
)

// features are what this provider can do with the host, sorted.
func (h *host) features() []vix.Feature {
	f := []vix.Feature{
		vix.FeatureFiles, vix.FeatureFind, vix.FeatureInstallTools, vix.FeatureInventory, vix.FeatureLogin, vix.FeatureOpen,
		vix.FeaturePower, vix.FeatureRegister, vix.FeatureRename, vix.FeatureResourcePools, vix.FeatureScreen, vix.FeatureSnapshots,
		vix.FeatureUnregister, vix.FeatureVariables,
	}
	if h.Client.IsVC() {
		f = append(f, vix.FeatureClones, vix.FeatureDatacenters, vix.FeatureFolders, vix.FeatureTemplates)
	}
	slices.Sort(f)
	return f
}

// Supports implements vix.Host.
func (h *host) Supports(feature vix.Feature) error {
	if slices.Contains(h.features(), feature) {
		return nil
	}
	return vix.NotSupported(h.Client.ServiceContent.About.Name, feature)
}

// ParsePath implements vix.Host: a datastore path.
func (h *host) ParsePath(text string) (vix.Path, error) { return vix.ParsePath(text) }
