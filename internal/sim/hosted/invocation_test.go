// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"path/filepath"
	"strings"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

func TestUsageTellsTheVersion(t *testing.T) {
	first := map[string]string{
		"workstation-15.5": "\nvmrun version 1.17.0 build-14665864\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"workstation-17":   "\nvmrun version 1.17.0 build-24409262\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"workstation-25h2": "\r\nvmrun version 1.17.0.24995812\r\n\r\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\r\n",
		"workstation-26h1": "\r\nvmrun version 1.17.0.25388281\r\n\r\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\r\n",
		"player-17":        "\nvmrun version 1.17.0 build-24409262\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"fusion-13":        "\nvmrun version 1.17.0 build-24409261\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"workstation-12":   "\nvmrun version 1.15.6 build-4352439\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"workstation-10":   "\nvmrun version 1.13.0 build-1295980\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
		"fusion-3":         "\nvmrun version 3.1.1 build-332101\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n",
	}
	for _, name := range hostedsim.Personas() {
		t.Run(name, func(t *testing.T) {
			p := product(t, hostedsim.Options{Persona: name})
			a := run(t, p)
			if !strings.HasPrefix(a.out, first[name]) || first[name] == "" || a.status != failed {
				t.Errorf("%q, status %d", a.out[:min(len(a.out), 120)], a.status)
			}
			if (a.err != "") != (name == "fusion-13") {
				t.Errorf("stderr %q", a.err)
			}
			// The flags of remote hosts tell an old vmrun, and the commands of host networks came after Workstation 15.5.
			old := strings.Contains(a.out, "-h <hostName>")
			if old != (name == "workstation-12" || name == "workstation-10" || name == "fusion-3") {
				t.Errorf("remote flags in the usage: %v", old)
			}
			if networks := strings.Contains(a.out, "listHostNetworks"); networks == (old || name == "workstation-15.5") {
				t.Errorf("commands of host networks in the usage: %v", networks)
			}
		})
	}
}

func TestInvocation(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	usage := run(t, p).out
	run(t, p, "-x", "list").want(t, nil, "Invalid argument: -x\n"+usage, failed)
	run(t, p, "-h", "localhost", "list").want(t, nil, "Invalid argument: -h\n"+usage, failed)
	run(t, p, "list", "-T", "ws").want(t, nil, usage, failed)
	ws(t, p, "start", m.Path(), "nogui", "-vp", "x").want(t, nil, usage, failed)
	ws(t, p, "start").want(t, nil, usage, failed)
	ws(t, p, "dance", m.Path()).want(t, nil, "Error: Unrecognized command: dance\n", failed)
	ws(t, p, "LIST").want(t, nil, "Total running VMs: 0\n", 0)
	run(t, p, "-vp", "x", "-T", "ws", "list").want(t, nil, "Total running VMs: 0\n", 0)
	for _, command := range []string{"register", "unregister", "listRegisteredVM"} {
		ws(t, p, command, m.Path()).want(t, nil, "Error: Unrecognized command: "+command+"\n", failed)
	}
}

// An old vmrun takes register, and does nothing.
func TestRegisterOfOldOnes(t *testing.T) {
	p := product(t, hostedsim.Options{Persona: "workstation-12"})
	m := p.AddVM("a", hostedsim.Spec{})
	ws(t, p, "register", m.Path()).silent(t)
	ws(t, p, "listRegisteredVM").want(t, nil, "Total registered VMs: 0\n", 0)
	run(t, p, "-h", "localhost", "-u", "me", "-p", "secret", "-T", "ws", "list").want(t, nil, "Total running VMs: 0\n", 0)
}

func TestWrongProduct(t *testing.T) {
	names := map[string]string{"ws": "WORKSTATION", "player": "PLAYER", "fusion": "FUSION"}
	for persona, own := range map[string]string{"workstation-17": "ws", "player-17": "player", "fusion-3": "fusion"} {
		t.Run(persona, func(t *testing.T) {
			p := product(t, hostedsim.Options{Persona: persona})
			for hostType, name := range names {
				if hostType == own {
					run(t, p, "-T", hostType, "list").want(t, nil, "Total running VMs: 0\n", 0)
					continue
				}
				run(t, p, "-T", hostType, "list").want(t, nil, "Unable to connect to host.\n"+
					"Error: Service type VIX_SERVICEPROVIDER_VMWARE_"+name+" was specified, but not installed\n", failed)
			}
		})
	}
}

func TestOpen(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a b", hostedsim.Spec{})
	const wrong = "Error: Cannot open VM: <vmx>, Cannot read the virtual machine configuration file\n"
	for name, text := range map[string]string{
		"empty.vmx": "", "garbage.vmx": "\x00\x01", "words.vmx": "these are words\n",
		"noconfig.vmx":   ".encoding = \"UTF-8\"\nvirtualHW.version = \"14\"\n",
		"nohardware.vmx": ".encoding = \"UTF-8\"\nconfig.version = \"8\"\n",
		"double.vmx":     "config.version = \"8\"\nvirtualHW.version = \"14\"\nmemsize = \"4\"\nMEMSIZE = \"8\"\n",
	} {
		m.Write(name, text)
		bad := p.VM(filepath.Join(m.Dir(), name))
		ws(t, p, "listSnapshots", bad.Path()).want(t, bad, wrong, failed)
	}
	m.Write("notes.txt", "")
	for name, text := range map[string]string{
		"none.vmx": "The virtual machine cannot be found", "notes.txt": "unknown file suffix",
	} {
		bad := p.VM(filepath.Join(m.Dir(), name))
		ws(t, p, "start", bad.Path(), "nogui").want(t, bad, "Error: Cannot open VM: <vmx>, "+text+"\n", failed)
	}
	// A relative path is resolved, and the error says what to.
	here, _ := filepath.Abs("none.vmx")
	ws(t, p, "checkToolsState", "none.vmx").want(t, nil, "Error: Cannot open VM: "+here+", The virtual machine cannot be found\n", failed)
}

func TestEncrypted(t *testing.T) {
	for _, kind := range []string{hostedsim.EncryptedFully, hostedsim.EncryptedPartly} {
		t.Run(kind, func(t *testing.T) {
			p := product(t, hostedsim.Options{})
			m := p.AddVM("secret", hostedsim.Spec{Encrypted: kind, Password: "open sesame", Annotation: "hidden"})
			ws(t, p, "listSnapshots", m.Path()).want(t, m, "Error: Cannot open VM: <vmx>, A password is required for this operation\n", failed)
			ws(t, p, "-vp", "no", "listSnapshots", m.Path()).want(t, m, "Error: Cannot open VM: <vmx>, Incorrect password\n", failed)
			ws(t, p, "-vp", "open sesame", "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
			ws(t, p, "-vp", "open sesame", "start", m.Path(), "nogui").silent(t)
			ws(t, p, "getGuestIPAddress", m.Path()).want(t, m, "Error: Cannot open VM: <vmx>, A password is required for this operation\n", failed)
			ws(t, p, "-vp", "open sesame", "snapshot", m.Path(), "live").want(t, m, "Error: Authentication for encrypted virtual machine failed\n", failed)
			ws(t, p, "-vp", "open sesame", "suspend", m.Path()).silent(t)
			if state := m.State(); state != "suspended" {
				t.Errorf("state %s", state)
			}
			ws(t, p, "-vp", "open sesame", "deleteVM", m.Path()).want(t, m, "Error: Authentication for encrypted virtual machine failed\n", failed)
		})
	}
}
