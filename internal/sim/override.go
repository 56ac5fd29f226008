// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// standIn answers one call in place of one object. The types that embed it carry the corrected methods, named as
// the simulator's dispatcher expects them: Rename_Task is RenameTask.
type standIn struct {
	Self types.ManagedObjectReference

	h    *Host
	real *simulator.Registry // the session's own registry, which the stand-in's registry hides during the dispatch
}

// Reference implements mo.Reference.
func (s *standIn) Reference() types.ManagedObjectReference { return s.Self }

// Lock and Unlock keep the dispatcher from holding the object's lock during the call. Corrected methods take the
// locks they need, in one order, and never while they wait.
func (s *standIn) Lock() {}

// Unlock see Lock.
func (s *standIn) Unlock() {}

// enter begins a corrected call: it gives the session its registry back.
func (s *standIn) enter(ctx *simulator.Context) {
	ctx.Session.Registry = s.real
}

type stander interface {
	mo.Reference
	base() *standIn
}

func (s *standIn) base() *standIn { return s }

// correct installs the corrections.
func (h *Host) correct() {
	if h.opts.Bare {
		h.reg.Handler = func(ctx *simulator.Context, me *simulator.Method) (mo.Reference, types.BaseMethodFault) {
			return nil, h.ordered(ctx, me)
		}
		return
	}
	h.reg.AddHandler(h.vms)
	for _, e := range h.reg.All("VirtualMachine") {
		h.vms.PutObject(nil, e)
	}
	h.correctGuests()
	h.reg.Handler = h.dispatch
}

// dispatch is called by the simulator before every call. A fault ends the call; a stand-in put into a registry that
// only this request has takes the place of the object. It runs before any lock is taken.
func (h *Host) dispatch(ctx *simulator.Context, me *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if ctx.Session != nil && ctx.Session.UserName == "" {
		return nil, nil // work of the simulator itself, inside the process
	}
	if fault := h.ordered(ctx, me); fault != nil {
		return nil, fault
	}
	if ctx.Session == nil {
		return nil, nil // so that the simulator answers NotAuthenticated
	}
	if fault := h.limited(me); fault != nil {
		return nil, fault
	}
	if fault := h.forbidden(ctx.Session.UserName, me); fault != nil {
		return nil, fault
	}
	if fault := h.occupied(me); fault != nil {
		return nil, fault
	}
	s := h.standInFor(me.This)
	if s == nil {
		return nil, nil
	}
	name := strings.ToUpper(me.Name[:1]) + me.Name[1:]
	if n, ok := strings.CutSuffix(name, "_Task"); ok {
		name = n + "Task"
	}
	if !reflect.ValueOf(s).MethodByName(name).IsValid() {
		return nil, nil
	}
	b := s.base()
	b.Self, b.h, b.real = me.This, h, ctx.Session.Registry
	own := simulator.NewRegistry()
	own.Put(s)
	ctx.Session.Registry = own
	return nil, nil
}

// ordered returns the SOAP fault that a test has ordered for a call.
func (h *Host) ordered(ctx *simulator.Context, me *simulator.Method) types.BaseMethodFault {
	user := ""
	if ctx.Session != nil {
		if user = ctx.Session.UserName; user == "" {
			return nil
		}
	}
	f := h.takeFault(me.Name, user, true)
	if f == nil {
		return nil
	}
	pause(ctx, f.Delay)
	return f.SOAP
}

// standInFor returns a new stand-in for the type of an object, nil where there is nothing to correct.
func (h *Host) standInFor(ref types.ManagedObjectReference) stander {
	switch ref.Type {
	case "SearchIndex":
		return &searchIndex{}
	case "PropertyCollector":
		return &collector{}
	case "ListView":
		return &listView{}
	case "AuthorizationManager":
		return &authorization{}
	case "EventManager":
		return &events{}
	case "SessionManager":
		return &sessions{}
	case "ServiceInstance":
		return &service{}
	case "HostDatastoreBrowser":
		return &browser{}
	}
	if h.reg.Get(ref) == nil {
		return nil // ManagedObjectNotFound is the simulator's own answer
	}
	switch ref.Type {
	case "Task":
		return &taskObject{}
	case "GuestAuthManager":
		return &guestAuth{}
	case "GuestProcessManager":
		return &guestProcesses{}
	case "GuestFileManager":
		return &guestFiles{}
	case "Folder":
		return &folder{}
	case "VirtualMachine":
		return &machine{}
	case "VirtualMachineSnapshot":
		return &snapshot{}
	case "ResourcePool":
		return &pool{}
	case "Datacenter":
		return &datacenter{}
	}
	return nil
}

// soapFaultOf wraps a fault with the text that vSphere shows for it.
func soapFaultOf(f types.BaseMethodFault) *soap.Fault {
	return simulator.Fault(message(f), f)
}

// limits of the product and of its licence -------------------------------------------------------------------------

// readPrefixes are the beginnings of the names of methods that change nothing a licence protects.
var readPrefixes = []string{
	"Retrieve", "Query", "Find", "Search", "WaitFor", "CheckFor", "Continue", "Cancel", "Has", "Fetch", "Read", "Login", "Logout",
	"Session", "Current", "CreateFilter", "CreatePropertyCollector", "CreateContainerView", "CreateListView", "CreateInventoryView",
	"CreateCollectorFor", "DestroyPropertyCollector", "DestroyPropertyFilter", "DestroyView", "DestroyCollector",
	"ModifyListView", "ResetListView", "ResetCollector", "RewindCollector", "SetCollector", "AcquireCloneTicket", "CloneSession",
	"AcquireGenericServiceTicket", "TerminateSession", "Validate", "Refresh",
}

func isRead(method string) bool {
	for _, p := range readPrefixes {
		if strings.HasPrefix(method, p) {
			return true
		}
	}
	return false
}

// limited refuses what the licence or an ESXi without vCenter does not offer.
func (h *Host) limited(me *simulator.Method) types.BaseMethodFault {
	h.mu.Lock()
	restricted := h.restricted
	h.mu.Unlock()
	if restricted && !isRead(me.Name) {
		return &types.RestrictedVersion{}
	}
	if h.opts.ESX {
		switch me.Name {
		case "CloneVM_Task", "MarkAsTemplate", "MarkAsVirtualMachine":
			return &types.NotSupported{}
		}
	}
	return nil
}

// SetRestricted makes the host behave as an ESXi with the free licence: every write is refused with
// RestrictedVersion, reads work.
func (h *Host) SetRestricted(on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restricted = on
}
