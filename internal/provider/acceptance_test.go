// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

func TestAccRegisterThenOpenInOneApply(t *testing.T) {
	a := laidOut(t, sim.Options{})
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers + opens + `data "vix_host" "this" {}`),
		ConfigStateChecks: []statecheck.StateCheck{
			value(address, "id", webUUID),
			value(address, "datacenter", "/DC0"),
			value(address, "folder", "/DC0/vm"),
			value(address, "cluster", "/DC0/host/DC0_C0"),
			value(address, "resource_pool", "/DC0/host/DC0_C0/Resources"),
			value(address, "connection_state", "connected"),
			value("data.vix_vm.web", "id", webUUID),
			value("data.vix_vm.web", "power_state", "off"),
			value("data.vix_vm.web", "annotation", "front end"),
			statecheck.ExpectKnownValue("data.vix_vm.web", at("variables"), knownvalue.MapExact(map[string]knownvalue.Check{
				"role": knownvalue.StringExact("web"),
			})),
			value("data.vix_host.this", "instance_uuid", a.Host.InstanceUUID()),
		},
	}, resource.TestStep{
		Config: a.Configuration(registers + opens),
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	})
	gone(t, a, webPath)
}

func TestAccLiteralPathBesideTheRegistration(t *testing.T) {
	a := laidOut(t, sim.Options{})
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers + `
data "vix_vm" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
}
`),
		ExpectError: says("this data source was read before that, because its vmx_path is a literal. " +
			"Refer to the registration instead, which makes Terraform wait for it: vmx_path = vix_registration.NAME.registered_path"),
	})
	gone(t, a, webPath)
}

func TestAccAmbiguity(t *testing.T) {
	a := laidOut(t, sim.Options{Datacenters: 2})
	must(t, a.Host.WriteVM("DC1", webPath, sim.VMX{DisplayName: "other"}))
	for _, dc := range []string{"DC0", "DC1"} {
		_, err := a.Host.Register(t.Context(), dc, webPath)
		must(t, err)
	}
	run(t, a, resource.TestStep{
		Config:      a.Configuration(`data "vix_vm" "web" { vmx_path = "[LocalDS_0]web/web.vmx" }`),
		ExpectError: regexp.MustCompile(`(?s)2 VMs have this path.*/DC0.*` + webUUID + `.*/DC1.*other.*datacenter`),
	}, resource.TestStep{
		Config: a.Configuration(`
data "vix_vm" "web" {
  vmx_path   = "[LocalDS_0]web/web.vmx"
  datacenter = "DC1"
}
`),
		ConfigStateChecks: []statecheck.StateCheck{
			value("data.vix_vm.web", "name", "other"), value("data.vix_vm.web", "datacenter", "DC1"),
			value("data.vix_vm.web", "vmx_path", "[LocalDS_0]web/web.vmx"),
		},
	})
}

func TestAccImport(t *testing.T) {
	for name, id := range map[string]string{
		"by id": webUUID, "by path in a datacenter": "DC0:" + webPath, "by inventory path": "/DC0:[LocalDS_0]web/web.vmx",
		"by path": webPath,
	} {
		t.Run(name, func(t *testing.T) {
			a := laidOut(t, sim.Options{})
			_, err := a.Host.Register(t.Context(), "DC0", webPath)
			must(t, err)
			run(t, a, resource.TestStep{
				Config: a.Configuration(registers + fmt.Sprintf(`
import {
  to = vix_registration.web
  id = %q
}
`, id)),
				ConfigPlanChecks:  action(plancheck.ResourceActionNoop),
				ConfigStateChecks: []statecheck.StateCheck{value(address, "id", webUUID), value(address, "vmx_path", webPath)},
			})
			if _, err := a.Host.VM("DC0", webPath); err != nil {
				t.Errorf("what was imported did not survive the destroy: %v", err)
			}
		})
	}
}

func TestAccStorageVMotion(t *testing.T) {
	a := laidOut(t, sim.Options{Datastores: 2})
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers + opens),
		}, {
			PreConfig: func() {
				moved, err := a.Host.StorageVMotion(t.Context(), "DC0", webPath, "LocalDS_1")
				if must(t, err); moved != "[LocalDS_1] web/web.vmx" {
					t.Fatalf("moved to %s", moved)
				}
			},
			Config:           a.Configuration(registers + opens),
			ConfigPlanChecks: action(plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{
				value(address, "id", webUUID), value(address, "vmx_path", webPath),
				value(address, "registered_path", "[LocalDS_1] web/web.vmx"),
				value("data.vix_vm.web", "registered_path", "[LocalDS_1] web/web.vmx"),
			},
		}, {
			Config:           a.Configuration(strings.ReplaceAll(registers, "[LocalDS_0] ", "[LocalDS_1]")),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				value(address, "id", webUUID), value(address, "vmx_path", "[LocalDS_1]web/web.vmx"),
			},
		}},
	})
	gone(t, a, "[LocalDS_1] web/web.vmx")
}

