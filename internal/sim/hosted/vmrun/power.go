// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"fmt"
	"strconv"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

func (p *process) start(vm *desktop.VM) error {
	persona, mode := p.d.Persona(), p.param(1)
	switch mode {
	case "", "gui":
		if vm.Encrypted() {
			return p.fail(notSupported)
		}
		if persona.Type != "fusion" && !persona.Windows {
			if p.d.Switch("gui-without-display") == "hangs" {
				p.hang(false)
				return nil
			}
			return p.fail("Cannot launch the UI because no display server is present in the current environment")
		}
	case "nogui":
	default:
		return p.usage()
	}
	if p.d.State(vm) == desktop.On {
		if p.d.Switch("start-running") == "already-running" {
			return p.fail(mustBeOff)
		}
		return nil
	}
	if version, _ := strconv.Atoi(vm.Get("virtualHW.version")); version > persona.Hardware {
		return p.cancel(vm, fmt.Sprintf("This virtual machine requires hardware version %d, and %s supports version %d.",
			version, persona.Product, persona.Hardware))
	}
	if disk := vm.MissingDisk(); disk != "" {
		return p.cancel(vm, "Cannot open the disk '"+disk+"' or one of the snapshot disks it depends on.\n"+
			"Failed to start the virtual machine.")
	}
	p.midway()
	return p.d.Start(vm, p.vmx, "")
}

// cancel is what becomes of a question or a complaint without a window: the log has the text.
func (p *process) cancel(vm *desktop.VM, text string) error {
	if err := desktop.PostError(vm.Path, text); err != nil {
		return err
	}
	return p.fail(canceled)
}

// gentle says whether a change of power goes through the guest, which it cannot without Tools; then it is answered here.
func (p *process) gentle(vm *desktop.VM) (answered bool, err error) {
	switch p.param(1) {
	case "", "hard":
		return false, nil
	case "soft":
	default:
		return true, p.usage()
	}
	r, on := p.d.Running(vm.Path)
	if !on {
		return true, p.notOn()
	}
	guest, err := p.d.AskGuest(r)
	if err != nil || guest.Tools == "running" {
		return false, err
	}
	if p.d.Switch("soft-without-tools") == "hangs" {
		p.hang(false)
		return true, nil
	}
	return true, p.noTools()
}

func (p *process) stop(vm *desktop.VM) error {
	switch state := p.d.State(vm); {
	case state == desktop.Suspended && p.d.Switch("stop-suspended") == desktop.Off:
		return p.d.Stop(vm)
	case state != desktop.On:
		return p.notOn()
	}
	if answered, err := p.gentle(vm); answered || err != nil {
		return err
	}
	p.midway()
	return p.d.Stop(vm)
}

func (p *process) reset(vm *desktop.VM) error {
	if p.d.State(vm) != desktop.On {
		return p.notOn()
	}
	if answered, err := p.gentle(vm); answered || err != nil {
		return err
	}
	if p.param(1) != "soft" && p.d.Switch("reset-hard") == desktop.Off {
		return p.d.Stop(vm)
	}
	return p.d.Reset(vm)
}

func (p *process) suspend(vm *desktop.VM) error {
	if p.d.State(vm) != desktop.On {
		return p.notOn()
	}
	if answered, err := p.gentle(vm); answered || err != nil {
		return err
	}
	p.midway()
	return p.d.Suspend(vm)
}

func (p *process) pause(vm *desktop.VM) error {
	switch {
	case p.d.Persona().NoPause:
		return p.fail(notSupported)
	case p.d.State(vm) != desktop.On:
		return p.notOn()
	}
	return p.d.SetPaused(vm, true)
}

func (p *process) unpause(vm *desktop.VM) error {
	switch state := p.d.State(vm); {
	case p.d.Persona().NoPause:
		return p.fail(notSupported)
	case state != desktop.On && state != desktop.Paused:
		return p.notOn()
	}
	return p.d.SetPaused(vm, false)
}

func (p *process) deleteVM(vm *desktop.VM) error {
	switch state := p.d.State(vm); {
	case state == desktop.On, state == desktop.Paused:
		return p.fail(mustBeOff)
	case vm.Encrypted() && p.d.Switch("encrypted-live") == "refused":
		return p.fail(authFailed)
	}
	p.midway()
	return p.d.Delete(vm)
}
