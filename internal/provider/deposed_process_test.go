// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// deposing is a lifecycle under which what is replaced is deposed first: Terraform plans its end once more in the apply.
const deposing = `
  lifecycle {
    create_before_destroy = true
  }
}
`

// is tells how the VM of the tests is.
func is(t *testing.T, s *sim.Host) types.VirtualMachinePowerState {
	t.Helper()
	vm, err := s.VM("DC0", webPath)
	must(t, err)
	return vm.Runtime.PowerState
}

// Where something else of the apply fails, what was replaced stays deposed: its end in a later apply takes nothing from what stays.
func TestProcessWhatWasLeftDeposedTakesNothing(t *testing.T) {
	a := laidOut(t, sim.Options{})
	w := newWorkspace(t, a, "")
	config := func(n, exit int) {
		w.configure(t, registers+fmt.Sprintf(`
resource "vix_power" "web" {
  vm_id = vix_registration.web.id
  state = "on"
  mode  = "hard"%[1]s
resource "vix_variable" "web" {
  vm_id = vix_registration.web.id
  name  = "owner"
  value = "ada"%[1]s
resource "terraform_data" "dependent" {
  input            = [vix_power.web.id, vix_variable.web.id]
  triggers_replace = [%[2]d]
  provisioner "local-exec" {
    command = "exit %[3]d"
  }%[1]s`, deposing, n, exit))
	}
	config(1, 0)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	config(2, 1)
	w.fails(t, "apply", "-no-color", "-auto-approve", "-replace=vix_power.web", "-replace=vix_variable.web")
	config(2, 0)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	if now := is(t, a.Host); now != types.VirtualMachinePowerStatePoweredOn {
		t.Errorf("it is %s", now)
	}
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
}

// Of what is replaced because it is tainted no plan says anything: its files stay, and the VM is not reverted. The next plan, which sees
// what is deposed, says what becomes of that.
func TestProcessWhatIsTaintedAndDeposedLosesNothing(t *testing.T) {
	a := laidOut(t, sim.Options{})
	w := newWorkspace(t, a, "")
	config := func(name string) {
		w.configure(t, registers+fmt.Sprintf(`
resource "vix_clone" "c" {
  vm_id        = vix_registration.web.id
  name         = %[2]q
  delete_files = true%[1]s
resource "vix_snapshot" "web" {
  vm_id             = vix_registration.web.id
  name              = "base"
  revert_on_destroy = true%[1]s`, deposing, name))
	}
	config("old")
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	w.run(t, nil, "taint", "-no-color", "vix_clone.c")
	config("new")
	w.run(t, nil, "plan", "-no-color", "-out=saved")
	w.run(t, nil, "apply", "-no-color", "saved")
	if _, err := a.Host.ReadFile("DC0", "[LocalDS_0] old/old.vmx"); err != nil {
		t.Error(err)
	}

	must(t, a.Host.SetPower("DC0", webPath, "poweredOn")) // the snapshot is of a VM that is off
	w.run(t, nil, "taint", "-no-color", "vix_snapshot.web")
	w.refused(t, []string{"revert_on_destroy", "the plan has not said so"}, "apply", "-no-color", "-auto-approve")
	if now := is(t, a.Host); now != types.VirtualMachinePowerStatePoweredOn {
		t.Errorf("it is %s", now)
	}
	w.run(t, nil, "plan", "-no-color", "-out=saved")
	if said := w.run(t, nil, "apply", "-no-color", "saved"); !strings.Contains(said, "A VM will be reverted") {
		t.Error(said)
	}
	if now := is(t, a.Host); now != types.VirtualMachinePowerStatePoweredOff {
		t.Errorf("it is %s", now)
	}
}

// What was off when a plan was made is not powered off by it, also where Terraform plans it once more in the apply.
func TestProcessWhatWasOffAtPlanIsNotPoweredOffThoughDeposed(t *testing.T) {
	a := laidOut(t, sim.Options{})
	const other = "[LocalDS_0] other/other.vmx"
	must(t, a.Host.WriteVM("DC0", other, sim.VMX{}))
	w := newWorkspace(t, a, "")
	config := func(at string) {
		w.configure(t, fmt.Sprintf(`
resource "vix_registration" "web" {
  vmx_path             = %q
  power_off_on_destroy = "hard"%s`, at, deposing))
	}
	config(webPath)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	config(other)
	w.run(t, nil, "plan", "-no-color", "-out=saved")
	must(t, a.Host.SetPower("DC0", webPath, "poweredOn"))
	w.refused(t, []string{"is powered on"}, "apply", "-no-color", "saved")
	if now := is(t, a.Host); now != types.VirtualMachinePowerStatePoweredOn {
		t.Errorf("it is %s", now)
	}
	if said := w.run(t, nil, "plan", "-no-color", "-out=saved"); !strings.Contains(said, "the plug is pulled before it is unregistered") {
		t.Error(said)
	}
	w.run(t, nil, "apply", "-no-color", "saved")
	if _, err := a.Host.VM("DC0", webPath); err == nil {
		t.Error("it is registered")
	}
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
}
