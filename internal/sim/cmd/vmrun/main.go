// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Command vmrun is the stand-in for VMware's command of that name; see internal/sim/hosted.
package main

import (
	"fmt"
	"os"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/vmrun"
)

func main() {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(vmrun.Run(self, os.Args[1:], os.Stdout, os.Stderr))
}
