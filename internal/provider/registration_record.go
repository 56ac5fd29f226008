// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
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
	// PlacedHost, PlacedCluster and PlacedDatacenter are where the registration put it. vSphere
	// moves VMs between hosts by itself, which is no drift.
	PlacedHost       string `json:"placed_host,omitempty"`
	PlacedCluster    string `json:"placed_cluster,omitempty"`
	PlacedDatacenter string `json:"placed_datacenter,omitempty"`
	// HostConfigured and the like tell a place that the user wrote, and
	// that stays in state, from one that follows the VM.
	HostConfigured       bool `json:"host_configured,omitempty"`
	ClusterConfigured    bool `json:"cluster_configured,omitempty"`
	DatacenterConfigured bool `json:"datacenter_configured,omitempty"`
	OnDestroyConfigured  bool `json:"on_destroy_configured,omitempty"`
	// PowerState is from the last read: a destroy plans without one.
	PowerState vix.PowerState `json:"power_state,omitempty"`
	// FileID and ManagedObjectID are what tells the VM from those of other addresses.
	FileID          string `json:"file_id,omitempty"`
	ManagedObjectID string `json:"managed_object_id,omitempty"`
	// NamedFileID is the file that vmx_path names: another one where the VM has moved since.
	NamedFileID string `json:"named_file_id,omitempty"`
	// Imported is set until the read after the one of the import: configuration that Terraform has
	// written of the VM may name the host that it was on then.
	Imported bool `json:"imported,omitempty"`
	// Displaced is set where the last read found another VM with the id.
	Displaced bool `json:"displaced,omitempty"`
	// Object is this object's alone; Address it shares with those that it replaces, and that may be left deposed beside it.
	Object  string `json:"object,omitempty"`
	Address string `json:"address,omitempty"`
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
	return privateFrom[record](ctx, private, recordKey, diags)
}

func (rec *record) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, private, recordKey, rec, diags)
}

// privateFrom reads what is kept under a key; it is zero where there is nothing.
func privateFrom[T any](ctx context.Context, private privateGetter, key string, diags *diag.Diagnostics) T {
	var value, none T
	raw, d := private.GetKey(ctx, key)
	diags.Append(d...)
	if len(raw) == 0 || json.Unmarshal(raw, &value) != nil {
		return none // what is damaged is written anew by the next read
	}
	return value
}

// savePrivate keeps something under a key.
func savePrivate(ctx context.Context, private privateSetter, key string, value any, diags *diag.Diagnostics) {
	raw, err := json.Marshal(value)
	if err != nil {
		diags.AddError("Cannot write the private state", coded(vix.CodeFail, err.Error()))
		return
	}
	diags.Append(private.SetKey(ctx, key, raw)...)
}

// noteKey is where a plan's note stands in the private state.
const noteKey = "plan"

// planNote is what a plan tells its own second half, and the apply's delete.
// Terraform plans a replacement twice: as an update, then as a create with nothing before
// it, which sees what the first planning kept; the delete sees what the second one kept.
type planNote struct {
	// Planned is when this was noted.
	Planned time.Time `json:"planned"`
	// Out is the registration that the first planning was of.
	Out *vix.Handle `json:"out,omitempty"`
	// Record is what was known of it, and VMXPath what vmx_path said.
	Record  record   `json:"record"`
	VMXPath vix.Path `json:"vmx_path"`
	// Unregisters is set where taking it out is to unregister it, PowersOff how a VM that runs is
	// treated then.
	Unregisters bool         `json:"unregisters,omitempty"`
	PowersOff   vix.PowerOff `json:"powers_off,omitempty"`
	// Replaces is set where the first planning asked for the replacement, and so could say
	// what comes of it.
	Replaces bool `json:"replaces,omitempty"`
	// PowerState is the VM's at plan. Nothing that was off then is turned off.
	PowerState vix.PowerState `json:"power_state,omitempty"`
	// Walk is the one that has said what becomes of a VM that runs.
	Walk string `json:"walk,omitempty"`
	// Readable is set where the host could read the VM at plan.
	Readable bool `json:"readable,omitempty"`
	// In is what the second half registers.
	In *vix.RegisterSpec `json:"in,omitempty"`
	// Keeps is set where a destroy leaves the VM registered, whatever the state says.
	Keeps bool `json:"keeps,omitempty"`
	// Adopts is the managed object that the second half takes over as it is.
	Adopts string `json:"adopts,omitempty"`
	// Returns is set where the second half registers the file that the first takes out.
	Returns bool `json:"returns,omitempty"`
}

// noteFrom reads a plan's note; it is zero where there is none.
func noteFrom(ctx context.Context, private privateGetter, diags *diag.Diagnostics) planNote {
	return privateFrom[planNote](ctx, private, noteKey, diags)
}

func (n *planNote) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	n.Planned = time.Now()
	savePrivate(ctx, private, noteKey, n, diags)
}

