// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "fmt"

// Conflict is an argument of a registration that contradicts a VM which is
// registered already, and which cannot be changed while it stays registered.
type Conflict struct {
	Field Field
	// Want is what the specification says, Has what the VM has; empty if it has none.
	Want, Has string
}

// Conflicts are what keeps a VM from being adopted as what spec says. Adopting
// takes a VM where it is and as it is.
func (s RegisterSpec) Conflicts(is *Registration) []Conflict {
	var conflicts []Conflict
	for _, place := range []Conflict{
		{FieldDatacenter, s.Datacenter, is.Datacenter},
		{FieldCluster, s.Cluster, is.Cluster},
		{FieldHost, s.Host, is.Host},
	} {
		if place.Want != "" && !SamePlace(place.Has, place.Want) {
			conflicts = append(conflicts, place)
		}
	}
	if s.Template != is.Template && is.Readable() {
		conflicts = append(conflicts, Conflict{FieldTemplate, fmt.Sprint(s.Template), fmt.Sprint(is.Template)})
	}
	return conflicts
}
