// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The values of type.
const (
	cloneFull   = "full"
	cloneLinked = "linked"
)

// cloneModel is the configuration, plan and state of a clone.
type cloneModel struct {
	VMID              types.String   `tfsdk:"vm_id"`
	Name              types.String   `tfsdk:"name"`
	Type              types.String   `tfsdk:"type"`
	Snapshot          types.String   `tfsdk:"snapshot"`
	Folder            types.String   `tfsdk:"folder"`
	ResourcePool      types.String   `tfsdk:"resource_pool"`
	Cluster           types.String   `tfsdk:"cluster"`
	Host              types.String   `tfsdk:"host"`
	Datastore         types.String   `tfsdk:"datastore"`
	VMXPath           types.String   `tfsdk:"vmx_path"`
	Template          types.Bool     `tfsdk:"template"`
	DeleteFiles       types.Bool     `tfsdk:"delete_files"`
	PowerOffOnDestroy types.String   `tfsdk:"power_off_on_destroy"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
	RegisteredPath    types.String   `tfsdk:"registered_path"`
	ManagedObjectID   types.String   `tfsdk:"managed_object_id"`
	InstanceUUID      types.String   `tfsdk:"instance_uuid"`
	ConnectionState   types.String   `tfsdk:"connection_state"`
}

// validate finds what contradicts itself.
func (m *cloneModel) validate(diags *diag.Diagnostics) {
	if m.Template.ValueBool() && !m.ResourcePool.IsNull() {
		diags.AddAttributeError(path.Root("resource_pool"), "A template has no resource pool", coded(vix.CodeInvalidArg,
			"A template cannot run and belongs to a host or cluster, not to a resource pool. "+
				"Remove resource_pool; host or cluster says where the template is."))
	}
}

// complete reports that everything a check needs is known.
func (m *cloneModel) complete() bool {
	for _, value := range []attr.Value{
		m.VMID, m.Name, m.Type, m.Snapshot, m.Folder, m.ResourcePool, m.Cluster, m.Host, m.Datastore, m.VMXPath, m.Template,
	} {
		if value.IsUnknown() {
			return false
		}
	}
	return true
}

// spec is what to clone, of a source; what is null or unknown is left to the host.
func (m *cloneModel) spec(source vix.Handle, parse pathParser) (vix.CloneSpec, error) {
	spec := vix.CloneSpec{
		Source: source, Name: m.Name.ValueString(), Linked: m.Type.ValueString() == cloneLinked,
		Snapshot: vix.SnapshotName{Either: m.Snapshot.ValueString()}, Datastore: m.Datastore.ValueString(),
		Folder: m.Folder.ValueString(), ResourcePool: m.ResourcePool.ValueString(),
		Cluster: m.Cluster.ValueString(), Host: m.Host.ValueString(), Template: m.Template.ValueBool(),
	}
	if m.VMXPath.IsNull() || m.VMXPath.IsUnknown() {
		return spec, nil
	}
	var err error
	spec.Path, err = parse(m.VMXPath.ValueString())
	return spec, err
}

// cloneKey is what the journal notes attempts at a clone under: what the configuration says that it is made of, and where.
func cloneKey(config cloneModel) string {
	return fmt.Sprintf("clone %q", []string{
		config.VMID.ValueString(), config.Name.ValueString(), config.Type.ValueString(), config.Snapshot.ValueString(),
		config.Folder.ValueString(), config.Datastore.ValueString(), config.VMXPath.ValueString(), config.Template.String(),
	})
}

// handle is how the host finds the clone again.
func (m *cloneModel) handle(server string, parse pathParser) vix.Handle {
	h := vix.Handle{Server: server, ID: m.ID.ValueString(), ManagedObjectID: m.ManagedObjectID.ValueString()}
	if p, err := parse(m.RegisteredPath.ValueString()); err == nil {
		h.Path = p
	}
	return h
}

// tellsNoPath reports that state has the path of a VM as a text that is not read as that path again.
func (m *cloneModel) tellsNoPath(is *vix.Registration, parse pathParser) bool {
	text := m.RegisteredPath.ValueString()
	p, err := parse(text)
	return vix.Composed(text) == vix.Composed(is.Path.String()) && (err != nil || !p.Same(is.Path))
}

// made makes the plan the state of what was made: what was planned stays as it was written.
func (m *cloneModel) made(r *vix.Registration) {
	m.Folder = planned(m.Folder, r.Folder)
	m.ResourcePool = planned(m.ResourcePool, r.ResourcePool)
	m.Cluster = planned(m.Cluster, r.Cluster)
	m.Host = planned(m.Host, r.Host)
	m.Datastore = planned(m.Datastore, r.Path.Datastore)
	m.VMXPath = planned(m.VMXPath, r.Path.String())
	m.facts(r)
}

// follow makes state what the host reports; what means the same stays as it was written, and so does a place where the user
// had the clone put. How it was made, its type, snapshot and whether as a template, nobody tells of it.
func (m *cloneModel) follow(r *vix.Registration, rec cloneRecord) {
	m.Name = known(said(r.Name), m.Name)
	m.Folder = known(followed(m.Folder, r.Folder), m.Folder)
	if r.Readable() && r.Template == m.Template.ValueBool() {
		m.ResourcePool = followed(m.ResourcePool, r.ResourcePool)
	}
	if !rec.HostConfigured {
		m.Host = known(followed(m.Host, r.Host), m.Host)
	}
	if !rec.ClusterConfigured {
		m.Cluster = followed(m.Cluster, r.Cluster)
	}
	if !rec.DatastoreConfigured {
		m.Datastore = known(followed(m.Datastore, r.Path.Datastore), m.Datastore)
	}
	m.facts(r)
}

// facts are what only the host says.
func (m *cloneModel) facts(r *vix.Registration) {
	m.ID = said(r.ID)
	m.RegisteredPath = known(said(r.Path.String()), m.RegisteredPath)
	m.ManagedObjectID = said(r.ManagedObjectID)
	m.InstanceUUID = known(said(r.InstanceUUID), m.InstanceUUID)
	m.ConnectionState = said(r.ConnectionState)
}

// changeTo is what the host has to change to get from this state to a plan.
func (m *cloneModel) changeTo(plan cloneModel) vix.Change {
	is := registrationModel{Name: m.Name, Folder: m.Folder, ResourcePool: m.ResourcePool}
	return is.changeTo(registrationModel{Name: plan.Name, Folder: plan.Folder, ResourcePool: plan.ResourcePool})
}

// importedClone is what an import knows: all but what the clone was made of.
func importedClone(r *vix.Registration) map[string]attr.Value {
	return map[string]attr.Value{
		"id":                   said(r.ID),
		"name":                 said(r.Name),
		"type":                 types.StringValue(cloneFull),
		"folder":               said(r.Folder),
		"resource_pool":        said(r.ResourcePool),
		"cluster":              said(r.Cluster),
		"host":                 said(r.Host),
		"datastore":            said(r.Path.Datastore),
		"vmx_path":             said(r.Path.String()),
		"template":             types.BoolValue(r.Template),
		"delete_files":         types.BoolValue(false),
		"power_off_on_destroy": types.StringValue(string(vix.PowerOffFail)),
		"registered_path":      said(r.Path.String()),
		"managed_object_id":    said(r.ManagedObjectID),
		"instance_uuid":        said(r.InstanceUUID),
		"connection_state":     said(r.ConnectionState),
	}
}
