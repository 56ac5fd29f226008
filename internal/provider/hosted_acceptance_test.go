// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/provider"
	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// desk is a stand-in for a product on a desktop, and the provider that a real Terraform runs against it.
type desk struct {
	*hostedsim.Product
	rest *hostedsim.VMRest
}

func newDesk(t *testing.T, options hostedsim.Options, library bool) *desk {
	d := &desk{Product: hostedsim.New(t, options)}
	if library {
		d.rest = d.VMRest()
	}
	return d
}

// configuration is config below the provider block that reaches the stand-in; more are further arguments of it.
func (d *desk) configuration(config string, more ...string) string {
	arguments := append([]string{
		fmt.Sprintf("service_provider = %q", d.ServiceProvider()), fmt.Sprintf("vmrun_path = %q", d.VMRun()),
	}, more...)
	if d.rest != nil {
		arguments = append(arguments, fmt.Sprintf("vmrest_url = %q", d.rest.URL()), fmt.Sprintf("username = %q", d.rest.Username),
			fmt.Sprintf("password = %q", d.rest.Password))
	}
	return "provider \"vix\" {\n  " + strings.Join(arguments, "\n  ") + "\n}\n" + config
}

// run runs Terraform, which gets a new provider for each command, as it would start a new process.
func (d *desk) run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	var providers []*provider.Provider
	resource.UnitTest(t, resource.TestCase{
		Steps: steps,
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"vix": func() (tfprotov6.ProviderServer, error) {
				p := provider.New("test", map[vix.ServiceProvider]vix.Connect{
					vix.Workstation: hosted.Connect(vix.Workstation), vix.Player: hosted.Connect(vix.Player), vix.Fusion: hosted.Connect(vix.Fusion),
				})
				providers = append(providers, p)
				return p.Server(), nil
			},
		},
	})
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, p := range providers {
		if err := p.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	if alive := d.Alive(); len(alive) > 0 {
		t.Errorf("%d processes are left: %+v", len(alive), alive)
	}
}

func registersAt(path string) string {
	return fmt.Sprintf("resource \"vix_registration\" \"web\" {\n  vmx_path = %q\n}\n", path)
}

func opensAt(path string) string {
	return fmt.Sprintf("data \"vix_vm\" \"web\" {\n  vmx_path = %q\n}\n", path)
}

func TestAccHostedOpenByPath(t *testing.T) {
	t.Setenv("VSPHERE_USER", "administrator@vsphere.local")
	t.Setenv("VSPHERE_PASSWORD", "of a vCenter")
	t.Setenv("VSPHERE_SERVER", "vcenter.example")
	d := newDesk(t, hostedsim.Options{}, false)
	m := d.AddVM("web 01", hostedsim.Spec{DisplayName: "Übung \"1\"", Annotation: "two\nlines", GuestInfo: map[string]string{"role": "web"}})
	link := filepath.Join(d.VMs(), "link")
	must(t, os.Symlink(m.Dir(), link))
	m.Snapshot("clean", "as installed")
	m.Start()
	before := d.Tree()
	d.run(t, resource.TestStep{
		Config: d.configuration(opensAt(filepath.Join(link, "web 01.vmx"))+"data \"vix_host\" \"this\" {}\n"+
			"data \"vix_vms\" \"on\" {\n  find = \"running\"\n}\n"+
			fmt.Sprintf("data \"vix_vmx_files\" \"all\" {\n  path = %q\n  read_config = true\n}\n", d.VMs()), `username = "desk"`),
		ConfigStateChecks: []statecheck.StateCheck{
			value("data.vix_vm.web", "vmx_path", filepath.Join(link, "web 01.vmx")), value("data.vix_vm.web", "id", m.Path()),
			value("data.vix_vm.web", "registered_path", m.Path()), value("data.vix_vm.web", "name", "Übung \"1\""),
			value("data.vix_vm.web", "annotation", "two\nlines"), value("data.vix_vm.web", "guest_os", "ubuntu-64"),
			value("data.vix_vm.web", "power_state", "on"), value("data.vix_vm.web", "tools_state", "running"),
			value("data.vix_vm.web", "connection_state", "connected"), value("data.vix_vm.web", "hardware_version", "vmx-14"),
			value("data.vix_host.this", "product", "VMware Workstation"), value("data.vix_host.this", "api_version", "1.17.0"),
			value("data.vix_host.this", "instance_uuid", "workstation"),
		},
		Check: resource.ComposeTestCheckFunc(
			resource.TestCheckResourceAttr("data.vix_vm.web", "guest.ip_address", "192.168.80.130"),
			resource.TestCheckResourceAttr("data.vix_vm.web", "variables.role", "web"),
			resource.TestCheckResourceAttr("data.vix_vm.web", "num_vcpus", "1"),
			resource.TestCheckResourceAttr("data.vix_vm.web", "memory_size", "1024"),
			resource.TestCheckResourceAttr("data.vix_vm.web", "snapshots.0.path", "clean"),
			resource.TestCheckResourceAttr("data.vix_vm.web", "snapshots.0.is_current", "true"),
			resource.TestCheckNoResourceAttr("data.vix_vm.web", "datacenter"),
			resource.TestCheckResourceAttr("data.vix_vms.on", "vms.0.id", m.Path()),
			resource.TestCheckResourceAttr("data.vix_vms.on", "vms.#", "1"),
			resource.TestCheckResourceAttr("data.vix_vmx_files.all", "files.#", "1"),
			resource.TestCheckResourceAttr("data.vix_vmx_files.all", "files.0.vmx_path", m.Path()),
			resource.TestCheckResourceAttr("data.vix_vmx_files.all", "files.0.display_name", "Übung \"1\""),
			resource.TestCheckNoResourceAttr("data.vix_vmx_files.all", "files.0.registered"),
		),
	})
	for name, sum := range before {
		if d.Tree()[name] != sum {
			t.Errorf("%s has changed", name)
		}
	}
	if len(d.Tree()) != len(before) {
		t.Error("files were added or removed")
	}
}

