// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// What internal/promises proves with a Terraform of its own, a few times with the real one: whatever is renamed,
// swapped or replaced, every VM that the configuration wants is registered at the end, or the plan was refused and
// nothing has changed.
func TestProcessKeepsThePromises(t *testing.T) {
	const dbPath = "[LocalDS_0] db/db.vmx"
	block := func(name, path, more string) string {
		return fmt.Sprintf("resource \"vix_registration\" %q {\n  vmx_path = %q\n%s\n}\n", name, path, more)
	}
	const adopt = "  if_registered = \"adopt\""
	const other = "provider \"vix\" {}\n\nprovider \"vix\" {\n  alias = \"b\"\n}\n\n" // two processes
	const by = "  provider = vix.b\n"
	const first = "  lifecycle {\n    create_before_destroy = true\n  }"
	for _, c := range []struct {
		name, from, to string
		args           []string
		refused        bool
	}{
		{"renamed without moved, adopt", block("old", webPath, adopt), block("new", webPath, adopt), nil, false},
		{"renamed without moved, fail", block("old", webPath, ""), block("new", webPath, ""), nil, true},
		{"-replace and a host with a typo", block("web", webPath, ""), block("web", webPath, `  host = "esx9"`), []string{"-replace=vix_registration.web"}, true},
		{"swapped, adopt", block("a", webPath, adopt) + block("b", dbPath, adopt), block("a", dbPath, adopt) + block("b", webPath, adopt), nil, false},
		{"swapped, fail", block("a", webPath, "") + block("b", dbPath, ""), block("a", dbPath, "") + block("b", webPath, ""), nil, true},
		{"create_before_destroy and -replace, adopt", block("web", webPath, adopt+"\n"+first), block("web", webPath, adopt+"\n"+first),
			[]string{"-replace=vix_registration.web"}, false},
		{"create_before_destroy and -replace, fail", block("web", webPath, first), block("web", webPath, first),
			[]string{"-replace=vix_registration.web"}, true},
		{"renamed to another alias, adopt", other + block("old", webPath, adopt), other + block("new", webPath, by+adopt), nil, false},
		{"renamed to another alias, fail", other + block("old", webPath, ""), other + block("new", webPath, by), nil, true},
	} {
		for _, parallelism := range []string{"1", "10"} {
			t.Run(c.name+"/"+parallelism, func(t *testing.T) {
				a := laidOut(t, sim.Options{})
				must(t, a.Host.WriteVM("DC0", dbPath, sim.VMX{}))
				a.Host.Fault(sim.Fault{Method: "UnregisterVM", Times: -1, Delay: 50 * time.Millisecond})
				w := newWorkspace(t, a, c.from)
				apply := []string{"apply", "-no-color", "-auto-approve", "-parallelism=" + parallelism}
				w.run(t, nil, apply...)
				before := a.Host.Registered()
				untouched := files(t, a)
				w.configure(t, c.to)
				cmd, out := w.command(nil, slices.Concat(apply, c.args)...)
				if err := cmd.Run(); (err != nil) != c.refused {
					t.Errorf("refused: %v, should be %v", err, c.refused)
				}
				after := a.Host.Registered()
				if c.refused && !slices.Equal(before, after) {
					t.Errorf("it was refused, and the inventory changed: %v, now %v", before, after)
				}
				for _, vm := range before {
					if _, err := a.Host.VM("DC0", vm.Path); err != nil {
						t.Errorf("LOST: %v", err)
					}
				}
				for name, sum := range untouched {
					if now := files(t, a)[name]; now != sum {
						t.Errorf("%s has changed", name)
					}
				}
				if strings.Contains(out.String(), "Provider produced") {
					t.Error("Terraform calls it a bug of the provider")
				}
				if t.Failed() {
					t.Logf("before %v\nafter  %v\n%s", before, after, out)
				}
			})
		}
	}
}
