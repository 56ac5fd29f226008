// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const powerActions = `
resource "terraform_data" "up" {
  input = vix_registration.web.id
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vix_power.on]
    }
  }
}
action "vix_power" "on" {
  config {
    vm_ids    = [vix_registration.web.id]
    operation = "on"
    wait_for  = "tools"
    answers   = { "msg.uuid.altered" = "moved" }
  }
}
action "vix_power" "off" {
  config {
    vm_id     = vix_registration.web.id
    operation = "off"
  }
}
action "vix_power" "reset" {
  config {
    vm_id     = vix_registration.web.id
    operation = "reset"
  }
}
action "vix_question_answer" "it" {
  config {
    vm_id   = vix_registration.web.id
    answers = { "msg.uuid.altered" = "copied" }
    if_none = "ignore"
  }
}
action "vix_tools_install" "mount" {
  config {
    vm_id = vix_registration.web.id
    mode  = "mount"
  }
}
`

// The actions as users run them: by a trigger, and by themselves.
func TestProcessPowerActions(t *testing.T) {
	if why := notTerraform(t, 14, "actions"); why != "" {
		t.Skip(why)
	}
	a := withTools(t)
	w := newWorkspace(t, a, registers)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	must(t, a.Host.AskAtPowerOn("DC0", webPath, sim.MovedOrCopied))
	w.configure(t, registers+powerActions)
	out := w.run(t, nil, "apply", "-no-color", "-auto-approve")
	for _, line := range []string{"web (" + webPath + "): powering on", `answering "This virtual machine might`, "is on", "VMware Tools are ready"} {
		if !strings.Contains(out, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
	isInState(t, a, "poweredOn")
	invoke := func(action string) string {
		return w.run(t, nil, "apply", "-no-color", "-auto-approve", "-invoke=action."+action)
	}
	for action, line := range map[string]string{
		"vix_tools_install.mount": "the installer is mounted", "vix_question_answer.it": "nothing is asked", "vix_power.on": "is on already",
	} {
		if out := invoke(action); !strings.Contains(out, line) {
			t.Errorf("%s: %q is not in\n%s", action, line, out)
		}
	}
	if out := invoke("vix_power.off"); !strings.Contains(out, "asking the guest to shut down") {
		t.Errorf("%s", out)
	}
	isInState(t, a, "poweredOff")
	cmd, failed := w.command(nil, "apply", "-no-color", "-auto-approve", "-invoke=action.vix_power.reset")
	if err := cmd.Run(); err == nil || !strings.Contains(failed.String(), "VIX_E_VM_NOT_RUNNING") {
		t.Errorf("a reset of a VM that is off: %v\n%s", err, failed)
	}
	if n := a.Host.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
	t.Logf("terraform said:\n%s", out)
}

// Before its registration goes, the VM is shut down by an action of the destroy.
func TestProcessPowerOffBeforeADestroy(t *testing.T) {
	if why := notTerraform(t, 16, "destroy events"); why != "" {
		t.Skip(why)
	}
	a := withTools(t)
	w := newWorkspace(t, a, registers+`
resource "vix_power" "web" {
  vm_id      = vix_registration.web.id
  state      = "on"
  wait_for   = "tools"
  on_destroy = "keep"
}
resource "terraform_data" "down" {
  input = vix_power.web.id
  lifecycle {
    action_trigger {
      events  = [before_destroy]
      actions = [action.vix_power.off]
    }
  }
}
action "vix_power" "off" {
  config {
    vm_id     = vix_registration.web.id
    operation = "off"
  }
}
`)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	isInState(t, a, "poweredOn")
	out := w.run(t, nil, "destroy", "-no-color", "-auto-approve")
	if !strings.Contains(out, "asking the guest to shut down") {
		t.Errorf("%s", out)
	}
	gone(t, a, webPath)
}
