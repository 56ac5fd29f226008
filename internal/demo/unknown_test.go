// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// TestAnUnknownConfiguration does what the documentation of the provider says: where another resource makes
// the host, a data source that depends on it is read at apply, and one that does not says what to do.
func TestAnUnknownConfiguration(t *testing.T) {
	b := newBench(t, sim.Options{StandaloneHosts: -1})
	b.lay("DC0", "[LocalDS_0] web/web.vmx", sim.VMX{})
	const config = source + `
variable "hostname" {
  type = string
}

resource "terraform_data" "host" {
  input = var.hostname
}

provider "vix" {
  hostname = terraform_data.host.output
}

resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
}

data "vix_host" "this" {
  depends_on = [terraform_data.host]
}

output "product" {
  value = data.vix_host.this.product
}
`
	for _, variable := range b.cli.env {
		if host, ok := strings.CutPrefix(variable, "VIX_HOSTNAME="); ok {
			b.cli.set("TF_VAR_hostname", host)
			break
		}
	}
	b.file("main.tf", config)
	b.run(0, "init")
	b.file("main.tf", strings.Replace(config, "depends_on = [terraform_data.host]", "", 1))
	b.says(b.run(1, "plan"), "Cannot read the host before the provider is connected", "hostname", "depends_on", "-target")
	b.file("main.tf", config)
	b.says(b.run(0, "apply", "-auto-approve"), "2 added", "VMware vCenter Server")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
}
