// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// block is a fenced block of a page.
type block struct{ language, text string }

var (
	blocks = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	// named is the first line of a snippet that is a file.
	named = regexp.MustCompile(`^# (\S+\.(?:tf|hcl))\n`)
)

// notHere is what a guide says and a simulated host calls otherwise.
var notHere = strings.NewReplacer(
	"esx1.example.com", "DC1_C0_H0", "esx2.example.com", "DC1_C0_H1", `"Cluster1"`, `"DC1_C0"`,
	"github.com/terraform-vix/terraform-provider-vix//examples/modules/recover-datastore", "./modules/recover-datastore",
)

// follow does what a guide says, in its order: a snippet that begins with a file's
// name is that file, a line of a shell block is run, and each line of a text block
// has to be in what the block before it wrote.
func (b *bench) follow(page string) {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.root, "docs", "guides", page))
	b.must(err)
	b.folder(recoverModule, filepath.Join("modules", "recover-datastore"))
	out, ran := "", 0
	for _, found := range blocks.FindAllStringSubmatch(string(text), -1) {
		switch at := (block{found[1], notHere.Replace(found[2])}); at.language {
		case "terraform":
			if strings.Contains(at.text, "before_destroy") && (b.cli.isTofu() || !b.cli.atLeast(1, 16)) {
				b.t.Logf("%s has no destroy events; Terraform 1.16 has. The rest of the page is not tried.", b.cli.version)
				return
			}
			name := named.FindStringSubmatch(at.text)
			if name == nil {
				b.t.Fatalf("a snippet does not say which file it is:\n%s", at.text)
			}
			b.file(name[1], at.text)
		case "shell":
			out = ""
			for command := range strings.Lines(at.text) {
				args := strings.Fields(command)
				if args[0] != "terraform" {
					b.t.Fatalf("not a command of terraform: %s", command)
				}
				if args[1] == "query" && (b.cli.isTofu() || !b.cli.atLeast(1, 14)) {
					b.t.Logf("%s has no query command; Terraform 1.14 does. The rest of the page is not tried.", b.cli.version)
					return
				}
				if args[1] == "apply" || args[1] == "destroy" {
					args = append(args, "-auto-approve")
				}
				out += b.run(0, args[1:]...) + " "
				ran++
			}
		case "text":
			for want := range strings.Lines(at.text) {
				b.says(out, strings.Join(strings.Fields(want), " "))
			}
		}
	}
	if ran < 2 {
		b.t.Errorf("%s runs %d commands only", page, ran)
	}
}

// storage is a bench with the datastores of the guides in DC1.
func storage(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, sim.Options{Datacenters: 2, StandaloneHosts: -1})
	for _, name := range []string{"storage1", "storage2"} {
		b.must(b.host.AddDatastore("DC1", name))
	}
	return b
}

func TestGuideRecoverADatastore(t *testing.T) {
	b := storage(t)
	for _, path := range []string{
		"[storage1] web/web.vmx", "[storage1] old/old.vmx", "[storage1] .snapshot/daily/web/web.vmx", "[storage2] db/db.vmx",
		"[storage2] half/half.vmx", "[storage2] golden/golden.vmtx",
	} {
		b.lay("DC1", path, sim.VMX{})
	}
	b.must(b.host.RemoveFile("DC1", "[storage2] half/half.vmdk"))
	b.must(b.host.WriteFile("DC1", "[storage2] torn/torn.vmx", nil))
	before := b.hashes()
	b.follow("recover-a-datastore.md")
	b.unchanged(before, "/DC1:storage1/web/web.vmx") // the host wrote its new name
	b.says(b.run(0, "init")+b.run(0, "apply", "-auto-approve"), "1 added, 0 changed, 4 destroyed.")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
	for _, path := range []string{"[storage1] web/web.vmx", "[storage2] db/db.vmx", "[storage2] half/half.vmx", "[storage2] golden/golden.vmtx"} {
		if !b.registered("DC1", path) {
			t.Errorf("%s was unregistered", path)
		}
	}
}

