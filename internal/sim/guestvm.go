// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"path/filepath"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// Guest is the guest of a VM, with what may be wrong with its agent. Its disk is there from the first use on; it stays as long
// as the host does, whether the VM is on or not.
type Guest struct {
	*guestos.Guest

	mu        sync.Mutex
	refusals  []refusal
	outdated  bool
	ancient   bool
	transfers map[string]*transfer
}

// refusal is what the next calls are refused with.
type refusal struct {
	fault types.BaseMethodFault
	left  int
}

// Guest returns the guest of a registered VM, and makes it if it has none. A VM whose guest is of a Windows kind has a Windows guest.
func (h *Host) Guest(datacenter, path string) (*Guest, error) {
	vm, err := h.VM(datacenter, path)
	if err != nil {
		return nil, err
	}
	return h.guestOf(vm)
}

// SetGuest gives a VM a guest of another kind than it would have, before that is used.
func (h *Host) SetGuest(datacenter, path string, opts guestos.Options) (*Guest, error) {
	vm, err := h.VM(datacenter, path)
	if err != nil {
		return nil, err
	}
	h.guests.Lock()
	defer h.guests.Unlock()
	if old := h.guestsOf[vm.Self]; old != nil {
		old.Close()
	}
	return h.newGuest(vm, opts)
}

func (h *Host) guestOf(vm *simulator.VirtualMachine) (*Guest, error) {
	h.guests.Lock()
	defer h.guests.Unlock()
	if g := h.guestsOf[vm.Self]; g != nil {
		return g, nil
	}
	kind := ""
	h.context().WithLock(vm, func() {
		if vm.Config != nil {
			kind = vm.Config.GuestId
		}
	})
	return h.newGuest(vm, guestos.Options{Windows: strings.HasPrefix(strings.ToLower(kind), "win")})
}

// newGuest is called with the lock of guests.
func (h *Host) newGuest(vm *simulator.VirtualMachine, opts guestos.Options) (*Guest, error) {
	if opts.Dir == "" {
		opts.Dir = filepath.Join(h.scratch, "guests", vm.Self.Value)
	}
	if opts.Hostname == "" {
		h.context().WithLock(vm, func() { opts.Hostname = vm.Name })
	}
	os, err := guestos.New(opts)
	if err != nil {
		return nil, err
	}
	g := &Guest{Guest: os, transfers: map[string]*transfer{}}
	h.guestsOf[vm.Self] = g
	return g, nil
}

// guestPower tells a guest of a change of its VM's power.
func (h *Host) guestPower(ref moref, from, to powerState) {
	h.guests.Lock()
	g := h.guestsOf[ref]
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
	for _, g := range h.guestsOf {
		g.Close()
	}
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
