// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const everyFile = `
data "vix_vmx_files" "all" {
}

resource "vix_registration" "all" {
  for_each      = data.vix_vmx_files.all.by_path
  vmx_path      = each.value.vmx_path
  datacenter    = each.value.datacenter
  if_registered = "adopt"
}
`

// A user who may not see part of what a list covers any more gets an error that names it: the keys of for_each do
// not become fewer, and nothing is unregistered.
func TestProcessWhatIsWithheldUnregistersNothing(t *testing.T) {
	const dbPath = "[LocalDS_0] db/db.vmx"
	for _, c := range []struct{ name, privilege, object, says string }{
		{"datastore", "System.Read", "/DC0/datastore/LocalDS_0", "System.Read on the datastore /DC0/datastore/LocalDS_0"},
		{"datacenter", "System.Read", "/DC0", "System.Read on the datastore /DC0/datastore/LocalDS_0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := laidOut(t, sim.Options{Datacenters: 2})
			must(t, a.Host.WriteVM("DC0", dbPath, sim.VMX{}))
			w := newWorkspace(t, a, everyFile)
			w.run(t, nil, "apply", "-no-color", "-auto-approve")
			before := a.Host.Registered()
			if len(before) != 2 {
				t.Fatalf("registered: %v", before)
			}
			a.Host.Deny(a.Host.Username(), c.privilege, c.object)
			for _, args := range [][]string{{"plan", "-no-color"}, {"apply", "-no-color", "-auto-approve"}} {
				cmd, out := w.command(nil, args...)
				err := cmd.Run()
				text := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "│", "")), " ")
				if err == nil || !strings.Contains(text, c.says) {
					t.Errorf("terraform %v does not end in an error that says %q: %v\n%s", args, c.says, err, out)
				}
			}
			if after := a.Host.Registered(); !slices.Equal(before, after) {
				t.Errorf("the inventory changed: %v, now %v", before, after)
			}
			a.Host.ClearDenied()
			if out := w.run(t, nil, "plan", "-no-color"); !strings.Contains(out, "No changes.") {
				t.Errorf("with the privilege back:\n%s", out)
			}
		})
	}
}

// A datastore is renamed while another datacenter has the old name, with a file at the same path: every key changes,
// and no VM is lost, also where the new key adopts while the old one is about to unregister.
func TestProcessARenamedDatastoreLosesNothing(t *testing.T) {
	for _, parallelism := range []string{"1", "10"} {
		t.Run(parallelism, func(t *testing.T) {
			a := laidOut(t, sim.Options{Datacenters: 2})
			must(t, a.Host.WriteVM("DC0", "[LocalDS_0] db/db.vmx", sim.VMX{}))
			must(t, a.Host.WriteVM("DC1", webPath, sim.VMX{DisplayName: "other"}))
			w := newWorkspace(t, a, everyFile)
			apply := []string{"apply", "-no-color", "-auto-approve", "-parallelism=" + parallelism}
			w.run(t, nil, apply...)
			a.Host.Fault(sim.Fault{Method: "UnregisterVM", Times: -1, Delay: 50 * time.Millisecond})
			must(t, a.Host.RenameDatastore("DC0", "LocalDS_0", "renamed"))
			out := w.run(t, nil, apply...)
			if !strings.Contains(out, "2 added, 0 changed, 2 destroyed.") {
				t.Errorf("the keys do not follow the name:\n%s", out)
			}
			var paths []string
			for _, vm := range a.Host.Registered() {
				paths = append(paths, vm.Datacenter+":"+vm.Path)
			}
			slices.Sort(paths)
			want := []string{"/DC0:[renamed] db/db.vmx", "/DC0:[renamed] web/web.vmx", "/DC1:" + webPath}
			if !slices.Equal(paths, want) {
				t.Errorf("registered: %q, want %q\n%s", paths, want, out)
			}
			if out := w.run(t, nil, "plan", "-no-color"); !strings.Contains(out, "No changes.") {
				t.Errorf("it does not settle:\n%s", out)
			}
		})
	}
}
