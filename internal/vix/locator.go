// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "strings"

// ParseLocator reads a path that may be told apart by its datacenter:
// "[storage1] web/web.vmx", "DC0:[storage1] web/web.vmx" or, with the
// datacenter's inventory path, "/F1/DC1:[storage1] web/web.vmx". The path itself is
// read by parse: Host.ParsePath.
func ParseLocator(text string, parse func(string) (Path, error)) (Locator, error) {
	p, err := parse(text)
	if err == nil {
		return Locator{Path: p}, nil
	}
	// A datacenter may have brackets in its name, too.
	for bracket := range text {
		if text[bracket] != '[' {
			continue
		}
		datacenter, ok := strings.CutSuffix(strings.TrimSpace(text[:bracket]), ":")
		if !ok {
			continue
		}
		if p, err = parse(text[bracket:]); err != nil {
			return Locator{}, err
		}
		return Locator{Path: p, Datacenter: strings.TrimSpace(datacenter)}, nil
	}
	return Locator{}, err
}

// String is the form that ParseLocator reads.
func (l Locator) String() string {
	if l.Datacenter == "" {
		return l.Path.String()
	}
	return l.Datacenter + ":" + l.Path.String()
}
