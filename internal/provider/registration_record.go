// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// recordKey is where the record stands in the private state.
const recordKey = "registration"

// record is what the provider remembers of a registration beside its state:
// the inventory paths behind what the user wrote, and what only a plan needs.
type record struct {
	// Server is the instance UUID of the host, for the identity: older CLIs do
	// not keep one.
	Server string `json:"server,omitempty"`
	// Is is where the VM was when it was last read.
	Is places `json:"is"`
	// PlacedHost and PlacedCluster are where the registration put it. vSphere
	// moves VMs between hosts by itself, which is no drift.
	PlacedHost    string `json:"placed_host,omitempty"`
	PlacedCluster string `json:"placed_cluster,omitempty"`
	// HostConfigured and ClusterConfigured tell a place that the user wrote, and
	// that stays in state, from one that follows the VM.
	HostConfigured    bool `json:"host_configured,omitempty"`
	ClusterConfigured bool `json:"cluster_configured,omitempty"`
	// PowerState is from the last read: a destroy plans without one.
	PowerState vix.PowerState `json:"power_state,omitempty"`
	// Intent names the journal's note of the attempt that created it.
	Intent string `json:"intent,omitempty"`
}

// places are names and inventory paths as the host reports them.
type places struct {
	Name         string `json:"name,omitempty"`
	Datacenter   string `json:"datacenter,omitempty"`
	Folder       string `json:"folder,omitempty"`
	ResourcePool string `json:"resource_pool,omitempty"`
	Cluster      string `json:"cluster,omitempty"`
	Host         string `json:"host,omitempty"`
}

// privateGetter and privateSetter are the framework's private state.
type (
	privateGetter interface {
		GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	}
	privateSetter interface {
		SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
	}
)

// recordFrom reads the record; it is zero where there is none.
func recordFrom(ctx context.Context, private privateGetter, diags *diag.Diagnostics) record {
	var rec record
	raw, d := private.GetKey(ctx, recordKey)
	diags.Append(d...)
	if len(raw) == 0 {
		return rec
	}
	if err := json.Unmarshal(raw, &rec); err != nil {
		// What is lost is convenience; the next read writes a new one.
		return record{}
	}
	return rec
}

func (rec *record) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	raw, err := json.Marshal(rec)
	if err != nil {
		diags.AddError("Cannot write the private state", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, recordKey, raw)...)
}

// read takes over what the host reports now.
func (rec *record) read(r *vix.Registration) {
	rec.Is = places{
		Name: r.Name, Datacenter: r.Datacenter, Folder: r.Folder, ResourcePool: r.ResourcePool,
		Cluster: r.Cluster, Host: r.Host,
	}
	rec.PowerState = r.PowerState
}

// placed takes over what the host reports at registration or import.
func (rec *record) placed(r *vix.Registration) {
	rec.read(r)
	rec.PlacedHost, rec.PlacedCluster = r.Host, r.Cluster
}

// configured notes which places the user has written. One that was changed to
// where the VM is by now counts as where it was put.
func (rec *record) configured(config, plan registrationModel) {
	rec.HostConfigured, rec.ClusterConfigured = !config.Host.IsNull(), !config.Cluster.IsNull()
	if rec.HostConfigured && vix.SamePlace(rec.Is.Host, plan.Host.ValueString()) {
		rec.PlacedHost = rec.Is.Host
	}
	if rec.ClusterConfigured && vix.SamePlace(rec.Is.Cluster, plan.Cluster.ValueString()) {
		rec.PlacedCluster = rec.Is.Cluster
	}
}

// changeTo is what makes the VM what the plan says, of what can be changed.
func (rec *record) changeTo(plan registrationModel) vix.Change {
	var change vix.Change
	if want := plan.Name.ValueString(); want != "" && want != rec.Is.Name {
		change.Name = &want
	}
	if want := plan.Folder.ValueString(); want != "" && !vix.SamePlace(rec.Is.Folder, want) {
		change.Folder = &want
	}
	if want := plan.ResourcePool.ValueString(); want != "" && !vix.SamePlace(rec.Is.ResourcePool, want) {
		change.ResourcePool = &want
	}
	return change
}

// settle forgets the attempt that created the registration: that its state was
// saved is known by the next call that gets it.
func (r *registrationResource) settle(ctx context.Context, rec *record) {
	if rec.Intent == "" || r.conn == nil {
		return
	}
	r.conn.journalEnd(ctx, rec.Intent)
	rec.Intent = ""
}

// identityModel is the identity of a registration.
type identityModel struct {
	Server types.String `tfsdk:"server"`
	ID     types.String `tfsdk:"id"`
}

// setIdentity writes the identity, unless the server is not known: then the one
// that is stored stays.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, id types.String) diag.Diagnostics {
	if identity == nil || server == "" && !identity.Raw.IsFullyNull() {
		return nil
	}
	return identity.Set(ctx, identityModel{Server: said(server), ID: id})
}
