// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const recoverModule = "examples/modules/recover-datastore"

// TestRecoverModule runs the module's own tests, and looks what they leave behind.
func TestRecoverModule(t *testing.T) {
	b := newBench(t, sim.Options{StandaloneHosts: -1})
	if !b.cli.atLeast(1, 6) {
		t.Skipf("%s has no test command; 1.6 does", b.cli.version)
	}
	const uuid = "52000000-0000-4000-8000-000000000001"
	b.lay("DC0", "[LocalDS_0] web-1/web-1.vmx", sim.VMX{InstanceUUID: uuid})
	b.lay("DC0", "[LocalDS_0] copy/copy.vmx", sim.VMX{InstanceUUID: uuid})
	b.lay("DC0", "[LocalDS_0] web-2/web-2 [100%] größe.vmx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] db/db.vmx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] golden/golden.vmtx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] old/old.vmx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] lab/lab.vmx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] half/half.vmx", sim.VMX{})
	b.lay("DC0", "[LocalDS_0] .snapshot/daily/web-1/web-1.vmx", sim.VMX{})
	b.must(b.host.RemoveFile("DC0", "[LocalDS_0] half/half.vmdk"))
	b.must(b.host.WriteFile("DC0", "[LocalDS_0] torn/torn.vmx", []byte{0, 1, 2, 3}))
	b.somebody("DC0", "[LocalDS_0] db/db.vmx")
	// A VM that is registered stays in for_each, whatever is wrong with its file.
	text, err := sim.VMX{}.Text("db")
	b.must(err)
	b.must(b.host.WriteFile("DC0", "[LocalDS_0] db/db.vmx", append(text, "DisplayName = twice\n"...)))
	_, err = b.host.AddPool("DC0", "DC0_C0", "front")
	b.must(err)
	before := b.hashes()
	b.folder(recoverModule, ".")
	b.run(0, "init")
	b.says(b.run(0, "test"), "Success! 12 passed, 0 failed.")
	// terraform test destroys what it made; on_destroy is "keep".
	for _, path := range []string{"web-1/web-1.vmx", "copy/copy.vmx", "db/db.vmx", "golden/golden.vmtx", "half/half.vmx"} {
		if !b.registered("DC0", "[LocalDS_0] "+path) {
			t.Errorf("%s did not survive the destroy", path)
		}
	}
	for _, path := range []string{"old/old.vmx", "lab/lab.vmx", "torn/torn.vmx", ".snapshot/daily/web-1/web-1.vmx"} {
		if b.registered("DC0", "[LocalDS_0] "+path) {
			t.Errorf("%s was registered", path)
		}
	}
	// The host wrote the name that an exception gave.
	b.unchanged(before, "/DC0:LocalDS_0/web-1/web-1.vmx")
	if r := b.host.Requests(); r["RegisterVM_Task"] != 5 || r["UnregisterVM"] != 0 {
		t.Errorf("%d registrations and %d unregistrations, not 5 and none: something was registered again", r["RegisterVM_Task"], r["UnregisterVM"])
	}
	if b.host.Sessions() > 0 {
		t.Errorf("%d sessions are left", b.host.Sessions())
	}
}

// A filter that lets nothing through stops plan and apply, and nothing is let go; the undo takes back what the module
// registered, and leaves alone what others had.
func TestRecoverModuleLetsGoOfNothingAndUndoes(t *testing.T) {
	b := newBench(t, sim.Options{StandaloneHosts: -1})
	const web, db = "[LocalDS_0] web/web.vmx", "[LocalDS_0] db/db.vmx"
	b.lay("DC0", web, sim.VMX{})
	b.lay("DC0", db, sim.VMX{})
	b.somebody("DC0", db)
	before := b.hashes()
	b.folder(recoverModule, "recover")
	with := func(more string) {
		b.file("main.tf", "module \"recovery\" {\n  source = \"./recover\"\n  datastores = [\"LocalDS_0\"]\n  hosts = [\"DC0_C0_H0\"]\n"+more+"}\n")
	}
	with("")
	b.run(0, "init")
	b.says(b.run(0, "apply", "-auto-approve"), "2 added")
	with("  on_destroy = null\n")
	b.says(b.run(0, "apply", "-auto-approve"), "0 added, 1 changed, 0 destroyed.")
	for more, says := range map[string]string{
		"name_regex = \"^wbe\"": "No file is to be registered: 2 were found and left out, the first because of: name_regex.",
		"exclude = [\"*\"]":     "No file is to be registered: 2 were found and left out, the first because of: exclude: *.",
		"name_regex = \"^(w\"":  "This is no regular expression",
		"path_regex = \"[\"":    "This is no regular expression",
	} {
		with("  on_destroy = null\n  " + more + "\n")
		b.says(b.run(1, "plan"), says)
		b.says(b.run(1, "apply", "-auto-approve"), says)
		b.says(b.run(1, "apply", "-auto-approve", "-target=module.recovery.vix_registration.this"), says)
		if !b.registered("DC0", web) || !b.registered("DC0", db) {
			t.Fatalf("%s: something was unregistered", more)
		}
	}
	with("  on_destroy = null\n")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
	b.says(b.run(0, "destroy", "-auto-approve"), "2 destroyed.")
	if b.registered("DC0", web) || !b.registered("DC0", db) {
		t.Errorf("after the undo: registered by the module %v, by somebody else %v", b.registered("DC0", web), b.registered("DC0", db))
	}
	b.unchanged(before)
}
