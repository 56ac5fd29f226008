// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// poweredUp switches the VM on and waits for its guest.
const poweredUp = `
resource "vix_power" "web" {
  vm_id    = vix_registration.web.id
  state    = "on"
  mode     = "hard"
  wait_for = "tools"
}
`

// guestConfiguration is config below a provider that has a login in guests.
func guestConfiguration(a *vixtest.Acceptance, config string) string {
	login := fmt.Sprintf("\n  guest_username = \"root\"\n  guest_password = %q\n}\n", guestos.Password)
	return strings.Replace(a.Configuration(""), "\n}\n", login, 1) + registers + poweredUp + config
}

// guest is the guest of the VM.
func guest(t *testing.T, a *vixtest.Acceptance) *sim.Guest {
	t.Helper()
	g, err := a.Host.Guest("DC0", webPath)
	must(t, err)
	return g
}

// heldBy checks what a file of the guest holds; nothing means that there is no file.
func heldBy(t *testing.T, a *vixtest.Acceptance, name, want string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		raw, err := guest(t, a).ReadFile(name)
		if want == "" && err == nil || want != "" && string(raw) != want {
			return fmt.Errorf("%s holds %q (%w), want %q", name, raw, err, want)
		}
		return nil
	}
}

// started checks how many programs were started in the guest.
func started(t *testing.T, a *vixtest.Acceptance, want int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		if starts := guest(t, a).Starts(); len(starts) != want {
			return fmt.Errorf("%d programs were started, not %d: %+v", len(starts), want, starts)
		}
		return nil
	}
}

// A VM is registered, powered on, and worked in, in one apply; the next plan is empty, and a run comes again only when it is
// another one.
func TestAccGuestRun(t *testing.T) {
	a := withTools(t)
	runs := func(round, script string) string {
		return guestConfiguration(a, fmt.Sprintf(`
resource "vix_guest_run" "it" {
  vm_id       = vix_power.web.id
  script      = %q
  environment = { GREETING = "größer" }
  triggers    = { round = %q }
}
`, script, round))
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{
			{
				Config: runs("1", "echo $GREETING; echo oops >&2"),
				ConfigStateChecks: []statecheck.StateCheck{
					value("vix_guest_run.it", "stdout", "größer\n"), value("vix_guest_run.it", "stderr", "oops\n"),
				},
				Check: resource.ComposeTestCheckFunc(started(t, a, 1), resource.TestCheckResourceAttr("vix_guest_run.it", "exit_code", "0")),
			},
			{
				Config:           runs("1", "echo $GREETING; echo oops >&2"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				Config:           runs("2", "echo $GREETING; echo oops >&2"),
				ConfigPlanChecks: doing("vix_guest_run.it", plancheck.ResourceActionDestroyBeforeCreate),
				Check:            started(t, a, 2),
			},
			{
				Config:      runs("3", "echo no such host >&2; exit 3"),
				ExpectError: regexp.MustCompile(`(?s)Cannot run the script in the guest of web.*exit code 3.*no such host.*VIX_E_FAIL \(1\)`),
			},
			{Config: runs("4", "exec sleep 0"), Check: started(t, a, 4)},
		},
	})
}

// A file follows its content, whoever changes it, and goes with the destroy.
func TestAccGuestFile(t *testing.T) {
	a := withTools(t)
	const name = "/etc/app/app.conf"
	keeps := func(content string) string {
		return guestConfiguration(a, fmt.Sprintf(`
resource "vix_guest_file" "conf" {
  vm_id              = vix_power.web.id
  path               = %q
  content            = %q
  permissions        = "0640"
  create_directories = true
  validate           = "/bin/grep -q listen %%s"
}
`, name, content))
	}
	const conf = "vix_guest_file.conf"
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{
			{Config: keeps("listen 80\n"), Check: heldBy(t, a, name, "listen 80\n"), ConfigStateChecks: []statecheck.StateCheck{
				value(conf, "id", webUUID+":"+name),
			}},
			{
				Config:           keeps("listen 80\n"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				PreConfig: func() { must(t, guest(t, a).WriteFile(name, []byte("listen 81\n"), 0o640)) },
				Config:    keeps("listen 80\n"), ConfigPlanChecks: doing(conf, plancheck.ResourceActionUpdate),
				Check: heldBy(t, a, name, "listen 80\n"),
			},
			{
				PreConfig: func() { must(t, guest(t, a).DeleteFile("root", name)) },
				Config:    keeps("listen 80\n"), ConfigPlanChecks: doing(conf, plancheck.ResourceActionCreate),
				Check: heldBy(t, a, name, "listen 80\n"),
			},
			{Config: keeps("nonsense\n"), ExpectError: regexp.MustCompile(`VIX_E_`)},
			{Config: keeps("listen 82\n"), Check: heldBy(t, a, name, "listen 82\n")},
			// The VM is off: what state has of the file is believed.
			{
				PreConfig: func() { must(t, a.Host.SetPower("DC0", webPath, "poweredOff")) },
				Config:    keeps("listen 82\n"), ConfigPlanChecks: doing(conf, plancheck.ResourceActionNoop),
				Check: heldBy(t, a, name, "listen 82\n"),
			},
			{Config: guestConfiguration(a, ""), Check: heldBy(t, a, name, "")},
		},
	})
}

