// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const (
	copyPath     = "[LocalDS_0] web copy/web.vmx"
	copied       = "vix_registration.copy"
	registerBoth = `
data "vix_vmx_files" "all" {
  read_config = true
}

resource "vix_registration" "web" {
  vmx_path      = data.vix_vmx_files.all.by_path["/DC0:[LocalDS_0] web/web.vmx"].vmx_path
  cluster       = "DC0_C0"
  if_registered = "adopt"
}

resource "vix_registration" "copy" {
  vmx_path      = data.vix_vmx_files.all.by_path["/DC0:[LocalDS_0] web copy/web.vmx"].vmx_path
  cluster       = "DC0_C0"
  if_registered = "adopt"
}
`
)

func emptyPlan() resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
}

// A copy beside its original: both are registered, and the state of each is its
// own, whether the host gives the copy a new instance UUID (vCenter) or not (ESXi).
func TestAccCopyAndOriginal(t *testing.T) {
	for name, keep := range map[string]bool{"the host tells them apart": false, "the host does not": true} {
		t.Run(name, func(t *testing.T) {
			a := laidOut(t, sim.Options{KeepDuplicateInstanceUUIDs: keep})
			must(t, a.Host.WriteVM("DC0", copyPath, sim.VMX{DisplayName: "copy", InstanceUUID: webUUID}))
			run(t, a, resource.TestStep{
				Config: a.Configuration(registerBoth),
				ConfigStateChecks: []statecheck.StateCheck{
					value(address, "registered_path", webPath), value(address, "name", "web"),
					value(copied, "registered_path", copyPath), value(copied, "name", "copy"),
					statecheck.ExpectKnownValue("data.vix_vmx_files.all", at("by_path").AtMapKey("/DC0:"+copyPath).AtMapKey("same_uuid_as"),
						knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("/DC0:" + webPath)})),
				},
			}, resource.TestStep{
				Config:           a.Configuration(registerBoth),
				ConfigPlanChecks: emptyPlan(),
				ConfigStateChecks: []statecheck.StateCheck{
					value(address, "registered_path", webPath), value(copied, "registered_path", copyPath),
				},
			})
			gone(t, a, webPath)
			gone(t, a, copyPath)
		})
	}
}

// One NFS export under two datastores: each file is said to be the other's. A file of another datastore is nobody else's.
func TestAccOneExportSeenTwice(t *testing.T) {
	a := laidOut(t, sim.Options{})
	must(t, a.Host.MountExport("DC0", "nfs3", "NFS", "nas.example.com", "/vol/vms"))
	must(t, a.Host.MountExport("DC0", "nfs4", "NFS41", "192.0.2.1", "/vol/vms"))
	must(t, a.Host.WriteVM("DC0", "[nfs3] db/db.vmx", sim.VMX{}))
	same := func(path string, others ...knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.vix_vmx_files.all", at("by_path").AtMapKey("/DC0:"+path).AtMapKey("same_file_as"),
			knownvalue.ListExact(others))
	}
	run(t, a, resource.TestStep{
		Config: a.Configuration(`data "vix_vmx_files" "all" {}`),
		ConfigStateChecks: []statecheck.StateCheck{
			same("[nfs3] db/db.vmx", knownvalue.StringExact("/DC0:[nfs4] db/db.vmx")),
			same("[nfs4] db/db.vmx", knownvalue.StringExact("/DC0:[nfs3] db/db.vmx")),
			same(webPath),
		},
	})
}

func TestAccFilesOfADatastoreThatIsDown(t *testing.T) {
	a := laidOut(t, sim.Options{Datastores: 2})
	must(t, a.Host.SetDatastoreAccessible("DC0", "LocalDS_1", false))
	run(t, a, resource.TestStep{
		Config:      a.Configuration(`data "vix_vmx_files" "all" {}`),
		ExpectError: says("The datastore LocalDS_1 of /DC0 is inaccessible: no host can read it."),
	}, resource.TestStep{
		Config:      a.Configuration(`data "vix_vmx_files" "all" { match = "[a" }`),
		ExpectError: says("Not a glob"),
	}, resource.TestStep{
		Config: a.Configuration(`data "vix_vmx_files" "all" { on_inaccessible = "warn" }`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.vix_vmx_files.all", at("by_path"), knownvalue.Null()),
			statecheck.ExpectKnownValue("data.vix_vmx_files.all", at("files"), knownvalue.ListSizeExact(1)),
			statecheck.ExpectKnownValue("data.vix_vmx_files.all", at("unreadable").AtSliceIndex(0).AtMapKey("datastore"),
				knownvalue.StringExact("LocalDS_1")),
		},
	})
}
