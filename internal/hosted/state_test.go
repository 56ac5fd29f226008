// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestThePowerStateIsWhatTheListAndTheFilesTell(t *testing.T) {
	for name, test := range map[string]struct {
		spec  hostedsim.Spec
		do    func(m *hostedsim.Machine)
		want  vix.PowerState
		runs  bool
		locks bool
	}{
		"never started": {want: vix.PoweredOff},
		"on":            {do: func(m *hostedsim.Machine) { m.Start() }, want: vix.PoweredOn, runs: true},
		"on, under another spelling": {do: func(m *hostedsim.Machine) {
			link := filepath.Join(filepath.Dir(m.Dir()), "link")
			if err := os.Symlink(m.Dir(), link); err != nil {
				panic(err)
			}
			m.StartAs(filepath.Join(link, filepath.Base(m.Path())), "")
		}, want: vix.PoweredOn, runs: true},
		"stopped":   {do: func(m *hostedsim.Machine) { m.Start(); m.Stop() }, want: vix.PoweredOff},
		"suspended": {do: func(m *hostedsim.Machine) { m.Start(); m.Suspend() }, want: vix.Suspended},
		"suspended and encrypted": {spec: hostedsim.Spec{Encrypted: hostedsim.EncryptedFully, Password: "right"},
			do: func(m *hostedsim.Machine) { m.Start(); m.Suspend() }, want: vix.Suspended},
		"paused":             {do: func(m *hostedsim.Machine) { m.Start(); m.Pause() }, want: vix.Paused, runs: true},
		"another user's":     {do: func(m *hostedsim.Machine) { m.StartAs(m.Path(), "somebody") }, want: vix.PoweredOff, locks: true},
		"crashed":            {do: func(m *hostedsim.Machine) { m.Start(); m.Crash() }, want: vix.PoweredOff, locks: true},
		"open in the window": {do: func(m *hostedsim.Machine) { m.OpenInWindow() }, want: vix.PoweredOff},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := hostedsim.New(t, hostedsim.Options{})
			m := p.AddVM("web 01", test.spec)
			if test.do != nil {
				test.do(m)
			}
			before := fingerprint(p)
			options := optionsFor(p, nil)
			options.VMPassword = "right"
			vm, err := open(t, connect(t, p, options), m.Path())
			if err != nil || vm.PowerState != test.want || vm.IsRunning != test.runs || len(vm.Locks) > 0 != test.locks {
				t.Errorf("got %+v, %v", vm, err)
			}
			if fingerprint(p) != before {
				t.Error("opening changed the files")
			}
		})
	}
}

// What Windows writes is in its own code page, Fusion writes noise to the error stream, and a line of a log may come first.
func TestNoiseAndBytesThatAreNoTextHideNothing(t *testing.T) {
	for name, noise := range map[string]hostedsim.Noise{
		"another encoding": {Encoding: "windows-1252"}, "one of China": {Encoding: "GBK"}, "stderr": {Stderr: "2026-05-04 vmrun[1] Error: noise\n"}, "a log": {Before: "a line of a log"},
	} {
		p := hostedsim.New(t, hostedsim.Options{Persona: "workstation-26h1", CRLF: true, Noise: noise})
		on, off, other := p.AddVM("Größe é", hostedsim.Spec{}), p.AddVM("Große", hostedsim.Spec{}), p.AddVM("x", hostedsim.Spec{})
		on.Start()
		other.Start()
		other.SetGuest(func(g *hostedsim.Guest) { g.Tools, g.IP = "installed", "" })
		h := connect(t, p, optionsFor(p, nil))
		for m, want := range map[*hostedsim.Machine]vix.ToolsState{on: vix.ToolsRunning, off: vix.ToolsUnknown, other: vix.ToolsNotRunning} {
			vm, err := open(t, h, m.Path())
			if err != nil || vm.IsRunning != (m != off) || vm.ToolsState != want {
				t.Errorf("%s: %s: %+v, %v", name, m.Path(), vm, err)
			}
		}
		if items, err := h.Find(t.Context(), vix.Query{Running: true}); err != nil || len(items) != 2 {
			t.Errorf("%s: found %+v, %v", name, items, err)
		}
	}
}

