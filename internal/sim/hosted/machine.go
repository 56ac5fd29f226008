// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// Machine is a VM, and what a person does with it in the product's window: no vmrun is started for that, and no
// password is asked for.
type Machine struct {
	p    *Product
	path string
}

// AddVM makes a VM that is off: its folder, its configuration, disks, an empty .vmsd.
func (p *Product) AddVM(name string, spec Spec) *Machine {
	p.t.Helper()
	path, err := p.now().CreateVM(p.VMs(), name, spec)
	must(p.t, err)
	return p.VM(path)
}

// VM is the VM of a .vmx that is there.
func (p *Product) VM(path string) *Machine { return &Machine{p: p, path: path} }

// Path is the .vmx, absolute.
func (m *Machine) Path() string { return m.path }

// Dir is the VM's folder.
func (m *Machine) Dir() string { return filepath.Dir(m.path) }

// do works on the VM.
func (m *Machine) do(work func(*desktop.Desktop, *desktop.VM) error) {
	m.p.t.Helper()
	vm, err := desktop.Peek(m.path)
	if err == nil {
		err = work(m.p.now(), vm)
	}
	must(m.p.t, err)
}

// Start turns the VM on, or wakes it.
func (m *Machine) Start() { m.StartAs(m.path, "") }

// StartAs is Start by a path that is spelled in another way, which list shows; or by another user of the computer.
func (m *Machine) StartAs(spelled, user string) {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error { return d.Start(vm, spelled, user) })
}

// Stop turns the VM off.
func (m *Machine) Stop() { m.p.t.Helper(); m.do((*desktop.Desktop).Stop) }

// Suspend suspends the VM.
func (m *Machine) Suspend() { m.p.t.Helper(); m.do((*desktop.Desktop).Suspend) }

// Pause freezes the VM.
func (m *Machine) Pause() {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error { return d.SetPaused(vm, true) })
}

// Unpause lets it go on.
func (m *Machine) Unpause() {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error { return d.SetPaused(vm, false) })
}

// Crash ends the VM and leaves its locks.
func (m *Machine) Crash() { m.p.t.Helper(); m.do((*desktop.Desktop).Crash) }

// State is on, off, paused or suspended.
func (m *Machine) State() (state string) {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error {
		state = d.State(vm)
		return nil
	})
	return state
}

// Guest is what is in the VM.
func (m *Machine) Guest() Guest { return m.p.now().Guest(m.path) }

// SetGuest changes what is in the VM, whether it is on or not.
func (m *Machine) SetGuest(change func(*Guest)) {
	m.p.t.Helper()
	g := m.Guest()
	change(&g)
	must(m.p.t, m.p.now().SetGuest(m.path, g))
}

// GuestVariable is what the guest knows as guestinfo.NAME, and whether somebody wrote it since the VM is on.
func (m *Machine) GuestVariable(name string) (string, bool) {
	r, on := m.p.now().Running(m.path)
	if !on {
		return "", false
	}
	value, ok := r.GuestVars[name]
	return value, ok
}

// OpenInWindow opens the VM in the product's window; the result closes it.
func (m *Machine) OpenInWindow() (closeWindow func()) {
	m.p.t.Helper()
	end, err := m.p.now().OpenInWindow(m.path)
	must(m.p.t, err)
	return func() { m.p.t.Helper(); must(m.p.t, end()) }
}

// Snapshot takes a snapshot; in the window it may have a description, and a name that another one has.
func (m *Machine) Snapshot(name, description string) {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error {
		_, err := d.TakeSnapshot(vm, name, description)
		return err
	})
}

// Revert goes back to the snapshot of a path: names from the root down, with / between them.
func (m *Machine) Revert(path string) {
	m.p.t.Helper()
	m.do(func(d *desktop.Desktop, vm *desktop.VM) error {
		s, err := vm.Snapshots()
		if err != nil {
			return err
		}
		for _, one := range s.All {
			if s.Path(one) == path {
				return d.Revert(vm, one)
			}
		}
		return errors.New("no snapshot " + path)
	})
}

// Snapshots are those of the VM.
func (m *Machine) Snapshots() (s *desktop.Snapshots) {
	m.p.t.Helper()
	m.do(func(_ *desktop.Desktop, vm *desktop.VM) (err error) {
		s, err = vm.Snapshots()
		return err
	})
	return s
}

// Write replaces the text of a file of the VM's folder.
func (m *Machine) Write(name, text string) {
	m.p.t.Helper()
	must(m.p.t, os.WriteFile(filepath.Join(m.Dir(), name), []byte(text), 0o600))
}

// Tree is every file below the folder of the VMs: path to content, mode and time of change, so that a test can say that
// nothing was touched.
func (p *Product) Tree() map[string]string {
	p.t.Helper()
	tree, err := desktop.Tree(p.VMs())
	must(p.t, err)
	return tree
}
