// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"go.uber.org/goleak"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

const (
	webPath   = "[LocalDS_0] web/web.vmx"
	webUUID   = "50201e5a-0000-4000-8000-000000000001"
	address   = "vix_registration.web"
	registers = `
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
}
`
	opens = `
data "vix_vm" "web" {
  vmx_path = vix_registration.web.registered_path
}
`
)

// TestMain takes away what the developer's own environment would change.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == holderName {
		if err := serveHolder(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "VIX_") || strings.HasPrefix(name, "VSPHERE_") {
			_ = os.Unsetenv(name)
		}
		if _, err := os.Stat(value); name == "TF_CLI_CONFIG_FILE" && err != nil {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("CHECKPOINT_DISABLE", "1")
	code := m.Run()
	_ = os.RemoveAll(".terraform") // what providers in this process have noted of guests
	if binaries != "" {
		_ = os.RemoveAll(binaries)
	}
	if code == 0 {
		// The plugin library's own, which in a process of its own ends with that.
		// The simulated host, a server, is not under test: a wait that a killed
		// provider left can outlast its bounded Close.
		if err := goleak.Find(goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"),
			goleak.IgnoreAnyFunction("net/http.(*conn).serve"),
			goleak.IgnoreAnyFunction("github.com/terraform-vix/terraform-provider-vix/internal/sim.(*waits).watch.func2"),
			goleak.IgnoreAnyFunction("github.com/terraform-vix/terraform-provider-vix/internal/sim.(*Host).Close.func1")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// laidOut is a host with one VM that is not registered.
func laidOut(t *testing.T, options sim.Options) *vixtest.Acceptance {
	t.Helper()
	t.Parallel()
	if options.StandaloneHosts == 0 {
		options.StandaloneHosts = -1
	}
	a := vixtest.NewAcceptance(t, options, map[vix.ServiceProvider]vix.Connect{vix.VIServer: vsphere.Connect})
	must(t, a.Host.WriteVM("DC0", webPath, sim.VMX{
		InstanceUUID: webUUID, Annotation: "front end", GuestInfo: map[string]string{"role": "web"},
	}))
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// run runs the steps; at the end no file has changed.
func run(t *testing.T, a *vixtest.Acceptance, steps ...resource.TestStep) {
	t.Helper()
	runAside(t, a, "", steps...)
}

// runAside is run but for one file: a host that renames a VM writes its .vmx.
func runAside(t *testing.T, a *vixtest.Acceptance, renamed string, steps ...resource.TestStep) {
	t.Helper()
	files := func() (map[string]string, error) {
		all, err := a.Host.Files("DC0", "LocalDS_0")
		if _, ok := all[renamed]; ok {
			all[renamed] = "renamed"
		}
		return all, err
	}
	before, err := files()
	must(t, err)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps:                    steps,
		CheckDestroy: func(*terraform.State) error {
			after, err := files()
			if err == nil && !maps.Equal(before, after) {
				return fmt.Errorf("the files have changed: %v, %v", before, after)
			}
			return err
		},
	})
}

func at(name string) tfjsonpath.Path { return tfjsonpath.New(name) }

// says is a text of a diagnostic, however Terraform wraps its lines.
func says(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i, word := range words {
		words[i] = regexp.QuoteMeta(word)
	}
	return regexp.MustCompile(`(?s)` + strings.Join(words, `[\s│]+`))
}

func value(address, name, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, at(name), knownvalue.StringExact(want))
}

func action(want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)}}
}

func gone(t *testing.T, a *vixtest.Acceptance, path string) {
	t.Helper()
	if vm, err := a.Host.VM("DC0", path); err == nil {
		t.Errorf("%s is still registered as %s", path, vm.Self.Value)
	}
}
