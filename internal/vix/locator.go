// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "strings"

// ParseLocator reads a path that may be told apart by its datacenter:
// "[storage1] web/web.vmx", "DC0:[storage1] web/web.vmx" or, with the
// datacenter's inventory path, "/F1/DC1:[storage1] web/web.vmx".
func ParseLocator(text string) (Locator, error) {
	datacenter, rest := "", text
	if bracket := strings.IndexByte(text, '['); bracket > 0 {
		if before := strings.TrimSpace(text[:bracket]); strings.HasSuffix(before, ":") {
			datacenter, rest = strings.TrimSpace(strings.TrimSuffix(before, ":")), text[bracket:]
		}
	}
	p, err := ParsePath(rest)
	if err != nil {
		return Locator{}, err
	}
	return Locator{Path: p, Datacenter: datacenter}, nil
}

// String is the form that ParseLocator reads.
func (l Locator) String() string {
	if l.Datacenter == "" {
		return l.Path.String()
	}
	return l.Datacenter + ":" + l.Path.String()
}
