// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planCreate checks what Create is going to ask, and says what will come of it. It is also the second half of a replacement,
// which sees by the record which clone goes before.
func (r *cloneResource) planCreate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !r.conn.connected() || r.cloner == nil {
		return
	}
	var config, plan cloneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	rec := cloneRecordFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	source := planVM(ctx, r.conn, plan.VMID, types.StringNull(), vmRecord{}, req, resp)
	if source == nil || !config.complete() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	config.Type, config.Template = plan.Type, plan.Template // with their defaults
	var found diag.Diagnostics
	if check := r.check(ctx, config, source, rec, resp.Plan.Schema, &found); check != nil {
		r.named(ctx, config, source.Server, check, req, resp, &found)
		fillClone(&plan, config, check)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// check asks the host what Clone would do; nil, with errors, if it would fail.
func (r *cloneResource) check(
	ctx context.Context, config cloneModel, source *vix.Registration, rec cloneRecord, schema typed, diags *diag.Diagnostics,
) *vix.CloneCheck {
	spec, err := config.spec(source.Handle(), r.conn.parsePath)
	if err != nil {
		addError(diags, schema, err)
		return nil
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addError(diags, schema, err)
		return nil
	}
	spec.Attempt = r.conn.journal.open(intent{Server: server, User: r.conn.user, Path: cloneKey(config)})
	spec.Others, spec.Without = r.conn.ledger.has(), rec.Out
	check, err := r.cloner.CheckClone(ctx, spec)
	own := r.own(err)
	if own != nil {
		spec.Without = own
		check, err = r.cloner.CheckClone(ctx, spec)
	}
	if err != nil {
		addError(diags, schema, r.inItsOwnWay(err))
		return nil
	}
	// What another clone may have the name of is not noted: that the name is free for that one is not planned.
	keeps := rec.Out != nil && vix.SameName(rec.Is.Name, spec.Name) && vix.SamePlace(check.Placement.Folder, rec.Is.Folder)
	if own != nil || keeps {
		r.conn.replaced.plan(ctx, server, spec.Without.ManagedObjectID)
	}
	switch {
	case check.Finished != nil:
		warnCloneFinished(diags, check.Finished)
	case check.Underway:
		warnCloneUnderway(diags, spec.Name)
	}
	return check
}

// own is the VM that has the name, if it goes for the clone: one that the plan has noted, or one of a state for which nothing is
// planned: of a tainted clone Terraform plans only the making anew. Should it be another address's, that one's planning finds it gone.
func (r *cloneResource) own(err error) *vix.Handle {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.Code != vix.CodeDuplicateName || e.VM == nil {
		return nil
	}
	if out := r.conn.replacedIn(err); out != nil {
		return out
	}
	if vm, ok := r.conn.ledger.inState(e.VM.ManagedObjectID); !ok || !vm.clone {
		return nil
	}
	out := e.VM.Handle()
	r.conn.ledger.planned(part{server: e.VM.Server, role: leaves, file: fileKey(e.VM.FileID), vm: vmKey(e.VM.ManagedObjectID)})
	return &out
}

// named makes sure that no other clone of the plan is to have the name in the folder.
func (r *cloneResource) named(
	ctx context.Context, config cloneModel, server string, check *vix.CloneCheck, req resource.ModifyPlanRequest,
	resp *resource.ModifyPlanResponse, diags *diag.Diagnostics,
) {
	name, folder := config.Name.ValueString(), check.Placement.Folder
	if !r.conn.ledger.named(server, folder, name, claimToken(ctx, req, resp, diags)) {
		addNameTwice(diags, "The clone", name, folder)
	}
}

// fillClone puts into the plan what is known now. Host, datastore and path are the host's to choose, unless they are
// configured: a saved plan must come true.
func fillClone(plan *cloneModel, config cloneModel, check *vix.CloneCheck) {
	at := check.Placement
	if check.Finished != nil {
		at = check.Finished.Placement
	}
	for _, place := range []struct {
		config types.String
		plan   *types.String
		is     string
	}{
		{config.Folder, &plan.Folder, at.Folder},
		{config.ResourcePool, &plan.ResourcePool, at.ResourcePool},
		{config.Cluster, &plan.Cluster, at.Cluster},
	} {
		if place.config.IsNull() {
			*place.plan = said(place.is)
		}
	}
}

// replacements are the attributes whose change makes another clone. A value that is not known yet is none: it may come out
// the same. Of an import nobody knows what it was made of: what the configuration says of that replaces nothing.
func (r *cloneResource) replacements(
	ctx context.Context, plan *cloneModel, state cloneModel, rec cloneRecord, diags *diag.Diagnostics,
) path.Paths {
	var replace path.Paths
	imported := state.VMID.IsNull()
	for _, made := range []struct {
		name        string
		plan, prior types.String
	}{{"vm_id", plan.VMID, state.VMID}, {"type", plan.Type, state.Type}, {"snapshot", plan.Snapshot, state.Snapshot}} {
		same := made.plan.Equal(made.prior) || made.name == "vm_id" && sameVMID(made.plan, made.prior)
		if imported || made.plan.IsUnknown() || same {
			continue
		}
		if made.name != "snapshot" || !r.sameSnapshot(ctx, *plan, state, rec, diags) {
			replace = append(replace, path.Root(made.name))
		}
	}
	if !plan.Template.Equal(state.Template) && !plan.Template.IsUnknown() {
		replace = append(replace, path.Root("template"))
	}
	handle := state.handle(rec.Server, r.conn.parsePath)
	handle.Datacenter = rec.Is.Datacenter
	replace = append(replace, r.conn.planPath(ctx, &plan.VMXPath, state.VMXPath, handle, true, diags)...)
	// Another folder or pool is a change in place, which needs nothing more.
	samePlace(&plan.Folder, state.Folder, rec.Is.Folder)
	samePlace(&plan.ResourcePool, state.ResourcePool, rec.Is.ResourcePool)
	for _, place := range []struct {
		name       string
		plan       *types.String
		prior      types.String
		placed, is string
		configured bool
	}{
		{"cluster", &plan.Cluster, state.Cluster, rec.PlacedCluster, rec.Is.Cluster, rec.ClusterConfigured},
		{"host", &plan.Host, state.Host, rec.PlacedHost, rec.Is.Host, rec.HostConfigured},
		{"datastore", &plan.Datastore, state.Datastore, rec.PlacedDatastore, datastoreOf(state, r.conn.parsePath), rec.DatastoreConfigured},
	} {
		switch placement(*place.plan, place.prior, place.placed, place.is, place.configured) {
		case placeSame:
			*place.plan = place.prior
		case placeOther:
			if imported {
				warnClonePlace(diags, place.name, *place.plan, place.is)
				continue
			}
			replace = append(replace, path.Root(place.name))
		case placeNoted:
			warnClonePlace(diags, place.name, *place.plan, place.is)
		case placeHere, placeUnknown:
		}
	}
	return replace
}

// datastoreOf is the datastore that the clone is on now.
func datastoreOf(state cloneModel, parse pathParser) string {
	p, err := parse(state.RegisteredPath.ValueString())
	if err != nil {
		return ""
	}
	return p.Datastore
}