func TestAccHostedRegisterInTheLibrary(t *testing.T) {
	d := newDesk(t, hostedsim.Options{}, true)
	m := d.AddVM("web 01", hostedsim.Spec{})
	before := d.Tree()
	config := d.configuration(registersAt(m.Path()) + "data \"vix_vm\" \"web\" {\n  vmx_path = vix_registration.web.registered_path\n}\n")
	d.run(t, resource.TestStep{
		Config: config,
		ConfigStateChecks: []statecheck.StateCheck{
			value(address, "id", m.Path()), value(address, "registered_path", m.Path()), value(address, "server", "workstation"),
			value(address, "name", "web 01"), value(address, "on_destroy", "keep"), value("data.vix_vm.web", "id", m.Path()),
		},
	}, resource.TestStep{
		Config:           config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}, resource.TestStep{
		ResourceName: address, ImportState: true, ImportStateId: m.Path(), ImportStateVerify: true,
		ImportStateVerifyIgnore: []string{"adopted", "if_registered", "power_off_on_destroy"},
	})
	if !m.InLibrary() {
		t.Error("a destroy has taken the VM out of the library")
	}
	if posts := d.rest.Count("POST", "/vms/registration"); posts != 1 || len(d.rest.Violations()) > 0 || d.rest.Parallel() > 0 {
		t.Errorf("%d registrations were sent, %d requests that nobody should send, %d side by side", posts, len(d.rest.Violations()), d.rest.Parallel())
	}
	for name, sum := range d.Tree() {
		if before[name] != sum {
			t.Errorf("%s has changed", name)
		}
	}
}

func TestAccHostedSomebodyTakesItOutOfTheLibrary(t *testing.T) {
	d := newDesk(t, hostedsim.Options{Persona: "fusion-13"}, true)
	m := d.AddVM("Mac", hostedsim.Spec{Bundle: true})
	config := d.configuration(registersAt(m.Dir()))
	d.run(t, resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{
		value(address, "id", m.Path()), value(address, "vmx_path", m.Dir()),
	}}, resource.TestStep{
		PreConfig: m.RemoveFromLibrary,
		Config:    config, ConfigPlanChecks: action(plancheck.ResourceActionCreate),
	})
	if posts := d.rest.Count("POST", "/vms/registration"); posts != 2 {
		t.Errorf("%d registrations were sent", posts)
	}
}

// What logs in to a vCenter is in the environment of many, and nothing for vmrest.
func TestAccHostedNothingOfAVCenterReachesVMRest(t *testing.T) {
	t.Setenv("VSPHERE_USER", "administrator@vsphere.local")
	t.Setenv("VSPHERE_PASSWORD", "of a vCenter")
	d := newDesk(t, hostedsim.Options{}, false)
	rest := d.VMRest()
	config := d.configuration("data \"vix_vms\" \"all\" {}\n"+registersAt(d.AddVM("web", hostedsim.Spec{}).Path()), fmt.Sprintf("vmrest_url = %q", rest.URL()))
	d.run(t, resource.TestStep{Config: config, PlanOnly: true, ExpectError: says2("refuses the user name or the password.*VIX_USERNAME and VIX_PASSWORD")})
	if requests := rest.Requests(); len(requests) != 1 || requests[0].Username != "" || requests[0].Password != "" {
		t.Errorf("vmrest was asked %+v; a login is tried once, and this one has none", requests)
	}
}

