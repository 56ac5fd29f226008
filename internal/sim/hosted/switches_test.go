// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// probe shows a switch: what it gives differs from value to value.
type probe struct {
	persona string
	spec    hostedsim.Spec
	look    func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string
}

// shown is what a run of vmrun tells, without the path of the test's folder.
func shown(t *testing.T, p *hostedsim.Product, args ...string) string {
	t.Helper()
	a := run(t, p, args...)
	return strings.ReplaceAll(fmt.Sprintf("%d|%s|%s", a.status, a.out, a.err), p.Root(), "")
}

// on probes with a VM that runs, after something was done to it by hand.
func on(byHand func(*hostedsim.Machine), args ...string) func(*testing.T, *hostedsim.Product, *hostedsim.Machine) string {
	return func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		t.Helper()
		m.Start()
		if byHand != nil {
			byHand(m)
		}
		return with(args...)(t, p, m) + m.State()
	}
}

// with probes by one call; VM stands for the path of the VM.
func with(args ...string) func(*testing.T, *hostedsim.Product, *hostedsim.Machine) string {
	return func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		t.Helper()
		words := []string{"-T", map[string]string{"workstation": "ws", "player": "player", "fusion": "fusion"}[p.ServiceProvider()]}
		if args[0] == "-T" {
			words = nil
		}
		for _, a := range args {
			words = append(words, strings.ReplaceAll(a, "VM", m.Path()))
		}
		return shown(t, p, words...)
	}
}

func tools(state string) func(*hostedsim.Machine) {
	return func(m *hostedsim.Machine) { m.SetGuest(func(g *hostedsim.Guest) { g.Tools = state }) }
}

