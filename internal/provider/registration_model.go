// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The times that each operation may take where timeouts does not say. A guest
// that shuts down is what takes long in a delete.
const (
	defaultCreateTimeout = 10 * time.Minute
	defaultReadTimeout   = 5 * time.Minute
	// believedAge is how old an answer may be that reads and plans of many registrations share.
	believedAge          = 5 * time.Second
	defaultUpdateTimeout = 10 * time.Minute
	defaultDeleteTimeout = 10 * time.Minute
)

// The values of if_registered and on_destroy.
const (
	ifRegisteredFail    = "fail"
	ifRegisteredAdopt   = "adopt"
	onDestroyUnregister = "unregister"
	onDestroyKeep       = "keep"
)

// registrationModel is the configuration, plan and state of a registration.
type registrationModel struct {
	VMXPath           types.String   `tfsdk:"vmx_path"`
	Datacenter        types.String   `tfsdk:"datacenter"`
	Name              types.String   `tfsdk:"name"`
	Folder            types.String   `tfsdk:"folder"`
	ResourcePool      types.String   `tfsdk:"resource_pool"`
	Cluster           types.String   `tfsdk:"cluster"`
	Host              types.String   `tfsdk:"host"`
	Template          types.Bool     `tfsdk:"template"`
	IfRegistered      types.String   `tfsdk:"if_registered"`
	OnDestroy         types.String   `tfsdk:"on_destroy"`
	PowerOffOnDestroy types.String   `tfsdk:"power_off_on_destroy"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
	ID                types.String   `tfsdk:"id"`
	Server            types.String   `tfsdk:"server"`
	RegisteredPath    types.String   `tfsdk:"registered_path"`
	Adopted           types.Bool     `tfsdk:"adopted"`
	ManagedObjectID   types.String   `tfsdk:"managed_object_id"`
	InstanceUUID      types.String   `tfsdk:"instance_uuid"`
	ConnectionState   types.String   `tfsdk:"connection_state"`
	Encrypted         types.Bool     `tfsdk:"encrypted"`
}

// validate finds what contradicts itself.
func (m *registrationModel) validate(diags *diag.Diagnostics) {
	p, err := vix.ParseAnyPath(m.VMXPath.ValueString())
	if err == nil && p.IsTemplate() && !m.Template.IsUnknown() && !m.Template.ValueBool() {
		diags.AddAttributeError(path.Root("vmx_path"), "A .vmtx file is a template",
			coded(vix.CodeInvalidArg,
				fmt.Sprintf("Set template = true to register the template %s, or write %s to register the VM.", p, p.AsVMX())))
	}
	if m.Template.ValueBool() && !m.ResourcePool.IsNull() {
		diags.AddAttributeError(path.Root("resource_pool"), "A template has no resource pool", coded(vix.CodeInvalidArg,
			"A template cannot run and belongs to a host or cluster, not to a resource pool. "+
				"Remove resource_pool; host or cluster says where the template is registered."))
	}
}

// pathParser reads a vmx path as a product spells it.
type pathParser func(text string) (vix.Path, error)

// spec is what to register; what is null or unknown is left to the host.
func (m *registrationModel) spec(parse pathParser) (vix.RegisterSpec, error) {
	p, err := parse(m.VMXPath.ValueString())
	if err != nil {
		return vix.RegisterSpec{}, err
	}
	return vix.RegisterSpec{
		Path:         p,
		Datacenter:   m.Datacenter.ValueString(),
		Name:         m.Name.ValueString(),
		Folder:       m.Folder.ValueString(),
		ResourcePool: m.ResourcePool.ValueString(),
		Cluster:      m.Cluster.ValueString(),
		Host:         m.Host.ValueString(),
		Template:     m.Template.ValueBool(),
		Adopt:        m.IfRegistered.ValueString() == ifRegisteredAdopt,
	}, nil
}

// handle is how the host finds the registration again.
func (m *registrationModel) handle(server string, parse pathParser) vix.Handle {
	if known := m.Server.ValueString(); known != "" {
		server = known
	}
	h := vix.Handle{
		Server: server, ID: m.ID.ValueString(), ManagedObjectID: m.ManagedObjectID.ValueString(), Datacenter: m.Datacenter.ValueString(),
	}
	if p, err := parse(m.RegisteredPath.ValueString()); err == nil {
		h.Path = p
	}
	return h
}

// names is the path that vmx_path has been changed to, where a state has another one; zero
// where it has not.
func (m *registrationModel) names(state registrationModel, parse pathParser) vix.Path {
	if m.VMXPath.Equal(state.VMXPath) {
		return vix.Path{}
	}
	p, err := parse(m.VMXPath.ValueString())
	if err != nil {
		return vix.Path{}
	}
	return p
}

// undoing is what a destroy does where the configuration does not say: undo what
// create did.
func undoing(adopted types.Bool) types.String {
	switch {
	case adopted.IsUnknown():
		return types.StringUnknown()
	case adopted.ValueBool():
		return types.StringValue(onDestroyKeep)
	}
	return types.StringValue(onDestroyUnregister)
}

// undoing is what a destroy does by default with what the host offers: where nobody can unregister,
// a registration is kept.
func (c *connection) undoing(adopted types.Bool) types.String {
	if c.connected() && c.host.Supports(vix.FeatureUnregister) != nil {
		return types.StringValue(onDestroyKeep)
	}
	return undoing(adopted)
}

// unregisters reports that a destroy unregisters the VM.
func (m *registrationModel) unregisters() bool {
	return m.destroys().ValueString() == onDestroyUnregister
}

// destroys is on_destroy, which older states do not have where it was not configured.
func (m *registrationModel) destroys() types.String {
	if m.OnDestroy.IsNull() {
		return undoing(m.Adopted)
	}
	return m.OnDestroy
}

// created makes the plan the state of what was registered: what was planned
// stays as it was written.
func (m *registrationModel) created(done *vix.Registered) {
	m.Datacenter = planned(m.Datacenter, done.Datacenter)
	m.Name = planned(m.Name, done.Name)
	m.Folder = planned(m.Folder, done.Folder)
	m.ResourcePool = planned(m.ResourcePool, done.ResourcePool)
	m.Cluster = planned(m.Cluster, done.Cluster)
	m.Host = planned(m.Host, done.Host)
	if m.Adopted.IsUnknown() {
		m.Adopted = types.BoolValue(done.Adopted)
	}
	m.facts(&done.Registration)
}

// follow makes state what the host reports; what means the same stays as it was
// written, and so does a place where the user had the VM put. What the host does
// not say, because it cannot read the VM just now, is no change: a template on a
// datastore that is down must not be planned anew as a VM.
func (m *registrationModel) follow(r *vix.Registration, rec record) {
	if !rec.DatacenterConfigured {
		m.Datacenter = known(followed(m.Datacenter, r.Datacenter), m.Datacenter)
	}
	m.Folder = known(followed(m.Folder, r.Folder), m.Folder)
	m.Name = known(said(r.Name), m.Name)
	m.OnDestroy = m.destroys()
	if r.Readable() {
		m.Template = types.BoolValue(r.Template)
		m.ResourcePool = followed(m.ResourcePool, r.ResourcePool)
	}
	if !rec.HostConfigured {
		m.Host = known(followed(m.Host, r.Host), m.Host)
	}
	if !rec.ClusterConfigured {
		m.Cluster = followed(m.Cluster, r.Cluster)
	}
	m.facts(r)
}

// facts are what only the host says.
func (m *registrationModel) facts(r *vix.Registration) {
	m.ID = said(r.ID)
	m.Server = known(said(r.Server), m.Server)
	m.RegisteredPath = known(said(r.Path.String()), m.RegisteredPath)
	m.ManagedObjectID = said(r.ManagedObjectID)
	m.InstanceUUID = known(said(r.InstanceUUID), m.InstanceUUID)
	m.ConnectionState = said(r.ConnectionState)
	if r.Readable() || m.Encrypted.IsUnknown() || m.Encrypted.IsNull() {
		m.Encrypted = types.BoolValue(r.Encrypted)
	}
}

// changeTo is what the host has to change to get from this state to a plan.
func (m *registrationModel) changeTo(plan registrationModel) vix.Change {
	var change vix.Change
	changed := func(is, want types.String) *string {
		if want.IsUnknown() || want.IsNull() || want.Equal(is) {
			return nil
		}
		return want.ValueStringPointer()
	}
	change.Name = changed(m.Name, plan.Name)
	change.Folder = changed(m.Folder, plan.Folder)
	change.ResourcePool = changed(m.ResourcePool, plan.ResourcePool)
	return change
}

// importedModel is what an import knows. adopted is true: nobody asked us to
// register it, so nobody expects a destroy to unregister it.
func importedModel(r *vix.Registration) map[string]attr.Value {
	return map[string]attr.Value{
		"id":                   said(r.ID),
		"vmx_path":             said(r.Path.String()),
		"registered_path":      said(r.Path.String()),
		"datacenter":           said(r.Datacenter),
		"managed_object_id":    said(r.ManagedObjectID),
		"template":             types.BoolValue(r.Template),
		"adopted":              types.BoolValue(true),
		"on_destroy":           types.StringValue(onDestroyKeep),
		"server":               said(r.Server),
		"if_registered":        types.StringValue(ifRegisteredFail),
		"power_off_on_destroy": types.StringValue(string(vix.PowerOffFail)),
	}
}

// listedModel is what a query says of a registration, and so what configuration
// is generated from. host and cluster are left out: they say where registering puts
// a VM, and vSphere moves VMs by itself.
func listedModel(r *vix.Registration) map[string]attr.Value {
	m := importedModel(r)
	m["name"] = said(r.Name)
	m["folder"] = said(r.Folder)
	m["resource_pool"] = said(r.ResourcePool)
	m["instance_uuid"] = said(r.InstanceUUID)
	m["connection_state"] = said(r.ConnectionState)
	m["encrypted"] = types.BoolValue(r.Encrypted)
	return m
}

// planned is a planned value, or what the host says where the plan left it open.
func planned(plan types.String, reported string) types.String {
	if plan.IsUnknown() {
		return said(reported)
	}
	return plan
}

// known is what the host says, or what was known before where it says nothing.
func known(now, before types.String) types.String {
	if now.IsNull() && !before.IsUnknown() {
		return before
	}
	return now
}

// followed is the written value while it means what the host reports, else that.
func followed(written types.String, reported string) types.String {
	if !written.IsNull() && vix.SamePlace(reported, written.ValueString()) {
		return written
	}
	return said(reported)
}
