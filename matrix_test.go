// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// pages hold the table of what works where, between two comments.
var pages = []string{"README.md", "templates/guides/on-your-laptop.md.tmpl"}

const tableBegins, tableEnds = "<!-- what works where -->\n", "<!-- /what works where -->"

// functions are what a feature is to a user, where there is something to say of it in the table.
var functions = map[vix.Feature]string{
	vix.FeatureOpen:          "`VixVM_Open`: `data \"vix_vm\"`",
	vix.FeatureFind:          "`VixHost_FindItems`, running VMs: `data \"vix_vms\"`",
	vix.FeatureFiles:         "search for files: `data \"vix_vmx_files\"`",
	vix.FeatureRegister:      "`VixHost_RegisterVM`, registered VMs: `vix_registration`",
	vix.FeatureRename:        "`name` changed in place",
	vix.FeatureUnregister:    "`VixHost_UnregisterVM`: destroy",
	vix.FeatureInventory:     "a VM must be registered to be opened",
	vix.FeatureDatacenters:   "`datacenter`",
	vix.FeatureFolders:       "`folder`",
	vix.FeatureResourcePools: "`resource_pool`",
	vix.FeatureTemplates:     "`template`",
	vix.FeatureGuest:         "`VixVM_LoginInGuest`, programs and files: `vix_guest_run`, `vix_guest_file`",
	vix.FeatureGuestTickets:  "a login in a guest without the password: `vix_guest_ticket`",
	vix.FeaturePower:         "`VixVM_PowerOn`, off, suspend, reset, and answers: `vix_power`, `vix_question_answer`",
	vix.FeatureInstallTools:  "`VixVM_InstallTools`: `vix_tools_install`",
	vix.FeatureSnapshots:     "`VixVM_CreateSnapshot`, remove, revert: `vix_snapshot`, `vix_snapshot_revert`",
	vix.FeatureVariables:     "`VixVM_ReadVariable`, `VixVM_WriteVariable`: `vix_variable`",
	vix.FeatureClones:        "`VixVM_Clone`: `vix_clone`",
	vix.FeatureScreen:        "`VixVM_CaptureScreenImage`: `data \"vix_screenshot\"`",
	vix.FeatureLogin:         "a login, refused at once where it is wrong",
}

// TestWhatWorksWhere holds the tables of the pages to what the products say of themselves. UPDATE=1 writes them.
func TestWhatWorksWhere(t *testing.T) {
	want := table(t)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(text), tableBegins)
		is, after, closed := strings.Cut(rest, tableEnds)
		if !ok || !closed {
			t.Fatalf("%s has no table between %q and %q", page, tableBegins, tableEnds)
		}
		if is == want {
			continue
		}
		if os.Getenv("UPDATE") == "" {
			t.Errorf("%s says otherwise; make matrix writes it:\n%s", page, want)
			continue
		}
		if err := os.WriteFile(page, []byte(before+tableBegins+want+tableEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// table is what each product supports, a feature a line.
func table(t *testing.T) string {
	t.Helper()
	columns := []string{"vCenter", "ESXi", "Workstation", "Fusion", "Player"}
	without := map[string]vix.Host{"vCenter": center(t, false), "ESXi": center(t, true)}
	with := map[string]vix.Host{"vCenter": without["vCenter"], "ESXi": without["ESXi"]}
	for column, persona := range map[string]string{"Workstation": "workstation-17", "Fusion": "fusion-13", "Player": "player-17"} {
		without[column], with[column] = desktop(t, persona, false), desktop(t, persona, true)
	}
	for _, host := range with {
		info, err := host.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, feature := range info.Features {
			if !slices.Contains(vix.Features(), feature) {
				t.Errorf("%s has %q, which is none of vix.Features", info.Product, feature)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, feature := range vix.Features() {
		line := functions[feature]
		if line == "" {
			line = feature.Function()
		}
		for _, column := range columns {
			switch {
			case without[column].Supports(feature) == nil:
				line += " | yes"
			case with[column].Supports(feature) == nil:
				line += " | with `vmrest_url`"
			default:
				line += " | no"
			}
		}
		fmt.Fprintf(&b, "| %s |\n", line)
	}
	return b.String()
}

// center is a connection to a simulated vCenter, or ESXi.
func center(t *testing.T, esxi bool) vix.Host {
	t.Helper()
	s, err := sim.Start(sim.Options{ESX: esxi})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return reach(t, vsphere.Connect, vix.ConnectOptions{Hostname: s.URL(), Username: s.Username(), Password: s.Password(), CA: s.CAPEM()})
}

// desktop is a connection to a stand-in for a product on a desktop.
func desktop(t *testing.T, persona string, library bool) vix.Host {
	t.Helper()
	p := hostedsim.New(t, hostedsim.Options{Persona: persona})
	options := vix.ConnectOptions{VMRunPath: p.VMRun()}
	if library {
		rest := p.VMRest()
		options.VMRestURL, options.Username, options.Password = rest.URL(), rest.Username, rest.Password
	}
	return reach(t, hosted.Connect(vix.ServiceProvider(p.ServiceProvider())), options)
}

func reach(t *testing.T, connect vix.Connect, options vix.ConnectOptions) vix.Host {
	t.Helper()
	host, err := connect(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = host.Disconnect(t.Context()) })
	return host
}
