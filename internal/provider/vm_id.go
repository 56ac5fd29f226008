// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// This is what all resources that act on a VM share: its vm_id, and what follows of it.

// defaultVMTimeout is what each operation on an opened VM may take where timeouts does
// not say.
const defaultVMTimeout = 20 * time.Minute

// vmIDDescription is what vm_id is, for resources, data sources and actions alike.
const vmIDDescription = "Id of the VM: `id` of `data \"vix_vm\"`, `vix_registration` or `vix_clone`; never a path. An id that the host " +
	"does not know is an error at plan."

// vmIDAttribute is the vm_id of a resource. The plan says whether a change replaces: see planVM.
func vmIDAttribute() schema.StringAttribute {
	return schema.StringAttribute{
		Required: true,
		MarkdownDescription: vmIDDescription + " Another id replaces; one that is not known before the apply, because the VM is " +
			"registered anew, is taken for the same VM until the apply knows better.",
	}
}

// vmTimeouts is the timeouts of a resource that acts on a VM, with what each operation is.
func vmTimeouts(ctx context.Context, create, update, destroy string) schema.Attribute {
	return withDurations(timeouts.Attributes(ctx, timeouts.Opts{
		Create: true, Update: true, Delete: true,
		CreateDescription: "Longest time of " + create + ", as a duration (`30s`, `10m`). Default `20m`.",
		UpdateDescription: "Longest time of " + update + ", as a duration. Default `20m`.",
		DeleteDescription: "Longest time of " + destroy + ", as a duration. Default `20m`.",
	}), "Longest time of each operation, as durations (`30s`, `10m`). Default `20m` each.")
}

// vmIdentity is the identity of a resource of which a VM has one; what a VM may have several of
// adds to its attributes.
func vmIdentity() map[string]identityschema.Attribute {
	return map[string]identityschema.Attribute{
		"server": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Instance UUID of the vCenter or host: instance_uuid of data vix_host.",
		},
		"vm_id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Id of the VM.",
		},
	}
}

// vmIdentityModel is vmIdentity's value.
type vmIdentityModel struct {
	Server types.String `tfsdk:"server"`
	VMID   types.String `tfsdk:"vm_id"`
}

// vmMemory is which VMs this process has opened or registered, by id: an id that the host
// has told of a moment ago is not asked for again.
type vmMemory struct {
	mu  sync.Mutex
	vms map[string]vix.Registration
	// families are those of the guests of VMs, as their Tools tell: windowsGuest, linuxGuest.
	families map[string]string
}

// learn notes what a VM that was opened tells of itself and of its guest.
func (m *vmMemory) learn(vm *vix.VM) {
	m.remember(&vm.Registration)
	m.mu.Lock()
	defer m.mu.Unlock()
	set(&m.families, strings.ToLower(vm.ID), vm.Guest.Family)
}

// family is the family of the guest of a VM; empty where it was not told.
func (m *vmMemory) family(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.families[strings.ToLower(id)]
}

// remember notes what the host said of a VM.
func (m *vmMemory) remember(r *vix.Registration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	set(&m.vms, strings.ToLower(r.ID), *r)
}

// forget notes that a VM was unregistered, or found to be.
func (m *vmMemory) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.vms, strings.ToLower(id))
}

// known is what the host said last of the VM with an id; nil if it was not asked.
func (m *vmMemory) known(id string) *vix.Registration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.vms[strings.ToLower(id)]; ok {
		return &r
	}
	return nil
}

// vm is the VM with an id, as the host said last: what was opened in this process is not
// opened again.
func (c *connection) vm(ctx context.Context, id string) (*vix.Registration, error) {
	if r := c.vms.known(id); r != nil {
		return r, nil
	}
	vm, err := c.openVMID(ctx, id)
	if err != nil {
		return nil, err
	}
	c.vms.learn(vm)
	return &vm.Registration, nil
}

// openVMID opens the VM whose id that is: what else names one VM, as an import takes it, changes
// while the VM stays the same.
func (c *connection) openVMID(ctx context.Context, id string) (*vix.VM, error) {
	vm, err := c.host.OpenID(ctx, id)
	if err != nil || strings.EqualFold(vm.ID, id) {
		return vm, err
	}
	return nil, &vix.Error{
		Op: "open", Object: "the VM " + id, Code: vix.CodeVMNotFound,
		Reason: fmt.Sprintf("That is no id of a VM. The VM that it names at this time, %s, has the id %s.", vm.Path, vm.ID),
	}
}

