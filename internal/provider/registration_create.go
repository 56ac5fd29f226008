// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// create registers the VM and fills state with what came of it.
func (r *registrationResource) create(
	ctx context.Context, plan, config registrationModel, resp *resource.CreateResponse,
) {
	schema := resp.State.Schema
	spec, err := plan.spec(r.conn.parsePath)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	written, err := config.spec(r.conn.parsePath)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	if planned := plan.RegisteredPath; !planned.IsUnknown() && !vix.SameName(planned.ValueString(), spec.Path.String()) {
		addError(&resp.Diagnostics, schema, leadsElsewhere(spec.Path, planned.ValueString()))
		return
	}
	done, again, err := r.register(ctx, spec, r.conn.intent(server, written))
	if err != nil {
		switch {
		case vix.CodeOf(err) == vix.CodeDuplicateName:
			err = further(err, nameInItsOwnWay)
		case errors.Is(err, vix.ErrAlreadyRegistered):
			err = further(err, inItsOwnWay)
		}
		addError(&resp.Diagnostics, schema, err)
		return
	}
	if done.Adopted && !plan.Adopted.IsUnknown() && !plan.Adopted.ValueBool() {
		addError(&resp.Diagnostics, schema, &vix.Error{
			Op: "register", Object: spec.Path.String(), Code: vix.CodeAlreadyExists, Field: vix.FieldPath, VM: &done.Registration,
			Reason: fmt.Sprintf("Somebody else has registered the VM (%s, %s) since this was planned, and the plan does not say that it "+
				"is adopted. It stays as it is.", done.Name, done.ManagedObjectID),
			Remedy: "Plan again; the plan says then that the VM is adopted.",
		})
		return
	}
	rec := record{Server: server}
	rec.placed(&done.Registration)
	rec.identify(r.conn.addresses.of(server, fileKey(done.FileID)).Address)
	rec.configured(config, plan)
	asked := plan
	plan.created(done)
	if plan.OnDestroy.IsUnknown() {
		plan.OnDestroy = r.conn.undoing(plan.Adopted)
	}
	if taken := done.Adopted || done.Finished; taken {
		// What was there before is not in the state until it is what the plan says: a
		// registration that is in the state and failed is tainted, and would be made anew.
		if err := r.reconcile(ctx, asked, plan, server, &done.Registration, &rec); err != nil {
			addError(&resp.Diagnostics, schema, err)
			return
		}
	}
	r.conn.journalFinished(attempted{spec.Path.String(), done.Datacenter})
	r.conn.ledger.done(&done.Registration)
	r.conn.opened(&done.Registration)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, server, plan.ID)...)
	rec.save(ctx, resp.Private, &resp.Diagnostics)
	if again != nil {
		warnAgain(&resp.Diagnostics, done.Path, *again)
	}
	warnConnectionState(&resp.Diagnostics, &done.Registration)
}

// leadsElsewhere is the error of a path that leads to another file than when it was planned.
func leadsElsewhere(now vix.Path, planned string) error {
	return &vix.Error{
		Op: "register", Object: now.String(), Code: vix.CodeInvalidArg, Field: vix.FieldPath,
		Reason: "The path leads to another file than when this was planned: then it was " + planned + ". Nothing was registered.",
		Remedy: "Plan again.",
	}
}

// register registers the VM, or takes it over, and makes it this address's alone. It gives
// the VM, too, that another address of this apply unregistered before, if one did.
func (r *registrationResource) register(ctx context.Context, spec vix.RegisterSpec, at intent) (*vix.Registered, *departed, error) {
	unlock := r.conn.lock(ctx, spec.Path.AsVMX().Composed().File)
	defer unlock()
	spec.Attempt = r.conn.journal.open(at)
	again, spec := r.departedTo(ctx, spec)
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
	done, err := r.registrar.Register(ctx, spec)
	if err != nil {
		// After any error but the host's answer the VM may be registered, and the journal
		// keeps the attempt.
		if e, ok := errors.AsType[*vix.Error](err); sent && ok && !e.Doubt {
			r.conn.journalEnd(ctx, at.Server, attempted{at.Path, at.Datacenter})
		}
		return nil, nil, err
	}
	if done.Adopted || done.Finished {
		if conflicts := conflicts(spec, &done.Registration); len(conflicts) > 0 {
			return nil, nil, errors.Join(conflicts...)
		}
	}
	return done, again, r.take(ctx, done, spec)
}

// departedTo is the VM that another address of this walk has unregistered and that a registration takes over, and the
// registration that puts it back where it was; nil, and the registration as it is, if there is none.
func (r *registrationResource) departedTo(ctx context.Context, spec vix.RegisterSpec) (*departed, vix.RegisterSpec) {
	if len(r.conn.departedLike(spec)) == 0 {
		return nil, spec
	}
	_, d, where, err := r.look(ctx, spec)
	if err != nil || d == nil || d.returns {
		return nil, spec
	}
	where.Name = cmp.Or(spec.Name, d.Name)
	return d, where
}

// take makes a VM the one of this address, unless another address of this apply has
// it already.
func (r *registrationResource) take(ctx context.Context, done *vix.Registered, spec vix.RegisterSpec) error {
	unlock := r.conn.ledger.lock(vmKey(done.ManagedObjectID))
	defer unlock()
	e := &vix.Error{Op: "register", Object: spec.Path.String(), Code: vix.CodeAlreadyExists, Field: vix.FieldPath}
	switch {
	case r.conn.ledger.hasGone(done.ManagedObjectID), !r.conn.peers.claims(ctx, claimHas, &done.Registration, false, time.Time{}):
		e.Reason = "Another resource of this apply has unregistered the VM at this very moment."
		e.Remedy = "Apply again: the VM is registered then."
		return e
	case !r.conn.ledger.take(&done.Registration):
		e.Reason = "Another resource of this apply has registered or adopted the same VM."
		e.Remedy = "One VM has one registration: remove one of the two."
		return e
	}
	return nil
}

// remaining is how long ctx goes on.
func remaining(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return defaultCreateTimeout
	}
	return time.Until(deadline)
}

// reconcile gives a VM that was registered before the name and the places that
// the plan says, so that state equals the plan.
func (r *registrationResource) reconcile(
	ctx context.Context, asked, plan registrationModel, server string, is *vix.Registration, rec *record,
) error {
	spec, err := asked.spec(r.conn.parsePath)
	if err != nil {
		return err
	}
	change := spec.Change(*is)
	if change.IsZero() {
		return nil
	}
	handle := plan.handle(server, r.conn.parsePath)
	if err := r.registrar.Update(ctx, handle, change); err != nil {
		return err
	}
	if found, err := r.registrar.Registration(ctx, handle); err == nil {
		rec.read(found)
	}
	return nil
}

// intent is the attempt at a registration as it is written, as the journal keeps it:
// a plan has filled in by then what was left out.
func (c *connection) intent(server string, spec vix.RegisterSpec) intent {
	return intent{
		Server: server, User: c.user, Datacenter: spec.Datacenter, Path: spec.Path.String(),
	}
}
