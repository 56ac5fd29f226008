// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// TestErrorsTellTwoVCentersApart: one configuration, two aliases, the same mistake on both.
func TestErrorsTellTwoVCentersApart(t *testing.T) {
	b, other := newBench(t, sim.Options{}), newBench(t, sim.Options{})
	vcenters, names := map[string]map[string]string{}, []string{}
	for alias, side := range map[string]*bench{"one": b, "two": other} {
		address, err := url.Parse(side.host.URL())
		b.must(err)
		names = append(names, address.Host)
		vcenters[alias] = map[string]string{
			"hostname": address.Host, "username": side.host.Username(), "password": side.host.Password(), "ca_file": side.host.CAFile(),
		}
	}
	text, err := json.Marshal(vcenters)
	b.must(err)
	b.cli.set("TF_VAR_vcenter", string(text))
	config := source + `
variable "vcenter" {
  type = map(object({ hostname = string, username = string, password = string, ca_file = string }))
}
`
	for _, alias := range []string{"one", "two"} {
		config += `
provider "vix" {
  alias    = "` + alias + `"
  hostname = var.vcenter.` + alias + `.hostname
  username = var.vcenter.` + alias + `.username
  password = var.vcenter.` + alias + `.password
  ca_file  = var.vcenter.` + alias + `.ca_file
}

data "vix_vm" "` + alias + `" {
  provider = vix.` + alias + `
  vmx_path = "[LocalDS_0] web/web.vmx"
}
`
	}
	b.file("main.tf", config)
	b.run(0, "init")
	out := b.run(1, "plan")
	for _, name := range names {
		b.says(out, "VIX_E_VM_NOT_FOUND (4000) on "+name)
	}
}