func TestAccHostedAFileThatIsNotThereYet(t *testing.T) {
	d := newDesk(t, hostedsim.Options{}, true)
	config := d.configuration(registersAt(filepath.Join(d.VMs(), "none", "none.vmx")))
	d.run(t, resource.TestStep{Config: config, PlanOnly: true, ExpectNonEmptyPlan: true},
		resource.TestStep{Config: config, ExpectError: says2(`no such folder.*VIX_E_NOT_FOUND \(2000\)`)})
	if posts := d.rest.Count("POST", ""); posts != 0 {
		t.Errorf("%d registrations were sent", posts)
	}
}

func TestAccHostedAnotherSpellingIsNoChange(t *testing.T) {
	d := newDesk(t, hostedsim.Options{}, true)
	m := d.AddVM("web", hostedsim.Spec{})
	link := filepath.Join(d.VMs(), "link.vmx")
	must(t, os.Symlink(m.Path(), link))
	d.run(t, resource.TestStep{Config: d.configuration(registersAt(m.Path()))}, resource.TestStep{
		Config: d.configuration(registersAt(link)), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	})
	fresh := newDesk(t, hostedsim.Options{}, true)
	fresh.run(t, resource.TestStep{
		Config:   fresh.configuration(registersAt(m.Path()) + strings.Replace(registersAt(link), "\"web\"", "\"twice\"", 1)),
		PlanOnly: true, ExpectError: says2("Two resources have"),
	})
}

func TestAccHostedWhatCannotBeIsAnErrorAtPlan(t *testing.T) {
	plain, library := newDesk(t, hostedsim.Options{}, false), newDesk(t, hostedsim.Options{}, true)
	player := newDesk(t, hostedsim.Options{Persona: "player-17"}, true)
	path := map[*desk]string{}
	for _, d := range []*desk{plain, library, player} {
		path[d] = d.AddVM("web", hostedsim.Spec{}).Path()
	}
	library.VM(path[library]).AddToLibrary()
	with := func(d *desk, arguments string) string {
		return fmt.Sprintf("resource \"vix_registration\" \"web\" {\n  vmx_path = %q\n  %s\n}\n", path[d], arguments)
	}
	for name, test := range map[string]struct {
		d      *desk
		config string
		says   string
	}{
		"no library": {plain, with(plain, ""), "VMware Workstation does not support VixHost_RegisterVM.*needs no registration.*data \"vix_vm\".*vmrest_url.*VIX_E_NOT_SUPPORTED"},
		"Player": {player, with(player, ""),
			"VMware Player does not support VixHost_RegisterVM.*no inventory.*data \"vix_vm\".*VIX_E_NOT_SUPPORTED"},
		"in the library already": {library, with(library, ""), "in the library of the product already.*if_registered.*VIX_E_ALREADY_EXISTS"},
		"unregister":             {library, with(library, `on_destroy = "unregister"`), "cannot take one out.*VIX_E_NOT_SUPPORTED"},
		"datacenter":             {library, with(library, `datacenter = "DC0"`), "no datacenter.*VIX_E_NOT_SUPPORTED"},
		"folder":                 {library, with(library, `folder = "f"`), "no folder.*VIX_E_NOT_SUPPORTED"},
		"resource pool":          {library, with(library, `resource_pool = "p"`), "no resource pool.*VIX_E_NOT_SUPPORTED"},
		"cluster":                {library, with(library, `cluster = "c"`), "no cluster.*VIX_E_NOT_SUPPORTED"},
		"host":                   {library, with(library, `host = "h"`), "no host.*VIX_E_NOT_SUPPORTED"},
		"template":               {library, with(library, `template = true`), "no template.*VIX_E_NOT_SUPPORTED"},
		"a datastore path":       {plain, opensAt("[storage1] web/web.vmx"), "datastore.*vi_server.*VIX_E_INVALID_ARG"},
		"home":                   {plain, opensAt("~/web/web.vmx"), "is not absolute.*pathexpand.*VIX_E_INVALID_ARG"},
		"relative":               {plain, opensAt("web/web.vmx"), "is not absolute.*abspath.*VIX_E_INVALID_ARG"},
		"of Windows":             {plain, opensAt(`C:\VMs\web.vmx`), "Windows.*VIX_E_INVALID_ARG"},
		"a share":                {plain, opensAt(`\\nas\vms\web.vmx`), "Windows.*VIX_E_INVALID_ARG"},
		"a folder":               {plain, opensAt(filepath.Dir(path[plain])), "is a folder.*" + regexp.QuoteMeta(filepath.Base(path[plain])) + ".*VIX_E_INVALID_ARG"},
		"a disk":                 {plain, opensAt("/vms/web.vmdk"), `does not end in \.vmx.*VIX_E_INVALID_ARG`},
		"registered VMs":         {plain, `data "vix_vms" "all" {}`, "VixHost_FindItems of registered VMs.*vmrest_url.*VIX_E_NOT_SUPPORTED"},
		"registered files":       {plain, fmt.Sprintf("data \"vix_vmx_files\" \"a\" {\n  path = %q\n  registered = true\n}\n", plain.VMs()), "vmrest_url"},
		"datastores":             {plain, fmt.Sprintf("data \"vix_vmx_files\" \"a\" {\n  path = %q\n  datastores = [\"s\"]\n}\n", plain.VMs()), "no datastores"},
		"no folder of files":     {plain, `data "vix_vmx_files" "a" {}`, "path is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			test.d.run(t, resource.TestStep{Config: test.d.configuration(test.config), PlanOnly: true, ExpectError: says2(test.says)})
		})
	}
	if library.rest.Count("POST", "") > 0 {
		t.Error("a plan has registered something")
	}
}

