// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// searchIndex corrects SearchIndex: it honours the datacenter, knows the faults, hides what the user may not read,
// and answers in constant time.
type searchIndex struct{ standIn }

// scope checks the datacenter that a search names.
func (s *searchIndex) scope(dc *moref) (*simulator.Datacenter, types.BaseMethodFault) {
	if dc == nil {
		return nil, nil
	}
	o, ok := s.h.reg.Get(*dc).(*simulator.Datacenter)
	if !ok {
		return nil, &types.ManagedObjectNotFound{Obj: *dc}
	}
	return o, nil
}

// FindByDatastorePath finds a VM by the exact text of its path. Whether vSphere forgives other spellings of a path is
// not known, so none is forgiven here.
func (s *searchIndex) FindByDatastorePath(ctx *simulator.Context, r *types.FindByDatastorePath) soap.HasFault {
	s.enter(ctx)
	body := &methods.FindByDatastorePathBody{}
	dc, fault := s.scope(&r.Datacenter)
	if fault == nil {
		p, ok := parsePath(r.Path)
		switch {
		case !ok:
			fault = &types.InvalidDatastorePath{DatastorePath: r.Path}
		case s.h.datastoreOf(dc, p.Datastore) == nil:
			fault = &types.InvalidDatastore{Name: p.Datastore}
		}
	}
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.FindByDatastorePathResponse{}
	if ref, ok := s.h.vms.at(dc.Self, r.Path); ok && s.h.visible(ctx.Session.UserName, ref) && !s.h.outOfReach(ref) {
		body.Res.Returnval = &ref
	}
	return body
}

// FindByUuid finds the one VM that has a UUID. Of several it returns any, as vSphere does.
func (s *searchIndex) FindByUuid(ctx *simulator.Context, r *types.FindByUuid) soap.HasFault {
	s.enter(ctx)
	if !r.VmSearch {
		return s.h.reg.SearchIndex().FindByUuid(ctx, r)
	}
	body := &methods.FindByUuidBody{}
	refs, fault := s.byUUID(ctx, r.Datacenter, r.Uuid, r.InstanceUuid)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.FindByUuidResponse{}
	if len(refs) > 0 {
		body.Res.Returnval = &refs[0]
	}
	return body
}

// FindAllByUuid finds every VM that has a UUID.
func (s *searchIndex) FindAllByUuid(ctx *simulator.Context, r *types.FindAllByUuid) soap.HasFault {
	s.enter(ctx)
	if !r.VmSearch {
		return s.h.reg.SearchIndex().FindAllByUuid(ctx, r)
	}
	body := &methods.FindAllByUuidBody{}
	refs, fault := s.byUUID(ctx, r.Datacenter, r.Uuid, r.InstanceUuid)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.FindAllByUuidResponse{Returnval: refs}
	return body
}

func (s *searchIndex) byUUID(ctx *simulator.Context, in *moref, uuid string, instance *bool) ([]moref, types.BaseMethodFault) {
	if _, fault := s.scope(in); fault != nil {
		return nil, fault
	}
	var refs []moref
	for _, ref := range s.h.vms.withUUID(uuid, instance != nil && *instance, in) {
		if s.h.visible(ctx.Session.UserName, ref) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// FindChild leaves out what the user may not read.
func (s *searchIndex) FindChild(ctx *simulator.Context, r *types.FindChild) soap.HasFault {
	s.enter(ctx)
	if s.h.reg.Get(r.Entity) == nil {
		return &methods.FindChildBody{Fault_: soapFaultOf(&types.ManagedObjectNotFound{Obj: r.Entity})}
	}
	return &methods.FindChildBody{Res: &types.FindChildResponse{Returnval: s.shown(ctx, s.child(ctx, r.Entity, r.Name))}}
}

// FindByInventoryPath leaves out what the user may not read.
func (s *searchIndex) FindByInventoryPath(ctx *simulator.Context, r *types.FindByInventoryPath) soap.HasFault {
	s.enter(ctx)
	var at *moref
	if names := strings.FieldsFunc(r.InventoryPath, func(c rune) bool { return c == '/' }); len(names) > 0 || r.InventoryPath == "/" {
		root := s.h.model.ServiceContent.RootFolder
		at = &root
		for _, name := range names {
			if at = s.child(ctx, *at, name); at == nil {
				break
			}
		}
	}
	return &methods.FindByInventoryPathBody{Res: &types.FindByInventoryPathResponse{Returnval: s.shown(ctx, at)}}
}

// child finds what an object has by a name, nil if nothing. The simulator's own reads what a folder has while a task may put
// something into it.
func (s *searchIndex) child(ctx *simulator.Context, of moref, name string) *moref {
	f, ok := s.h.reg.Get(of).(*simulator.Folder)
	if !ok {
		body, _ := s.h.reg.SearchIndex().FindChild(ctx, &types.FindChild{Entity: of, Name: name}).(*methods.FindChildBody)
		return body.Res.Returnval
	}
	if ref, ok := s.h.childNamed(f, name); ok {
		return &ref
	}
	return nil
}

// shown is what the user may see of what was found.
func (s *searchIndex) shown(ctx *simulator.Context, found *moref) *moref {
	if found != nil && s.h.visible(ctx.Session.UserName, *found) {
		return found
	}
	return nil
}