// A login of its own is in no state, and a ticket stands for it; none is left.
func TestAccGuestTicket(t *testing.T) {
	a := withTools(t)
	config := a.Configuration(registers+poweredUp) + fmt.Sprintf(`
ephemeral "vix_guest_ticket" "tester" {
  vm_id          = vix_power.web.id
  guest_username = "tester"
  guest_password = %q
}

resource "vix_guest_run" "who" {
  vm_id           = vix_power.web.id
  script          = "echo $USER $HOME; id -un 2>/dev/null || true"
  guest_ticket_wo = ephemeral.vix_guest_ticket.tester.ticket
}
`, guestos.Password)
	var inside *sim.Guest
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		TerraformVersionChecks:   []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_11_0)},
		Steps: []resource.TestStep{
			{Config: config, Check: resource.ComposeTestCheckFunc(
				func(*terraform.State) error { inside = guest(t, a); return nil }, started(t, a, 1), resource.TestMatchResourceAttr("vix_guest_run.who", "stdout", regexp.MustCompile("tester")),
			)},
			{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
	for _, login := range inside.Logins() {
		if login.User != "tester" {
			t.Errorf("somebody else logged in: %+v", login)
		}
	}
	if n, logins := inside.Tickets(), inside.Logins(); n != 0 || len(logins) == 0 {
		t.Errorf("%d tickets are left of %d logins", n, len(logins))
	}
}

// What is in a guest is read when the VM is on.
func TestAccGuestDataSources(t *testing.T) {
	a := withTools(t)
	config := guestConfiguration(a, `
resource "vix_guest_file" "one" {
  vm_id     = vix_power.web.id
  path      = "/var/tmp/one.log"
  content   = "one\n"
}

data "vix_guest_file" "one" {
  vm_id        = vix_power.web.id
  path         = vix_guest_file.one.path
  read_content = true
  depends_on   = [vix_guest_file.one]
}

data "vix_guest_file" "none" {
  vm_id = vix_power.web.id
  path  = "/no/such/file"
}

data "vix_guest_files" "logs" {
  vm_id      = vix_power.web.id
  path       = "/var/tmp"
  match      = "*.log"
  depends_on = [vix_guest_file.one]
}

resource "vix_guest_run" "sleeps" {
  vm_id     = vix_power.web.id
  program   = "/bin/sleep"
  arguments = "600"
  wait      = false
}

data "vix_guest_processes" "all" {
  vm_id      = vix_power.web.id
  depends_on = [vix_guest_run.sleeps]
}
`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.Factories(),
		Steps: []resource.TestStep{{Config: config, Check: resource.ComposeTestCheckFunc(
			resource.TestCheckResourceAttr("data.vix_guest_file.one", "content", "one\n"),
			resource.TestCheckResourceAttr("data.vix_guest_file.one", "type", "file"),
			resource.TestCheckResourceAttr("data.vix_guest_file.none", "exists", "false"),
			resource.TestCheckResourceAttr("data.vix_guest_files.logs", "files.#", "1"),
			resource.TestCheckResourceAttr("data.vix_guest_files.logs", "files.0.name", "one.log"),
			resource.TestCheckResourceAttrPair("data.vix_guest_processes.all", "processes.0.pid", "vix_guest_run.sleeps", "pid"),
		)}},
	})
}
