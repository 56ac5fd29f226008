// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// aliases are two configurations of the provider for one host: two processes.
const aliases = `
provider "vix" {}
provider "vix" {
  alias = "b"
}
`

// dayTwo is a resource of the web VM. Those with an alias are of that one.
func dayTwo(kind, name, alias, arguments string) string {
	by := ""
	if alias != "" {
		by = "provider = vix." + alias
	}
	return fmt.Sprintf("\nresource %q %q {\n  vm_id = vix_registration.web.id\n  %s\n%s\n}\n", kind, name, by, arguments)
}

const on = "state = \"on\"\nmode = \"hard\"\non_destroy = \"keep\""

// What two addresses cannot both have is refused at plan, as it is within one process, where each is of an alias of its own. What
// follows in either alias keeps each process until the other one has planned.
func TestProcessWhatTwoAliasesPlanTwice(t *testing.T) {
	a := laidOut(t, sim.Options{})
	w := newWorkspace(t, a, aliases+registers)
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	const after = "name = %q\nvalue = \"x\"\ndepends_on = [%s.%s]"
	for _, c := range []struct{ kind, one, two, says string }{
		{
			"vix_variable", "name = \"walk\"\nvalue = \"a\"", "kind = \"runtime_config\"\nname = \"guestinfo.WALK\"\nvalue = \"b\"",
			"Error: The variable guestinfo.(walk|WALK) of one VM is planned twice",
		},
		{"vix_clone", "name = \"copy\"", "name = \"copy\"", "Error: Two VMs are to be called \"copy\""},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w.configure(t, aliases+registers+dayTwo(c.kind, "one", "", c.one)+dayTwo(c.kind, "two", "b", c.two)+
				dayTwo("vix_variable", "after_two", "", fmt.Sprintf(after, "x", c.kind, "two"))+
				dayTwo("vix_variable", "after_one", "b", fmt.Sprintf(after, "y", c.kind, "one")))
			w.refused(t, []string{c.says}, "plan", "-no-color")
		})
	}
}

// What only looks like it is not refused: two aliases beside each other, whose plan other processes apply; an address that goes over to
// the other alias, with or without another name, or is made anew in it.
func TestProcessWhatTwoAliasesPlanOnce(t *testing.T) {
	a := laidOut(t, sim.Options{})
	apply := []string{"apply", "-no-color", "-auto-approve"}
	role := "name = \"walk\"\nvalue = \"a\""
	w := newWorkspace(t, a, aliases+registers+dayTwo("vix_power", "web", "", on)+dayTwo("vix_variable", "role", "b", role))
	w.run(t, nil, apply...)
	w.configure(t, aliases+registers+dayTwo("vix_power", "web", "b", on)+dayTwo("vix_variable", "role", "", role))
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	w.configure(t, aliases+registers+dayTwo("vix_power", "moved", "b", on)+dayTwo("vix_variable", "role", "", role)+
		"moved {\n  from = vix_power.web\n  to = vix_power.moved\n}\n")
	w.run(t, nil, "plan", "-no-color", "-out=plan")
	w.run(t, nil, "apply", "-no-color", "plan")
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	w.configure(t, aliases+registers+dayTwo("vix_power", "again", "", on)+dayTwo("vix_variable", "again", "b", role))
	if out := w.run(t, nil, "plan", "-no-color"); !strings.Contains(out, "2 to add, 0 to change, 2 to destroy") {
		t.Error(out)
	}
	w.configure(t, aliases+registers+dayTwo("vix_power", "again", "", on)+dayTwo("vix_variable", "role", "b", role))
	w.run(t, nil, apply...)
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
}
