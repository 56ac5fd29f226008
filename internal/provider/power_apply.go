// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// create brings the VM to its state for the first time, or goes on with what an earlier try has begun.
func (r *powerResource) create(ctx context.Context, plan powerModel, resp *resource.CreateResponse) {
	schema, id := resp.State.Schema, plan.VMID.ValueString()
	vm := r.conn.meantVM(ctx, plan.VMID, vmRecord{}, &resp.Diagnostics)
	if vm == nil {
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	defer r.conn.ledger.lock(powerKey(vm.ManagedObjectID))()
	before := r.conn.powerNotes.previous(server, id)
	found := vix.PowerState("")
	order := plan.order(plan.State.ValueString())
	order.WaitFor = vix.GuestWait(plan.WaitFor.ValueString())
	order.Found = func(state vix.PowerState) {
		if found = settled(state); found != order.Aim() {
			r.conn.powerNotes.begin(ctx, server, id, found)
		}
	}
	done, err := r.power.SetPower(ctx, vm.Handle(), order)
	if err != nil {
		if before == "" && ctx.Err() == nil && changedNothing(err, done, found) {
			r.conn.powerNotes.end(ctx, server, id)
		}
		addError(&resp.Diagnostics, schema, err)
		return
	}
	r.conn.powers.created(ctx, powerOf(id), resp.Private, &resp.Diagnostics)
	previous := cmp.Or(before, found)
	rec := powerRecord{vmRecord: vmRecordOf(vm), Changed: previous != order.Aim()}
	rec.Server = server
	plan.applied(done, previous)
	r.remember(vm, done)
	// The note is needed no more once Terraform has written the state.
	r.conn.atClose(func(ctx context.Context) { r.conn.powerNotes.end(ctx, server, id) })
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setVMIdentity(ctx, resp.Identity, server, plan.VMID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// changedNothing reports that a try has left the VM as it was for certain: what becomes of it from then on is somebody else's doing. A
// question that is pending, and a guest that was asked and has not done it, may still come to it.
func changedNothing(err error, done *vix.Powered, found vix.PowerState) bool {
	e, ok := errors.AsType[*vix.Error](err)
	return ok && !e.Doubt && e.Kind != vix.ErrAsked && e.Kind != vix.ErrGuestIdle && done != nil && settled(done.State) == found
}

// remember notes how the VM is now.
func (r *powerResource) remember(vm *vix.Registration, done *vix.Powered) {
	now := *vm
	now.PowerState = done.State
	r.conn.vms.remember(&now)
}

// update does what the plan has left open the address for.
func (r *powerResource) update(ctx context.Context, plan, state powerModel, rec powerRecord, resp *resource.UpdateResponse) {
	if plan.IPAddress.IsUnknown() {
		if !r.conn.connected() {
			addNotConnected(&resp.Diagnostics, "power the VM "+plan.VMID.ValueString(), r.conn)
			return
		}
		if !r.again(ctx, &plan, state, &rec, resp) {
			return
		}
	}
	if plan.PreviousState.IsUnknown() {
		plan.PreviousState = types.StringNull()
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setVMIdentity(ctx, resp.Identity, rec.Server, plan.VMID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
}

// again brings the VM to its state. After an error state tells how far that got.
func (r *powerResource) again(
	ctx context.Context, plan *powerModel, state powerModel, rec *powerRecord, resp *resource.UpdateResponse,
) bool {
	vm := r.conn.meantVM(ctx, plan.VMID, rec.vmRecord, &resp.Diagnostics)
	if vm == nil {
		return false
	}
	order := plan.order(plan.State.ValueString())
	order.WaitFor = vix.GuestWait(plan.WaitFor.ValueString())
	order.Found = func(found vix.PowerState) {
		rec.Changed = rec.Changed || settled(found) != order.Aim() && !state.PreviousState.IsNull()
	}
	done, err := r.power.SetPower(ctx, vm.Handle(), order)
	rec.Waits = errors.Is(err, vix.ErrGuestLate)
	if err == nil {
		rec.vmRecord = vmRecordOf(&done.VM.Registration)
		r.remember(&done.VM.Registration, done)
		plan.IPAddress = said(done.IPAddress)
		return true
	}
	addError(&resp.Diagnostics, resp.State.Schema, err)
	if done != nil {
		state.State = types.StringValue(string(settled(done.State)))
		state.IPAddress = said(done.IPAddress)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	return false
}

// restore brings back the state that was found before the first try, unless another object of the state has the power of the VM.
func (r *powerResource) restore(
	ctx context.Context, state powerModel, rec powerRecord, object string, resp *resource.DeleteResponse,
) {
	defer r.conn.ledger.lock(rec.key())()
	to, id := state.restores(rec), state.VMID.ValueString()
	if r.conn.powers.isAnothers(powerOf(id), object) {
		return
	}
	done, err := r.power.SetPower(ctx, rec.handle(id, r.conn.parsePath), state.order(string(to)))
	switch {
	case gone(err):
		warnVMAbsentAtDestroy(&resp.Diagnostics, "its power was not changed", id, err)
	case done != nil && done.VM.PowerState == vix.PoweredOff && to == vix.Suspended:
		resp.Diagnostics.AddWarning("A VM that is off cannot be suspended again", coded(vix.CodeVMNotRunning, fmt.Sprintf(
			"The VM %s (%s) was suspended before, and what it had in memory is gone: it stays off.", id, done.VM.Path)))
	case err != nil:
		addError(&resp.Diagnostics, resp.State.Schema, err)
	default:
		r.remember(&done.VM.Registration, done)
	}
}

// keepAsIs leaves a VM as it is although it is to be restored: nothing becomes of it that no plan has said. What replaces the resource
// remembers what was found first.
func (r *powerResource) keepAsIs(ctx context.Context, state powerModel, rec powerRecord, object string, diags *diag.Diagnostics) {
	to, power := state.restores(rec), powerOf(state.VMID.ValueString())
	if string(to) == state.State.ValueString() || !r.conn.connected() || r.conn.powers.isAnothers(power, object) {
		return // as far as the plan knew, there was nothing to do; or another address has it
	}
	r.conn.powerNotes.begin(ctx, rec.Server, state.VMID.ValueString(), to)
	diags.AddWarning("The power state of a VM was not restored", coded(vix.CodeCancelled, fmt.Sprintf(
		"The VM %s (%s) stays as it is, and does not become %s: the plan of a replacement that is forced (-replace, "+
			"or a tainted resource) has no place to say that it does.",
		state.VMID.ValueString(), rec.Path, to)))
}

// gone reports that the VM is proved to be no more, or to be another one by now.
func gone(err error) bool { return errors.Is(err, vix.ErrGone) || errors.Is(err, vix.ErrOtherVM) }
