// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !windows

package vmrest

import "syscall"

// errRefused is the system's error where nothing listens.
const errRefused = syscall.ECONNREFUSED
