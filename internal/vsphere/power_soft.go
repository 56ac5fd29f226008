// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// shutDown asks the guest to shut down, and waits until the VM is off.
func (p *powering) shutDown(ctx context.Context) error {
	p.what.Op = "shut down"
	p.order.Tell(p.was, "asking the guest to shut down")
	return p.ask(ctx, isOff, func(ctx context.Context) error {
		_, err := methods.ShutdownGuest(ctx, p.h.Client, &types.ShutdownGuest{This: p.vm})
		return err
	})
}

// standBy asks the guest to suspend, and waits until the VM is.
func (p *powering) standBy(ctx context.Context) error {
	if p.was.StaysOnInStandby {
		return staysOn(p.what)
	}
	p.order.Tell(p.was, "asking the guest to suspend")
	return p.ask(ctx, isAsleep, func(ctx context.Context) error {
		_, err := methods.StandbyGuest(ctx, p.h.Client, &types.StandbyGuest{This: p.vm})
		return err
	})
}

// staysOn is the error of a VM that its guest's standby leaves on.
func staysOn(what wire.Step) error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeNotSupported, Kind: vix.ErrStaysOn,
		Reason: "The VM is set up to stay on when its guest goes to standby (standby action powerOnSuspend), so that asking the guest " +
			"does not suspend it.",
		Remedy: "Change the standby action of the VM to suspending it.",
	}
}

// reboot asks the guest to reboot. That it does shows where its Tools go down.
func (p *powering) reboot(ctx context.Context) error {
	p.order.Tell(p.was, "asking the guest to reboot")
	var d goingDown
	order := func(ctx context.Context) error {
		_, err := methods.RebootGuest(ctx, p.h.Client, &types.RebootGuest{This: p.vm})
		if d.given.Store(err == nil); err == nil && d.down.Load() {
			return errPast
		}
		return err
	}
	if p.order.WaitFor == vix.WaitForNothing && p.order.Mode == vix.PowerSoft {
		return p.ended(ctx, past(p.giveOrder(ctx, order)))
	}
	if err := p.ask(ctx, d.aim(), order); err != nil {
		return err
	}
	return p.up(ctx)
}

// ask gives the guest an order and waits until it has carried it out. A guest that does not
// is ErrGuestIdle.
func (p *powering) ask(ctx context.Context, to aim, order func(context.Context) error) error {
	err := p.until(ctx, to, func(ctx context.Context, made func()) error {
		made() // what the guest does at once is seen, too
		err := p.giveOrder(ctx, order)
		var state *types.InvalidPowerState
		if as(err, &state) && to.reached(watch.VM{Power: state.ExistingState}) {
			return nil // somebody was faster
		}
		return err
	})
	if errors.Is(err, errPast) {
		return nil
	}
	if err == nil || kindOf(err) == vix.ErrToolsNeeded || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return p.ended(ctx, err)
	}
	return &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeVMIsRunning, Kind: vix.ErrGuestIdle, Cause: err,
		Reason: fmt.Sprintf("The guest was asked, and has not done it in the time allowed. The VM is still %s; the "+
			"state of its Tools is %s.",
			stateOf(p.last, p.was.PowerState), toolsOf(p.last)),
		Remedy: "Look at the guest's console.",
	}
}

// giveOrder gives the guest an order. Tools that run and take none yet are waited for, and so are those of
// a VM that was just resumed.
func (p *powering) giveOrder(ctx context.Context, order func(context.Context) error) error {
	for rest := firstRest; ; rest = min(2*rest, longestRest) {
		err := order(ctx)
		if other, busy := p.h.busyWith(err); busy {
			if err := p.h.join(ctx, other, rest); err != nil {
				return err
			}
			continue
		}
		var none *types.ToolsUnavailable
		if !as(err, &none) {
			return err
		}
		seen, failed := p.h.waits.Until(ctx, p.vm, "a guest that takes orders", func(vm watch.VM) bool {
			down := vm.Tools == types.VirtualMachineToolsRunningStatusGuestToolsNotRunning
			return vm.Able || vm.Power != poweredIsOn || !p.resumed && down
		})
		if failed != nil || !seen.Able {
			return p.toolsNeeded(seen, err, failed)
		}
		wire.Pause(ctx, rest) // able by what was told, and not yet by what it does
	}
}

// toolsNeeded is the error of a guest that cannot be asked.
func (p *powering) toolsNeeded(seen watch.VM, refused, failed error) error {
	if errors.Is(failed, context.Canceled) {
		return failed
	}
	e := &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodePowerOpScriptsNotAvailable, Kind: vix.ErrToolsNeeded, Cause: refused,
		Fault: wire.FaultOf(refused),
		Reason: "VMware Tools are not running in the guest, so that it cannot be asked. Nothing was done. Tools were last seen as " +
			string(toolsOf(seen)) + ".",
		Remedy: "Start or install VMware Tools.",
	}
	if seen.Tools == types.VirtualMachineToolsRunningStatusGuestToolsRunning {
		e.Reason = "VMware Tools run in the guest, and take no orders yet: the guest has just started. Nothing was done."
		e.Remedy = "Wait until the guest has started."
	}
	return e
}
