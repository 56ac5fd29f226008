// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// TestRecoverModulePowersOn has the module power on what it registers, in one apply: two VMs ask whether they were moved, and the
// guest of one never comes up. That one is named, the others are on, and the next apply powers nothing on again. The undo brings all
// of it back.
func TestRecoverModulePowersOn(t *testing.T) {
	b := newBench(t, sim.Options{StandaloneHosts: -1})
	paths := map[string]string{}
	for name, vm := range map[string]sim.VMX{
		"web": {Tools: true}, "db": {Tools: true}, "theirs": {Tools: true}, "left": {Tools: true}, "mute": {},
	} {
		paths[name] = "[LocalDS_0] " + name + "/" + name + ".vmx"
		b.lay("DC0", paths[name], vm)
	}
	b.lay("DC0", "[LocalDS_0] golden/golden.vmtx", sim.VMX{})
	b.somebody("DC0", paths["theirs"])
	b.asks("DC0", paths["web"], paths["db"])
	before := b.hashes()
	b.folder(recoverModule, "recover")
	with := func(more string) {
		b.file("main.tf", source+`
module "recovery" {
  source     = "./recover"
  datastores = ["LocalDS_0"]
  hosts      = ["DC0_C0_H0"]
  exceptions = { "/DC0:[LocalDS_0] left/left.vmx" = { power_on = false } }
`+more+`}

output "power" {
  value = module.recovery.power
}
`)
	}
	const on = "  power_on = true\n  answers = { \"msg.uuid.altered\" = \"moved\" }\n  power_timeouts = { create = \"10s\" }\n"
	with(on)
	b.run(0, "init")
	b.says(b.run(0, "plan"), "Plan: 10 to add, 0 to change, 0 to destroy.") // 6 registrations, 4 VMs to power on
	out := b.run(1, "apply", "-auto-approve")
	b.says(out, `with module.recovery.vix_power.this["/DC0:[LocalDS_0] mute/mute.vmx"]`, "VIX_E_TIMEOUT_WAITING_FOR_TOOLS")
	if n := strings.Count(out, "Error: "); n != 1 {
		t.Errorf("%d errors, not one:\n%s", n, out)
	}
	for name := range paths {
		want := types.VirtualMachinePowerStatePoweredOn
		if name == "left" {
			want = types.VirtualMachinePowerStatePoweredOff
		}
		b.power(name, want)
	}
	if n := b.host.PowerOns(); n != 4 {
		t.Errorf("VMs were powered on %d times, not 4", n)
	}
	b.must(b.host.SetTools("DC0", paths["mute"], true, true))
	out = b.run(0, "apply", "-auto-approve")
	b.says(out, "1 added, 0 changed, 0 destroyed.", `"/DC0:[LocalDS_0] mute/mute.vmx" = { "ip_address" =`,
		`"previous_state" = "off" "state" = "on" }`,
		`"/DC0:[LocalDS_0] left/left.vmx" = { "ip_address" = null`)
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")

	with(on + "  on_destroy = null\n")
	b.says(b.run(0, "apply", "-auto-approve"), "0 added, 9 changed, 0 destroyed.")
	b.says(b.run(0, "destroy", "-auto-approve"), "10 destroyed.")
	for name, path := range paths {
		if b.registered("DC0", path) != (name == "theirs") {
			t.Errorf("%s: registered %v after the undo", name, b.registered("DC0", path))
		}
	}
	b.power("theirs", types.VirtualMachinePowerStatePoweredOff)
	if n := b.host.PowerOns(); n != 4 {
		t.Errorf("VMs were powered on %d times, not 4", n)
	}
	b.unchanged(before)
}

// asks has VMs ask whether they were moved or copied when they are first powered on.
func (b *bench) asks(datacenter string, paths ...string) { askAtPowerOn(b.host, datacenter, paths...) }

// power fails unless the VM of a name has the power state.
func (b *bench) power(name string, want types.VirtualMachinePowerState) {
	b.t.Helper()
	vm, err := b.host.VM("DC0", "[LocalDS_0] "+name+"/"+name+".vmx")
	b.must(err)
	if got := vm.Runtime.PowerState; got != want {
		b.t.Errorf("%s is %s, not %s", name, got, want)
	}
}
