// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const takesSnapshots = `
resource "vix_snapshot" "base" {
  vm_id = vix_registration.web.id
  name  = "base"
}

resource "vix_snapshot" "patched" {
  vm_id      = vix_registration.web.id
  name       = "100%/patched"
  depends_on = [vix_snapshot.base]
}
`

// Snapshots of a VM that is registered in the same apply keep their numbers through a rename and a registration, are imported by
// path, and leave with the destroy; the VM's files stay.
func TestAccSnapshots(t *testing.T) {
	a := laidOut(t, sim.Options{})
	before, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	renamed := `
resource "vix_snapshot" "base" {
  vm_id       = vix_registration.web.id
  name        = "basis"
  description = "before all"
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers + takesSnapshots),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_snapshot.base", "id", "1"), value("vix_snapshot.base", "path", "base"),
				value("vix_snapshot.patched", "id", "2"), value("vix_snapshot.patched", "path", "base/100%25%2Fpatched"),
				value("vix_snapshot.patched", "power_state", "off"),
			},
		}, {
			Config:           a.Configuration(registers + takesSnapshots),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
		}, {
			ResourceName: "vix_snapshot.patched", ImportState: true, ImportStateVerify: true,
			Config:        a.Configuration(registers + takesSnapshots),
			ImportStateId: webUUID + ":base/100%25%2Fpatched",
		}, {
			PreConfig: func() { must(t, a.Host.Unregister(t.Context(), "DC0", webPath)) },
			Config:    a.Configuration(registers + takesSnapshots),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_snapshot.base", "id", "1"), value("vix_snapshot.patched", "id", "2"),
			},
		}, {
			Config: a.Configuration(registers + renamed),
			ConfigStateChecks: []statecheck.StateCheck{
				value("vix_snapshot.base", "id", "1"), value("vix_snapshot.base", "path", "basis"),
			},
		}, {
			Config: a.Configuration(registers),
		}},
	})
	after, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	if len(before) != len(after) {
		t.Errorf("before: %v\nafter: %v", before, after)
	}
}

// An action reverts the VM after a resource was written, and says to what.
func TestAccSnapshotRevert(t *testing.T) {
	if why := notTerraform(t, 14, "actions"); why != "" {
		t.Skip(why)
	}
	a := laidOut(t, sim.Options{})
	reverts := `
resource "vix_variable" "later" {
  vm_id      = vix_registration.web.id
  name       = "later"
  value      = "x"
  depends_on = [vix_snapshot.base]
}

resource "terraform_data" "carrier" {
  depends_on = [vix_variable.later]
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.vix_snapshot_revert.back]
    }
  }
}

action "vix_snapshot_revert" "back" {
  config {
    vm_id    = vix_registration.web.id
    snapshot = "base"
  }
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config:             a.Configuration(registers + takesSnapshots + reverts),
			ExpectNonEmptyPlan: true, // the revert took the variable back
		}},
	})
}
