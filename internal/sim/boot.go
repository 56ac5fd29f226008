// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// bootStep is how long a guest takes from one step of its start to the next.
const bootStep = 3 * time.Millisecond

// boot lets the guest of a VM that was powered on start: VMware Tools run a moment after the task has ended, are
// ready for orders a moment after that, and know an address last.
func (h *Host) boot(ref moref) {
	h.mu.Lock()
	held := h.holdTools
	h.mu.Unlock()
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if held || !ok || !h.toolsInstalled(ref) {
		return
	}
	var began *time.Time
	h.context().WithLock(vm, func() { began = vm.Runtime.BootTime })
	h.running.Go(func() {
		for _, step := range []guestStep{toolsStarted, toolsReady, addressKnown} {
			timer := time.NewTimer(bootStep)
			select {
			case <-timer.C:
			case <-h.quit:
				timer.Stop()
				return
			}
			if !h.takeStep(vm, began, step) {
				return
			}
		}
	})
}

// guestStep is how far a guest has come.
type guestStep int

const (
	toolsStarted guestStep = iota // Tools run, and take no orders yet
	toolsReady                    // the guest can be worked in
	addressKnown
)

// takeStep takes a guest one step further, if the VM has been on since.
func (h *Host) takeStep(vm *simulator.VirtualMachine, began *time.Time, step guestStep) bool {
	ctx := h.context()
	on := false
	ctx.WithLock(vm, func() {
		now := vm.Runtime.BootTime
		on = vm.Runtime.PowerState == powerOn && now != nil && began != nil && now.Equal(*began)
		if on {
			ctx.Update(vm, guestChanges(h.guestAt(vm, step)))
		}
	})
	return on
}

// guestAt is what a guest says that has come so far.
func (h *Host) guestAt(vm *simulator.VirtualMachine, step guestStep) *types.GuestInfo {
	g := &types.GuestInfo{}
	setTools(g, vm.Config, true, true)
	if step == toolsStarted {
		g.GuestStateChangeSupported, g.GuestOperationsReady = types.NewBool(false), types.NewBool(false)
	}
	if step >= toolsReady {
		g.HostName, g.GuestId, g.GuestFullName = vm.Name, vm.Config.GuestId, vm.Config.GuestFullName
	}
	if step == addressKnown {
		g.IpAddress = address(vm.Self)
	}
	return g
}

// HoldTools keeps VMware Tools from running in VMs that are powered on from now on; SetTools and StartTools bring
// them up.
func (h *Host) HoldTools(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.holdTools = on
}

// StartTools makes VMware Tools of a VM run that are not ready for anything yet.
func (h *Host) StartTools(datacenter, path string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.setToolsInstalled(vm.Self, true)
	ctx := h.context()
	ctx.WithLock(vm, func() { ctx.Update(vm, guestChanges(h.guestAt(vm, toolsStarted))) })
	return nil
}

func (h *Host) toolsInstalled(ref moref) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tools[ref.Value]
}
