// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
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
