// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const writesVariables = `
resource "vix_variable" "many" {
  count = 5
  vm_id = vix_registration.web.id
  name  = "note-${count.index}"
  value = "line one\n\"quoted\" | größer ${count.index}"
}

resource "vix_variable" "copy" {
  vm_id = vix_registration.web.id
  kind  = "runtime_config"
  name  = "isolation.tools.copy.disable"
  value = "TRUE"
}
`

// Variables of a VM that is registered in the same apply go one after the other; a destroy leaves the file as it was,
// byte for byte; and registering the VM anew moves none of them.
func TestAccVariables(t *testing.T) {
	a := laidOut(t, sim.Options{})
	before, err := a.Host.ReadFile("DC0", webPath)
	must(t, err)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers + writesVariables + `
data "vix_variable" "one" {
  vm_id      = vix_registration.web.id
  name       = "note-1"
  depends_on = [vix_variable.many]
}
`),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_variable.many[0]", "id", webUUID+":guest:note-0"),
				value("data.vix_variable.one", "value", "line one\n\"quoted\" | größer 1"),
				value("vix_variable.copy", "id", webUUID+":runtime_config:isolation.tools.copy.disable"),
			},
		}, {
			Config:           a.Configuration(registers + writesVariables),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}, {
			PreConfig: func() { must(t, a.Host.Unregister(t.Context(), "DC0", webPath)) },
			Config:    a.Configuration(registers + writesVariables),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_variable.many[4]", "id", webUUID+":guest:note-4"),
			},
		}, {
			ResourceName: "vix_variable.copy", ImportState: true, ImportStateVerify: true,
			Config:        a.Configuration(registers + writesVariables),
			ImportStateId: webUUID + ":runtime_config:isolation.tools.copy.disable",
		}, {
			Config: a.Configuration(registers),
		}},
	})
	after, err := a.Host.ReadFile("DC0", webPath)
	must(t, err)
	if !bytes.Equal(before, after) {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func TestAccVariableThatIsSecret(t *testing.T) {
	a := laidOut(t, sim.Options{})
	secret := func(value, version string) string {
		return a.Configuration(registers + `
resource "vix_variable" "token" {
  vm_id            = vix_registration.web.id
  name             = "token"
  value_wo         = "` + value + `"
  value_wo_version = ` + version + `
}
`)
	}
	written := func(value string) func() {
		return func() {
			text, err := a.Host.ReadFile("DC0", webPath)
			if must(t, err); !bytes.Contains(text, []byte("guestinfo.token = \""+value+"\"")) {
				t.Errorf("not %s:\n%s", value, text)
			}
		}
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		Steps: []resource.TestStep{
			{Config: secret("one", "1")},
			{PreConfig: written("one"), Config: secret("two", "1"), ConfigPlanChecks: doing("vix_variable.token", plancheck.ResourceActionNoop)},
			{PreConfig: written("one"), Config: secret("two", "2"), ConfigPlanChecks: doing("vix_variable.token", plancheck.ResourceActionUpdate)},
			{PreConfig: written("two"), Config: secret("two", "2")},
		},
	})
}

// A variable that is replaced, or goes to another address, is there when the apply has ended: what is made takes its value over, and what
// is destroyed leaves it alone, in whichever order Terraform does the two.
func TestAccVariableThatIsHandedOver(t *testing.T) {
	a := laidOut(t, sim.Options{})
	has := func() {
		text, err := a.Host.ReadFile("DC0", webPath)
		if must(t, err); !bytes.Contains(bytes.ToLower(text), []byte(`guestinfo.owner = "ada"`)) {
			t.Errorf("the variable is lost:\n%s", text)
		}
	}
	written := func(version, kind, name, key string) string {
		return a.Configuration(registers + `
resource "terraform_data" "version" {
  input = "` + version + `"
}

resource "vix_variable" "owner" {
  for_each = toset(["` + key + `"])
  vm_id    = vix_registration.web.id
  kind     = "` + kind + `"
  name     = "` + name + `"
  value    = "ada"

  lifecycle {
    create_before_destroy = true
    replace_triggered_by  = [terraform_data.version]
  }
}
`)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{
			{Config: written("1", "guest", "owner", "a")},
			{PreConfig: has, Config: written("2", "guest", "owner", "a")},
			{PreConfig: has, Config: written("2", "runtime_config", "guestinfo.Owner", "a"),
				ConfigPlanChecks: doing(`vix_variable.owner["a"]`, plancheck.ResourceActionUpdate)},
			{PreConfig: has, Config: written("2", "runtime_config", "guestinfo.Owner", "b")},
			{PreConfig: has, Config: a.Configuration(registers)},
		},
	})
}

// doing expects what a plan does with an address.
func doing(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}
