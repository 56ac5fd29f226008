// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// unregister takes the VM out of the inventory: the one that was planned, in the way
// that was planned, and nothing that another address of this apply has by now.
func (r *registrationResource) unregister(
	ctx context.Context, state registrationModel, rec record, note planNote, resp *resource.DeleteResponse,
) {
	schema := resp.State.Schema
	handle := state.handle(rec.Server, r.conn.parsePath)
	unlock := r.conn.lock(ctx, handle.Path.AsVMX().Composed().File)
	defer unlock()
	is, err := r.registrar.Registration(ctx, handle)
	if errors.Is(err, vix.ErrGone) {
		return
	}
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	unlockVM := r.conn.ledger.lock(vmKey(is.ManagedObjectID))
	defer unlockVM()
	if r.conn.handovers.has(is) {
		r.conn.handovers.forget(is)
		warnHandedOver(&resp.Diagnostics, is.Path)
		return
	}
	if r.conn.ledger.isTaken(is) || note.Adopts != "" && note.Adopts == is.ManagedObjectID {
		warnHandedOver(&resp.Diagnostics, is.Path)
		return
	}
	switch anew := rec.registeredAnew(state, is); {
	case note.Keeps || anew && note.In == nil && !rec.OnDestroyConfigured:
		warnKept(&resp.Diagnostics, is.Path, state, is)
		return
	case anew && note.In != nil:
		addError(&resp.Diagnostics, schema, &vix.Error{
			Op: "replace", Object: is.Path.String(), Code: vix.CodeInvalidHandle,
			Reason: fmt.Sprintf("Somebody else has registered the VM anew since this was planned: it was %s and is %s now. Nothing was "+
				"unregistered.", state.ManagedObjectID.ValueString(), is.ManagedObjectID),
			Remedy: "Plan again; the VM counts as adopted then.",
		})
		return
	}
	if err := r.canReturn(ctx, is, note); err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	if !r.conn.peers.claims(ctx, claimLeaves, is, note.Returns, note.Planned) {
		warnHandedOver(&resp.Diagnostics, is.Path)
		return
	}
	was := saidOf(r.conn.foresight, rec.thing(), note.Walk, note.plannedPower(rec))
	off, err := plannedOff(
		vix.PowerOff(state.PowerOffOnDestroy.ValueString()), was, was == "" || note.In != nil && note.Out == nil, is)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	if err := r.registrar.Unregister(ctx, is.Handle(), off); err != nil && !errors.Is(err, vix.ErrGone) {
		r.conn.peers.withdraw(claimLeaves, is)
		addError(&resp.Diagnostics, schema, err)
		return
	}
	r.conn.vms.forget(is.ID)
	r.conn.ledger.depart(departed{Registration: *is, returns: note.Returns})
	r.conn.ledger.done(is)
}

// plannedOff is how a VM that runs is treated: as the plan says, and only if it said so. tainted is set where no plan had a
// place to say so.
func plannedOff(off vix.PowerOff, planned vix.PowerState, tainted bool, is *vix.Registration) (vix.PowerOff, error) {
	if is.PowerState != vix.PoweredOn {
		return vix.PowerOffFail, nil // should it be powered on by then, that is nobody's plan
	}
	// Of a tainted resource that gets another file Terraform plans the create alone: no plan has said anything of this VM.
	if off == vix.PowerOffFail || planned == vix.PoweredOn && !tainted {
		return off, nil
	}
	e := &vix.Error{
		Op: "unregister", Object: is.Path.String(), Code: vix.CodeVMIsRunning,
		Reason: "The VM is powered on, and it was not when this was planned: the plan does not say that it is powered off.",
		Remedy: "Plan again; the plan says then what becomes of the VM.",
	}
	if tainted {
		e.Reason = "The VM is powered on, and no plan has said that it is powered off: that of a tainted resource has no place for it."
		e.Remedy = "Power the VM off, or take the taint away (terraform untaint), then apply again. What create_before_destroy has left " +
			"deposed is said by the next plan; plan and apply it in one folder."
	}
	return off, e
}

// canReturn checks once more, right before the VM goes, that what the plan registers
// in its place can be registered.
func (r *registrationResource) canReturn(ctx context.Context, is *vix.Registration, note planNote) error {
	if note.In == nil {
		if note.Out != nil {
			return &vix.Error{
				Op: "replace", Object: is.Path.String(), Code: vix.CodeInvalidArg,
				Reason: "The plan does not say what the registration is replaced by: it was made without a connection to the host.",
				Remedy: "Plan again.",
			}
		}
		return nil
	}
	spec, out := *note.In, is.Handle()
	spec.Without = &out
	check, _, _, err := r.look(ctx, spec)
	if err != nil || check.Registered != nil || check.FileExists || check.FileUnknown != "" {
		return err
	}
	return &vix.Error{
		Op: "replace", Object: is.Path.String(), Code: vix.CodeFileNotFound, Field: vix.FieldPath,
		Reason: "The file to register instead, " + spec.Path.String() + ", is not on the datastore any more. Nothing was unregistered.",
		Remedy: "Put the file there, or leave the registration as it is.",
	}
}

// plannedPower is the VM's power state when the delete was planned.
func (n *planNote) plannedPower(rec record) vix.PowerState {
	if n.PowerState != "" {
		return n.PowerState
	}
	return rec.PowerState
}