func TestGuideAdopt(t *testing.T) {
	b := storage(t)
	if !b.cli.atLeast(1, 7) {
		t.Skipf("%s has no for_each in import blocks; 1.7 does", b.cli.version)
	}
	b.lay("DC1", "[storage1] db/db.vmx", sim.VMX{})
	for _, name := range []string{"web", "linux-1", "linux-2", "dev-1", "dev-2"} {
		path := fmt.Sprintf("[storage1] %s/%s.vmx", name, name)
		b.lay("DC1", path, sim.VMX{})
		b.somebody("DC1", path)
	}
	_, err := b.host.RegisterTemplate(t.Context(), "DC1", b.template("DC1", "[storage1] linux-t/linux-t.vmtx"))
	b.must(err)
	before := b.hashes()
	b.follow("adopt.md")
	// The keys are ids: what a storage vMotion moves is neither imported nor destroyed.
	moved, err := b.host.StorageVMotion(b.t.Context(), "DC1", "[storage1] linux-1/linux-1.vmx", "storage2")
	b.must(err)
	plan := b.run(0, "plan")
	b.says(plan, "vix_registration.linux", moved, "Plan: 0 to add, 1 to change, 0 to destroy.")
	b.run(0, "apply", "-auto-approve")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
	_, err = b.host.StorageVMotion(b.t.Context(), "DC1", moved, "storage1")
	b.must(err)
	b.run(0, "destroy", "-auto-approve")
	if !b.registered("DC1", "[storage1] web/web.vmx") || !b.registered("DC1", "[storage1] linux-t/linux-t.vmtx") {
		t.Error("what was there did not survive the destroy")
	}
	if b.registered("DC1", "[storage1] db/db.vmx") {
		t.Error("what was registered did survive it")
	}
	b.unchanged(before)
}

func TestGuidePacker(t *testing.T) {
	b := storage(t)
	b.lay("DC1", "[storage1] debian-12/debian-12.vmx", sim.VMX{})
	_, err := b.host.AddFolder("DC1", "Packer")
	b.must(err)
	b.file("packer-manifest.json", `{
  "builds": [
    {"name": "debian-12", "build_time": 1, "packer_run_uuid": "old", "custom_data": {"vmx_path": "[storage1] older/older.vmx"}},
    {"name": "debian-12", "build_time": 1767225600, "packer_run_uuid": "new",
     "custom_data": {"vmx_path": "[storage1] debian-12/debian-12.vmx"}}
  ],
  "last_run_uuid": "new"
}`)
	b.follow("packer.md")
	b.says(b.run(0, "plan", "-detailed-exitcode"), "No changes.")
}

// Registered, powered on, with a snapshot and a variable in one apply, as resources and as actions; and not a byte is another one
// after the destroy.
func TestGuideOneApply(t *testing.T) {
	b := storage(t)
	const web = "[storage1] web/web.vmx"
	b.lay("DC1", web, sim.VMX{Tools: true})
	before := b.hashes()
	b.asks("DC1", web)
	b.follow("one-apply.md")
	if b.registered("DC1", web) {
		t.Error("it is registered after the destroy")
	}
	b.unchanged(before)
	want := 1
	if b.cli.hasActions() && b.cli.atLeast(1, 16) {
		want = 2
	}
	if n := b.host.PowerOns(); n != want {
		t.Errorf("it was powered on %d times, not %d", n, want)
	}
	if b.host.Sessions() > 0 {
		t.Errorf("%d sessions are left", b.host.Sessions())
	}
}

func TestGuideMoveBetweenVCenters(t *testing.T) {
	b, other := storage(t), storage(t)
	vcenters := map[string]map[string]string{}
	for name, side := range map[string]*bench{"old": b, "new": other} {
		for i, vm := range []string{"web", "db"} {
			path := fmt.Sprintf("[storage1] %s/%s.vmx", vm, vm)
			side.lay("DC1", path, sim.VMX{InstanceUUID: fmt.Sprintf("52000000-0000-4000-8000-00000000000%d", i)})
			if name == "old" {
				side.somebody("DC1", path)
			}
		}
		address, err := url.Parse(side.host.URL())
		b.must(err)
		vcenters[name] = map[string]string{
			"hostname": address.Host, "username": side.host.Username(), "password": side.host.Password(), "ca_file": side.host.CAFile(),
		}
	}
	text, err := json.Marshal(vcenters)
	b.must(err)
	b.cli.set("TF_VAR_vcenter", string(text))
	before := b.hashes()
	b.follow("move-between-vcenters.md")
	for _, vm := range []string{"[storage1] web/web.vmx", "[storage1] db/db.vmx"} {
		if b.registered("DC1", vm) || !other.registered("DC1", vm) {
			t.Errorf("%s: in the old inventory: %v, in the new one: %v", vm, b.registered("DC1", vm), other.registered("DC1", vm))
		}
	}
	b.unchanged(before)
	b.says(b.run(0, "plan", "-detailed-exitcode", "-var=where=new"), "No changes.")
}