// planVM checks the vm_id of a plan. It gives the VM; nil where the id is not known yet, where
// there is no host to ask, where it is another VM than state knows and nothing is planned, and after an error.
// prior is the vm_id of the state, null where there is none: another known id replaces. rec is the record of the VM in state.
func planVM(
	ctx context.Context, conn *connection, planned, prior types.String, rec vmRecord,
	req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) *vix.Registration {
	replaces := !prior.IsNull() && !planned.IsUnknown() && !sameVMID(planned, prior)
	if replaces {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("vm_id"))
	}
	var found diag.Diagnostics
	vm := conn.checkVM(ctx, planned, &found)
	if vm != nil && !replaces && !prior.IsNull() && !conn.isMeant(rec, vm) {
		if !req.Plan.Raw.Equal(req.State.Raw) {
			addAnotherVM(&found, rec, vm)
		}
		vm = nil
	} else if vm != nil && prior.IsNull() {
		vm = conn.stillOpened(vm, &found)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
	return vm
}

// isMeant reports that a VM is the one of a record, if there is one: a restored copy keeps the instance UUID, and is another.
func (c *connection) isMeant(rec vmRecord, vm *vix.Registration) bool {
	return rec.ManagedObjectID == "" || rec.handle(vm.ID, c.parsePath).Same(vm) == vix.Itself
}

// meantVM is the VM with an id, which must be the one of the record of a state; nil, with an error, if there is none. The record is
// zero where there is no state.
func (c *connection) meantVM(ctx context.Context, id types.String, rec vmRecord, diags *diag.Diagnostics) *vix.Registration {
	vm, err := c.vm(ctx, id.ValueString())
	if err != nil {
		addVMError(diags, id.ValueString(), err)
		return nil
	}
	if rec.ManagedObjectID == "" {
		return c.stillOpened(vm, diags)
	}
	if !c.isMeant(rec, vm) {
		addAnotherVM(diags, rec, vm)
		return nil
	}
	return vm
}

// addAnotherVM refuses to do with one VM what state has of another one that had its id.
func addAnotherVM(diags *diag.Diagnostics, rec vmRecord, vm *vix.Registration) {
	diags.AddAttributeError(path.Root("vm_id"), "vm_id names another VM by now", coded(vix.CodeInvalidHandle, fmt.Sprintf(
		"What state has is of the VM %s (managed object %s). The one with the id %s is now %s (managed object %s): a restored copy keeps "+
			"the id. Nothing was done with either.\n\nRegister the former again in the latter's place; or, if the latter is meant, let "+
			"state forget what belongs to the former:\n\n  terraform state rm ADDRESS",
		rec.Path, rec.ManagedObjectID, vm.ID, vm.Path, vm.ManagedObjectID)))
}

// checkVM is planVM for what has no state: actions and data sources.
func (c *connection) checkVM(ctx context.Context, planned types.String, diags *diag.Diagnostics) *vix.Registration {
	if planned.IsUnknown() || !c.connected() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	vm, err := c.vm(ctx, planned.ValueString())
	if err != nil {
		addVMError(diags, planned.ValueString(), err)
		return nil
	}
	return vm
}

// sameVMID reports that two ids are of one VM: hosts write UUIDs in either case.
func sameVMID(a, b types.String) bool { return strings.EqualFold(a.ValueString(), b.ValueString()) }

// addVMError says of an id that the host does not know what vm_id takes.
func addVMError(diags *diag.Diagnostics, id string, err error) {
	if vix.CodeOf(err) != vix.CodeVMNotFound {
		addErrorAt(diags, path.Root("vm_id"), err)
		return
	}
	diags.AddAttributeError(path.Root("vm_id"), fmt.Sprintf("No VM has the id %q", id),
		coded(vix.CodeVMNotFound,
			"The host knows no VM with this id, or this user may not see it. vm_id takes the id of a VM that is registered, "+
				"which no path is, and no managed object id of a VM that has an instance UUID:\n\n"+
				"  vm_id = data.vix_vm.NAME.id\n  vm_id = vix_registration.NAME.id\n  vm_id = vix_clone.NAME.id"))
}

// vmKept is where the record of a VM stands in the private state.
const vmKept = "vm"

// vmRecord is what is remembered of the VM of a vm_id, beside the state: what makes finding it
// cheap and its absence provable.
type vmRecord struct {
	Server          string `json:"server,omitempty"`
	ManagedObjectID string `json:"managed_object_id,omitempty"`
	Path            string `json:"path,omitempty"`
}

