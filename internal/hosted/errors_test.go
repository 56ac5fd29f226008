// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestEachErrorOfOpening provokes each of them: they differ, and none speaks of registering.
func TestEachErrorOfOpening(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	web := p.AddVM("web", hostedsim.Spec{})
	full := p.AddVM("full", hostedsim.Spec{Encrypted: hostedsim.EncryptedFully, Password: "right"})
	partly := p.AddVM("partly", hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: "right"})
	newer := p.AddVM("newer", hostedsim.Spec{Hardware: 23})
	file := func(name, text string) string {
		at := filepath.Join(p.VMs(), name)
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	link := filepath.Join(p.VMs(), "link.vmx")
	if err := os.Symlink("/nowhere/gone.vmx", link); err != nil {
		t.Fatal(err)
	}
	damaged := p.AddVM("damaged", hostedsim.Spec{})
	damaged.Write("damaged.vmsd", "snapshot0.uid = \"zero\"\n")
	type test struct {
		name, path, password string
		code                 vix.Code
		kind                 vix.Kind
		says                 string
	}
	tests := []test{
		{"no file", filepath.Join(web.Dir(), "no.vmx"), "", vix.CodeVMNotFound, "", "no such file"},
		{"no folder", filepath.Join(p.VMs(), "no", "no.vmx"), "", vix.CodeVMNotFound, "", "no such folder"},
		{"a link to nowhere", link, "", vix.CodeVMNotFound, "", "/nowhere/gone.vmx"},
		{"no configuration", file("text.vmx", "hello\n"), "", vix.CodeCannotReadVMConfig, "", "no configuration"},
		{"empty", file("empty.vmx", ""), "", vix.CodeCannotReadVMConfig, "", "empty"},
		{"no version", file("v.vmx", "virtualHW.version = \"14\"\n"), "", vix.CodeCannotReadVMConfig, "", "config.version"},
		{"no hardware", file("h.vmx", "config.version = \"8\"\n"), "", vix.CodeCannotReadVMConfig, "", "virtualHW.version"},
		{"wholly encrypted", full.Path(), "", vix.CodeNeedKey, vix.ErrLocked, "encrypted"},
		{"partly encrypted", partly.Path(), "", vix.CodeNeedKey, vix.ErrLocked, "encrypted"},
		{"wrong password", full.Path(), "wrong", vix.CodeAuthenticationFail, vix.ErrLocked, "not its"},
		{"wrong password, partly", partly.Path(), "wrong", vix.CodeAuthenticationFail, vix.ErrLocked, "not its"},
		{"hardware of a newer product", newer.Path(), "", vix.CodeNotSupportedForVMVersion, "", "version 23"},
		{"damaged snapshots", damaged.Path(), "", vix.CodeSnapshotInval, "", "damaged.vmsd"},
		{"right password", full.Path(), "right", vix.CodeOK, "", ""},
		{"right password, partly", partly.Path(), "right", vix.CodeOK, "", ""},
	}
	if os.Getuid() != 0 {
		at := file("secret.vmx", "x")
		if err := os.Chmod(at, 0); err != nil {
			t.Fatal(err)
		}
		tests = append(tests, test{"unreadable", at, "", vix.CodeFileAccessError, "", "permission"})
	}
	said := map[string]string{}
	for _, test := range tests {
		options := optionsFor(p, nil)
		options.VMPassword = test.password
		_, err := open(t, connect(t, p, options), test.path)
		if test.code == vix.CodeOK {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		e := wantError(t, err, test.code, test.says)
		if e.Kind != test.kind || strings.Contains(strings.ToLower(err.Error()), "regist") || test.password != "" && strings.Contains(err.Error(), test.password+" ") {
			t.Errorf("%s: %q, %v", test.name, e.Kind, err)
		}
		if other := said[err.Error()]; other != "" {
			t.Errorf("%s and %s are said in the same words", test.name, other)
		}
		said[err.Error()] = test.name
	}
}

// TestEachErrorOfAConnection provokes what keeps a product from being reached.
func TestEachErrorOfAConnection(t *testing.T) {
	for name, test := range map[string]struct {
		persona  string
		provider vix.ServiceProvider
		fault    hostedsim.Fault
		code     vix.Code
		kind     vix.Kind
		field    vix.Field
		lists    int
	}{
		"another product": {"player-17", vix.Workstation, hostedsim.Fault{}, vix.CodeWrapperServiceproviderNotFound, vix.ErrOtherProduct,
			vix.FieldServiceProvider, 1},
		"too old a vmrun": {"workstation-10", vix.Workstation, hostedsim.Fault{}, vix.CodeNotSupported, vix.ErrNoProgram, vix.FieldVMRunPath, 0},
		"Fusion 3":        {"fusion-3", vix.Fusion, hostedsim.Fault{}, vix.CodeNotSupported, vix.ErrNoProgram, vix.FieldVMRunPath, 0},
		"vmrun older than the product": {"workstation-17", vix.Workstation, hostedsim.Fault{Command: "list",
			Answer: "Unable to connect to host.\nError: The specified version was not found"}, vix.CodeWrapperVersionNotFound, vix.ErrNoProgram,
			vix.FieldVMRunPath, 1},
		"no version": {"workstation-17", vix.Workstation, hostedsim.Fault{Command: "version", Answer: "hello"}, vix.CodeFail, vix.ErrNoProgram,
			vix.FieldVMRunPath, 0},
		"a list that contradicts itself": {"workstation-17", vix.Workstation, hostedsim.Fault{Command: "list",
			Answer: "Total running VMs: 2\n/a.vmx"}, vix.CodeFail, "", "", 1},
		"it does not pass": {"workstation-17", vix.Workstation, hostedsim.Fault{Command: "list",
			Answer: "Error: The operation is not supported for the specified parameters"}, vix.CodeNotSupported, "", "", 5},
		"a vmrun that cannot start": {"workstation-17", vix.Workstation, hostedsim.Fault{Command: "list",
			Answer: "Error: vmrun was unable to start. Please make sure that vmrun is installed correctly"}, vix.CodeFail, "", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := hostedsim.New(t, hostedsim.Options{Persona: test.persona})
			if test.fault.Command != "" {
				p.Fault(test.fault)
			}
			h, err := Connect(test.provider)(t.Context(), optionsFor(p, nil))
			if err == nil {
				path := vix.Path{File: p.AddVM("web", hostedsim.Spec{}).Path()}
				for range 3 {
					if _, err := h.Open(t.Context(), vix.Locator{Path: path}); vix.CodeOf(err) != test.code {
						t.Errorf("opening: %v", err)
					}
				}
				_, err = h.Info(t.Context())
			}
			if e := wantError(t, err, test.code); e.Kind != test.kind || e.Field != test.field {
				t.Errorf("got %+v", e)
			}
			if n := p.Count("list"); n != test.lists {
				t.Errorf("%d lists for three VMs", n)
			}
		})
	}
}

