// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

// Program plays a program of a Windows guest. It returns the exit code.
type Program func(c *Call) int

// Call is how a played program is called.
type Call struct {
	Spec
}

func (g *Guest) play(s Spec) (int64, error) { return 0, of(s.Path, ErrNotSupported) }