// vmRecordOf is what to remember of a VM.
func vmRecordOf(r *vix.Registration) vmRecord {
	return vmRecord{Server: r.Server, ManagedObjectID: r.ManagedObjectID, Path: r.Path.String()}
}

// vmRecordFrom reads the record; it is zero where there is none.
func vmRecordFrom(ctx context.Context, private privateGetter, diags *diag.Diagnostics) vmRecord {
	return privateFrom[vmRecord](ctx, private, vmKept, diags)
}

func (rec vmRecord) save(ctx context.Context, private privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, private, vmKept, rec, diags)
}

// handle is how the host finds the VM with an id again.
func (rec vmRecord) handle(id string, parse pathParser) vix.Handle {
	h := vix.Handle{Server: rec.Server, ID: id, ManagedObjectID: rec.ManagedObjectID}
	if p, err := parse(rec.Path); err == nil {
		h.Path = p
	}
	return h
}

// notRefreshed is one summary for many, so that Terraform folds them.
const notRefreshed = "What state has was not refreshed"

// warnNotRefreshed says of what state has that nobody was asked for it.
func warnNotRefreshed(diags *diag.Diagnostics, what string, conn *connection) {
	diags.AddWarning(notRefreshed, coded(vix.CodeHostNotConnected, capital(what)+" is kept as state has it. "+conn.reason))
}

// warnVMForgotten says why state forgets what is nothing without its VM.
func warnVMForgotten(diags *diag.Diagnostics, id string, why error) {
	code, text := vix.CodeVMNotFound, "It is in no inventory any more."
	if errors.Is(why, vix.ErrOtherVM) {
		code, text = vix.CodeInvalidHandle, "What has its id now is another VM: another managed object at another path."
	}
	diags.AddWarning("A VM is not registered any more", coded(code, fmt.Sprintf(
		"The VM %s, of which state has the power, is gone: %s State forgets it; the plan says what comes of that.", id, text)))
}

// setVMIdentity writes the identity of a resource of which a VM has one.
func setVMIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, server string, id types.String) diag.Diagnostics {
	return writeIdentity(ctx, identity, server, vmIdentityModel{Server: said(server), VMID: composed(id)})
}

// importedVM is the VM that an import names, by its id or by its identity; nil, with an error, if
// there is none. It is asked for afresh.
func importedVM(
	ctx context.Context, conn *connection, id string, identity vmIdentityModel, diags *diag.Diagnostics,
) *vix.VM {
	if !conn.connected() {
		addNotConnected(diags, "import", conn)
		return nil
	}
	server, err := conn.server(ctx)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return nil
	}
	if id == "" {
		if of := identity.Server.ValueString(); of != server {
			addOtherServer(diags, of, server)
			return nil
		}
		id = identity.VMID.ValueString()
	}
	vm, err := conn.openVMID(ctx, strings.TrimSpace(id))
	if err != nil {
		addVMError(diags, id, err)
		return nil
	}
	vm.Server = server
	conn.vms.learn(vm)
	return vm
}

// addOtherServer refuses an identity of another server.
func addOtherServer(diags *diag.Diagnostics, of, server string) {
	diags.AddAttributeError(path.Root("server"), "The registration is on another server", coded(vix.CodeInvalidHandle, fmt.Sprintf(
		"The identity names the server %s; this provider is connected to the server %s. "+
			"Import with a provider that is connected to the former.", of, server)))
}

// cutVMID cuts what an import takes behind the id of its VM, which is up to the first of some signs. The id of a VM of a hosted product
// is a path itself, which may have such signs, up to its ending.
func cutVMID(text, signs string) (vmID string, sign byte, rest string) {
	from := 0
	if strings.HasPrefix(text, "/") || strings.HasPrefix(text, `\\`) || vix.HasDrive(text) {
		const ending = ".vmx"
		for at := 0; ; {
			next := strings.Index(strings.ToLower(text[at:]), ending)
			if next < 0 {
				return "", 0, ""
			}
			if at += next + len(ending); at < len(text) && strings.IndexByte(signs, text[at]) >= 0 {
				from = at
				break
			}
		}
	}
	at := strings.IndexAny(text[from:], signs)
	if at < 0 {
		return "", 0, ""
	}
	return text[:from+at], text[from+at], text[from+at+1:]
}
