// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

const (
	waitsForTools = `
action "vix_power" "on" {
  config {
    vm_id     = vix_registration.web.id
    operation = "on"
    wait_for  = "tools"
  }
}
`
	carrier = `
resource "terraform_data" "up" {
  triggers_replace = vix_registration.web.id
  lifecycle {
    action_trigger {
      events     = [after_create]
      actions    = [action.vix_power.on]
      on_failure = taint
    }
  }
}
`
)

// interruptedWait interrupts terraform in a way while its action waits for a guest that does not come up, and gives what it said.
func interruptedWait(t *testing.T, a *vixtest.Acceptance, w *workspace, way interrupt, args ...string) *bytes.Buffer {
	t.Helper()
	cmd, out := w.command(nil, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if vm, err := a.Host.VM("DC0", webPath); err == nil && vm.Runtime.PowerState == "poweredOn" {
			break
		}
		if time.Now().After(deadline) {
			t.Error("it was not powered on")
			break
		}
	}
	way.do(t, cmd.Process.Pid, 0)
	waitOrKill(t, cmd)
	if cmd.ProcessState.Success() {
		t.Errorf("it does not say that it was interrupted:\n%s", out)
	}
	isInState(t, a, "poweredOn")
	must(t, a.Host.SetTools("DC0", webPath, true, true))
	return out
}

// onOnce says that the VM was powered on once, and that nobody is logged in.
func onOnce(t *testing.T, a *vixtest.Acceptance) {
	t.Helper()
	isInState(t, a, "poweredOn")
	if n := a.Host.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
	if n := a.Host.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// Ctrl-C while an action waits for a guest: the action fails, which terraform says, the VM stays on, and the same action done again
// finds the VM on and only waits.
func TestProcessInterruptedWhileAnActionWaits(t *testing.T) {
	if why := notTerraform(t, 14, "actions"); why != "" {
		t.Skip(why)
	}
	for _, way := range interrupts[:2] {
		t.Run(way.name, func(t *testing.T) {
			a := laidOut(t, sim.Options{})
			w := newWorkspace(t, a, registers)
			w.run(t, nil, "apply", "-no-color", "-auto-approve")
			w.configure(t, registers+waitsForTools)
			out := interruptedWait(t, a, w, way, "apply", "-no-color", "-auto-approve", "-invoke=action.vix_power.on").String()
			for _, text := range []string{"Interrupt received.", "Action failed: action.vix_power.on", "VIX_E_CANCELLED (10)"} {
				if !strings.Contains(out, text) {
					t.Errorf("no %q in:\n%s", text, out)
				}
			}
			again := w.run(t, nil, "apply", "-no-color", "-auto-approve", "-invoke=action.vix_power.on")
			if !strings.Contains(again, "is on already") {
				t.Errorf("%s", again)
			}
			onOnce(t, a)
		})
	}
}

// An apply whose action is interrupted is finished by the next one.
func TestProcessAnInterruptedCarrierConverges(t *testing.T) {
	if why := notTerraform(t, 16, "on_failure"); why != "" {
		t.Skip(why)
	}
	for _, way := range interrupts[:2] {
		t.Run(way.name, func(t *testing.T) {
			a := laidOut(t, sim.Options{})
			w := newWorkspace(t, a, registers+carrier+waitsForTools)
			out := interruptedWait(t, a, w, way, "apply", "-no-color", "-auto-approve").String()
			again := w.run(t, nil, "apply", "-no-color", "-auto-approve")
			if !strings.Contains(again, "is on already") {
				t.Errorf("%s\n%s", out, again)
			}
			w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
			onOnce(t, a)
		})
	}
}
