// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Terraform tells a plan nothing of create_before_destroy, so that a clone which keeps its name stands in its own way only when it
// is made. The error says so, the old clone stays in the state as it is, and the next plan is none of a replacement that broke.
func TestProcessCloneReplacedBeforeItGoes(t *testing.T) {
	a := laidOut(t, sim.Options{})
	const first = "create_before_destroy = true"
	w := newWorkspace(t, a, "")
	config := func(name, template, lifecycle string) {
		t.Helper()
		w.configure(t, fmt.Sprintf(`%s
resource "vix_clone" "c" {
  vm_id        = vix_registration.web.id
  name         = %q
  template     = %s
  delete_files = true
  lifecycle {
    %s
  }
}
`, registers, name, template, lifecycle))
	}
	fails := func(want string, args ...string) {
		t.Helper()
		cmd, out := w.command(nil, args...)
		err := cmd.Run()
		if said := strings.Join(strings.Fields(out.String()), " "); err == nil || !strings.Contains(said, want) {
			t.Fatalf("terraform %v: %v, and not %q:\n%s", args, err, want, out)
		}
	}
	apply := []string{"apply", "-no-color", "-auto-approve"}

	config("c", "false", "")
	w.run(t, nil, apply...)
	old := w.run(t, nil, "state", "show", "-no-color", "vix_clone.c")
	config("c", "true", first)
	for range 2 {
		fails("It is the clone that this one replaces, and stays until this one is made: create_before_destroy asks for that", apply...)
		if now := w.run(t, nil, "state", "show", "-no-color", "vix_clone.c"); now != old {
			t.Errorf("the state has changed:\n%s", now)
		}
	}
	config("d", "true", first)
	w.run(t, nil, apply...)
	config("d", "false", "")
	w.run(t, nil, apply...)

	// Where the note of the plan has not come along, nobody knows which VM it is.
	config("d", "true", first)
	w.run(t, nil, "plan", "-no-color", "-out=plan")
	must(t, os.RemoveAll(filepath.Join(w.dir, ".terraform", "vix-replaced")))
	fails("If it is the clone that this one is to replace: with lifecycle { create_before_destroy = true }", "apply", "-no-color", "plan")
	config("e", "true", first)
	w.run(t, nil, apply...)
	w.run(t, nil, "destroy", "-no-color", "-auto-approve")
	if files, err := a.Host.Files("DC0", "LocalDS_0"); err != nil || len(files) == 0 {
		t.Errorf("the files of the source: %v, %v", files, err)
	}
}

// Likewise a registration that adopts nothing: it stands in its own way when it is made, and not in that of every plan from then on.
func TestProcessRegistrationReplacedBeforeItGoes(t *testing.T) {
	a := laidOut(t, sim.Options{})
	const first = "\n  lifecycle {\n    create_before_destroy = true\n  }\n}"
	lasting := strings.Replace(registers, "\n}", first, 1)
	w := newWorkspace(t, a, lasting)
	apply := []string{"apply", "-no-color", "-auto-approve"}
	w.run(t, nil, apply...)
	old := w.run(t, nil, "state", "show", "-no-color", address)
	replace := slices.Concat(apply, []string{"-replace=" + address})
	for range 2 {
		cmd, out := w.command(nil, replace...)
		said := strings.Join(strings.Fields(fmt.Sprint(cmd.Run(), out)), " ")
		if !strings.Contains(said, "A replacement with lifecycle { create_before_destroy = true } stands in its own way") {
			t.Fatal(out)
		}
		if now := w.run(t, nil, "state", "show", "-no-color", address); now != old {
			t.Errorf("the state has changed:\n%s", now)
		}
	}
	w.configure(t, registers)
	w.run(t, nil, replace...)
	w.run(t, nil, "destroy", "-no-color", "-auto-approve")
	gone(t, a, webPath)
}

// Another file of the same display name stands in its own way, too, and the error says what helps.
func TestProcessRegistrationOfTheNameThatItReplaces(t *testing.T) {
	const dbPath = "[LocalDS_0] db/db.vmx"
	a := laidOut(t, sim.Options{})
	must(t, a.Host.WriteVM("DC0", dbPath, sim.VMX{DisplayName: "web"}))
	lasting := strings.Replace(registers, "\n}", "\n  lifecycle {\n    create_before_destroy = true\n  }\n}", 1)
	w := newWorkspace(t, a, lasting)
	apply := []string{"apply", "-no-color", "-auto-approve"}
	w.run(t, nil, apply...)
	old := w.run(t, nil, "state", "show", "-no-color", address)
	w.configure(t, strings.Replace(lasting, webPath, dbPath, 1))
	for range 2 {
		cmd, out := w.command(nil, apply...)
		said := strings.Join(strings.Fields(fmt.Sprint(cmd.Run(), out)), " ")
		if !strings.Contains(said, "Take that out, or give the new one a name of its own with name.") {
			t.Fatal(out)
		}
		if now := w.run(t, nil, "state", "show", "-no-color", address); now != old {
			t.Errorf("the state has changed:\n%s", now)
		}
	}
	w.configure(t, strings.Replace(lasting, `"`+webPath+`"`, `"`+dbPath+`"`+"\n  name = \"db\"", 1))
	w.run(t, nil, apply...)
	gone(t, a, webPath)
}

// A name that one clone gives up in a replacement is not planned for another one: nobody knows which of the two comes first.
func TestProcessCloneOfANameThatAnotherOneGivesUp(t *testing.T) {
	a := laidOut(t, sim.Options{})
	clone := func(address, name, template string) string {
		return fmt.Sprintf(`
resource "vix_clone" %q {
  vm_id    = vix_registration.web.id
  name     = %q
  template = %s
}
`, address, name, template)
	}
	w := newWorkspace(t, a, registers+clone("a", "c", "false"))
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	w.configure(t, registers+clone("a", "d", "true")+clone("b", "c", "false"))
	cmd, out := w.command(nil, "plan", "-no-color", "-parallelism=1")
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "VIX_E_DUPLICATE_NAME") {
		t.Errorf("%v\n%s", err, out)
	}
}
