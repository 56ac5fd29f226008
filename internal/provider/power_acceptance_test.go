// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

const (
	powered = `
resource "vix_power" "web" {
  vm_id    = vix_registration.web.id
  state    = "on"
  mode     = "hard"
  wait_for = "ip"
  answers  = { "msg.uuid.altered" = "moved" }
}
`
	powerAddress = "vix_power.web"
)

// withTools is a host with one VM whose guest has Tools.
func withTools(t *testing.T) *vixtest.Acceptance {
	t.Helper()
	a := laidOut(t, sim.Options{})
	must(t, a.Host.WriteVM("DC0", webPath, sim.VMX{InstanceUUID: webUUID, Tools: true}))
	return a
}

func isInState(t *testing.T, a *vixtest.Acceptance, want string) {
	t.Helper()
	vm, err := a.Host.VM("DC0", webPath)
	must(t, err)
	if got := string(vm.Runtime.PowerState); got != want {
		t.Errorf("the VM is %s, want %s", got, want)
	}
}

// Registered, powered on and read in one apply; drift is mended in place, and a destroy takes all of it back.
func TestAccPower(t *testing.T) {
	a := withTools(t)
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers + powered + `
data "vix_vm" "web" {
  vmx_path   = vix_registration.web.registered_path
  depends_on = [vix_power.web]
}
`),
		ConfigStateChecks: []statecheck.StateCheck{
			value(powerAddress, "id", webUUID), value(powerAddress, "previous_state", "off"), value(powerAddress, "state", "on"),
			statecheck.ExpectKnownValue(powerAddress, at("ip_address"), knownvalue.StringRegexp(regexp.MustCompile(`^10\.`))),
			value("data.vix_vm.web", "power_state", "on"),
		},
	}, resource.TestStep{
		Config:           a.Configuration(registers + powered),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}, resource.TestStep{
		PreConfig: func() { must(t, a.Host.SetPower("DC0", webPath, "poweredOff")) },
		Config:    a.Configuration(registers + powered),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
			plancheck.ExpectResourceAction(powerAddress, plancheck.ResourceActionUpdate),
		}},
	}, resource.TestStep{
		ResourceName: powerAddress, ImportState: true, ImportStateId: webUUID, ImportStateVerify: true,
		ImportStateVerifyIgnore: []string{"mode", "wait_for", "answers", "answers.%", "answers.msg.uuid.altered", "previous_state"},
		Config:                  a.Configuration(registers + powered),
	})
	if n := a.Host.PowerOns(); n != 2 {
		t.Errorf("it was powered on %d times", n)
	}
	gone(t, a, webPath)
}

// A VM that somebody unregistered is registered and powered on again, in one apply.
func TestAccPowerFollowsANewRegistration(t *testing.T) {
	a := withTools(t)
	config := a.Configuration(registers + powered)
	run(t, a, resource.TestStep{Config: config}, resource.TestStep{
		PreConfig: func() {
			must(t, a.Host.SetPower("DC0", webPath, "poweredOff"))
			must(t, a.Host.Unregister(t.Context(), "DC0", webPath))
		},
		Config:            config,
		ConfigStateChecks: []statecheck.StateCheck{value(powerAddress, "state", "on"), value(powerAddress, "id", webUUID)},
	}, resource.TestStep{
		PreConfig:        func() { isInState(t, a, "poweredOn") },
		Config:           config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})
}

// A question without an answer stops the apply; the next one, with an answer, joins the power-on.
func TestAccPowerAnswersWhatWasAsked(t *testing.T) {
	a := withTools(t)
	run(t, a, resource.TestStep{Config: a.Configuration(registers)}, resource.TestStep{
		PreConfig:   func() { must(t, a.Host.AskAtPowerOn("DC0", webPath, sim.MovedOrCopied)) },
		Config:      a.Configuration(registers + "resource \"vix_power\" \"web\" {\n  vm_id = vix_registration.web.id\n  state = \"on\"\n  mode = \"hard\"\n}\n"),
		ExpectError: says("The VM asks a question, and waits for the answer (message id msg.uuid.altered, question id 1)"),
	}, resource.TestStep{
		Config:            a.Configuration(registers + powered),
		ConfigStateChecks: []statecheck.StateCheck{value(powerAddress, "previous_state", "off")},
	})
	if n := a.Host.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
}
