// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	// afterCreate is the step at which the VM is registered, create has returned, and
	// no state has it yet: Terraform writes a resource after its actions.
	afterCreate = "during after_create"

	registersAndActs = `
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.hold_until_told.it]
    }
  }
}
action "hold_until_told" "it" {}
`
)

// withoutActionsInState says why afterCreate cannot be tried with the CLI; empty if it can.
func withoutActionsInState(t *testing.T) string {
	t.Helper()
	return notTerraform(t, 16, "apply that writes a resource after its actions")
}

// holds lets the workspace's terraform find the provider of the action that holds it.
func (w *workspace) holds(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	self, err := os.Executable()
	must(t, err)
	must(t, os.Symlink(self, filepath.Join(dir, holderName)))
	file := filepath.Join(w.dir, "terraformrc")
	rc, err := os.ReadFile(file)
	must(t, err)
	const overrides = "dev_overrides {\n"
	with := strings.Replace(string(rc), overrides, overrides+fmt.Sprintf("    \"hashicorp/hold\" = %q\n", dir), 1)
	must(t, os.WriteFile(file, []byte(with), 0o600))
}

// awaitHold calls arrive when the action runs.
func (w *workspace) awaitHold(ctx context.Context, arrive func()) {
	for ctx.Err() == nil {
		if w.actionRan() {
			arrive()
			return
		}
		time.Sleep(holdTick)
	}
}

// actionRan reports that the action runs or has run.
func (w *workspace) actionRan() bool {
	_, err := os.Stat(filepath.Join(w.dir, holding))
	return err == nil
}

// inState reports that the state file has the VM.
func (w *workspace) inState() bool {
	state, _ := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	return strings.Contains(string(state), webUUID)
}

// notes are the attempts of the workspace that have no end yet.
func (w *workspace) notes(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(w.dir, ".terraform", "vix-*", "*", "*.json"))
	must(t, err)
	return slices.DeleteFunc(found, func(name string) bool { return strings.Contains(name, "vix-opened") }) // which stays for a day
}
