// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// A screen is captured of a VM that is on; of another, the error says that it is off.
func TestAccScreenshot(t *testing.T) {
	a := laidOut(t, sim.Options{})
	_, err := a.Host.Register(t.Context(), "DC0", webPath)
	must(t, err)
	config := a.Configuration(opensRegistered + `
data "vix_screenshot" "now" {
  vm_id = data.vix_vm.web.id
}
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config:      config,
			ExpectError: regexp.MustCompile(`(?s)The VM is off: only one that is on has a screen.*VIX_E_VM_NOT_RUNNING`),
		}, {
			PreConfig: func() { must(t, a.Host.SetPower("DC0", webPath, "poweredOn")) },
			Config:    config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.vix_screenshot.now", at("width"), knownvalue.Int64Exact(720)),
				statecheck.ExpectKnownValue("data.vix_screenshot.now", at("height"), knownvalue.Int64Exact(400)),
				statecheck.ExpectKnownValue("data.vix_screenshot.now", at("png_base64"), knownvalue.StringRegexp(regexp.MustCompile("^iVBORw0KGgo"))),
			},
		}},
	})
}

// opensRegistered opens a VM that is registered already.
const opensRegistered = `
data "vix_vm" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
}
`