func TestAVMSaysWhatItsFilesSay(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{
		DisplayName: "Größe \"1\" | x", Encoding: "windows-1252", GuestOS: "debian12-64", CPUs: 4, MemoryMiB: 2048, Hardware: 21, CRLF: true,
		Annotation: "a\nb", GuestInfo: map[string]string{"role": "web"}, Extra: map[string]string{"vc.uuid": "50 20 1e 5a 00 00 40 00-80 00 00 00 00 00 00 01"},
	})
	m.Snapshot("root/a 50%", "first")
	m.Snapshot("child", "")
	m.Start()
	m.Snapshot("live", "")
	m.Stop()
	vm, err := open(t, connect(t, p, optionsFor(p, nil)), m.Path())
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintln(vm.Name, vm.GuestOS, vm.NumVCPUs, vm.MemorySize, vm.HardwareVersion, vm.Annotation, vm.Variables, vm.InstanceUUID,
		vm.BIOSUUID != "", vm.Template, vm.Encrypted, vm.ConnectionState, vm.ToolsState)
	want := fmt.Sprintln(`Größe "1" | x`, "debian12-64", 4, 2048, "vmx-21", "a\nb", map[string]string{"role": "web"},
		"50201e5a-0000-4000-8000-000000000001", true, false, false, vix.Connected, vix.ToolsUnknown)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	wants := []vix.Snapshot{
		{ID: "1", Name: "root/a 50%", Description: "first", Path: "root%2Fa 50%25", PowerState: vix.PoweredOff},
		{ID: "2", Parent: "1", Name: "child", Path: "root%2Fa 50%25/child", PowerState: vix.PoweredOff},
		{ID: "3", Parent: "2", Name: "live", Path: "root%2Fa 50%25/child/live", PowerState: vix.PoweredOn, IsCurrent: true},
	}
	if len(vm.Snapshots) != len(wants) {
		t.Fatalf("snapshots %+v", vm.Snapshots)
	}
	for i, s := range vm.Snapshots {
		if s.Created.IsZero() || time.Since(s.Created) < 0 {
			t.Errorf("%s was created at %s", s.Name, s.Created)
		}
		s.Created = time.Time{}
		if s != wants[i] {
			t.Errorf("got %+v, want %+v", s, wants[i])
		}
	}
}

func TestWhatAnEncryptedFileHidesIsNotClaimed(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{CPUs: 4, Encrypted: hostedsim.EncryptedFully, Password: "right"})
	options := optionsFor(p, nil)
	options.VMPassword = "right"
	vm, err := open(t, connect(t, p, options), m.Path())
	if err != nil || !vm.Encrypted || vm.Name != "web" || vm.NumVCPUs != 0 || vm.MemorySize != 0 || vm.GuestOS != "" || vm.HardwareVersion != "" {
		t.Errorf("got %+v, %v", vm, err)
	}
}

// TestWhateverTheRealProductDoes plays each possibility of what nobody could confirm.
func TestWhateverTheRealProductDoes(t *testing.T) {
	for _, s := range hostedsim.Switches {
		for _, value := range s.Values {
			t.Run(s.Name+" "+value, func(t *testing.T) {
				t.Parallel()
				p := hostedsim.New(t, hostedsim.Options{Switches: map[string]string{s.Name: value}})
				on, off := p.AddVM("on", hostedsim.Spec{}), p.AddVM("off", hostedsim.Spec{})
				silent, paused := p.AddVM("silent", hostedsim.Spec{}), p.AddVM("paused", hostedsim.Spec{})
				sealed := p.AddVM("sealed", hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: "right"})
				other := p.AddVM("other", hostedsim.Spec{})
				on.Start()
				silent.SetGuest(func(g *hostedsim.Guest) { g.Tools, g.IP = "installed", "" })
				silent.Start()
				paused.Start()
				paused.Pause()
				sealed.Start()
				other.StartAs(other.Path(), "somebody")
				rest := p.VMRest()
				options := optionsFor(p, rest)
				options.VMPassword = "right"
				h := connect(t, p, options)
				before := fingerprint(p)
				pausedIs, runs := vix.Paused, true
				if s.Name == "list-paused" && value == "absent" {
					pausedIs, runs = vix.PoweredOff, false // and its locks are told
				}
				for m, want := range map[*hostedsim.Machine]vix.PowerState{on: vix.PoweredOn, off: vix.PoweredOff, silent: vix.PoweredOn, paused: pausedIs, sealed: vix.PoweredOn} {
					vm, err := open(t, h, m.Path())
					if err != nil || vm.PowerState != want || vm.IsRunning != (want == vix.PoweredOn || m == paused && runs) {
						t.Errorf("%s: %+v, %v", m.Path(), vm, err)
						continue
					}
					if m == silent && vm.ToolsState != vix.ToolsNotRunning || m == on && vm.ToolsState != vix.ToolsRunning ||
						m == paused && !runs && len(vm.Locks) == 0 {
						t.Errorf("%s: %s, %+v, %q", m.Path(), vm.ToolsState, vm.Guest, vm.Locks)
					}
				}
				if _, err := open(t, h, other.Path()); err != nil {
					t.Errorf("another user's: %v", err)
				}
				registrar, err := vix.Part[vix.Registrar](h, vix.FeatureRegister)
				if err != nil {
					t.Fatal(err)
				}
				r, err := registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: off.Path()}})
				if err != nil {
					t.Fatal(err)
				}
				if is, err := registrar.Registration(t.Context(), r.Handle()); err != nil || is.ID != off.Path() {
					t.Errorf("registered %+v, %v", is, err)
				}
				_, err = registrar.Register(t.Context(), vix.RegisterSpec{Path: vix.Path{File: off.Path()}})
				wantError(t, err, vix.CodeAlreadyExists)
				if fingerprint(p) != before || rest.Count("POST", "") != 1 || len(rest.Violations()) > 0 {
					t.Errorf("%d posts, violations %+v, files as before: %t", rest.Count("POST", ""), rest.Violations(), fingerprint(p) == before)
				}
				rest.Password += "x"
				for range 2 {
					_, err := connect(t, p, options).Find(t.Context(), vix.Query{})
					wantError(t, err, vix.CodeHostUserPermissions)
				}
			})
		}
	}
}
