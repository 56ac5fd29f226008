// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

const notOn = "Error: The virtual machine is not powered on: <vmx>\n"

// names are the files in a VM's folder.
func names(t *testing.T, m *hostedsim.Machine) []string {
	t.Helper()
	entries, err := os.ReadDir(m.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func setting(t *testing.T, m *hostedsim.Machine, key string) string {
	t.Helper()
	text, err := os.ReadFile(m.Path())
	if err != nil {
		t.Fatal(err)
	}
	f, err := vmx.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	value, _ := f.Get(key)
	return value
}

func TestPower(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("web 01", hostedsim.Spec{})
	for _, command := range []string{"stop", "reset", "suspend", "pause", "unpause", "getGuestIPAddress", "checkToolsState", "installTools"} {
		ws(t, p, command, m.Path()).want(t, m, notOn, failed)
	}
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	ws(t, p, "list").want(t, m, "Total running VMs: 1\n<vmx>\n", 0)
	locks := []string{"web 01.vmdk.lck", "web 01.vmem", "web 01.vmem.lck", "web 01.vmx.lck"}
	for _, name := range locks {
		if !slices.Contains(names(t, m), name) {
			t.Errorf("a VM that runs has no %s", name)
		}
	}
	if len(setting(t, m, "uuid.bios")) != 47 || setting(t, m, "ethernet0.generatedAddress") == "" {
		t.Error("no identity after the first start")
	}
	ws(t, p, "pause", m.Path()).silent(t)
	ws(t, p, "list").want(t, m, "Total running VMs: 1\n<vmx>\n", 0)
	for _, command := range []string{"stop", "suspend", "getGuestIPAddress", "checkToolsState"} {
		ws(t, p, command, m.Path()).want(t, m, "Error: The virtual machine is paused: <vmx>\n", failed)
	}
	ws(t, p, "unpause", m.Path()).silent(t)
	ws(t, p, "suspend", m.Path()).silent(t)
	ws(t, p, "list").want(t, m, "Total running VMs: 0\n", 0)
	state := setting(t, m, "checkpoint.vmState")
	if !strings.HasPrefix(state, "web 01-") || !slices.Contains(names(t, m), state) {
		t.Errorf("suspended to %q", state)
	}
	ws(t, p, "stop", m.Path()).want(t, m, notOn, failed)
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	if slices.Contains(names(t, m), state) || setting(t, m, "checkpoint.vmState") != "" {
		t.Error("the state of a VM that was woken is left")
	}
	ws(t, p, "reset", m.Path(), "hard").silent(t)
	ws(t, p, "stop", m.Path(), "soft").silent(t)
	for _, name := range locks {
		if slices.Contains(names(t, m), name) {
			t.Errorf("a VM that is off has %s", name)
		}
	}
	if setting(t, m, "cleanShutdown") != "TRUE" {
		t.Error("no clean shutdown")
	}
}

// The products write settings in their own order, so that whoever writes the file from memory is caught.
func TestPowerRewritesTheFile(t *testing.T) {
	p := product(t, hostedsim.Options{Persona: "workstation-25h2"})
	m := p.AddVM("a", hostedsim.Spec{DisplayName: "Übung", Encoding: "windows-1252"})
	before := setting(t, m, "displayName")
	m.Start()
	text, _ := os.ReadFile(m.Path())
	lines := strings.Split(strings.TrimSuffix(string(text), "\r\n"), "\r\n")
	if !strings.HasPrefix(lines[0], ".encoding") || !slices.IsSortedFunc(lines[1:], func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	}) {
		t.Errorf("%q", lines)
	}
	if before != "Übung" || setting(t, m, "displayName") != before || !strings.Contains(string(text), "\xdcbung") {
		t.Errorf("the name was %q and is %q", before, setting(t, m, "displayName"))
	}
}

func TestStartWithoutDisplay(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	const text = "Error: Cannot launch the UI because no display server is present in the current environment\n"
	ws(t, p, "start", m.Path()).want(t, m, text, failed)
	ws(t, p, "start", m.Path(), "gui").want(t, m, text, failed)
	if m.State() != "off" {
		t.Error("it started")
	}
}

func TestHardwareThatIsTooNew(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{Hardware: 22})
	ws(t, p, "start", m.Path(), "nogui").want(t, m, "Error: The operation was canceled\n", failed)
	log, _ := os.ReadFile(filepath.Join(m.Dir(), "vmware.log"))
	if !strings.Contains(string(log), "Msg_Post: Error\n") || !strings.Contains(string(log), "requires hardware version 22") {
		t.Errorf("vmware.log:\n%s", log)
	}
	ws(t, p, "upgradevm", p.AddVM("b", hostedsim.Spec{Hardware: 21}).Path()).
		want(t, nil, "Error: The virtual hardware is already up-to-date\n", failed)
}

