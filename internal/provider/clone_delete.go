// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// remove takes the clone away: with its files, if that is wanted and it is the VM that this resource made; out of the inventory
// otherwise. Nothing is done with what another address of this apply has by now.
func (r *cloneResource) remove(ctx context.Context, state cloneModel, rec cloneRecord, diags *diag.Diagnostics) {
	handle := state.handle(rec.Server, r.conn.parsePath)
	defer r.conn.lock(ctx, handle.Path.AsVMX().Composed().File)()
	is, err := r.registrar.Registration(ctx, handle)
	if errors.Is(err, vix.ErrGone) {
		return
	}
	if err != nil {
		addErrorAt(diags, path.Empty(), ofClone(err))
		return
	}
	defer r.conn.ledger.lock(vmKey(is.ManagedObjectID))()
	if r.conn.ledger.isTaken(is) {
		warnHandedOver(diags, is.Path)
		return
	}
	end := saidOf(r.conn.foresight, rec.thing(), rec.Walk, rec.end())
	rec.Foreseen, rec.Deletes = end.Foreseen, end.Deletes
	was := end.PowerState
	if !rec.Foreseen {
		was = "" // whatever it was, the plan did not say what becomes of it
	}
	off, err := plannedOff(vix.PowerOff(state.PowerOffOnDestroy.ValueString()), was, !rec.Foreseen, is)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return
	}
	if !r.conn.peers.claims(ctx, claimLeaves, is, false, rec.Planned) {
		warnHandedOver(diags, is.Path)
		return
	}
	if err := r.takeAway(ctx, state, rec, is, off, diags); err != nil {
		r.conn.peers.withdraw(claimLeaves, is)
		addErrorAt(diags, path.Empty(), err)
		return
	}
	r.conn.vms.forget(is.ID)
	r.conn.replaced.forget(is, "")
	r.conn.ledger.done(is)
}

// takeAway deletes or unregisters the clone.
func (r *cloneResource) takeAway(
	ctx context.Context, state cloneModel, rec cloneRecord, is *vix.Registration, off vix.PowerOff, diags *diag.Diagnostics,
) error {
	if rec.Deletes && state.DeleteFiles.ValueBool() && rec.isMade(state, is, r.conn.parsePath) {
		err := r.cloner.Destroy(ctx, is.Handle(), off)
		if !errors.Is(err, vix.ErrNotTheClone) {
			return err
		}
		if now, ok := errors.AsType[*vix.Error](err); ok && now.VM != nil {
			is = now.VM
		}
	}
	if state.DeleteFiles.ValueBool() {
		warnKeepsFiles(diags, state, rec, is, r.conn.parsePath)
	}
	if err := r.registrar.Unregister(ctx, is.Handle(), off); err != nil && !errors.Is(err, vix.ErrGone) {
		return err
	}
	r.conn.ledger.depart(departed{Registration: *is})
	return nil
}
