// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// A power-on that fails as an action is done by the next apply, which finds the VM on and only waits. A VM that cannot be shut
// down before a destroy stays on and registered.
func TestTheCarrierOfAnActionConverges(t *testing.T) {
	b := storage(t)
	if !b.cli.hasActions() || !b.cli.atLeast(1, 16) {
		t.Skipf("%s has no on_failure; Terraform 1.16 has", b.cli.version)
	}
	const web = "[storage1] web/web.vmx"
	b.lay("DC1", web, sim.VMX{})
	before := b.hashes()
	b.asks("DC1", web)
	text, err := os.ReadFile(filepath.Join(b.root, "examples", "journey", "actions", "main.tf"))
	b.must(err)
	b.file("main.tf", strings.Replace(notHere.Replace(string(text)), `wait_for  = "tools"`,
		"wait_for  = \"tools\"\n    timeouts  = { invoke = \"8s\" }", 1))
	b.run(0, "init")
	b.says(b.run(1, "apply", "-auto-approve"), `answering "This virtual machine might have been moved or copied.`,
		"VIX_E_TIMEOUT_WAITING_FOR_TOOLS")
	b.says(b.run(2, "plan", "-detailed-exitcode"), "terraform_data.up is tainted, so must be replaced",
		"1 to add, 0 to change, 1 to destroy.")
	b.must(b.host.SetTools("DC1", web, true, true))
	b.says(b.run(0, "apply", "-auto-approve"), "web ([storage1] web/web.vmx): is on already", "1 added, 0 changed, 1 destroyed.")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
	if n := b.host.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}

	b.must(b.host.SetTools("DC1", web, true, false))
	b.says(b.run(1, "destroy", "-auto-approve"), "VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE", "VIX_E_VM_IS_RUNNING")
	if vm, err := b.host.VM("DC1", web); err != nil || vm.Runtime.PowerState != "poweredOn" {
		t.Errorf("%v, %v: it is neither on nor registered", vm, err)
	}
	b.must(b.host.SetPower("DC1", web, "poweredOff"))
	b.says(b.run(0, "destroy", "-auto-approve"), "Destroy complete!")
	if b.registered("DC1", web) {
		t.Error("it is registered after the destroy")
	}
	b.unchanged(before)
}
