// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// toolsUp is a workspace with a VM whose guest can be worked in, and with a configuration beside.
func toolsUp(t *testing.T, a *vixtest.Acceptance) *workspace {
	t.Helper()
	w := guestWorkspace(t, a, registers+poweredUp)
	w.run(t, nil, "apply", "-auto-approve", "-no-color")
	return w
}

// adds gives the workspace a configuration beside the one that it has.
func (w *workspace) adds(t *testing.T, config string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(w.dir, "more.tf"), []byte(config), 0o600))
}

// However an object comes to have the file of another one that goes, in one apply: the file is there afterwards.
func TestProcessAFileThatAnotherObjectTakesOver(t *testing.T) {
	const file = `
resource "vix_guest_file" %q {
  vm_id     = vix_power.web.id
  path      = %q
  content   = "kept"
  overwrite = %t
  lifecycle { create_before_destroy = true }
}
`
	a := withTools(t)
	w := toolsUp(t, a)
	there := func(out string) {
		t.Helper()
		if raw, err := guest(t, a).ReadFile("/etc/app.conf"); err != nil || string(raw) != "kept" {
			t.Fatalf("the file holds %q (%v) after\n%s", raw, err, out)
		}
	}
	w.adds(t, fmt.Sprintf(file, "f", "/etc/app.conf", false))
	there(w.run(t, nil, "apply", "-auto-approve", "-no-color"))
	out := w.run(t, nil, "apply", "-auto-approve", "-no-color", "-replace=vix_guest_file.f")
	there(out)
	tells(t, out, "A file in a guest was not deleted")
	w.adds(t, fmt.Sprintf(file, "f", "/etc//app.conf", false))
	there(w.run(t, nil, "apply", "-auto-approve", "-no-color"))
	w.adds(t, fmt.Sprintf(file, "other", "/etc/app.conf", true))
	there(w.run(t, nil, "apply", "-auto-approve", "-no-color", "-parallelism=1"))
	tells(t, w.run(t, nil, "plan", "-no-color"), "No changes.")
	w.adds(t, "")
	w.run(t, nil, "apply", "-auto-approve", "-no-color")
	if raw, err := guest(t, a).ReadFile("/etc/app.conf"); err == nil {
		t.Errorf("after its destroy the file holds %q", raw)
	}
}

// What validates a file quotes what it complains of: of a secret, nothing of that is shown or logged.
func TestProcessAValidationOfASecretSaysNothing(t *testing.T) {
	const secret = "hunter2-is-the-secret"
	a := withTools(t)
	w := toolsUp(t, a)
	w.adds(t, `
resource "vix_guest_file" "f" {
  vm_id      = vix_power.web.id
  path       = "/etc/app.conf"
  content_wo = "`+secret+`"
  validate   = "/bin/sh %s"
}
`)
	log := filepath.Join(w.dir, "trace.log")
	cmd, out := w.command([]string{"TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH=" + log}, "apply", "-auto-approve", "-no-color")
	if cmd.Run() == nil {
		t.Error("a file that is refused is written")
	}
	said := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "│", " ")), " ")
	tells(t, said, "The new file was refused by /bin/sh: it ended with the exit code 127",
		"What it said is not shown, because the content of the file is a secret.")
	raw, err := os.ReadFile(log)
	must(t, err)
	if strings.Contains(out.String(), secret) || strings.Contains(string(raw), secret) {
		t.Errorf("the secret is shown or logged:\n%s", out)
	}
}