// What Terraform shows of the errors of opening names what to set.
func TestAccHostedErrorsOfOpening(t *testing.T) {
	d := newDesk(t, hostedsim.Options{}, false)
	web := d.AddVM("web", hostedsim.Spec{})
	sealed := d.AddVM("sealed", hostedsim.Spec{Encrypted: hostedsim.EncryptedFully, Password: "right"})
	broken := d.AddVM("broken", hostedsim.Spec{})
	broken.Write("broken.vmx", "displayName = \"x\"\n")
	player, old := newDesk(t, hostedsim.Options{Persona: "player-17"}, false), newDesk(t, hostedsim.Options{Persona: "workstation-10"}, false)
	missing := fmt.Sprintf("provider \"vix\" {\n  service_provider = \"fusion\"\n  vmrun_path = %q\n}\n", d.VMs())
	for name, test := range map[string]struct{ config, says string }{
		"no file":        {d.configuration(opensAt(filepath.Join(web.Dir(), "no.vmx"))), `no such file.*VIX_E_VM_NOT_FOUND \(4000\)`},
		"no password":    {d.configuration(opensAt(sealed.Path())), `encrypted.*vm_password.*VIX_VM_PASSWORD.*VIX_E_NEED_KEY \(30\)`},
		"wrong password": {d.configuration(opensAt(sealed.Path()), `vm_password = "wrong"`), `vm_password.*VIX_E_AUTHENTICATION_FAIL \(35\)`},
		"broken":         {d.configuration(opensAt(broken.Path())), `config\.version.*VIX_E_CANNOT_READ_VM_CONFIG \(4002\)`},
		"another product": {strings.Replace(player.configuration(opensAt(player.AddVM("web", hostedsim.Spec{}).Path())), `"player"`, `"workstation"`, 1),
			`service_provider = "player".*VIX_E_WRAPPER_SERVICEPROVIDER_NOT_FOUND \(22003\)`},
		"too old":      {old.configuration(opensAt(web.Path())), `vmrun 1\.13\.0.*1\.15.*vmrun_path`},
		"no vmrun":     {missing + opensAt(web.Path()), `is a folder.*vmrun_path.*VIX_E_NOT_A_FILE \(20001\)`},
		"a datacenter": {d.configuration(strings.Replace(opensAt(web.Path()), "\n}", "\n  datacenter = \"DC0\"\n}", 1)), `no datacenter.*VIX_E_NOT_SUPPORTED`},
	} {
		t.Run(name, func(t *testing.T) {
			d.run(t, resource.TestStep{Config: test.config, PlanOnly: true, ExpectError: says2(test.says)})
		})
	}
}

// says2 matches a text over the lines that Terraform breaks it into.
func says2(text string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + strings.ReplaceAll(text, " ", `[\s│]+`))
}
