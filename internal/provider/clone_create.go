// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// create makes the clone and fills state with what came of it.
func (r *cloneResource) create(ctx context.Context, plan, config cloneModel, resp *resource.CreateResponse) {
	schema := resp.State.Schema
	config.Type, config.Template = plan.Type, plan.Template // with their defaults
	source := r.conn.meantVM(ctx, plan.VMID, vmRecord{}, &resp.Diagnostics)
	if source == nil {
		return
	}
	spec, err := plan.spec(source.Handle(), r.conn.parsePath)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	at := intent{Server: server, User: r.conn.user, Path: cloneKey(config)}
	done, err := r.clone(ctx, spec, at)
	if err != nil {
		addError(&resp.Diagnostics, schema, r.inItsOwnWay(err))
		return
	}
	rec := cloneRecord{MadeID: done.ManagedObjectID, MadeUUID: done.InstanceUUID, Attempt: at.Path}
	if done.Snapshot != nil {
		rec.Snapshot = done.Snapshot.ID
	}
	rec.Server = server
	rec.placed(&done.Registration)
	rec.configured(config, plan)
	plan.made(&done.Registration)
	if done.Finished {
		// What was there before is not in the state until it is what the plan says: a clone that is in the state and failed is
		// tainted, and would be made anew.
		if err := r.reconcile(ctx, spec, plan.handle(server, r.conn.parsePath), &done.Registration, &rec); err != nil {
			addError(&resp.Diagnostics, schema, err)
			return
		}
	}
	r.conn.journalFinished(attempted{path: at.Path})
	r.conn.ledger.done(&done.Registration)
	r.conn.opened(&done.Registration)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, server, plan.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	warnConnectionState(&resp.Diagnostics, &done.Registration)
}

// clone makes the clone, and notes the attempt before: the provider may be killed between the host's task and the state.
func (r *cloneResource) clone(ctx context.Context, spec vix.CloneSpec, at intent) (*vix.Cloned, error) {
	// Two of one kind at once must not both be the end of one attempt.
	defer r.conn.ledger.lock(at.Path)()
	spec.Attempt, spec.Others = r.conn.journal.open(at), r.conn.ledger.has()
	sent := false
	spec.Sending = func(now time.Time) {
		sent = true
		at.Attempt = spec.Attempt.Again(now, now.Add(remaining(ctx)))
		r.conn.journalBegin(ctx, at)
	}
	spec.Sent = func(task string) {
		at.Attempt = at.Attempt.Made(task)
		r.conn.journalBegin(ctx, at)
	}
	done, err := r.cloner.Clone(ctx, spec)
	if err != nil {
		// After any error but the host's answer the clone may have been made, and the journal keeps the attempt.
		if e, ok := errors.AsType[*vix.Error](err); sent && ok && !e.Doubt {
			r.conn.journalEnd(ctx, at.Server, attempted{path: at.Path})
		}
		return nil, err
	}
	if !r.conn.peers.claims(ctx, claimHas, &done.Registration, false, time.Time{}) || !r.conn.ledger.take(&done.Registration) {
		return nil, &vix.Error{
			Op: "clone", Object: spec.Name, Code: vix.CodeAlreadyExists, Field: vix.FieldName, VM: &done.Registration,
			Reason: "Another resource of this apply has taken over what an interrupted apply had cloned.",
			Remedy: "One VM belongs to one resource: remove one of the two.",
		}
	}
	return done, nil
}

// reconcile gives a clone that was made before the name and the places that the plan says, so that state equals the plan.
func (r *cloneResource) reconcile(
	ctx context.Context, spec vix.CloneSpec, handle vix.Handle, is *vix.Registration, rec *cloneRecord,
) error {
	change := spec.Change(*is)
	if change.IsZero() {
		return nil
	}
	if err := r.registrar.Update(ctx, handle, change); err != nil {
		return err
	}
	if found, err := r.registrar.Registration(ctx, handle); err == nil {
		rec.read(found)
		*is = *found
	}
	return nil
}
