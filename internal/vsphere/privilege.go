// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The privileges that registering, unregistering and looking around need.
const (
	privilegeRegister   = "VirtualMachine.Inventory.Register"
	privilegeAssignPool = "Resource.AssignVMToPool"
	privilegeUnregister = "VirtualMachine.Inventory.Unregister"
	privilegePowerOff   = "VirtualMachine.Interact.PowerOff"
	privilegePowerOn    = "VirtualMachine.Interact.PowerOn"
	privilegeSuspend    = "VirtualMachine.Interact.Suspend"
	privilegeReset      = "VirtualMachine.Interact.Reset"
	privilegeAnswer     = "VirtualMachine.Interact.AnswerQuestion"
	privilegeTools      = "VirtualMachine.Interact.ToolsInstall"
	privilegeMove       = "VirtualMachine.Inventory.Move"
	privilegeRename     = "VirtualMachine.Config.Rename"
	privilegeAdvanced   = "VirtualMachine.Config.AdvancedConfig"

	privilegeCreateSnapshot = "VirtualMachine.State.CreateSnapshot"
	privilegeRemoveSnapshot = "VirtualMachine.State.RemoveSnapshot"
	privilegeRenameSnapshot = "VirtualMachine.State.RenameSnapshot"
	privilegeRevert         = "VirtualMachine.State.RevertToSnapshot"
	privilegeScreenshot     = "VirtualMachine.Interact.CreateScreenshot"

	privilegeClone         = "VirtualMachine.Provisioning.Clone"
	privilegeDeploy        = "VirtualMachine.Provisioning.DeployTemplate"
	privilegeMakeTemplate  = "VirtualMachine.Provisioning.CreateTemplateFromVM"
	privilegeCloneTemplate = "VirtualMachine.Provisioning.CloneTemplate"
	privilegeCreate        = "VirtualMachine.Inventory.CreateFromExisting"
	privilegeAllocate      = "Datastore.AllocateSpace"
	privilegeDelete        = "VirtualMachine.Inventory.Delete"

	privilegeGuestQuery   = "VirtualMachine.GuestOperations.Query"
	privilegeGuestModify  = "VirtualMachine.GuestOperations.Modify"
	privilegeGuestExecute = "VirtualMachine.GuestOperations.Execute"
)

// grantKey is what a registration needs privileges on; registrations that share
// it share the question.
type grantKey struct {
	folder, pool, datastore types.ManagedObjectReference
}

// missingGrant is a privilege that the user lacks on an object.
type missingGrant struct {
	object    types.ManagedObjectReference
	privilege string
}

// permitted checks that the user may register a VM there:
// AuthorizationManager.HasUserPrivilegeOnEntities, or what was before it. A host that cannot answer is
// asked no further: the registration itself will say.
func (h *host) permitted(ctx context.Context, what wire.Step, p *inventory.Placed, ds *inventory.Datastore) error {
	key := grantKey{folder: p.Folder.Ref, datastore: ds.Ref}
	if p.Pool != nil {
		key.pool = p.Pool.Ref
	}
	missing, err := h.grants.Get(ctx, h.Life, key, time.Time{}, func(ctx context.Context) ([]missingGrant, error) {
		return h.readGrants(ctx, key)
	})
	if err != nil {
		return h.Failed(what, err)
	}
	if len(missing) == 0 {
		return nil
	}
	names := map[types.ManagedObjectReference]string{
		key.folder: "the folder " + p.Folder.Path, key.datastore: "the datastore " + ds.In.Path + "/datastore/" + ds.Name,
	}
	if p.Pool != nil {
		names[key.pool] = "the resource pool " + p.Pool.Path
	}
	return h.lacks(what, missing, names)
}

// lacks is the error of missing privileges, nil if there are none.
func (h *host) lacks(what wire.Step, missing []missingGrant, names map[types.ManagedObjectReference]string) error {
	if len(missing) == 0 {
		return nil
	}
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeHostUserPermissions,
		Reason: fmt.Sprintf("The user %q lacks:", h.User.UserName),
		Remedy: "Grant the user a role with what is missing there, or connect as another user.",
	}
	for _, m := range missing {
		e.Choices = append(e.Choices, m.privilege+" on "+names[m.object])
	}
	return e
}

