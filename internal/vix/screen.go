// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "context"

// Screen looks at the screens of VMs.
type Screen interface {
	// CaptureScreen gives the screen of a VM that runs, as a PNG: VixVM_CaptureScreenImage. It leaves no file
	// behind. A VM that does not run is CodeVMNotRunning.
	CaptureScreen(ctx context.Context, handle Handle) (*Screenshot, error)
}

// Screenshot is a screen.
type Screenshot struct {
	PNG []byte
	// Width and Height are in pixels.
	Width, Height int
}
