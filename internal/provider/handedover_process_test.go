// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Where there is one of a thing, what replaces it with create_before_destroy is it: the end of the one before takes nothing away from
// it. Nor does remove_children take the snapshot along that replaces the one below it.
func TestProcessWhatIsReplacedBeforeItGoesStays(t *testing.T) {
	a := laidOut(t, sim.Options{})
	w := newWorkspace(t, a, "")
	const first = "\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n"
	config := registers + `
resource "vix_power" "web" {
  vm_id = vix_registration.web.id
  state = "on"
  mode  = "hard"` + first + `
resource "vix_variable" "web" {
  vm_id = vix_registration.web.id
  name  = "role"
  value = "web"` + first + `
resource "vix_snapshot" "web" {
  vm_id           = vix_registration.web.id
  name            = "base"
  remove_children = true` + first
	w.configure(t, config)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	replaced := func(args ...string) {
		t.Helper()
		w.run(t, nil, append([]string{"apply", "-no-color", "-auto-approve"}, args...)...)
		vm, err := a.Host.VM("DC0", "[LocalDS_0] web/web.vmx")
		must(t, err)
		if vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn || vm.Snapshot == nil {
			t.Errorf("it is %s, with the snapshots %+v", vm.Runtime.PowerState, vm.Snapshot)
		}
		w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	}
	replaced("-replace=vix_power.web", "-replace=vix_variable.web", "-replace=vix_snapshot.web")
	if power := w.run(t, nil, "state", "show", "-no-color", "vix_power.web"); !strings.Contains(power, `previous_state = "off"`) {
		t.Errorf("what was found first is forgotten: %s", power)
	}
	// The same setting by another kind, and in another case.
	config = strings.Replace(config, `name  = "role"`, "kind  = \"runtime_config\"\n  name  = \"guestinfo.ROLE\"", 1)
	w.configure(t, config)
	replaced()
}

// A create_before_destroy that something else interrupts leaves the old object deposed beside the new one, both of one VM. Whatever is
// applied then, the old one goes and the VM stays registered, as if nothing had come between.
func TestProcessADeposedRegistrationIsHandedOver(t *testing.T) {
	const adopts = `
resource "vix_registration" "web" {
  vmx_path      = "[LocalDS_0] web/web.vmx"
  if_registered = "adopt"
  on_destroy    = "unregister"
  lifecycle {
    create_before_destroy = true
  }
}
`
	const fails = adopts + `
resource "terraform_data" "after" {
  triggers_replace = vix_registration.web.adopted
  lifecycle {
    create_before_destroy = true
  }
  provisioner "local-exec" {
    command = vix_registration.web.adopted ? "exit 1" : "exit 0"
  }
}
`
	apply := []string{"apply", "-no-color", "-auto-approve"}
	for name, c := range map[string]struct {
		config string
		args   []string
		runs   bool
		gone   bool
	}{
		"as it is":                 {config: adopts},
		"without a refresh":        {config: adopts, args: []string{"-refresh=false"}},
		"one after another":        {config: adopts, args: []string{"-parallelism=1"}},
		"replaced anew":            {config: adopts, args: []string{"-replace=" + address}},
		"interrupted anew":         {config: fails, args: []string{"-replace=" + address}},
		"kept from now on":         {config: strings.Replace(adopts, `"unregister"`, `"keep"`, 1)},
		"while the VM runs":        {config: adopts, runs: true},
		"out of the configuration": {args: []string{"-parallelism=1"}, gone: true},
	} {
		t.Run(name, func(t *testing.T) {
			a := laidOut(t, sim.Options{})
			w := newWorkspace(t, a, fails)
			w.run(t, nil, apply...)
			before, err := a.Host.VM("DC0", webPath)
			must(t, err)
			interrupted := func() {
				t.Helper()
				cmd, out := w.command(nil, append(slices.Clone(apply), "-replace="+address)...)
				if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "local-exec provisioner error") {
					t.Fatalf("it was not interrupted: %v\n%s", err, out)
				}
			}
			interrupted()
			if name == "interrupted anew" {
				interrupted()
			}
			if state := w.run(t, nil, "show", "-no-color"); !strings.Contains(state, "(deposed object ") {
				t.Fatalf("nothing is deposed:\n%s", state)
			}
			if c.runs {
				must(t, a.Host.SetPower("DC0", webPath, "poweredOn"))
			}
			w.configure(t, strings.Replace(c.config, `? "exit 1"`, `? "exit 0"`, 1))
			out := w.run(t, nil, append(slices.Clone(apply), c.args...)...)
			after, err := a.Host.VM("DC0", webPath)
			if c.gone != (err != nil) || err == nil && after.Self != before.Self {
				t.Errorf("it was %v, and is %v: %v\n%s", before.Self, after, err, out)
			}
			if !c.gone && !strings.Contains(out, "A VM was handed over") {
				t.Errorf("it does not say that the VM was handed over:\n%s", out)
			}
			if state := w.run(t, nil, "show", "-no-color"); strings.Contains(state, "(deposed object ") {
				t.Errorf("it is deposed still:\n%s", state)
			}
			w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
		})
	}
}
