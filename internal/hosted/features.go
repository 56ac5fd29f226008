// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"fmt"
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var (
	_ vix.Host      = (*host)(nil)
	_ vix.Registrar = (*host)(nil)
	_ vix.Browser   = (*host)(nil)
)

// features are what can be done with the product, sorted.
func (h *host) features() []vix.Feature {
	f := []vix.Feature{vix.FeatureFiles, vix.FeatureFind, vix.FeatureOpen}
	if h.library != nil {
		f = append(f, vix.FeatureRegister)
	}
	slices.Sort(f)
	return f
}

// notYet are features that the products have, Player all but two of them, and nothing here uses so far.
var notYet = []vix.Feature{
	vix.FeaturePower, vix.FeatureInstallTools, vix.FeatureSnapshots, vix.FeatureVariables, vix.FeatureScreen, vix.FeatureGuest,
	vix.FeatureClones,
}

// Supports implements vix.Host.
func (h *host) Supports(feature vix.Feature) error {
	if slices.Contains(h.features(), feature) {
		return nil
	}
	e := vix.NotSupported(h.name, feature)
	if slices.Contains(notYet, feature) && (h.provider != vix.Player || feature != vix.FeatureSnapshots && feature != vix.FeatureClones) {
		e.Reason = fmt.Sprintf("%s can do this, and this version of the provider does not do it there yet: %s.", h.name, feature.Function())
	}
	switch feature {
	case vix.FeatureRegister:
		h.explainLibrary(e)
	case vix.FeatureUnregister:
		h.explainLibrary(e)
		if h.library != nil {
			e.Reason += " vmrest can add a VM to the library, and cannot take one out: that is done in the product's window."
		}
	default:
	}
	return e
}

// explainLibrary says why the library cannot be worked with.
func (h *host) explainLibrary(e *vix.Error) {
	switch {
	case h.provider == vix.Player:
		e.Kind = vix.ErrNoInventory
		e.Reason += " The product has no inventory: a VM is opened by its path, and needs no registration for that."
	case h.library == nil:
		e.Kind = vix.ErrInventoryUnreached
		e.Reason += fmt.Sprintf(" By itself %s has no inventory: a VM is opened by its path, and needs no registration for that. "+
			"The library that its window shows can be reached through vmrest only, and none was given.", h.name)
	}
}
