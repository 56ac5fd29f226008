// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

const guestActions = `
action "vix_guest_run" "hello" {
  config {
    vm_id       = vix_power.web.id
    program     = "/bin/sh"
    arguments   = "-c 'echo hello; echo oops >&2'"
    stdout_file = "hello.out"
    stderr_file = "hello.err"
  }
}

action "vix_guest_script" "fails" {
  config {
    vm_id  = vix_power.web.id
    script = "echo no such host >&2; exit 3"
  }
}

action "vix_guest_copy" "there" {
  config {
    vm_id       = vix_power.web.id
    direction   = "to_guest"
    source      = "tree"
    destination = "/var/tmp/tree"
  }
}

action "vix_guest_copy" "back" {
  config {
    vm_id       = vix_power.web.id
    direction   = "from_guest"
    source      = "/var/tmp/tree"
    destination = "back"
  }
}

resource "terraform_data" "carrier" {
  input = vix_power.web.id
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vix_guest_run.hello]
    }
  }
}
`

// guestWorkspace is a workspace whose provider has a login in guests.
func guestWorkspace(t *testing.T, a *vixtest.Acceptance, config string) *workspace {
	t.Helper()
	w := newWorkspace(t, a, config)
	w.env = append(w.env, "VIX_GUEST_USERNAME=root", "VIX_GUEST_PASSWORD="+guestos.Password)
	return w
}

// The actions as users run them: by a trigger, and by themselves. No password is in what they leave.
func TestProcessGuestActions(t *testing.T) {
	if why := notTerraform(t, 14, "actions"); why != "" {
		t.Skip(why)
	}
	a := withTools(t)
	w := guestWorkspace(t, a, registers+poweredUp+guestActions)
	must(t, os.MkdirAll(filepath.Join(w.dir, "tree", "below"), 0o755))
	must(t, os.WriteFile(filepath.Join(w.dir, "tree", "below", "größer file"), []byte("x"), 0o600))
	out := w.run(t, nil, "apply", "-no-color", "-auto-approve")
	tells(t, out, "web ("+webPath+"): /bin/sh has ended with exit code 0")
	for name, want := range map[string]string{"hello.out": "hello\n", "hello.err": "oops\n"} {
		if got, err := os.ReadFile(filepath.Join(w.dir, name)); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
	}
	invoke := func(action string) string {
		return w.run(t, nil, "apply", "-no-color", "-auto-approve", "-invoke=action."+action)
	}
	tells(t, invoke("vix_guest_copy.there"), "copied 1 file, 1 byte")
	tells(t, invoke("vix_guest_copy.back"), "copied 1 file, 1 byte")
	if got, err := os.ReadFile(filepath.Join(w.dir, "back", "below", "größer file")); err != nil || string(got) != "x" {
		t.Errorf("the copy holds %q, %v", got, err)
	}
	cmd, failed := w.command(nil, "apply", "-no-color", "-auto-approve", "-invoke=action.vix_guest_copy.there")
	if err := cmd.Run(); err == nil {
		t.Error("what is there is written over")
	}
	tells(t, failed.String(), "VIX_E_FILE_ALREADY_EXISTS")
	cmd, failed = w.command(nil, "apply", "-no-color", "-auto-approve", "-invoke=action.vix_guest_script.fails")
	if err := cmd.Run(); err == nil {
		t.Error("a script that fails is none")
	}
	tells(t, failed.String(), "the script has ended with exit code 3", "no such host", "VIX_E_FAIL")
	state, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	must(t, err)
	if strings.Contains(out+failed.String()+string(state), guestos.Password) {
		t.Error("the password is somewhere")
	}
	t.Logf("terraform said:\n%s", out)
}

// tells checks that texts are in what was said, however its lines are broken.
func tells(t *testing.T, out string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(out, text) {
			t.Errorf("%q is not in\n%s", text, out)
		}
	}
}
