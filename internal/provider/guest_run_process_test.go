// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// withGuest is a host with a VM that is on, and its id.
func withGuest(t *testing.T) (*vixtest.Acceptance, string) {
	t.Helper()
	a := withTools(t)
	w := newWorkspace(t, a, registers+poweredUp+"output \"id\" { value = vix_power.web.id }\n")
	w.run(t, nil, "apply", "-auto-approve", "-no-color")
	return a, strings.TrimSpace(w.run(t, nil, "output", "-raw", "id"))
}

// However many resources have the same wrong password, the guest is asked once: guests lock accounts.
func TestProcessARefusedLoginIsTriedOnce(t *testing.T) {
	a, id := withGuest(t)
	w := guestWorkspace(t, a, `
resource "vix_guest_run" "r" {
  count  = 12
  vm_id  = "`+id+`"
  script = "echo ${count.index}"
}
resource "vix_guest_file" "f" {
  vm_id   = "`+id+`"
  path    = "/etc/app.conf"
  content = "x"
}
`)
	w.env = append(w.env, "VIX_GUEST_PASSWORD=wrong")
	before := len(guest(t, a).Logins())
	out := w.fails(t, "apply", "-auto-approve", "-no-color")
	if n := strings.Count(out, "VIX_E_CANNOT_AUTHENTICATE_WITH_GUEST"); n != 13 {
		t.Errorf("%d of 13 say that the login is refused:\n%s", n, out)
	}
	tells(t, strings.Join(strings.Fields(strings.ReplaceAll(out, "│", "")), " "), `refuses the login as "root". It was tried once and is not repeated`)
	if n := len(guest(t, a).Logins()) - before; n != 1 {
		t.Errorf("the guest has refused the same login %d times", n)
	}
}

// Terraform is killed when a run is in its state, and its note still has the result: whatever asks for the run again has it run.
func TestProcessARunThatIsAskedForAgainIsRun(t *testing.T) {
	for name, again := range map[string][][]string{
		"replaced":  {{"apply", "-refresh=false", "-replace=vix_guest_run.quick", "-target=vix_guest_run.quick"}},
		"destroyed": {{"destroy", "-refresh=false"}, {"apply", "-target=vix_guest_run.quick"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, id := withGuest(t)
			w := guestWorkspace(t, a, `
resource "vix_guest_run" "quick" {
  vm_id  = "`+id+`"
  script = "echo ran >> /etc/quick"
}
resource "vix_guest_run" "slow" {
  vm_id      = "`+id+`"
  script     = "sleep 60"
  depends_on = [vix_guest_run.quick]
}
`)
			cmd, out := w.command(nil, "apply", "-auto-approve", "-no-color")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			must(t, cmd.Start())
			for len(guest(t, a).Starts()) < 2 && t.Context().Err() == nil {
				runtime.Gosched()
			}
			must(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL))
			_ = cmd.Wait()
			tells(t, out.String(), "vix_guest_run.quick: Creation complete")
			if state := w.run(t, nil, "show", "-json"); !strings.Contains(state, "vix_guest_run.quick") {
				t.Skip("OpenTofu 1.12 writes its state from time to time: it has not the first run yet, whose result is to be taken then")
			}
			said := ""
			for _, args := range again {
				said += w.run(t, nil, append(args, "-auto-approve", "-no-color")...)
			}
			if raw, _ := guest(t, a).ReadFile("/etc/quick"); string(raw) != "ran\nran\n" {
				t.Errorf("it has run %d times in all\n%s", strings.Count(string(raw), "ran"), said)
			}
		})
	}
}
