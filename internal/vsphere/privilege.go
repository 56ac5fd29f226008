// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The privileges that registering and unregistering need.
const (
	privilegeRegister   = "VirtualMachine.Inventory.Register"
	privilegeAssignPool = "Resource.AssignVMToPool"
	privilegeRead       = "System.Read"
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
// AuthorizationManager.HasUserPrivilegeOnEntities. A host that cannot answer is
// asked no further: the registration itself will say.
func (h *host) permitted(ctx context.Context, what wire.Step, p *placed, ds *datastore) error {
	key := grantKey{folder: p.folder.ref, datastore: ds.ref}
	if p.pool != nil {
		key.pool = p.pool.ref
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
		key.folder: "the folder " + p.folder.path, key.datastore: "the datastore " + ds.in.path + "/datastore/" + ds.Name,
	}
	if p.pool != nil {
		names[key.pool] = "the resource pool " + p.pool.path
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
	manager := h.Client.ServiceContent.AuthorizationManager
	if manager == nil {
		return nil, nil
	}
	needs := map[types.ManagedObjectReference]string{key.folder: privilegeRegister, key.datastore: privilegeRead}
	entities := []types.ManagedObjectReference{key.folder, key.datastore}
	if key.pool.Value != "" {
		needs[key.pool] = privilegeAssignPool
		entities = append(entities, key.pool)
	}
	response, err := methods.HasUserPrivilegeOnEntities(ctx, h.Client, &types.HasUserPrivilegeOnEntities{
		This: *manager, Entities: entities, UserName: h.User.UserName,
		PrivId: []string{privilegeRegister, privilegeAssignPool, privilegeRead},
	})
	if err != nil {
		if unanswerable(err) {
			return nil, nil
		}
		return nil, err
	}
	var missing []missingGrant
	for _, entity := range response.Returnval {
		for _, p := range entity.PrivAvailability {
			if p.PrivId == needs[entity.Entity] && !p.IsGranted {
				missing = append(missing, missingGrant{entity.Entity, p.PrivId})
			}
		}
	}
	return missing, nil
}

// unanswerable are the faults of a host that does not answer a question about
// itself: older ones, an ESXi where only a vCenter knows, and those that want
// System.View on the root for it.
func unanswerable(err error) bool {
	return fault.Is(err, &types.NotSupported{}) || fault.Is(err, &types.NoPermission{}) || fault.Is(err, &types.NotFound{}) ||
		fault.Is(err, &types.MethodNotFound{}) || fault.Is(err, &types.NotImplemented{}) ||
		fault.Is(err, &types.InvalidRequest{}) || fault.Is(err, &types.InvalidArgument{})
}

// lacking says what a NoPermission is about with the name of its object, which
// the fault itself does not tell; empty if err is none or the name cannot be read.
func (h *host) lacking(ctx context.Context, err error) string {
	var denied *types.NoPermission
	if _, ok := fault.As(err, &denied); !ok || denied.Object == nil {
		return ""
	}
	content, readErr := h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: *denied.Object, SelectSet: []types.BaseSelectionSpec{wire.Traverse("parents", "ManagedEntity", "parent", "parents")},
		}},
		PropSet: []types.PropertySpec{{Type: "ManagedEntity", PathSet: []string{"name", "parent"}}},
	})
	path := newNodes(content).path(*denied.Object)
	if readErr != nil || path == "" {
		return ""
	}
	return fmt.Sprintf("The user %q lacks the privilege %s on %s %s.",
		h.User.UserName, wire.OrUnknown(denied.PrivilegeId), kindOf(*denied.Object), path)
}

// kindOf is what people call a kind of managed object.
func kindOf(ref types.ManagedObjectReference) string {
	switch ref.Type {
	case "Folder":
		return "the folder"
	case "ResourcePool":
		return "the resource pool"
	case "Datastore":
		return "the datastore"
	case "VirtualMachine":
		return "the VM"
	case "Datacenter":
		return "the datacenter"
	}
	return "the " + strings.ToLower(ref.Type)
}
