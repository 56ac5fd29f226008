// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// A snapshot whose block got another name, without a moved block, and was imported under it, is still there after the apply that lets
// the old address go, and nothing is left to do.
func TestProcessSnapshotImportedToAnotherAddress(t *testing.T) {
	a := laidOut(t, sim.Options{})
	block := func(name string) string {
		return registers + "resource \"vix_snapshot\" \"" + name + "\" {\n  vm_id = vix_registration.web.id\n  name  = \"keep me\"\n}\n"
	}
	w := newWorkspace(t, a, block("a"))
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	w.configure(t, block("b"))
	w.run(t, nil, "import", "-no-color", "vix_snapshot.b", webUUID+":keep me")
	said := strings.Join(strings.Fields(strings.ReplaceAll(w.run(t, nil, "apply", "-no-color", "-auto-approve"), "│", "")), " ")
	for _, want := range []string{
		"0 added, 0 changed, 1 destroyed", "Warning: A snapshot was not removed",
		"Another object of this state has the snapshot keep me (id 1) of the VM " + webUUID + " by now",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode") // there is nothing to do
	if said = w.run(t, nil, "destroy", "-no-color", "-auto-approve"); strings.Contains(said, "not removed") {
		t.Errorf("the last one does not go:\n%s", said)
	}
}
