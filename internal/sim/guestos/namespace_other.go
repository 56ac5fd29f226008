// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package guestos

import "os/exec"

func namespaces() bool { return false }

func inNamespace(_, _, shell, line string, _ []string) *exec.Cmd {
	return exec.Command(shell, "-c", line)
}
