// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import "golang.org/x/sys/windows/registry"

// readRegistry is a text of HKEY_LOCAL_MACHINE; empty where there is none.
func readRegistry(in view, key, value string) string {
	access := uint32(registry.QUERY_VALUE | registry.WOW64_64KEY)
	if in == view32 {
		access = registry.QUERY_VALUE | registry.WOW64_32KEY
	}
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, access)
	if err != nil {
		return ""
	}
	defer func() { _ = k.Close() }()
	text, _, err := k.GetStringValue(value)
	if err != nil {
		return ""
	}
	return text
}