func TestAccRegisteredAgainAfterOutsideUnregister(t *testing.T) {
	a := laidOut(t, sim.Options{})
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers),
	}, resource.TestStep{
		PreConfig:         func() { must(t, a.Host.Unregister(t.Context(), "DC0", webPath)) },
		Config:            a.Configuration(registers),
		ConfigPlanChecks:  action(plancheck.ResourceActionCreate),
		ConfigStateChecks: []statecheck.StateCheck{value(address, "id", webUUID)},
	})
	gone(t, a, webPath)
}

func TestAccHostUnreachableDuringRefresh(t *testing.T) {
	a := laidOut(t, sim.Options{})
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers),
	}, resource.TestStep{
		PreConfig: func() {
			// Reading who logged in still works; the host goes right after it.
			a.Host.Fault(sim.Fault{Method: "RetrievePropertiesEx", Skip: 1, Cut: true, Times: -1})
			a.Host.Fault(sim.Fault{Method: "RetrieveProperties", Skip: 1, Cut: true, Times: -1})
		},
		Config:      strings.Replace(a.Configuration(registers), "hostname", "request_timeout = \"1s\"\n  hostname", 1),
		ExpectError: says("Cannot read the registration of " + webPath),
	}, resource.TestStep{
		PreConfig:         a.Host.ClearFaults,
		Config:            a.Configuration(registers),
		ConfigPlanChecks:  action(plancheck.ResourceActionNoop),
		ConfigStateChecks: []statecheck.StateCheck{value(address, "id", webUUID)},
	})
}

func TestAccUpdateInPlace(t *testing.T) {
	a := laidOut(t, sim.Options{})
	_, err := a.Host.AddFolder("DC0", "Linux")
	must(t, err)
	_, err = a.Host.AddPool("DC0", "DC0_C0", "front")
	must(t, err)
	changed := a.Configuration(`
resource "vix_registration" "web" {
  vmx_path      = "[LocalDS_0]web//web.vmx"
  datacenter    = "DC0"
  name          = "web 100% / new"
  folder        = "Linux"
  resource_pool = "front"
  cluster       = "DC0_C0"
}
`)
	runAside(t, a, webPath, resource.TestStep{
		Config: a.Configuration(registers),
	}, resource.TestStep{
		Config:           changed,
		ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
		ConfigStateChecks: []statecheck.StateCheck{
			value(address, "id", webUUID), value(address, "name", "web 100% / new"), value(address, "folder", "Linux"),
			value(address, "resource_pool", "front"), value(address, "vmx_path", webPath),
		},
	}, resource.TestStep{
		PreConfig:        func() { must(t, a.Host.Rename(t.Context(), "DC0", webPath, "drifted")) },
		Config:           changed,
		ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
	})
	gone(t, a, webPath)
}

func TestAccReplaceByHost(t *testing.T) {
	a := laidOut(t, sim.Options{})
	on := func(host string) string {
		return a.Configuration(fmt.Sprintf(`
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
  host     = %q
}
`, host))
	}
	run(t, a, resource.TestStep{
		Config: on("DC0_C0_H0"),
	}, resource.TestStep{
		Config:            on("DC0_C0_H1"),
		ConfigPlanChecks:  action(plancheck.ResourceActionDestroyBeforeCreate),
		ConfigStateChecks: []statecheck.StateCheck{value(address, "host", "DC0_C0_H1"), value(address, "id", webUUID)},
	}, resource.TestStep{
		// The same as terraform apply -replace and as a tainted registration.
		Taint:            []string{address},
		Config:           on("DC0_C0_H1"),
		ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
	})
}

func TestAccTemplate(t *testing.T) {
	a := laidOut(t, sim.Options{})
	must(t, a.Host.WriteVM("DC0", "[LocalDS_0] tpl/tpl.vmtx", sim.VMX{}))
	run(t, a, resource.TestStep{
		Config: a.Configuration(`
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] tpl/tpl.vmtx"
  template = true
  host     = "DC0_C0_H0"
}
` + opens),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, at("resource_pool"), knownvalue.Null()),
			statecheck.ExpectKnownValue("data.vix_vm.web", at("template"), knownvalue.Bool(true)),
		},
	})
	gone(t, a, "[LocalDS_0] tpl/tpl.vmtx")
}

