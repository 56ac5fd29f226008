// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/watch"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

const (
	poweredIsOn   = types.VirtualMachinePowerStatePoweredOn
	poweredIsOff  = types.VirtualMachinePowerStatePoweredOff
	poweredAsleep = types.VirtualMachinePowerStateSuspended
)

// powering is an order to a VM that is being carried out.
type powering struct {
	h     *host
	what  wire.Step
	vm    types.ManagedObjectReference
	dc    types.ManagedObjectReference
	was   *vix.VM
	order vix.PowerOrder
	// last is what was seen of the VM last.
	last watch.VM
	// resumed is set where the order itself has let the VM run on.
	resumed bool
}

// orderNames are the orders as errors name them.
var orderNames = map[vix.PowerOp]string{
	vix.PowerOpOn: "power on", vix.PowerOpOff: "power off", vix.PowerOpSuspend: "suspend", vix.PowerOpReset: "reset",
}

// SetPower implements vix.Power: Datacenter.PowerOnMultiVM_Task, on an ESXi
// VirtualMachine.PowerOnVM_Task; PowerOffVM_Task, SuspendVM_Task, ResetVM_Task; ShutdownGuest,
// StandbyGuest, RebootGuest.
func (h *host) SetPower(ctx context.Context, handle vix.Handle, order vix.PowerOrder) (*vix.Powered, error) {
	what := wire.To(orderNames[order.Op], "the VM "+handle.ID)
	r, err := h.meant(ctx, what, handle, &h.Powers)
	if err != nil {
		return nil, err
	}
	p, err := h.powering(ctx, r, order)
	if err != nil {
		return nil, err
	}
	defer h.Changed(p.vm)
	if order.Found != nil {
		order.Found(p.was.PowerState)
	}
	err = p.carryOut(ctx)
	return p.outcome(err), err
}

// powering prepares an order to the VM of a record.
func (h *host) powering(ctx context.Context, r *vms.Record, order vix.PowerOrder) (*powering, error) {
	vm := r.Opened()
	vm.Registration = h.stamp(ctx, vm.Registration)
	order.WaitFor = cmp.Or(order.WaitFor, vix.WaitForNothing)
	p := &powering{h: h, what: wire.To(orderNames[order.Op], shown(vm)), vm: r.VM.Self, was: vm, order: order}
	p.dc, _ = r.Datacenter()
	p.last.Power = r.VM.Runtime.PowerState
	if err := h.Withheld(p.what, r); err != nil {
		return nil, err
	}
	if vm.Template {
		return nil, &vix.Error{
			Op: p.what.Op, Object: p.what.Object, Code: vix.CodeTemplateVM, Reason: "It is a template, and a template cannot run.",
		}
	}
	return p, nil
}

// shown is a VM as errors name it: by its name and its path.
func shown(vm *vix.VM) string { return fmt.Sprintf("the VM %s (%s)", vm.Name, vm.Path) }

// carryOut does what the order says.
func (p *powering) carryOut(ctx context.Context) error {
	switch p.order.Op {
	case vix.PowerOpOn:
		return p.on(ctx)
	case vix.PowerOpOff:
		return p.off(ctx)
	case vix.PowerOpSuspend:
		return p.suspend(ctx)
	case vix.PowerOpReset:
		return p.reset(ctx)
	}
	return &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeInvalidArg, Reason: fmt.Sprintf("There is no order %q.", p.order.Op),
	}
}

// outcome is how the VM is after the order.
func (p *powering) outcome(failed error) *vix.Powered {
	out := &vix.Powered{VM: p.was, State: p.order.Aim(), ToolsState: toolsOf(p.last)}
	if failed != nil {
		out.State = stateOf(p.last, p.was.PowerState)
	}
	if out.State != vix.PoweredOn {
		return out
	}
	out.IPAddress = p.last.Address
	if p.was.PowerState == vix.PoweredOn && p.last.Tools == "" { // nothing was waited for
		out.IPAddress, out.ToolsState = p.was.Guest.IPAddress, p.was.ToolsState
	}
	return out
}

// stateOf is the state that was seen last, or the one before if nothing was.
func stateOf(seen watch.VM, before vix.PowerState) vix.PowerState {
	switch seen.Power {
	case poweredIsOn:
		return vix.PoweredOn
	case poweredIsOff:
		return vix.PoweredOff
	case poweredAsleep:
		return vix.Suspended
	}
	return before
}

// toolsOf is the state of Tools that was seen.
func toolsOf(seen watch.VM) vix.ToolsState {
	return vms.ToolsState(&types.GuestInfo{ToolsRunningStatus: string(seen.Tools), ToolsVersionStatus2: string(seen.ToolsVersion)})
}

// off turns the VM off. One that is suspended is resumed first where its guest is to be asked, or
// where the host wants that.
func (p *powering) off(ctx context.Context) error {
	switch p.was.PowerState {
	case vix.PoweredOff:
		return nil
	case vix.Suspended:
		if p.order.Mode == vix.PowerHard {
			err := p.pull(ctx)
			if state := (*types.InvalidPowerState)(nil); !as(err, &state) {
				return err
			}
		}
		if err := p.resume(ctx); err != nil {
			return err
		}
	case vix.PoweredOn, vix.Paused:
	}
	return p.byMode(ctx, p.shutDown, p.pull)
}

// suspend suspends the VM.
func (p *powering) suspend(ctx context.Context) error {
	switch p.was.PowerState {
	case vix.Suspended:
		return nil
	case vix.PoweredOff:
		return p.notRunning("A VM that is off cannot be suspended.")
	case vix.PoweredOn, vix.Paused:
	}
	return p.byMode(ctx, p.standBy, p.freeze)
}

// reset resets the VM, and waits for its guest to come up again if that is wanted.
func (p *powering) reset(ctx context.Context) error {
	if p.was.PowerState != vix.PoweredOn {
		return p.notRunning(fmt.Sprintf("The VM is %s, and only one that is on can be reset.", p.was.PowerState))
	}
	return p.byMode(ctx, p.reboot, p.hardReset)
}

func (p *powering) notRunning(reason string) error {
	return &vix.Error{Op: p.what.Op, Object: p.what.Object, Code: vix.CodeVMNotRunning, Reason: reason}
}

// byMode asks the guest, or does it hard, or one after the other.
func (p *powering) byMode(ctx context.Context, soft, hard func(context.Context) error) error {
	switch p.order.Mode {
	case vix.PowerHard:
		return hard(ctx)
	case vix.PowerSoftThenHard:
		return p.softThenHard(ctx, soft, hard)
	case vix.PowerSoft:
	}
	return soft(ctx)
}

// softThenHard leaves the guest some time, and none where it cannot be asked.
func (p *powering) softThenHard(ctx context.Context, soft, hard func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, max(p.order.SoftTimeout, time.Millisecond))
	defer cancel()
	err := soft(limited)
	kind := kindOf(err)
	if err == nil || ctx.Err() != nil || kind != vix.ErrToolsNeeded && kind != vix.ErrGuestIdle {
		return err
	}
	p.order.Tell(p.was, "the guest has not done it; it is not asked any more")
	return hard(ctx)
}
