// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package vmdir

import "os"

// open opens a file for reading.
func open(path string) (*os.File, error) { return os.Open(path) }
