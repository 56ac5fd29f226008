// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// authorization corrects AuthorizationManager: its answers come from the table that is enforced. The simulator's own
// grants every privilege, also such as do not exist.
type authorization struct{ standIn }

func (a *authorization) manager() *simulator.AuthorizationManager {
	m, _ := a.h.reg.Get(a.Self).(*simulator.AuthorizationManager)
	return m
}

// known returns every privilege there is.
func (a *authorization) known() []string {
	if m := a.manager(); m != nil {
		if admin := object.AuthorizationRoleList(m.RoleList).ByName("Admin"); admin != nil {
			return admin.Privilege
		}
	}
	return nil
}

func (a *authorization) userOf(ctx *simulator.Context, session string) string {
	if session == "" || session == ctx.Session.Key {
		return ctx.Session.UserName
	}
	for _, s := range a.h.sessionList() {
		if s.Key == session {
			return s.UserName
		}
	}
	return ""
}

func (a *authorization) granted(user string, entity moref, ids []string) []types.PrivilegeAvailability {
	known := a.known()
	var out []types.PrivilegeAvailability
	for _, id := range ids {
		ok := slices.Contains(known, id) && !a.h.denied(user, id, entity)
		out = append(out, types.PrivilegeAvailability{PrivId: id, IsGranted: ok})
	}
	return out
}

// missing returns ManagedObjectNotFound for the first entity that is not there.
func (a *authorization) missing(refs []moref) *soap.Fault {
	for _, ref := range refs {
		if a.h.reg.Get(ref) == nil {
			return soapFaultOf(&types.ManagedObjectNotFound{Obj: ref})
		}
	}
	return nil
}

// HasPrivilegeOnEntities answers for a session.
func (a *authorization) HasPrivilegeOnEntities(ctx *simulator.Context, r *types.HasPrivilegeOnEntities) soap.HasFault {
	a.enter(ctx)
	body := &methods.HasPrivilegeOnEntitiesBody{Fault_: a.missing(r.Entity)}
	if body.Fault_ != nil {
		return body
	}
	body.Res = &types.HasPrivilegeOnEntitiesResponse{}
	user := a.userOf(ctx, r.SessionId)
	for _, e := range r.Entity {
		body.Res.Returnval = append(body.Res.Returnval, types.EntityPrivilege{Entity: e, PrivAvailability: a.granted(user, e, r.PrivId)})
	}
	return body
}

// HasPrivilegeOnEntity answers for a session and one object.
func (a *authorization) HasPrivilegeOnEntity(ctx *simulator.Context, r *types.HasPrivilegeOnEntity) soap.HasFault {
	a.enter(ctx)
	body := &methods.HasPrivilegeOnEntityBody{Fault_: a.missing([]moref{r.Entity})}
	if body.Fault_ != nil {
		return body
	}
	body.Res = &types.HasPrivilegeOnEntityResponse{}
	for _, p := range a.granted(a.userOf(ctx, r.SessionId), r.Entity, r.PrivId) {
		body.Res.Returnval = append(body.Res.Returnval, p.IsGranted)
	}
	return body
}

// HasUserPrivilegeOnEntities answers for a user.
func (a *authorization) HasUserPrivilegeOnEntities(ctx *simulator.Context, r *types.HasUserPrivilegeOnEntities) soap.HasFault {
	a.enter(ctx)
	body := &methods.HasUserPrivilegeOnEntitiesBody{Fault_: a.missing(r.Entities)}
	if body.Fault_ != nil {
		return body
	}
	body.Res = &types.HasUserPrivilegeOnEntitiesResponse{}
	for _, e := range r.Entities {
		body.Res.Returnval = append(body.Res.Returnval, types.EntityPrivilege{
			Entity: e, PrivAvailability: a.granted(r.UserName, e, r.PrivId),
		})
	}
	return body
}

// FetchUserPrivilegeOnEntities lists what a user may do.
func (a *authorization) FetchUserPrivilegeOnEntities(ctx *simulator.Context, r *types.FetchUserPrivilegeOnEntities) soap.HasFault {
	a.enter(ctx)
	body := &methods.FetchUserPrivilegeOnEntitiesBody{Fault_: a.missing(r.Entities)}
	if body.Fault_ != nil {
		return body
	}
	body.Res = &types.FetchUserPrivilegeOnEntitiesResponse{}
	for _, e := range r.Entities {
		var ids []string
		for _, p := range a.granted(r.UserName, e, a.known()) {
			if p.IsGranted {
				ids = append(ids, p.PrivId)
			}
		}
		body.Res.Returnval = append(body.Res.Returnval, types.UserPrivilegeResult{Entity: e, Privileges: ids})
	}
	return body
}
