// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The power states.
const (
	On        = "on"
	Off       = "off"
	Paused    = "paused"
	Suspended = "suspended"
)

// State is the power state of a VM.
func (d *Desktop) State(vm *VM) string {
	if r, on := d.Running(vm.Path); on {
		if r.Paused {
			return Paused
		}
		return On
	}
	if vm.Get("checkpoint.vmState") != "" {
		return Suspended
	}
	return Off
}

// Start turns a VM on, or wakes it. spelled is the path as whoever does it writes it, user is "" for our own.
func (d *Desktop) Start(vm *VM, spelled, user string) error {
	if state := vm.Get("checkpoint.vmState"); state != "" {
		if err := remove(vm.beside(state)); err != nil {
			return err
		}
	}
	set := map[string]string{"checkpoint.vmState": "", "cleanShutdown": "FALSE", "softPowerOff": "FALSE"}
	if vm.Get("uuid.bios") == "" {
		set["uuid.bios"] = machineUUID(vm.Path)
		set["uuid.location"] = set["uuid.bios"]
		set["ethernet0.generatedAddress"] = "00:0c:29:" + key(vm.Path)[:2] + ":" + key(vm.Path)[2:4] + ":" + key(vm.Path)[4:6]
	}
	if err := vm.set(set); err != nil {
		return err
	}
	if err := vm.lockMachine(); err != nil {
		return err
	}
	if err := vm.Log("vmx| I125: PowerOn"); err != nil {
		return err
	}
	asked := d.count("asked-" + key(vm.Path))
	return d.SaveRunning(&Running{Path: vm.Path, Spelled: spelled, User: user, Asked: asked, Since: d.lag()})
}

// lag is the call of list from which on a change shows.
func (d *Desktop) lag() int { return d.count("list") + 1 + d.Config.ListLag }

// Stop turns a VM off.
func (d *Desktop) Stop(vm *VM) error {
	if state := vm.Get("checkpoint.vmState"); state != "" {
		if err := remove(vm.beside(state)); err != nil {
			return err
		}
	}
	return errors.Join(
		vm.set(map[string]string{"checkpoint.vmState": "", "cleanShutdown": "TRUE"}),
		vm.unlockMachine(), d.forget(vm))
}

// Suspend writes a VM's state beside it.
func (d *Desktop) Suspend(vm *VM) error {
	name := filepath.Base(base(vm.Path)) + "-" + key(vm.Path)[:8] + ".vmss"
	return errors.Join(
		os.WriteFile(vm.beside(name), []byte("suspended"), 0o600),
		vm.set(map[string]string{"checkpoint.vmState": name}),
		vm.unlockMachine(), d.forget(vm))
}

// forget takes a VM out of what runs.
func (d *Desktop) forget(vm *VM) error {
	r, on := d.Running(vm.Path)
	if !on {
		return nil
	}
	if d.Config.ListLag == 0 {
		return remove(d.runningPath(vm.Path))
	}
	r.Gone, r.GoneAt = true, d.lag()
	return d.SaveRunning(r)
}

// SetPaused freezes a VM that runs, or lets it go on.
func (d *Desktop) SetPaused(vm *VM, paused bool) error {
	r, on := d.Running(vm.Path)
	if !on {
		return fmt.Errorf("%s is not on", vm.Path)
	}
	r.Paused = paused
	return d.SaveRunning(r)
}

// Crash is the end of a VM without its locks being taken away.
func (d *Desktop) Crash(vm *VM) error { return remove(d.runningPath(vm.Path)) }

// Log adds a line to the VM's vmware.log.
func (vm *VM) Log(line string) error {
	f, err := os.OpenFile(vm.beside("vmware.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "2026-05-04T10:11:12.345Z| %s\n", line)
	return errors.Join(err, f.Close())
}

// PostError adds to the vmware.log of a VM what the product writes when it wants to ask or to complain, and has no window.
func PostError(path, text string) error {
	vm := &VM{Path: Real(path)}
	lines := []string{"vmx| I125: Msg_Post: Error"}
	for l := range strings.SplitSeq(text, "\n") {
		lines = append(lines, "vmx| I125: [msg.simulated] "+l)
	}
	for _, l := range append(lines, "vmx| I125: ----------------------------------------") {
		if err := vm.Log(l); err != nil {
			return err
		}
	}
	return nil
}

// set changes settings and writes the file.
func (vm *VM) set(values map[string]string) error {
	for name, value := range values {
		if err := vm.inner.Set(name, value); err != nil {
			return err
		}
	}
	return vm.save()
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// machineUUID is the UUID that a VM is given where it lies, as a .vmx holds it.
func machineUUID(path string) string {
	d := "564d" + key(path) + key(path + "#")[:12]
	var pairs []string
	for i := 0; i < 32; i += 2 {
		pairs = append(pairs, d[i:i+2])
	}
	return strings.Join(pairs[:8], " ") + "-" + strings.Join(pairs[8:], " ")
}

// Reset starts a VM that is on anew: its Tools come up again.
func (d *Desktop) Reset(vm *VM) error {
	r, on := d.Running(vm.Path)
	if !on {
		return fmt.Errorf("%s is not on", vm.Path)
	}
	r.Asked = d.count("asked-" + key(vm.Path))
	r.GuestVars, r.GuestEnv = nil, nil
	return d.SaveRunning(r)
}

// Upgrade gives a VM the newest hardware that the product knows; done is false if it has it.
func (d *Desktop) Upgrade(vm *VM) (done bool, err error) {
	newest := strconv.Itoa(d.Persona().Hardware)
	if vm.Get("virtualHW.version") == newest {
		return false, nil
	}
	return true, vm.set(map[string]string{"virtualHW.version": newest})
}