func TestDiskThatIsMissing(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	if err := os.Remove(filepath.Join(m.Dir(), "a.vmdk")); err != nil {
		t.Fatal(err)
	}
	ws(t, p, "start", m.Path(), "nogui").want(t, m, "Error: The operation was canceled\n", failed)
	log, _ := os.ReadFile(filepath.Join(m.Dir(), "vmware.log"))
	if !strings.Contains(string(log), "Msg_Post: Error\n") || !strings.Contains(string(log), "Cannot open the disk '"+m.Dir()) {
		t.Errorf("vmware.log:\n%s", log)
	}
	ws(t, p, "clone", m.Path(), filepath.Join(p.VMs(), "b", "b.vmx"), "full").want(t, m, "Error: A file was not found\n", failed)
}

func TestSoftNeedsTools(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	m.SetGuest(func(g *hostedsim.Guest) { g.Tools = "unknown" })
	m.Start()
	for _, command := range []string{"stop", "reset", "suspend"} {
		ws(t, p, command, m.Path(), "soft").want(t, m, "Error: The VMware Tools are not running in the virtual machine: <vmx>\n", failed)
	}
	if m.State() != "on" {
		t.Errorf("the VM is %s", m.State())
	}
	ws(t, p, "stop", m.Path(), "hard").silent(t)
}

func TestPlayerLacks(t *testing.T) {
	p := product(t, hostedsim.Options{Persona: "player-17"})
	m := p.AddVM("a", hostedsim.Spec{})
	m.Start()
	for _, args := range [][]string{
		{"pause", m.Path()}, {"unpause", m.Path()}, {"snapshot", m.Path(), "s"}, {"deleteSnapshot", m.Path(), "s"}, {"revertToSnapshot", m.Path(), "s"},
		{"clone", m.Path(), filepath.Join(p.VMs(), "c", "c.vmx"), "full"},
	} {
		run(t, p, append([]string{"-T", "player"}, args...)...).want(t, m, "Error: The operation is not supported\n", failed)
	}
	run(t, p, "-T", "player", "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
	run(t, p, "-T", "player", "stop", m.Path(), "hard").silent(t)
}

// What is done by hand in the window shows with vmrun, and the window's lock keeps vmrun away.
func TestByHand(t *testing.T) {
	p := product(t, hostedsim.Options{Persona: "workstation-12"})
	m := p.AddVM("a", hostedsim.Spec{Bundle: true})
	if filepath.Base(m.Dir()) != "a.vmwarevm" {
		t.Errorf("bundle %s", m.Dir())
	}
	link := filepath.Join(p.VMs(), "link")
	if err := os.Symlink(m.Dir(), link); err != nil {
		t.Fatal(err)
	}
	m.StartAs(filepath.Join(link, "a.vmx"), "")
	other := p.AddVM("of somebody else", hostedsim.Spec{})
	other.StartAs(other.Path(), "somebody")
	ws(t, p, "list").want(t, nil, "Total running VMs: 1\n"+filepath.Join(link, "a.vmx")+"\n", 0)
	ws(t, p, "stop", other.Path()).want(t, nil, "Unable to connect to host.\nError: The operation is not supported for the specified parameters\n", failed)
	m.Pause()
	ws(t, p, "stop", m.Path()).want(t, m, "Error: The virtual machine is paused: <vmx>\n", failed)
	m.Unpause()
	m.Crash()
	ws(t, p, "list").want(t, nil, "Total running VMs: 0\n", 0)
	if !slices.Contains(names(t, m), "a.vmdk.lck") {
		t.Error("a crash took the locks away")
	}
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	m.Stop()
	closeWindow := m.OpenInWindow()
	ws(t, p, "start", m.Path(), "nogui").want(t, m, "Error: The file is already in use\n", failed)
	ws(t, p, "deleteVM", m.Path()).want(t, m, "Error: This VM is in use.\n", failed)
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
	closeWindow()
	ws(t, p, "start", m.Path(), "nogui").silent(t)
}

func TestListLags(t *testing.T) {
	p := product(t, hostedsim.Options{ListLag: 2})
	m := p.AddVM("a", hostedsim.Spec{})
	ws(t, p, "start", m.Path(), "nogui").silent(t)
	ws(t, p, "list").want(t, m, "Total running VMs: 0\n", 0)
	ws(t, p, "list").want(t, m, "Total running VMs: 0\n", 0)
	ws(t, p, "list").want(t, m, "Total running VMs: 1\n<vmx>\n", 0)
	ws(t, p, "stop", m.Path()).silent(t)
	ws(t, p, "list").want(t, m, "Total running VMs: 1\n<vmx>\n", 0)
	ws(t, p, "list").want(t, m, "Total running VMs: 1\n<vmx>\n", 0)
	ws(t, p, "list").want(t, m, "Total running VMs: 0\n", 0)
	ws(t, p, "stop", m.Path()).want(t, m, notOn, failed)
}
