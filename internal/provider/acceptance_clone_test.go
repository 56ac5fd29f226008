// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const (
	clonesLinked = `
resource "vix_snapshot" "base" {
  vm_id = vix_registration.web.id
  name  = "base"
}

resource "vix_clone" "test" {
  vm_id        = vix_registration.web.id
  name         = "test"
  type         = "linked"
  snapshot     = vix_snapshot.base.path
  delete_files = true
}
`
	usesClone = `
resource "vix_variable" "owner" {
  vm_id = vix_clone.test.id
  name  = "owner"
  value = "test"
}

resource "vix_power" "test" {
  vm_id      = vix_clone.test.id
  state      = "on"
  mode       = "hard"
  depends_on = [vix_variable.owner]
}

data "vix_vm" "test" {
  vmx_path = vix_clone.test.registered_path
}
`
)

// A VM is registered, a snapshot taken, the VM cloned from it, and the clone used, in one apply; it is renamed in place, and a destroy
// deletes its files and no others.
func TestAccClone(t *testing.T) {
	a := laidOut(t, sim.Options{})
	before, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	renamed := strings.Replace(clonesLinked, `"test"
  type`, `"renamed"
  type`, 1)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers + clonesLinked + usesClone),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_clone.test", "registered_path", "[LocalDS_0] test/test.vmx"), value("vix_clone.test", "datastore", "LocalDS_0"),
				value("vix_clone.test", "vmx_path", "[LocalDS_0] test/test.vmx"), value("vix_clone.test", "folder", "/DC0/vm"),
				value("data.vix_vm.test", "name", "test"), value("vix_power.test", "previous_state", "off"),
				statecheck.ExpectKnownValue("data.vix_vm.test", tfjsonpath.New("id"), knownvalue.NotNull()),
			},
		}, {
			Config:           a.Configuration(registers + clonesLinked + usesClone),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}, {
			Config: a.Configuration(registers + clonesLinked),
		}, {
			Config: a.Configuration(registers + renamed),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction("vix_clone.test", plancheck.ResourceActionUpdate),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_clone.test", "name", "renamed"), value("vix_clone.test", "registered_path", "[LocalDS_0] test/test.vmx"),
			},
		}, {
			// Of a clone, its source may go.
			Config: a.Configuration(registers),
		}},
	})
	after, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	if !maps.Equal(before, after) {
		t.Errorf("before: %v\nafter: %v", before, after)
	}
}

// A clone that somebody unregistered is absent: its files stay, and the next one is made beside them.
// A clone hangs on the path of its snapshot: a snapshot that is renamed, in the apply that renames it too, is the same one.
func TestAccCloneWhoseSnapshotIsRenamed(t *testing.T) {
	a := laidOut(t, sim.Options{})
	named := func(name string) string {
		return a.Configuration(registers + `
resource "vix_snapshot" "base" {
  vm_id = vix_registration.web.id
  name  = "` + name + `"
}

resource "vix_clone" "test" {
  vm_id        = vix_registration.web.id
  name         = "test"
  type         = "linked"
  snapshot     = vix_snapshot.base.path
  delete_files = true
}
`)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{
			{Config: named("base")},
			{
				Config: named("renamed"), ConfigPlanChecks: doing("vix_clone.test", plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{value("vix_clone.test", "snapshot", "renamed")},
			},
		},
	})
	if n := a.Host.Requests()["CloneVM_Task"]; n != 1 {
		t.Errorf("it was cloned %d times", n)
	}
}

func TestAccCloneUnregisteredBySomebody(t *testing.T) {
	a := laidOut(t, sim.Options{})
	config := registers + `
resource "vix_clone" "test" {
  vm_id        = vix_registration.web.id
  name         = "test"
  delete_files = true
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(config),
		}, {
			PreConfig: func() { must(t, a.Host.Unregister(t.Context(), "DC0", "[LocalDS_0] test/test.vmx")) },
			Config:    a.Configuration(config),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_clone.test", "registered_path", "[LocalDS_0] test_1/test_1.vmx"),
			},
		}, {
			// Registered anew by somebody, it is not what this resource made any more.
			PreConfig: func() {
				must(t, a.Host.Unregister(t.Context(), "DC0", "[LocalDS_0] test_1/test_1.vmx"))
				_, err := a.Host.Register(t.Context(), "DC0", "[LocalDS_0] test_1/test_1.vmx")
				must(t, err)
			},
			Config: a.Configuration(registers),
		}},
	})
	for _, name := range []string{"[LocalDS_0] test/test.vmx", "[LocalDS_0] test_1/test_1.vmx"} {
		if _, err := a.Host.ReadFile("DC0", name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An imported clone is planned as no replacement, whatever its configuration says of what it was made of, and its files are never
// deleted.
func TestAccCloneImport(t *testing.T) {
	a := laidOut(t, sim.Options{})
	config := registers + `
resource "vix_clone" "test" {
  vm_id = vix_registration.web.id
  name  = "test"
}
`
	linked := registers + `
resource "vix_clone" "test" {
  vm_id        = vix_registration.web.id
  name         = "test"
  type         = "linked"
  snapshot     = "base"
  delete_files = true
}
`
	const made = "[LocalDS_0] test/test.vmx"
	byPath := func(*terraform.State) (string, error) { return "DC0:" + made, nil }
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(config),
		}, {
			ResourceName: "vix_clone.test", ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"vm_id"},
			Config: a.Configuration(config), ImportStateIdFunc: byPath,
		}, {
			ResourceName: "vix_clone.test", ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"vm_id"},
			Config: a.Configuration(config), ImportStateId: made,
		}, {
			ResourceName: "vix_clone.test", ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"vm_id"},
			Config: a.Configuration(config),
		}, {
			Config: a.Configuration(registers + `
removed {
  from = vix_clone.test
  lifecycle {
    destroy = false
  }
}
`),
		}, {
			Config: a.Configuration(linked + `
import {
  to = vix_clone.test
  id = "DC0:` + made + `"
}
`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction("vix_clone.test", plancheck.ResourceActionUpdate),
			}},
		}, {
			Config:           a.Configuration(linked),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}, {
			Config: a.Configuration(registers),
		}},
	})
	if _, err := a.Host.ReadFile("DC0", made); err != nil {
		t.Errorf("the files of an imported clone are gone: %v", err)
	}
}

// Two clones of one name are refused at plan, and so is a name that is taken.
func TestAccCloneNames(t *testing.T) {
	a := laidOut(t, sim.Options{})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers),
		}, {
			Config: a.Configuration(registers + `
resource "vix_clone" "test" {
  count = 2
  vm_id = vix_registration.web.id
  name  = "test"
}
`),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(`Two VMs are to be called "test"`),
		}, {
			Config: a.Configuration(registers + `
resource "vix_clone" "test" {
  vm_id = vix_registration.web.id
  name  = "web"
}
`),
			PlanOnly:    true,
			ExpectError: regexp.MustCompile(`(?s)The name "web" is taken.*VIX_E_DUPLICATE_NAME`),
		}},
	})
}
