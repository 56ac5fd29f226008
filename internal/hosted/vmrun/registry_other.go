// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !windows

package vmrun

// readRegistry finds nothing where there is no registry.
func readRegistry(view, string, string) string { return "" }
