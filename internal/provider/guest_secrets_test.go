// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// Where something is done in the guest with each kind of login, and with each kind of secret.
const guestSecrets = registers + opens + `
data "vix_host" "this" {}
` + poweredUp + `
variable "own" {
  sensitive = true
  ephemeral = true
}

variable "content" {
  sensitive = true
  ephemeral = true
}

ephemeral "vix_guest_ticket" "own" {
  vm_id          = vix_power.web.id
  guest_username = "tester"
  guest_password = var.own
}

resource "vix_guest_run" "by_provider" {
  vm_id  = vix_power.web.id
  script = "echo by the provider"
}

resource "vix_guest_run" "by_password" {
  vm_id             = vix_power.web.id
  program           = "/bin/echo"
  arguments         = "by a password"
  guest_username    = "tester"
  guest_password_wo = var.own
}

resource "vix_guest_run" "by_ticket" {
  vm_id           = vix_power.web.id
  script          = "echo by a ticket"
  guest_ticket_wo = ephemeral.vix_guest_ticket.own.ticket
}

resource "vix_guest_file" "secret" {
  vm_id              = vix_power.web.id
  path               = "/etc/secret"
  content_wo         = var.content
  content_wo_version = 1
}
`

// ticketSent finds the tickets of guests in what is sent.
var ticketSent = regexp.MustCompile(`<ticket[^>]*>([^<]+)</ticket>`)

// The secrets of the guest.
const (
	guestPassword, ownPassword = `pl4nted-gu3st-p4ss<&>"'%`, "pl4nted-0wn-p4ss"
	guestContent               = "pl4nted-c0ntent-of-a-file"
)

// inGuests goes on with what a run does in guests. It gives how much it searched of the files that it has left.
func (p *planted) inGuests(t *testing.T, a *vixtest.Acceptance, w *workspace, try func(more []string, args ...string)) int {
	t.Helper()
	maps.Copy(p.secrets, map[string]string{
		"guest's password": guestPassword, "guest's own password": ownPassword, "wrong guest's password": "pl4nted-gu3st-wr0ng",
		"content of a file": guestContent,
	})
	g := guest(t, a)
	g.AddUser("root", guestPassword)
	g.AddUser("tester", ownPassword)
	main := filepath.Join(w.dir, "main.tf")
	before, err := os.ReadFile(main)
	must(t, err)
	must(t, os.WriteFile(main, []byte("terraform {\n  required_providers {\n    vix = { source = \"terraform-vix/vix\" }\n  }\n}\n"+guestSecrets), 0o600))
	w.env = append(w.env, "VIX_GUEST_USERNAME=root", "VIX_GUEST_PASSWORD="+guestPassword, "TF_VAR_own="+ownPassword, "TF_VAR_content="+guestContent)
	try(nil, "apply", "-no-color", "-auto-approve")
	try(nil, "plan", "-no-color", "-out=plan")
	try(nil, "show", "-json", "plan")
	try(nil, "show", "-json")
	// What fails shows the most: a login that is refused, a program that fails, an agent that is gone.
	try([]string{"VIX_GUEST_PASSWORD=pl4nted-gu3st-wr0ng"}, "apply", "-no-color", "-auto-approve", "-replace=vix_guest_run.by_provider")
	try([]string{"TF_VAR_own=pl4nted-gu3st-wr0ng"}, "apply", "-no-color", "-auto-approve", "-replace=vix_guest_run.by_password")
	must(t, a.Host.SetTools("DC0", webPath, true, false))
	try([]string{"VIX_REQUEST_TIMEOUT=2s"}, "plan", "-no-color")
	must(t, a.Host.SetTools("DC0", webPath, true, true))
	if len(g.Logins()) < 5 || g.Tickets() != 0 {
		t.Errorf("%d logins, and %d tickets are left", len(g.Logins()), g.Tickets())
	}
	if raw, err := g.ReadFile("/etc/secret"); err != nil || string(raw) != guestContent {
		t.Errorf("the file holds %q, %v", raw, err)
	}
	searched := p.searchFiles(t, w.dir)
	try(nil, "apply", "-no-color", "-auto-approve") // whole again
	// A host that repeats what the guest's own programs say of a login: whoever logs an answer as it comes has it in the log.
	look := "\ndata \"vix_guest_processes\" \"all\" {\n  vm_id = \"" + webUUID + "\"\n}\n"
	must(t, os.WriteFile(main, append(slices.Clone(before), look...), 0o600))
	g.Refuse(&types.SystemError{Reason: "pam: " + guestPassword + " is refused"}, 1)
	try([]string{"VIX_REQUEST_TIMEOUT=2s"}, "plan", "-no-color")
	g.StopRefusing()
	must(t, os.WriteFile(main, before, 0o600))
	try(nil, "apply", "-no-color", "-auto-approve") // and nothing of it is left
	return searched
}
