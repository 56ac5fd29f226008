// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Where folders are objects the host reports another path than people write. To write one for the other is no other file, in either
// direction; what another VM is called is.
func TestAccFriendlyPath(t *testing.T) {
	for _, version := range []string{"6.0", "8.0"} { // which tells no friendly names, and which does
		t.Run(version, func(t *testing.T) {
			a := laidOut(t, sim.Options{APIVersion: version})
			must(t, a.Host.AddObjectDatastore("DC0", "vsan", sim.VSAN))
			const friendly, other = "[vsan] web/web.vmx", "[vsan] copy/web.vmx"
			must(t, a.Host.WriteVM("DC0", friendly, sim.VMX{InstanceUUID: "50201e5a-0000-4000-8000-000000000002"}))
			must(t, a.Host.WriteVM("DC0", other, sim.VMX{InstanceUUID: "50201e5a-0000-4000-8000-000000000003", DisplayName: "another"}))
			folder, err := a.Host.ObjectFolder("DC0", friendly)
			must(t, err)
			reported := "[vsan] " + folder + "/web.vmx"
			step := func(path string, does plancheck.ResourceActionType) resource.TestStep {
				return resource.TestStep{
					Config:            a.Configuration(strings.ReplaceAll(registers, webPath, path)),
					ConfigPlanChecks:  action(does),
					ConfigStateChecks: []statecheck.StateCheck{value(address, "vmx_path", path)},
				}
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: a.Factories(),
				Steps: []resource.TestStep{
					step(friendly, plancheck.ResourceActionCreate),
					step(reported, plancheck.ResourceActionUpdate),
					step(friendly, plancheck.ResourceActionUpdate),
					{
						PreConfig:   func() { _, err := a.Host.Register(t.Context(), "DC0", other); must(t, err) },
						Config:      a.Configuration(strings.ReplaceAll(registers, webPath, other)),
						ExpectError: says("Cannot register " + other),
					},
					{
						PreConfig: func() { must(t, a.Host.Unregister(t.Context(), "DC0", other)) },
						Config:    a.Configuration(strings.ReplaceAll(registers, webPath, other)), ConfigPlanChecks: action(plancheck.ResourceActionReplace),
						ConfigStateChecks: []statecheck.StateCheck{value(address, "id", "50201e5a-0000-4000-8000-000000000003")},
					},
				},
			})
		})
	}
}

// What is imported has the path that the host reports; the configuration may have the other one of the same file.
func TestAccImportOfAFriendlyPath(t *testing.T) {
	a := laidOut(t, sim.Options{})
	must(t, a.Host.AddObjectDatastore("DC0", "vsan", sim.VSAN))
	const friendly = "[vsan] web/web.vmx"
	must(t, a.Host.WriteVM("DC0", friendly, sim.VMX{}))
	_, err := a.Host.Register(t.Context(), "DC0", friendly)
	must(t, err)
	run(t, a, resource.TestStep{
		Config: a.Configuration(strings.ReplaceAll(registers, webPath, friendly) + fmt.Sprintf(`
import {
  to = vix_registration.web
  id = %q
}
`, friendly)),
		ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
		ConfigStateChecks: []statecheck.StateCheck{value(address, "vmx_path", friendly)},
	})
}