func TestWhatMayPassPasses(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{})
	m.Start()
	p.Fault(hostedsim.Fault{Command: "list", Times: 2, Answer: "Unable to connect to host.\nError: The operation is not supported for the specified parameters"})
	p.Fault(hostedsim.Fault{Command: "getguestipaddress", Times: 1, Answer: "Error: The file is already in use"})
	vm, err := open(t, connect(t, p, optionsFor(p, nil)), m.Path())
	if err != nil || vm.Guest.IPAddress == "" || p.Count("list") != 3 || p.Count("getguestipaddress") != 2 {
		t.Errorf("got %+v, %v after %d lists and %d questions", vm, err, p.Count("list"), p.Count("getguestipaddress"))
	}
}

func TestWhatAVMDoesNotTellIsUnknownAndNoError(t *testing.T) {
	for name, test := range map[string]struct {
		fault hostedsim.Fault
		guest func(*hostedsim.Guest)
		tools vix.ToolsState
		ip    string
		power vix.PowerState
	}{
		"an address":          {tools: vix.ToolsRunning, ip: "192.168.80.130", power: vix.PoweredOn},
		"of IPv6":             {guest: func(g *hostedsim.Guest) { g.IP = "fe80::1" }, tools: vix.ToolsRunning, ip: "fe80::1", power: vix.PoweredOn},
		"none yet":            {guest: func(g *hostedsim.Guest) { g.IP = "" }, tools: vix.ToolsRunning, power: vix.PoweredOn},
		"the host's own":      {guest: func(g *hostedsim.Guest) { g.IP = "192.168.80.1" }, tools: vix.ToolsRunning, power: vix.PoweredOn},
		"Tools do not run":    {guest: func(g *hostedsim.Guest) { g.Tools = "installed" }, tools: vix.ToolsNotRunning, power: vix.PoweredOn},
		"unknown error":       {fault: hostedsim.Fault{Answer: "Error: Unknown error"}, tools: vix.ToolsUnknown, power: vix.PoweredOn},
		"something new":       {fault: hostedsim.Fault{Answer: "Error: a text of next year"}, tools: vix.ToolsUnknown, power: vix.PoweredOn},
		"behind a log":        {fault: hostedsim.Fault{Answer: "a line of a log\n10.0.0.7"}, tools: vix.ToolsRunning, ip: "10.0.0.7", power: vix.PoweredOn},
		"nonsense":            {fault: hostedsim.Fault{Answer: "300.1.2.3"}, tools: vix.ToolsRunning, power: vix.PoweredOn},
		"it does not answer":  {fault: hostedsim.Fault{Hang: true, IgnoreTerm: true, Child: true}, tools: vix.ToolsUnknown, power: vix.PoweredOn},
		"with lines of a log": {fault: hostedsim.Fault{Answer: "log: x\nError: The virtual machine is paused: /x.vmx"}, tools: vix.ToolsUnknown, power: vix.Paused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := hostedsim.New(t, hostedsim.Options{})
			m := p.AddVM("web", hostedsim.Spec{})
			m.Start()
			if test.guest != nil {
				m.SetGuest(test.guest)
			}
			options := optionsFor(p, nil)
			h := connect(t, p, options)
			if test.fault.Answer != "" || test.fault.Hang {
				test.fault.Command = "getguestipaddress"
				p.Fault(test.fault)
			}
			if test.fault.Hang {
				options.RequestTimeout = 3 * time.Second
				h = connect(t, p, options)
			}
			vm, err := open(t, h, m.Path())
			if err != nil || vm.ToolsState != test.tools || vm.Guest.IPAddress != test.ip || vm.PowerState != test.power || !vm.IsRunning {
				t.Errorf("got %+v, %v", vm, err)
			}
			awaitNone(t, p)
		})
	}
}

