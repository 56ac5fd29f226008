// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"fmt"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// command is what vmrun can be asked for.
type command struct {
	name    string
	vm      bool           // the first parameter is a .vmx
	takes   func(int) bool // so many parameters
	changes bool           // the VM, so that it is nobody else's meanwhile
	paused  bool           // works on a paused VM
	text    bool           // parameters are text, and may look like flags
	remote  bool           // gone from the usage of those that are local only
	run     func(*process, *desktop.VM) error
}

func between(least, most int) func(int) bool {
	return func(n int) bool { return n >= least && n <= most }
}

var commands = []command{
	{name: "list", takes: between(0, 0), run: (*process).list},
	{name: "start", vm: true, takes: between(1, 2), changes: true, run: (*process).start},
	{name: "stop", vm: true, takes: between(1, 2), changes: true, run: (*process).stop},
	{name: "reset", vm: true, takes: between(1, 2), changes: true, run: (*process).reset},
	{name: "suspend", vm: true, takes: between(1, 2), changes: true, run: (*process).suspend},
	{name: "pause", vm: true, takes: between(1, 1), changes: true, run: (*process).pause},
	{name: "unpause", vm: true, takes: between(1, 1), changes: true, paused: true, run: (*process).unpause},
	{name: "listSnapshots", vm: true, takes: between(1, 2), paused: true, run: (*process).listSnapshots},
	{name: "snapshot", vm: true, takes: between(2, 2), changes: true, text: true, run: (*process).snapshot},
	{name: "deleteSnapshot", vm: true, takes: between(2, 3), changes: true, text: true, run: (*process).deleteSnapshot},
	{name: "revertToSnapshot", vm: true, takes: between(2, 2), changes: true, text: true, run: (*process).revertToSnapshot},
	{name: "getGuestIPAddress", vm: true, takes: between(1, 2), run: (*process).getGuestIPAddress},
	{name: "checkToolsState", vm: true, takes: between(1, 1), run: (*process).checkToolsState},
	{name: "readVariable", vm: true, takes: between(3, 3), text: true, run: (*process).readVariable},
	{name: "writeVariable", vm: true, takes: between(4, 4), changes: true, text: true, run: (*process).writeVariable},
	{name: "clone", vm: true, takes: between(3, 7), changes: true, paused: true, text: true, run: (*process).clone},
	{name: "deleteVM", vm: true, takes: between(1, 1), changes: true, paused: true, run: (*process).deleteVM},
	{name: "upgradevm", vm: true, takes: between(1, 1), changes: true, paused: true, run: (*process).upgradeVM},
	{name: "installTools", vm: true, takes: between(1, 1), changes: true, run: (*process).installTools},
	{name: "register", takes: between(1, 1), remote: true, run: (*process).register},
	{name: "unregister", takes: between(1, 1), remote: true, run: (*process).register},
	{name: "listRegisteredVM", takes: between(0, 0), remote: true, run: (*process).register},
}

const (
	mustBeOff    = "The virtual machine should not be powered on. It is already running."
	notSupported = "The operation is not supported"
	canceled     = "The operation was canceled"
	badParameter = "One of the parameters was invalid"
	noSnapshot   = "The snapshot does not exist"
	authFailed   = "Authentication for encrypted virtual machine failed"
	anonymous    = "Anonymous guest operations are not allowed on this virtual machine. " +
		"You must call VixVM_LoginInGuest before performing guest operations"
)

func (p *process) notOn() error { return p.fail("The virtual machine is not powered on: " + p.echo()) }

func (p *process) noTools() error {
	return p.fail("The VMware Tools are not running in the virtual machine: " + p.echo())
}

// param is the nth parameter, "" if there is none.
func (p *process) param(n int) string {
	if n < len(p.params) {
		return p.params[n]
	}
	return ""
}

func (p *process) list(*desktop.VM) error {
	paths, err := p.d.List()
	if err != nil {
		return err
	}
	p.out.line(fmt.Sprintf("Total running VMs: %d", len(paths)+p.d.Config.Noise.Miscount))
	for _, path := range paths {
		p.out.line(path)
	}
	return nil
}

func (p *process) register(*desktop.VM) error {
	if p.d.Persona().Remote || p.d.Switch("register") == "silent" {
		if p.name() == "listregisteredvm" {
			p.out.line("Total registered VMs: 0")
		}
		return nil
	}
	return p.fail(notSupported)
}

func (p *process) upgradeVM(vm *desktop.VM) error {
	if p.d.State(vm) != desktop.Off {
		return p.fail(mustBeOff)
	}
	done, err := p.d.Upgrade(vm)
	if err != nil || done {
		return err
	}
	return p.fail("The virtual hardware is already up-to-date")
}
