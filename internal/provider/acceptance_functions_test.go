// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// The functions read what the data source gives, and say in Terraform's own words what they refuse.
func TestAccFunctions(t *testing.T) {
	a := laidOut(t, sim.Options{})
	declared := a.Configuration(`
data "vix_vmx_files" "all" { match = "web.vmx" }

locals {
  keys = [for key in keys(data.vix_vmx_files.all.by_path) : provider::vix::parse_key(key)]
  web  = provider::vix::parse_vmx_path(local.keys[0].path)
}

output "datacenter" { value = local.keys[0].datacenter }
output "web" { value = local.web }
output "again" { value = provider::vix::vmx_path(local.web.datastore, "${local.web.directory}/${local.web.file}") }
output "hosted" { value = provider::vix::vmx_path(null, "C:/VMs/web.vmx") }
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)},
		Steps: []resource.TestStep{{
			Config:      a.Configuration(`output "x" { value = provider::vix::parse_vmx_path("LocalDS_0/web/web.vmx") }`),
			ExpectError: says("Write [LocalDS_0] web/web.vmx"),
		}, {
			Config: declared,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownOutputValue("datacenter", knownvalue.StringExact("/DC0")),
				statecheck.ExpectKnownOutputValue("again", knownvalue.StringExact(webPath)),
				statecheck.ExpectKnownOutputValue("hosted", knownvalue.StringExact(`C:\VMs\web.vmx`)),
				statecheck.ExpectKnownOutputValue("web", knownvalue.ObjectExact(map[string]knownvalue.Check{
					"datastore": knownvalue.StringExact("LocalDS_0"), "directory": knownvalue.StringExact("web"),
					"file": knownvalue.StringExact("web.vmx"), "name": knownvalue.StringExact("web"), "path": knownvalue.StringExact(webPath),
				})),
			},
		}},
	})
}
