// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
)

// on powers the VM on, and waits for its guest, in one wait.
func (p *powering) on(ctx context.Context) error {
	if p.was.PowerState == vix.PoweredOn {
		p.order.Tell(p.was, "is on already")
		return p.up(ctx)
	}
	p.order.Tell(p.was, "powering on")
	g := &guestUp{p: p, order: p.order}
	err := p.until(ctx, g.aim(), func(ctx context.Context, made func()) error {
		err := p.begin(ctx, made)
		g.begun.Store(err == nil)
		return err
	})
	if err == nil && g.fell {
		// What says so may have been read before the task's end. What is read now was not.
		err = p.until(ctx, g.aim(), nil)
	}
	return g.ended(ctx, err)
}

// up waits for the guest of a VM that is on.
func (p *powering) up(ctx context.Context) error {
	if p.order.WaitFor == vix.WaitForNothing {
		return nil
	}
	g := &guestUp{p: p, order: p.order}
	g.begun.Store(true)
	return g.ended(ctx, p.until(ctx, g.aim(), nil))
}

// guestUp is a VM that is on, and whose guest has come as far as the order wants.
type guestUp struct {
	p     *powering
	order vix.PowerOrder
	// begun is set when the VM is on by what its task says: what is not on after that has gone off.
	begun    atomic.Bool
	on, fell bool
}

// aim is what the order wants of the VM.
func (g *guestUp) aim() aim {
	words := "the power state poweredOn"
	switch g.order.WaitFor {
	case vix.WaitForTools:
		words = "VMware Tools that are ready"
	case vix.WaitForIP:
		words = "an IP address of the guest"
	case vix.WaitForNothing:
	}
	return aim{words, g.reached}
}

// reached looks at the VM. One that has gone off again ends the wait, too.
func (g *guestUp) reached(vm watch.VM) bool {
	if g.fell = vm.Power != poweredIsOn && g.begun.Load(); vm.Power != poweredIsOn {
		return g.fell
	}
	if !g.on {
		g.on = true
		g.order.Tell(g.p.was, "is on")
	}
	switch g.order.WaitFor {
	case vix.WaitForTools:
		return vm.Ready
	case vix.WaitForIP:
		return vm.Address != "" && vm.Tools == types.VirtualMachineToolsRunningStatusGuestToolsRunning
	case vix.WaitForNothing:
	}
	return true
}

// ended is the outcome of the wait.
func (g *guestUp) ended(ctx context.Context, err error) error {
	p := g.p
	switch {
	case err == nil && g.fell:
		return p.notRunning("The VM was on, and went off while its guest was waited for.")
	case err == nil && p.order.WaitFor == vix.WaitForTools:
		p.order.Tell(p.was, "VMware Tools are ready")
	case err == nil && p.order.WaitFor == vix.WaitForIP:
		p.order.Tell(p.was, "the address is "+p.last.Address)
	case errors.Is(ctx.Err(), context.DeadlineExceeded) && p.last.Power == poweredIsOn && kindOf(err) != vix.ErrAsked:
		return p.late(err)
	}
	return p.ended(ctx, err)
}

// late is the error of a guest that has not come up in time.
func (p *powering) late(cause error) error {
	missing := "VMware Tools are not ready"
	if p.order.WaitFor == vix.WaitForIP {
		missing = "the guest has told no address"
	}
	return &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeTimeoutWaitingForTools, Kind: vix.ErrGuestLate, Cause: cause,
		Reason: fmt.Sprintf("The VM is on, and %s in the time allowed. VMware Tools were last seen as %s.", missing, toolsOf(p.last)),
		Remedy: "Look at the guest's console, and whether VMware Tools are installed in it.",
	}
}

// begin starts the power-on and follows its task. One that is under way already, of an earlier
// run or of somebody else, is joined; it powers on once.
func (p *powering) begin(ctx context.Context, made func()) error {
	for rest := firstRest; ; rest = min(2*rest, longestRest) {
		err := p.h.starts.powerOn(ctx, p.h, p.vm, p.dc, made)
		var power *types.InvalidPowerState
		if as(err, &power) && power.ExistingState == poweredIsOn {
			return nil // somebody was faster
		}
		other, busy := p.h.busyWith(err)
		if !busy && isInvalidState(err) {
			// Hosts are known that say so of a VM that is being powered on.
			other, _ = p.h.starts.tasks.Get(ctx, begunBy{vm: p.vm})
			busy = other.Value != ""
		}
		if !busy {
			return err
		}
		p.order.Tell(p.was, "joining a task that is under way")
		if err := p.h.join(ctx, other, rest); err != nil {
			return err
		}
	}
}

// isInvalidState reports the very fault, and none that is derived from it.
func isInvalidState(err error) bool {
	var state *types.InvalidState
	return as(err, &state)
}
