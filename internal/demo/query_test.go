// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// TestQuery queries as a user does, and imports what comes of it: nothing changes.
func TestQuery(t *testing.T) {
	b := newBench(t, sim.Options{Datacenters: 2, VMs: 4, StandaloneHosts: -1})
	if b.cli.isTofu() || !b.cli.atLeast(1, 14) {
		t.Skipf("%s has no query command; Terraform 1.14 does", b.cli.version)
	}
	_, err := b.host.RegisterTemplate(t.Context(), "DC1", b.template("DC1", "[LocalDS_0] golden/golden.vmtx"))
	b.must(err)
	b.lay("DC1", "[LocalDS_0] web-1/web-1.vmx", sim.VMX{})
	b.somebody("DC1", "[LocalDS_0] web-1/web-1.vmx")
	before := b.hashes()
	b.folder("examples/list-resources/vix_registration", ".")
	b.file("main.tf", source+"provider \"vix\" {}\n")
	b.file("all.tfquery.hcl", "list \"vix_registration\" \"all\" {\n  provider = vix\n}\n")
	b.run(0, "init")
	b.says(b.run(0, "query"), "list.vix_registration.all", "DC0_VM0, /DC0:[LocalDS_0] DC0_VM0/DC0_VM0.vmx",
		"golden, /DC1:[LocalDS_0] golden/golden.vmtx", "list.vix_registration.web", "server="+b.host.InstanceUUID())
	b.must(os.Remove(filepath.Join(b.dir, "list-resource.tfquery.hcl")))
	b.run(0, "query", "-generate-config-out=generated.tf")
	b.says(b.run(0, "apply", "-auto-approve"), "Apply complete! Resources: 10 imported, 0 added, 0 changed, 0 destroyed.")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
	b.says(b.run(0, "destroy", "-auto-approve"), "Destroy complete! Resources: 10 destroyed.")
	if !b.registered("DC0", "[LocalDS_0] DC0_VM0/DC0_VM0.vmx") {
		t.Error("what was imported did not survive the destroy")
	}
	b.unchanged(before)
}

// template lays out a template.
func (b *bench) template(datacenter, path string) string {
	b.lay(datacenter, path, sim.VMX{})
	return path
}
