// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// create registers the VM and fills state with what came of it.
func (r *registrationResource) create(
	ctx context.Context, plan, config registrationModel, resp *resource.CreateResponse,
) {
	schema := resp.State.Schema
	spec, err := plan.spec()
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(&resp.Diagnostics, schema, err)
		return
	}
	at := r.conn.intent(server, spec)
	if begun, ok := r.conn.journal.begun(at); ok {
		spec.Begun = begun
	} else {
		r.conn.journalBegin(ctx, at)
	}
	done, err := r.conn.host.Register(ctx, spec)
	if err != nil {
		if answered(err) {
			r.conn.journalEnd(ctx, at.name())
		}
		addError(&resp.Diagnostics, schema, err)
		return
	}
	taken := done.Adopted || !spec.Begun.IsZero()
	if taken {
		if conflicts := conflicts(spec, &done.Registration); len(conflicts) > 0 {
			r.conn.journalEnd(ctx, at.name())
			addError(&resp.Diagnostics, schema, errors.Join(conflicts...))
			return
		}
	}
	rec := record{Server: server, Intent: at.name()}
	rec.placed(&done.Registration)
	rec.configured(config, plan)
	// State first: whatever fails from here on, Terraform knows of the VM.
	save := func() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(setIdentity(ctx, resp.Identity, server, plan.ID)...)
		rec.save(ctx, resp.Private, &resp.Diagnostics)
	}
	asked := plan
	plan.created(done)
	save()
	if taken {
		r.reconcile(ctx, asked, &plan, &rec, &resp.Diagnostics, schema)
		save()
	}
	warnConnectionState(&resp.Diagnostics, &done.Registration)
}

// reconcile gives a VM that was registered before the name and the places that
// the plan says, so that state equals the plan.
func (r *registrationResource) reconcile(
	ctx context.Context, asked registrationModel, plan *registrationModel, rec *record,
	diags *diag.Diagnostics, schema typed,
) {
	change := rec.changeTo(asked)
	if change.IsZero() {
		return
	}
	handle := plan.handle(rec.Server)
	failed := r.conn.host.Update(ctx, handle, change)
	found, err := r.conn.host.Registration(ctx, handle)
	if err == nil {
		rec.read(found)
	}
	if failed == nil {
		return
	}
	addError(diags, schema, failed)
	if err == nil {
		plan.follow(found, *rec)
	}
}

// conflicts says what of a VM that is registered already contradicts the
// specification and cannot be changed while it stays registered.
func conflicts(spec vix.RegisterSpec, is *vix.Registration) []error {
	var errs []error
	conflict := func(field vix.Field, want, has string) {
		if has == "" {
			has = "none"
		}
		errs = append(errs, &vix.Error{
			Op: "adopt", Object: is.Path.String(), Code: vix.CodeAlreadyExists, Field: field,
			Reason: fmt.Sprintf("The VM %s (%s) is registered already. Its %s is %s, and the configuration says %s. "+
				"Adopting takes a VM where it is and as it is.", is.Name, is.ID, field, has, want),
			Remedy: fmt.Sprintf("Remove %s from the configuration or write %s; or unregister the VM, so that it is "+
				"registered as the configuration says.", field, has),
		})
	}
	for _, place := range []struct {
		field     vix.Field
		want, has string
	}{
		{vix.FieldDatacenter, spec.Datacenter, is.Datacenter},
		{vix.FieldCluster, spec.Cluster, is.Cluster},
		{vix.FieldHost, spec.Host, is.Host},
	} {
		if place.want != "" && !vix.SamePlace(place.has, place.want) {
			conflict(place.field, place.want, place.has)
		}
	}
	if spec.Template != is.Template && readable(is) {
		conflict(vix.FieldTemplate, fmt.Sprint(spec.Template), fmt.Sprint(is.Template))
	}
	return errs
}

// answered reports that an error is the host's answer: it did not register the
// VM. After any other error it may have, and the journal keeps the attempt.
func answered(err error) bool {
	var e *vix.Error
	if !errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	switch e.Code {
	case vix.CodeCancelled, vix.CodeHostConnectionLost, vix.CodeHostNotConnected, vix.CodeCannotConnectToHost,
		vix.CodeNetHTTPOperationTimedout, vix.CodeNetHTTPGeneric, vix.CodeHostNetworkConnRefused, vix.CodeFail:
		return false
	default:
		return true
	}
}

// intent is the attempt at a registration, as the journal keeps it.
func (c *connection) intent(server string, spec vix.RegisterSpec) intent {
	return intent{
		Server: server, User: c.user, Datacenter: spec.Datacenter, Path: spec.Path.String(), Begun: time.Now().UTC(),
	}
}
