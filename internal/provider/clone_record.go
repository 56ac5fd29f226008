// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// cloneRecord is what the provider remembers of a clone beside its state.
type cloneRecord struct {
	record

	// MadeID and MadeUUID are the managed object id and the instance UUID that the clone had when this resource made it:
	// nothing else may ever be deleted with its files. Empty after an import.
	MadeID   string `json:"made_id,omitempty"`
	MadeUUID string `json:"made_uuid,omitempty"`
	// Snapshot is the id of the snapshot that it was made of, in the VM that it was made of. Empty where it was made of none, by a
	// version that did not note it, or after an import.
	Snapshot string `json:"snapshot,omitempty"`
	// PlacedDatastore is where it was made, DatastoreConfigured whether the user wrote that.
	PlacedDatastore     string `json:"placed_datastore,omitempty"`
	DatastoreConfigured bool   `json:"datastore_configured,omitempty"`
	// Attempt is what the journal has noted its making under.
	Attempt string `json:"attempt,omitempty"`
	// Out is the clone that a plan replaces, for the second half of that plan. Foreseen is set where the plan could say what
	// becomes of it, which was when it was Planned, and Deletes where that is that it goes with its files. Only plans have these.
	Out      *vix.Handle `json:"out,omitempty"`
	Foreseen bool        `json:"foreseen,omitempty"`
	Planned  time.Time   `json:"planned"`
	Deletes  bool        `json:"deletes,omitempty"`
	// Walk is the one that has said so.
	Walk string `json:"walk,omitempty"`
}

// cloneEnd is what a plan has said of the end of a clone.
type cloneEnd struct {
	Foreseen, Deletes bool
	PowerState        vix.PowerState
}

// end is what the plan of this record says. Its thing is the clone that ends.
func (rec *cloneRecord) end() cloneEnd { return cloneEnd{rec.Foreseen, rec.Deletes, rec.PowerState} }
func (rec *cloneRecord) thing() string { return "clone " + rec.Server + " " + rec.ManagedObjectID }

// cloneKept is where the record stands in the private state.
const cloneKept = "clone"

// cloneRecordFrom reads the record; it is zero where there is none.
func cloneRecordFrom(ctx context.Context, private privateGetter, diags *diag.Diagnostics) cloneRecord {
	return privateFrom[cloneRecord](ctx, private, cloneKept, diags)
}

func (rec *cloneRecord) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, private, cloneKept, rec, diags)
}

// placed takes over what the host reports of a clone that was made, or imported.
func (rec *cloneRecord) placed(r *vix.Registration) {
	rec.record.placed(r)
	rec.PlacedDatastore = r.Path.Datastore
}

// configured notes which places the user has written. One that was changed to where the clone is by now counts as where it was
// put.
func (rec *cloneRecord) configured(config, plan cloneModel) {
	rec.record.configured(
		registrationModel{Host: config.Host, Cluster: config.Cluster}, registrationModel{Host: plan.Host, Cluster: plan.Cluster},
	)
	rec.DatastoreConfigured = !config.Datastore.IsNull()
}

// planned is the record before a plan.
func (rec *cloneRecord) planned() {
	rec.Out, rec.Foreseen, rec.Planned, rec.Deletes, rec.Walk = nil, false, time.Time{}, false, ""
}

// isMade reports that a VM is the one that this resource made, and is where and what state has: what must be so before its
// files are deleted.
func (rec *cloneRecord) isMade(state cloneModel, is *vix.Registration, parse pathParser) bool {
	if rec.MadeID == "" && rec.MadeUUID == "" || rec.MadeID != is.ManagedObjectID || rec.MadeUUID != is.InstanceUUID {
		return false
	}
	handle := state.handle(rec.Server, parse)
	return handle.IsExactly(is)
}

// part is what is planned for the clone. What is deleted cannot be taken over by another resource, as what runs cannot.
func (rec *cloneRecord) part(role role) part {
	p := rec.record.part(role)
	p.runs = p.runs || rec.Deletes
	return p
}
