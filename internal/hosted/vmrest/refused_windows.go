// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrest

import "golang.org/x/sys/windows"

// errRefused is the system's error where nothing listens.
const errRefused = windows.WSAECONNREFUSED
