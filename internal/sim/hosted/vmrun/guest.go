// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// asking is how often getGuestIPAddress -wait looks for itself.
const asking = 20 * time.Millisecond

func (p *process) getGuestIPAddress(vm *desktop.VM) error {
	wait := p.param(1) == "-wait"
	if len(p.params) == 2 && !wait {
		return p.usage()
	}
	for {
		r, on := p.d.Running(vm.Path)
		if !on {
			return p.notOn()
		}
		guest, err := p.d.AskGuest(r)
		if err != nil {
			return err
		}
		switch {
		case guest.IP != "" && guest.Tools == "running":
			p.out.line(guest.IP)
			return nil
		case wait:
			if err := p.d.Hang(p.number); err != nil {
				return err
			}
			pause(asking)
		case guest.Tools == "running":
			p.out.line("unknown")
			return nil
		case p.d.Switch("ip-without-tools") == "unable":
			return p.fail("Unable to get the IP address")
		default:
			return p.noTools()
		}
	}
}

func (p *process) checkToolsState(vm *desktop.VM) error {
	tools := "unknown"
	if r, on := p.d.Running(vm.Path); on {
		guest, err := p.d.AskGuest(r)
		if err != nil {
			return err
		}
		tools = guest.Tools
	} else if p.d.Switch("tools-off") == "not-powered-on" {
		return p.notOn()
	}
	p.out.line(tools)
	if tools == "unknown" || tools == "installed" && p.d.Switch("tools-installed-status") == "-2" {
		p.status = statusUnsure
	}
	return nil
}

func (p *process) installTools(vm *desktop.VM) error {
	if p.d.State(vm) != desktop.On {
		return p.notOn()
	}
	return vm.Log("vmx| I125: ToolsInstall: mounted the image of VMware Tools")
}