var probes = map[string]probe{
	"error-stream":           {look: with("stop", "VM")},
	"error-status":           {look: with("stop", "VM")},
	"usage-status":           {look: with("-T", "ws")},
	"no-type":                {look: func(t *testing.T, p *hostedsim.Product, _ *hostedsim.Machine) string { return shown(t, p, "list") }},
	"wrong-type":             {look: with("-T", "fusion", "list")},
	"player-on-workstation":  {look: with("-T", "player", "list")},
	"command-case":           {look: with("LIST")},
	"chatty":                 {look: with("start", "VM", "nogui")},
	"list-paused":            {look: on((*hostedsim.Machine).Pause, "list")},
	"encrypted-running":      {spec: hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: "x"}, look: on(nil, "getGuestIPAddress", "VM")},
	"encrypted-live":         {spec: hostedsim.Spec{Encrypted: hostedsim.EncryptedFully, Password: "x"}, look: on(nil, "-vp", "x", "snapshot", "VM", "s")},
	"tools-off":              {look: with("checkToolsState", "VM")},
	"tools-installed-status": {look: on(tools("installed"), "checkToolsState", "VM")},
	"ip-without-tools":       {look: on(tools("unknown"), "getGuestIPAddress", "VM")},
	"start-running":          {look: on(nil, "start", "VM", "nogui")},
	"stop-suspended":         {look: on((*hostedsim.Machine).Suspend, "stop", "VM")},
	"reset-hard":             {look: on(nil, "reset", "VM", "hard")},
	"player-list-snapshots":  {persona: "player-17", look: with("listSnapshots", "VM")},
	"player-clone-text":      {persona: "player-17", look: with("clone", "VM", "/c/c.vmx", "full")},
	"read-unset":             {look: on(nil, "readVariable", "VM", "guestVar", "nothing")},
	"runtime-config-off":     {look: with("writeVariable", "VM", "runtimeConfig", "a", "b")},
	"register":               {look: with("register", "VM")},

	"snapshot-case":   {look: on(func(m *hostedsim.Machine) { m.Snapshot("Base", "") }, "deleteSnapshot", "VM", "BASE")},
	"snapshot-path":   {look: on(func(m *hostedsim.Machine) { m.Snapshot("a", ""); m.Snapshot("b", "") }, "deleteSnapshot", "VM", "a/b")},
	"live-revert":     {look: on(func(m *hostedsim.Machine) { m.Snapshot("s", "") }, "revertToSnapshot", "VM", "s")},
	"snapshot-option": {look: with("clone", "VM", "/nowhere/x.vmx", "full", "-snapshot", "nope")},
	"list-users": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		m.StartAs(m.Path(), "somebody")
		return with("list")(t, p, m)
	}},
	"echo": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		if err := os.Symlink(m.Dir(), filepath.Join(p.VMs(), "link")); err != nil {
			t.Fatal(err)
		}
		return with("stop", filepath.Join(p.VMs(), "link", "a.vmx"))(t, p, m)
	}},
	"linked-without-snapshot": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		return with("clone", "VM", filepath.Join(p.VMs(), "c", "c.vmx"), "linked")(t, p, m)
	}},
	"busy": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		p.Fault(hostedsim.Fault{Command: "start", Midway: true, Answer: "wait", Hang: true})
		begin(t, p, "-T", "ws", "start", m.Path(), "nogui")
		return with("snapshot", "VM", "s")(t, p, m)
	}},
	"soft-without-tools": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		m.Start()
		tools("unknown")(m)
		return hangs(t, p, "-T", "ws", "stop", m.Path(), "soft")
	}},
	"gui-without-display": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		return hangs(t, p, "-T", "ws", "start", m.Path(), "gui")
	}},
	"vmrest-duplicate": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		m.AddToLibrary()
		return rest(t, p.VMRest(), http.MethodPost, "/vms/registration", registration("a", m.Path())).status()
	}},
	"vmrest-ids": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		v := p.VMRest()
		first := rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path())).body
		return fmt.Sprint(first == rest(t, v, http.MethodPost, "/vms/registration", registration("a", m.Path())).body)
	}},
	"vmrest-401": {look: func(t *testing.T, p *hostedsim.Product, _ *hostedsim.Machine) string {
		v := p.VMRest()
		v.Password = "another"
		return restAs(t, v, "x", http.MethodGet, "/vms", "").body
	}},
	"vmrest-404": {look: func(t *testing.T, p *hostedsim.Product, m *hostedsim.Machine) string {
		return rest(t, p.VMRest(), http.MethodPost, "/vms/registration", registration("a", filepath.Join(m.Dir(), "no.vmx"))).status()
	}},
	"vmrest-accept": {look: func(t *testing.T, p *hostedsim.Product, _ *hostedsim.Machine) string {
		return restWith(t, p.VMRest(), http.MethodGet, "/vms", "", http.Header{"Accept": {""}}).status()
	}},
	"vmrest-parallel": {look: parallel},
}

// hangs says whether a vmrun comes back; one that does not is killed.
func hangs(t *testing.T, p *hostedsim.Product, args ...string) string {
	t.Helper()
	cmd := exec.Command(p.VMRun(), args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return shown(t, p, args...)
		default:
		}
		if len(p.Hanging()) > 0 {
			_ = cmd.Process.Kill()
			<-done
			return "hangs"
		}
		runtime.Gosched()
	}
}

// Each possibility of what nobody could confirm is played, and differs from the others.
func TestEachValueOfEachSwitch(t *testing.T) {
	if len(probes) != len(hostedsim.Switches) {
		t.Errorf("%d probes of %d switches", len(probes), len(hostedsim.Switches))
	}
	for _, s := range hostedsim.Switches {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			seen := map[string]string{}
			for i, value := range s.Values {
				look := probes[s.Name]
				p := hostedsim.New(t, hostedsim.Options{Persona: look.persona})
				if i > 0 {
					p.Set(s.Name, value)
				}
				got := look.look(t, p, p.AddVM("a", look.spec))
				if other, ok := seen[got]; ok {
					t.Errorf("%s and %s both give %q", other, value, got)
				}
				seen[got] = value
			}
		})
	}
}
