// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// Guest is the guest of a VM, with what may be wrong with its agent. Its disk is there from the first use on, and is kept while the
// VM is off or not registered. Snapshots hold it. A clone begins with a fresh one.
type Guest struct {
	*guestos.Guest

	mu        sync.Mutex
	refusals  []refusal
	outdated  bool
	ancient   bool
	transfers map[string]*transfer
}

// guests are the guests of a host, and where the ESXis answer for their files. No lock is taken under it but those of the inventory's
// objects and a guest's own.
type guests struct {
	sync.Mutex
	of    map[moref]*Guest
	kept  map[fileKey]keptGuest // by the files of their VMs
	saved map[moref]bool        // the snapshots that hold a disk
	doors map[moref]*door

	certificates map[moref]tls.Certificate // of the ESXis, set at the start
}

func (g *guests) init() {
	g.of, g.kept, g.doors = map[moref]*Guest{}, map[fileKey]keptGuest{}, map[moref]*door{}
	g.saved = map[moref]bool{}
	g.certificates = map[moref]tls.Certificate{}
}

// refusal is what the next calls are refused with.
type refusal struct {
	fault types.BaseMethodFault
	left  int
}

// Guest returns the guest of a registered VM, and makes it if it has none. A VM whose guest is of a Windows kind has a Windows guest.
func (h *Host) Guest(datacenter, path string) (*Guest, error) {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return nil, err
	}
	return h.guestOf(vm)
}

// SetGuest gives a VM a fresh guest with users, a name or a way to run programs of its own. Its kind is still the VM's.
func (h *Host) SetGuest(datacenter, path string, opts guestos.Options) (*Guest, error) {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return nil, err
	}
	h.guests.Lock()
	defer h.guests.Unlock()
	if old := h.guests.of[vm.Self]; old != nil {
		old.Close()
	}
	return h.newGuest(vm, opts)
}

func (h *Host) guestOf(vm *simulator.VirtualMachine) (*Guest, error) {
	h.guests.Lock()
	defer h.guests.Unlock()
	if g := h.guests.of[vm.Self]; g != nil {
		return g, nil
	}
	if g := h.returnGuest(vm); g != nil {
		return g, nil
	}
	return h.newGuest(vm, guestos.Options{})
}

// newGuest is called with the lock of guests.
func (h *Host) newGuest(vm *simulator.VirtualMachine, opts guestos.Options) (*Guest, error) {
	if opts.Dir == "" {
		opts.Dir = filepath.Join(h.scratch, "guests", vm.Self.Value)
	}
	h.context().WithLock(vm, func() {
		opts.Hostname = cmp.Or(opts.Hostname, vm.Name)
		opts.Windows = vm.Config != nil && strings.HasPrefix(strings.ToLower(vm.Config.GuestId), "win")
	})
	os, err := guestos.New(opts)
	if err != nil {
		return nil, err
	}
	g := &Guest{Guest: os, transfers: map[string]*transfer{}}
	h.guests.of[vm.Self] = g
	return g, nil
}

// keptGuest is the guest of a VM that is not registered, with the VM's BIOS UUID: a VM that is made at the same path is another one.
type keptGuest struct {
	*Guest
	bios string
}

// keepGuest remembers the guest of a VM that is unregistered: it is on the VM's disks.
func (h *Host) keepGuest(vm *simulator.VirtualMachine) {
	ds, p, ok := h.homeOf(vm)
	h.guests.Lock()
	defer h.guests.Unlock()
	g := h.guests.of[vm.Self]
	delete(h.guests.of, vm.Self)
	if g == nil {
		return
	}
	if !ok {
		g.Close()
		return
	}
	h.guests.kept[fileKey{ds.Summary.Url, p.Path}] = keptGuest{g, vm.Config.Uuid}
}

// returnGuest gives a VM that was registered again its guest. It is called with the lock of guests.
func (h *Host) returnGuest(vm *simulator.VirtualMachine) *Guest {
	ds, p, ok := h.homeOf(vm)
	if !ok {
		return nil
	}
	key := fileKey{ds.Summary.Url, p.Path}
	kept, ok := h.guests.kept[key]
	if !ok {
		return nil
	}
	delete(h.guests.kept, key)
	if kept.bios != vm.Config.Uuid {
		kept.Close()
		return nil
	}
	h.guests.of[vm.Self] = kept.Guest
	return kept.Guest
}

// guestPower tells a guest of a change of its VM's power.
func (h *Host) guestPower(ref moref, from, to powerState) {
	h.guests.Lock()
	g := h.guests.of[ref]
	h.guests.Unlock()
	if g == nil {
		return
	}
	g.VoidTransfers()
	switch {
	case to == powerSuspend:
		g.Freeze(true)
	case from == powerSuspend && to == powerOn:
		g.Freeze(false)
	default:
		g.Reset()
	}
}

func (h *Host) closeGuests() {
	h.guests.Lock()
	defer h.guests.Unlock()
	for _, g := range h.guests.of {
		g.Close()
	}
	for _, g := range h.guests.kept {
		g.Close()
	}
}

// VMotion moves a VM to another host of its datacenter while it runs, as somebody else would: transfers die.
func (h *Host) VMotion(datacenter, path string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	now := h.hostOf(vm.Self)
	dc := h.datacenterOf(vm.Self)
	if dc == nil {
		return fmt.Errorf("%s is in no datacenter", path)
	}
	for _, host := range h.hostsOf(dc.Self) {
		if host.Self == now {
			continue
		}
		to := host.Self
		h.inventory.Lock()
		fault := h.movePlace(h.contextAs(Outsider), vm, &to, h.compute(*host.Parent).ResourcePool)
		h.inventory.Unlock()
		if fault != nil {
			return fmt.Errorf("moving %s to %s: %s", path, host.Name, message(fault))
		}
		return nil
	}
	return fmt.Errorf("there is no other host for %s", path)
}

// SetConsoleUser lets a user sit at the console of a VM that is on: interactive logins work for that user alone.
func (h *Host) SetConsoleUser(datacenter, path, user string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	g, err := h.guestOf(vm)
	if err != nil {
		return err
	}
	g.SetConsoleUser(user)
	ctx := h.context()
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{{Name: "guest.interactiveGuestOperationsReady", Val: user != ""}})
	})
	return nil
}

// Refuse makes the next calls that work in the guest fail, a negative number all of them. VixFault makes the faults of a busy agent,
// or of one that starts anew.
func (g *Guest) Refuse(fault types.BaseMethodFault, calls int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusals = append(g.refusals, refusal{fault, calls})
}

// StopRefusing takes back every Refuse.
func (g *Guest) StopRefusing() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refusals = nil
}

func (g *Guest) refused() types.BaseMethodFault {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i := range g.refusals {
		r := &g.refusals[i]
		if r.left == 0 {
			continue
		}
		if r.left > 0 {
			r.left--
		}
		return r.fault
	}
	if g.outdated {
		return &types.GuestComponentsOutOfDate{}
	}
	return nil
}

// SetToolsOutdated says whether the agent is too old for what it is asked.
func (g *Guest) SetToolsOutdated(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.outdated = on
}

// SetVixFaults says how calls fail while the agent does not run: with SystemError and VIX code 3016, or, as at the start, with
// GuestOperationsUnavailable.
func (g *Guest) SetVixFaults(on bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ancient = on
}

func (g *Guest) absent() types.BaseMethodFault {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ancient {
		return VixFault(3016, 0)
	}
	return &types.GuestOperationsUnavailable{}
}