// read takes over what the host reports now.
func (rec *record) read(r *vix.Registration) {
	rec.Is = places{
		Name: r.Name, Datacenter: r.Datacenter, Folder: r.Folder, ResourcePool: r.ResourcePool,
		Cluster: r.Cluster, Host: r.Host,
	}
	rec.PowerState, rec.FileID, rec.ManagedObjectID = r.PowerState, r.FileID, r.ManagedObjectID
	rec.Displaced = false
}

// placed takes over what the host reports at registration or import.
func (rec *record) placed(r *vix.Registration) {
	rec.read(r)
	rec.PlacedHost, rec.PlacedCluster, rec.PlacedDatacenter = r.Host, r.Cluster, r.Datacenter
	rec.NamedFileID = r.FileID
}

// configured notes which places the user has written. One that was changed to
// where the VM is by now counts as where it was put.
func (rec *record) configured(config, plan registrationModel) {
	rec.HostConfigured, rec.ClusterConfigured = !config.Host.IsNull(), !config.Cluster.IsNull()
	rec.DatacenterConfigured, rec.OnDestroyConfigured = !config.Datacenter.IsNull(), !config.OnDestroy.IsNull()
	if rec.HostConfigured && vix.SamePlace(rec.Is.Host, plan.Host.ValueString()) {
		rec.PlacedHost = rec.Is.Host
	}
	if rec.ClusterConfigured && vix.SamePlace(rec.Is.Cluster, plan.Cluster.ValueString()) {
		rec.PlacedCluster = rec.Is.Cluster
	}
	if rec.DatacenterConfigured && vix.SamePlace(rec.Is.Datacenter, plan.Datacenter.ValueString()) {
		rec.PlacedDatacenter = rec.Is.Datacenter
	}
}

// registeredAnew reports that somebody else has registered the VM since it was in the
// state last: then it is adopted, and not ours to unregister, unless the configuration says so.
func (rec *record) registeredAnew(state registrationModel, is *vix.Registration) bool {
	was := state.ManagedObjectID.ValueString()
	return was != "" && is.ManagedObjectID != was
}

// identify gives an object what tells it from others of the state, if it has none. address is the one that it comes after at its
// address; empty if nothing is known of any.
func (rec *record) identify(address string) {
	rec.Object = cmp.Or(rec.Object, rand.Text())
	rec.Address = cmp.Or(rec.Address, address, rand.Text())
}

// names notes the file that vmx_path names, while the VM has it.
func (rec *record) names(vmxPath types.String, r *vix.Registration, parse pathParser) {
	if p, err := parse(vmxPath.ValueString()); err == nil && p.AsVMX().Same(r.Path.AsVMX()) {
		rec.NamedFileID = r.FileID
	}
}

// thing is the VM as this object has it, of whose end plans say something.
func (rec *record) thing() string {
	return "registration " + rec.Server + " " + rec.ManagedObjectID + " " + rec.Object
}

// part is what is planned for the VM of the record.
func (rec *record) part(role role) part {
	return part{
		server: rec.Server, role: role, file: fileKey(rec.FileID), vm: vmKey(rec.ManagedObjectID), named: fileKey(rec.NamedFileID),
		runs: rec.PowerState == vix.PoweredOn, object: rec.Object, address: rec.Address,
	}
}

// finishes reports that a VM which was registered anew is what an interrupted replacement of ours has made: Terraform was
// killed between the host's task and the state, which has the registration from before.
func (r *registrationResource) finishes(
	ctx context.Context, state registrationModel, rec record, found *vix.Registration,
) bool {
	at, err := r.conn.parsePath(state.VMXPath.ValueString())
	if err != nil {
		return false
	}
	spec := vix.RegisterSpec{Path: at}
	if rec.DatacenterConfigured {
		spec.Datacenter = state.Datacenter.ValueString()
	}
	if spec.Attempt = r.conn.journal.open(r.conn.intent(found.Server, spec)); spec.Attempt.IsZero() {
		return false
	}
	check, err := r.registrar.Check(ctx, spec)
	return err == nil && check.Finished && check.Registered.ManagedObjectID == found.ManagedObjectID
}

// settle forgets the attempts at a registration, which is in the state.
func (r *registrationResource) settle(ctx context.Context, found *vix.Registration, state registrationModel) {
	if r.conn == nil {
		return
	}
	for _, p := range []types.String{state.VMXPath, state.RegisteredPath} {
		r.conn.journalEnd(ctx, found.Server, attempted{p.ValueString(), found.Datacenter})
	}
}

// registeredIdentity is the identity of what is in an inventory.
func registeredIdentity() identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Instance UUID of the vCenter or host: instance_uuid of data vix_host.",
		},
		"id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Instance UUID of the VM on vSphere, its canonical path on hosted products.",
		},
	}}
}

// identityModel is the identity of a registration.
type identityModel struct {
	Server types.String `tfsdk:"server"`
	ID     types.String `tfsdk:"id"`
}

// setIdentity writes the identity, unless the server is not known: then the one
// that is stored stays.
func setIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, id types.String) diag.Diagnostics {
	return writeIdentity(ctx, identity, server, identityModel{Server: said(server), ID: composed(id)})
}