func TestAnInterruptionLeavesNoProcess(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{})
	m.Start()
	h := connect(t, p, optionsFor(p, nil))
	p.Fault(hostedsim.Fault{Command: "getguestipaddress", Hang: true, IgnoreTerm: true, Child: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := h.Open(ctx, vix.Locator{Path: vix.Path{File: m.Path()}})
		done <- err
	}()
	for len(p.Hanging()) == 0 && t.Context().Err() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	wantError(t, <-done, vix.CodeCancelled)
	awaitNone(t, p)
}

// awaitNone waits until no process is left: one that was killed is there until somebody has buried it.
func awaitNone(t *testing.T, p *hostedsim.Product) {
	t.Helper()
	for range 1000 {
		if len(p.Alive()) == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("processes are left: %+v", p.Alive())
}

func TestACauseThatOnlyTheLogTellsIsTold(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: "Right-1"})
	p.Fault(hostedsim.Fault{Command: "getguestipaddress", Answer: "Error: The operation was canceled", PostError: "Cannot open the disk 'web.vmdk' with Right-1."})
	options := optionsFor(p, nil)
	options.VMPassword = "Right-1"
	_, err := open(t, connect(t, p, options), m.Path())
	wantError(t, err, vix.CodeCancelled, "vmware.log", "Cannot open the disk 'web.vmdk' with (hidden).")
}

func TestANewerVMRunIsAcceptedWithANote(t *testing.T) {
	for version, newer := range map[string]bool{"1.17.0 build-24409262": false, "1.19.0 build-99999999": true, "27H1": true} {
		p := hostedsim.New(t, hostedsim.Options{})
		p.Fault(hostedsim.Fault{Command: "version", Answer: "\nvmrun version " + version + "\n\nUsage: vmrun COMMAND"})
		var log bytes.Buffer
		options := optionsFor(p, nil)
		options.Log = slog.New(slog.NewTextHandler(&log, nil))
		// Nobody knows which hardware a newer one opens: the VM is not refused.
		vm, err := open(t, connect(t, p, options), p.AddVM("web", hostedsim.Spec{Hardware: 99}).Path())
		if newer != strings.Contains(log.String(), "newer than") || newer != (err == nil && vm.HardwareVersion == "vmx-99") {
			t.Errorf("%s: %+v, %v, %s", version, vm, err, &log)
		}
	}
}

func TestPasswordsAreInNoErrorAndNoLog(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	rest := p.VMRest()
	m := p.AddVM("web", hostedsim.Spec{Encrypted: hostedsim.EncryptedPartly, Password: "right"})
	const secret = "Vm-Secret!"
	p.Fault(hostedsim.Fault{Command: "getguestipaddress", Answer: "Error: Incorrect password " + secret + " for it"})
	var log bytes.Buffer
	options := optionsFor(p, rest)
	options.VMPassword, options.Log = secret, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := connect(t, p, options)
	_, err := open(t, h, m.Path())
	wantError(t, err, vix.CodeAuthenticationFail)
	rest.Fault(hostedsim.RESTFault{Status: 400, Times: 1, Body: `{"Code": 1, "Message": "no ` + options.Password + ` Basic ` +
		base64.StdEncoding.EncodeToString([]byte(options.Username+":"+options.Password)) + `"}`})
	_, err = h.Find(t.Context(), vix.Query{})
	wantError(t, err, vix.CodeInvalidArg, "no (hidden) Basic (hidden)")
	rest.Password += "x"
	_, err = h.Find(t.Context(), vix.Query{})
	e := wantError(t, err, vix.CodeHostUserPermissions)
	sent := false
	for _, call := range p.Calls() {
		sent = sent || strings.Contains(strings.Join(call.Args, " "), "-vp "+secret)
	}
	for _, text := range []string{log.String(), e.Error(), err.Error()} {
		if strings.Contains(text, secret) || strings.Contains(text, options.Password) {
			t.Errorf("a password is in %s", text)
		}
	}
	if !sent || !strings.Contains(log.String(), "command=getGuestIPAddress") {
		t.Errorf("the password was sent: %t; the log is %s", sent, &log)
	}
}

func TestThePasswordGoesToEncryptedVMsOnly(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("plain", hostedsim.Spec{})
	m.Start()
	options := optionsFor(p, nil)
	options.VMPassword = "secret"
	if _, err := open(t, connect(t, p, options), m.Path()); err != nil {
		t.Fatal(err)
	}
	for _, call := range p.Calls() {
		if strings.Contains(strings.Join(call.Args, " "), "secret") {
			t.Errorf("%s got it", call.Command)
		}
	}
}