// readGrants asks for all privileges of a registration at once.
func (h *host) readGrants(ctx context.Context, key grantKey) ([]missingGrant, error) {
	needs := []missingGrant{{key.folder, privilegeRegister}, {key.datastore, inventory.PrivilegeRead}}
	if key.pool.Value != "" {
		needs = append(needs, missingGrant{key.pool, privilegeAssignPool})
	}
	return h.missing(ctx, needs)
}

// missing gives those of the needs that the user does not have, with one request.
// A host that cannot tell is taken to grant everything.
func (h *host) missing(ctx context.Context, needs []missingGrant) ([]missingGrant, error) {
	manager := h.Client.ServiceContent.AuthorizationManager
	if manager == nil || len(needs) == 0 {
		return nil, nil
	}
	request := types.HasUserPrivilegeOnEntities{This: *manager, UserName: h.User.UserName}
	for _, need := range needs {
		if !slices.Contains(request.Entities, need.object) {
			request.Entities = append(request.Entities, need.object)
		}
		if !slices.Contains(request.PrivId, need.privilege) {
			request.PrivId = append(request.PrivId, need.privilege)
		}
	}
	granted, err := h.askGrants(ctx, request)
	if err != nil {
		if unanswerable(err) {
			return nil, nil
		}
		return nil, err
	}
	var missing []missingGrant
	for _, entity := range granted {
		for _, p := range entity.PrivAvailability {
			if need := (missingGrant{entity.Entity, p.PrivId}); !p.IsGranted && slices.Contains(needs, need) {
				missing = append(missing, need)
			}
		}
	}
	return missing, nil
}

// askGrants asks what the user has of some privileges: by name or, where the API has only
// what came with 5.5, by session (AuthorizationManager.HasPrivilegeOnEntities).
func (h *host) askGrants(ctx context.Context, request types.HasUserPrivilegeOnEntities) ([]types.EntityPrivilege, error) {
	if !h.bySession.Load() {
		response, err := methods.HasUserPrivilegeOnEntities(ctx, h.Client, &request)
		if err == nil {
			return response.Returnval, nil
		}
		if !fault.Is(err, &types.InvalidRequest{}) {
			return nil, err
		}
		h.bySession.Store(true)
	}
	current, err := session.NewManager(h.Client).UserSession(ctx)
	if err != nil || current == nil {
		return nil, err
	}
	response, err := methods.HasPrivilegeOnEntities(ctx, h.Client, &types.HasPrivilegeOnEntities{
		This: request.This, Entity: request.Entities, SessionId: current.Key, PrivId: request.PrivId,
	})
	if err != nil {
		return nil, err
	}
	return response.Returnval, nil
}

// CheckUnregister implements vix.Host.
func (h *host) CheckUnregister(ctx context.Context, handle vix.Handle, off vix.PowerOff) error {
	what, vm := wire.To("unregister", handle.Path.String()), vmReference(handle)
	needs := []missingGrant{{vm, privilegeUnregister}}
	if off != vix.PowerOffFail {
		needs = append(needs, missingGrant{vm, privilegePowerOff})
	}
	return goneIsNil(h.granted(ctx, what, needs, map[reference]string{vm: "the VM " + what.Object}))
}

// unanswerable are the faults of a host that does not answer a question about
// itself: older ones, an ESXi where only a vCenter knows, and those that want
// System.View on the root for it.
func unanswerable(err error) bool {
	return fault.Is(err, &types.NotSupported{}) || fault.Is(err, &types.NoPermission{}) || fault.Is(err, &types.NotFound{}) ||
		fault.Is(err, &types.MethodNotFound{}) || fault.Is(err, &types.NotImplemented{}) ||
		fault.Is(err, &types.InvalidRequest{}) || fault.Is(err, &types.InvalidArgument{})
}
