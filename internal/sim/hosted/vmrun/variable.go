// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"maps"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// kindOf is where a variable lives.
func (p *process) kindOf() string {
	switch p.param(1) {
	case "runtimeConfig", "guestEnv", "guestVar":
		return p.param(1)
	}
	return ""
}

// reach says whether the variables of a kind can be reached; if not it is answered here.
func (p *process) reach(kind string, r *desktop.Running) (answered bool, err error) {
	switch {
	case kind == "":
		return true, p.usage()
	case p.param(2) == "":
		return true, p.fail(badParameter)
	case kind == "runtimeConfig":
		return false, nil
	case r == nil:
		return true, p.notOn()
	case kind == "guestVar":
		return false, nil
	}
	guest, err := p.d.AskGuest(r)
	switch {
	case err != nil:
		return true, err
	case p.flags.guestUser == "":
		return true, p.fail(anonymous)
	case guest.Tools != "running":
		return true, p.noTools()
	case p.flags.guestUser != guest.User || p.flags.guestPassword != guest.Password:
		return true, p.fail("Invalid user name or password for the guest OS")
	}
	return false, nil
}

func (p *process) readVariable(vm *desktop.VM) error {
	r, on := p.d.Running(vm.Path)
	if !on {
		r = nil
	}
	kind, name := p.kindOf(), p.param(2)
	if answered, err := p.reach(kind, r); answered || err != nil {
		return err
	}
	value, set := "", false
	switch kind {
	case "guestEnv":
		value, set = r.GuestEnv[name]
	case "guestVar":
		if value, set = r.GuestVars[name]; !set {
			value = vm.Get("guestinfo." + name)
		}
	default:
		if r != nil {
			value, set = r.Runtime[name]
		}
		if !set {
			value = vm.Get(name)
		}
	}
	if value == "" && !set && p.d.Switch("read-unset") == "nothing" {
		return nil
	}
	p.out.line(value)
	return nil
}

func (p *process) writeVariable(vm *desktop.VM) error {
	r, on := p.d.Running(vm.Path)
	if !on {
		r = nil
	}
	kind, name, value := p.kindOf(), p.param(2), p.param(3)
	if answered, err := p.reach(kind, r); answered || err != nil {
		return err
	}
	if r == nil {
		if p.d.Switch("runtime-config-off") == "refused" {
			return p.notOn()
		}
		return nil
	}
	into := map[string]*map[string]string{"guestEnv": &r.GuestEnv, "guestVar": &r.GuestVars, "runtimeConfig": &r.Runtime}[kind]
	written := maps.Clone(*into)
	if written == nil {
		written = map[string]string{}
	}
	written[name] = value
	*into = written
	return p.d.SaveRunning(r)
}