func TestAccAdopt(t *testing.T) {
	a := laidOut(t, sim.Options{})
	_, err := a.Host.Register(t.Context(), "DC0", webPath)
	must(t, err)
	runAside(t, a, webPath, resource.TestStep{
		Config:      a.Configuration(registers),
		ExpectError: says(`The VM is registered already`),
	}, resource.TestStep{
		Config: a.Configuration(`
resource "vix_registration" "web" {
  vmx_path      = "[LocalDS_0] web/web.vmx"
  if_registered = "adopt"
  name          = "adopted"
}
`),
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(address, at("adopted"), knownvalue.Bool(true)), value(address, "name", "adopted"),
		},
	})
	if _, err := a.Host.VM("DC0", webPath); err != nil {
		t.Errorf("what was adopted did not survive the destroy: %v", err)
	}
}

func TestAccDestroyOfARunningVM(t *testing.T) {
	a := laidOut(t, sim.Options{})
	run(t, a, resource.TestStep{
		Config: a.Configuration(registers),
	}, resource.TestStep{
		PreConfig:   func() { must(t, a.Host.SetPower("DC0", webPath, "poweredOn")) },
		Config:      a.Configuration(registers),
		Destroy:     true,
		ExpectError: says("The VM is powered on, and a host unregisters only VMs that are not."),
	}, resource.TestStep{
		Config: a.Configuration(`
resource "vix_registration" "web" {
  vmx_path             = "[LocalDS_0] web/web.vmx"
  power_off_on_destroy = "hard"
}
`),
		ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
	})
	gone(t, a, webPath)
}

func TestAccOnESXi(t *testing.T) {
	t.Parallel()
	a := vixtest.NewAcceptance(t, sim.Options{ESX: true}, map[vix.ServiceProvider]vix.Connect{vix.VIServer: vsphere.Connect})
	must(t, a.Host.WriteVM("ha-datacenter", webPath, sim.VMX{InstanceUUID: webUUID}))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{
			Config: a.Configuration(registers + opens),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, at("cluster"), knownvalue.Null()), value("data.vix_vm.web", "id", webUUID),
			},
		}},
	})
}

// The sessions that runs leave on the host are none, once each provider has
// ended as main ends it.
func TestAccNoSessionIsLeft(t *testing.T) {
	a := laidOut(t, sim.Options{})
	before := a.Host.Sessions()
	run(t, a, resource.TestStep{Config: a.Configuration(registers + opens)})
	if a.Host.Sessions() == before {
		t.Error("no provider has logged in")
	}
	must(t, a.Close())
	if after := a.Host.Sessions(); after != before {
		t.Errorf("%d sessions before, %d after", before, after)
	}
}

// Terraform composes what the host has decomposed, and a configuration has no escapes: it is registered, opened and followed
// all the same, and nothing is planned afterwards.
func TestAccNamesThatTheHostWritesOtherwise(t *testing.T) {
	a := laidOut(t, sim.Options{})
	must(t, a.Host.RemoveFile("DC0", "[LocalDS_0] web"))
	const decomposed = "[LocalDS_0] Bu\u0308ro/Bu\u0308ro.vmx"
	must(t, a.Host.WriteVM("DC0", decomposed, sim.VMX{DisplayName: "Bu\u0308ro"}))
	must(t, a.Host.RenamePlace(t.Context(), "/DC0/host/DC0_C0", `Prod\A`))
	_, err := a.Host.AddFolder("DC0", `B\C`)
	must(t, err)
	config := a.Configuration(`
data "vix_vmx_files" "all" {}

resource "vix_registration" "web" {
  vmx_path      = data.vix_vmx_files.all.by_path["/DC0:[LocalDS_0] B\u00fcro/B\u00fcro.vmx"].vmx_path
  cluster       = "Prod\\A"
  folder        = "B\\C"
  name          = "B\u00fcro"
  if_registered = "adopt"
}

data "vix_vm" "opened" {
  vmx_path = vix_registration.web.registered_path
}
`)
	run(t, a, resource.TestStep{
		Config: config,
		ConfigStateChecks: []statecheck.StateCheck{
			value("data.vix_vm.opened", "folder", "/DC0/vm/B%5cC"),
			value("data.vix_vm.opened", "name", "B\u00fcro"),
			value("data.vix_vm.opened", "registered_path", "[LocalDS_0] B\u00fcro/B\u00fcro.vmx"),
		},
	}, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}, resource.TestStep{
		Config:           strings.ReplaceAll(strings.ReplaceAll(config, "Prod\\\\A", "/DC0/host/Prod%5cA"), "B\\\\C", "B%5cC"),
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})
	gone(t, a, decomposed)
}
