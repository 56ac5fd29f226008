// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

type reference = types.ManagedObjectReference

// pull turns the VM off without asking its guest.
func (p *powering) pull(ctx context.Context) error {
	p.order.Tell(p.was, "powering off")
	return p.byTask(ctx, isOff, func(ctx context.Context) (reference, error) {
		response, err := methods.PowerOffVM_Task(ctx, p.h.Client, &types.PowerOffVM_Task{This: p.vm})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
}

// freeze suspends the VM without asking its guest.
func (p *powering) freeze(ctx context.Context) error {
	p.order.Tell(p.was, "suspending")
	return p.byTask(ctx, isAsleep, func(ctx context.Context) (reference, error) {
		response, err := methods.SuspendVM_Task(ctx, p.h.Client, &types.SuspendVM_Task{This: p.vm})
		if err != nil {
			return reference{}, err
		}
		return response.Returnval, nil
	})
}

// hardReset resets the VM without asking its guest.
func (p *powering) hardReset(ctx context.Context) error {
	p.order.Tell(p.was, "resetting")
	reset := func(ctx context.Context) error {
		return p.h.following(ctx, func(ctx context.Context) (reference, error) {
			response, err := methods.ResetVM_Task(ctx, p.h.Client, &types.ResetVM_Task{This: p.vm})
			if err != nil {
				return reference{}, err
			}
			return response.Returnval, nil
		})
	}
	if p.order.WaitFor == vix.WaitForNothing || p.was.ToolsState != vix.ToolsRunning {
		if err := p.ended(ctx, reset(ctx)); err != nil {
			return err
		}
		return p.up(ctx)
	}
	// Tools that run must be seen to go down first; a host that does not show that is not waited for long.
	d := goingDown{ready: true}
	err := p.until(ctx, d.aim(), func(ctx context.Context, made func()) error {
		made() // Tools go down as soon as the host has the order
		if err := reset(ctx); err != nil {
			return err
		}
		if d.given.Store(true); !d.down.Load() {
			wire.Pause(ctx, resetGrace)
		}
		return errPast
	})
	if err := p.ended(ctx, past(err)); err != nil {
		return err
	}
	return p.up(ctx)
}

// resetGrace is how long Tools of a VM that was reset are expected to be seen going down.
const resetGrace = 15 * time.Second

// goingDown sees a guest go down after an order, which takes its Tools along.
type goingDown struct {
	given, down atomic.Bool
	ready       bool
}

func (d *goingDown) aim() aim { return aim{"a guest that goes down", d.gone} }

// gone is that the order was given, and the guest could not be worked in since. What came before
// the answer to the order counts where the guest could be worked in at first.
func (d *goingDown) gone(vm watch.VM) bool {
	up := vm.Ready && vm.Power == poweredIsOn
	if !up && (d.ready || d.given.Load()) {
		d.down.Store(true)
	}
	d.ready = d.ready || up
	return d.given.Load() && d.down.Load()
}

// errPast is that what was waited for is past: it is seen no more.
var errPast = errors.New("the guest has gone down already")

func past(err error) error {
	if errors.Is(err, errPast) {
		return nil
	}
	return err
}

// isOff and isAsleep are the aims of what takes a VM out of the running.
var (
	isOff    = aim{"the power state poweredOff", func(vm watch.VM) bool { return vm.Power == poweredIsOff }}
	isAsleep = aim{"the power state suspended", func(vm watch.VM) bool { return vm.Power == poweredAsleep }}
)

// byTask starts a task and waits for it and for the state that it leads to, answering what the
// VM asks meanwhile.
func (p *powering) byTask(ctx context.Context, to aim, start func(context.Context) (reference, error)) error {
	err := p.until(ctx, to, func(ctx context.Context, made func()) error {
		err := p.h.following(ctx, func(ctx context.Context) (reference, error) {
			defer made()
			return start(ctx)
		})
		var state *types.InvalidPowerState
		if as(err, &state) && to.reached(watch.VM{Power: state.ExistingState}) {
			return nil // somebody was faster
		}
		return err
	})
	return p.ended(ctx, err)
}

// resume lets a suspended VM run on, so that its guest can be asked.
func (p *powering) resume(ctx context.Context) error {
	order := p.order
	p.order.Op, p.order.WaitFor = vix.PowerOpOn, vix.WaitForNothing
	defer func() { p.order = order }()
	p.resumed = true
	return p.on(ctx)
}
