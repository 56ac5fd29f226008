// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

const noTools = "Error: The VMware Tools are not running in the virtual machine: <vmx>\n"

func TestAddressAndTools(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.Start()
	ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, "192.168.80.130\n", 0)
	ws(t, p, "getGuestIPAddress", m.Path(), "-wait").want(t, m, "192.168.80.130\n", 0)
	ws(t, p, "checkToolsState", m.Path()).want(t, m, "running\n", 0)
	m.SetGuest(func(g *hostedsim.Guest) { g.IP = "" })
	ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, "unknown\n", 0)
	m.SetGuest(func(g *hostedsim.Guest) { g.Tools = "installed" })
	ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, noTools, failed)
	ws(t, p, "checkToolsState", m.Path()).want(t, m, "installed\n", 0)
	m.SetGuest(func(g *hostedsim.Guest) { g.Tools = "unknown" })
	ws(t, p, "checkToolsState", m.Path()).want(t, m, "unknown\n", unsure)
	ws(t, p, "installTools", m.Path()).silent(t)
}

// A guest that boots has its Tools after a number of questions, and again after each start.
func TestBoot(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.SetGuest(func(g *hostedsim.Guest) { g.ReadyAfter = 2 })
	for _, start := range [][]string{{"start", m.Path(), "nogui"}, {"reset", m.Path()}} {
		ws(t, p, start...).silent(t)
		ws(t, p, "checkToolsState", m.Path()).want(t, m, "unknown\n", unsure)
		ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, noTools, failed)
		ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, "192.168.80.130\n", 0)
	}
	ws(t, p, "reset", m.Path()).silent(t)
	ws(t, p, "getGuestIPAddress", m.Path(), "-wait").want(t, m, "192.168.80.130\n", 0)
}

func TestVariables(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{GuestInfo: map[string]string{"role": "web"}})
	ws(t, p, "readVariable", m.Path(), "guestVar", "role").want(t, m, notOn, failed)
	ws(t, p, "writeVariable", m.Path(), "guestVar", "role", "db").want(t, m, notOn, failed)
	ws(t, p, "readVariable", m.Path(), "runtimeConfig", "guestOS").want(t, m, "ubuntu-64\n", 0)
	m.Start()
	ws(t, p, "readVariable", m.Path(), "guestVar", "role").want(t, m, "web\n", 0)
	ws(t, p, "writeVariable", m.Path(), "guestVar", "role", "-vp").silent(t)
	ws(t, p, "readVariable", m.Path(), "guestVar", "role").want(t, m, "-vp\n", 0)
	if value, _ := m.GuestVariable("role"); value != "-vp" {
		t.Errorf("the guest knows %q", value)
	}
	ws(t, p, "readVariable", m.Path(), "guestVar", "unset").want(t, m, "\n", 0)
	ws(t, p, "writeVariable", m.Path(), "runtimeConfig", "log.level", "high").silent(t)
	ws(t, p, "readVariable", m.Path(), "runtimeConfig", "log.level").want(t, m, "high\n", 0)
	ws(t, p, "writeVariable", m.Path(), "guestVar", "", "x").want(t, m, "Error: One of the parameters was invalid\n", failed)

	ws(t, p, "readVariable", m.Path(), "guestEnv", "HOME").want(t, m, "Error: Anonymous guest operations are not allowed on this virtual machine. "+
		"You must call VixVM_LoginInGuest before performing guest operations\n", failed)
	ws(t, p, "-gu", "user", "-gp", "no", "readVariable", m.Path(), "guestEnv", "HOME").
		want(t, m, "Error: Invalid user name or password for the guest OS\n", failed)
	login := []string{"-gu", "user", "-gp", m.Guest().Password}
	ws(t, p, append(login, "writeVariable", m.Path(), "guestEnv", "HOME", "/root")...).silent(t)
	ws(t, p, append(login, "readVariable", m.Path(), "guestEnv", "HOME")...).want(t, m, "/root\n", 0)

	// What was written holds until the VM is off.
	m.Stop()
	m.Start()
	ws(t, p, "readVariable", m.Path(), "guestVar", "role").want(t, m, "web\n", 0)
	ws(t, p, "readVariable", m.Path(), "runtimeConfig", "log.level").want(t, m, "\n", 0)
}
