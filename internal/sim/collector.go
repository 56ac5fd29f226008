// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// collector corrects PropertyCollector: a VM whose files cannot be read has no configuration, and what a user may
// not read is left out.
type collector struct{ standIn }

func (c *collector) original(ctx *simulator.Context) *simulator.PropertyCollector {
	pc, _ := ctx.Session.Get(c.Self).(*simulator.PropertyCollector)
	return pc
}

func (c *collector) gone() *soap.Fault {
	return soapFaultOf(&types.ManagedObjectNotFound{Obj: c.Self})
}

// RetrievePropertiesEx reads properties.
func (c *collector) RetrievePropertiesEx(ctx *simulator.Context, r *types.RetrievePropertiesEx) soap.HasFault {
	c.enter(ctx)
	pc := c.original(ctx)
	if pc == nil {
		return &methods.RetrievePropertiesExBody{Fault_: c.gone()}
	}
	if fault := c.h.unknownProperty(r.SpecSet); fault != nil {
		return &methods.RetrievePropertiesExBody{Fault_: soapFaultOf(fault)}
	}
	res := c.retrieved(ctx, pc, r)
	b, ok := res.(*methods.RetrievePropertiesExBody)
	if !ok || b.Res == nil || b.Res.Returnval == nil {
		return res
	}
	objects := c.filter(ctx, b.Res.Returnval.Objects, r.SpecSet)
	switch {
	case b.Res.Returnval.Token != "":
		b.Res.Returnval.Objects = objects
	case c.h.opts.PageSize > 0 && len(objects) > c.h.opts.PageSize:
		b.Res.Returnval.Objects, b.Res.Returnval.Token = c.h.pages.begin(ctx.Session.Key, objects, c.h.opts.PageSize)
	case len(objects) == 0:
		b.Res.Returnval = nil // vSphere's answer when nothing matches
	default:
		return written(objects)
	}
	return res
}

// retrieved answers a request that is plain, and lets the simulator answer any other.
func (c *collector) retrieved(ctx *simulator.Context, pc *simulator.PropertyCollector, r *types.RetrievePropertiesEx) soap.HasFault {
	if !plain(r) {
		return pc.RetrievePropertiesEx(ctx, r)
	}
	objects, fault := retrieve(ctx, r.SpecSet)
	if fault != nil {
		return &methods.RetrievePropertiesExBody{Fault_: soapFaultOf(fault)}
	}
	return &methods.RetrievePropertiesExBody{Res: &types.RetrievePropertiesExResponse{
		Returnval: &types.RetrieveResult{Objects: objects},
	}}
}

// ContinueRetrievePropertiesEx reads the next page.
func (c *collector) ContinueRetrievePropertiesEx(ctx *simulator.Context, r *types.ContinueRetrievePropertiesEx) soap.HasFault {
	c.enter(ctx)
	pc := c.original(ctx)
	if pc == nil {
		return &methods.ContinueRetrievePropertiesExBody{Fault_: c.gone()}
	}
	if objects, token, ok := c.h.pages.next(ctx.Session.Key, r.Token, c.h.opts.PageSize); ok {
		return &methods.ContinueRetrievePropertiesExBody{Res: &types.ContinueRetrievePropertiesExResponse{
			Returnval: types.RetrieveResult{Objects: objects, Token: token},
		}}
	}
	res := pc.ContinueRetrievePropertiesEx(ctx, r)
	if b, ok := res.(*methods.ContinueRetrievePropertiesExBody); ok && b.Res != nil {
		b.Res.Returnval.Objects = c.filter(ctx, b.Res.Returnval.Objects, nil)
	}
	return res
}

// RetrieveProperties is the old form of RetrievePropertiesEx.
func (c *collector) RetrieveProperties(ctx *simulator.Context, r *types.RetrieveProperties) soap.HasFault {
	c.enter(ctx)
	pc := c.original(ctx)
	if pc == nil {
		return &methods.RetrievePropertiesBody{Fault_: c.gone()}
	}
	if fault := c.h.unknownProperty(r.SpecSet); fault != nil {
		return &methods.RetrievePropertiesBody{Fault_: soapFaultOf(fault)}
	}
	res := pc.RetrieveProperties(ctx, r)
	if b, ok := res.(*methods.RetrievePropertiesBody); ok && b.Res != nil {
		b.Res.Returnval = c.filter(ctx, b.Res.Returnval, r.SpecSet)
	}
	return res
}

// CreateFilter makes a filter of properties that there are.
func (c *collector) CreateFilter(ctx *simulator.Context, r *types.CreateFilter) soap.HasFault {
	c.enter(ctx)
	pc := c.original(ctx)
	if pc == nil {
		return &methods.CreateFilterBody{Fault_: c.gone()}
	}
	if fault := c.h.unknownProperty([]types.PropertyFilterSpec{r.Spec}); fault != nil {
		return &methods.CreateFilterBody{Fault_: soapFaultOf(fault)}
	}
	// A view lives in the session that has made it: a filter over one of another session would never tell anything.
	for _, o := range r.Spec.ObjectSet {
		if strings.HasPrefix(o.Obj.Value, "session[") && ctx.Session.Get(o.Obj) == nil {
			return &methods.CreateFilterBody{Fault_: soapFaultOf(&types.ManagedObjectNotFound{Obj: o.Obj})}
		}
	}
	return pc.CreateFilter(ctx, r)
}

// WaitForUpdatesEx waits for changes, and no longer than its client.
func (c *collector) WaitForUpdatesEx(ctx *simulator.Context, r *types.WaitForUpdatesEx) soap.HasFault {
	c.enter(ctx)
	pc := c.original(ctx)
	if pc == nil {
		return &methods.WaitForUpdatesExBody{Fault_: c.gone()}
	}
	done := c.h.waits.begin(waitKey(ctx.Session.Key, c.Self.Value), pc)
	defer done()
	res := pc.WaitForUpdatesEx(ctx, r)
	b, ok := res.(*methods.WaitForUpdatesExBody)
	if !ok || b.Res == nil || b.Res.Returnval == nil {
		return res
	}
	hidden := c.hiding(ctx)
	for i := range b.Res.Returnval.FilterSet {
		f := &b.Res.Returnval.FilterSet[i]
		for j := range f.ObjectSet {
			o := &f.ObjectSet[j]
			bare := c.unconfigured(o.Obj)
			o.ChangeSet = slices.DeleteFunc(o.ChangeSet, func(p types.PropertyChange) bool { return bare && isConfig(p.Name) })
		}
		if hidden {
			f.ObjectSet = slices.DeleteFunc(f.ObjectSet, func(o types.ObjectUpdate) bool {
				return o.Kind != types.ObjectUpdateKindLeave && !c.h.visible(ctx.Session.UserName, o.Obj)
			})
		}
	}
	return res
}

func isConfig(name string) bool { return name == "config" || strings.HasPrefix(name, "config.") }

// unconfigured says whether vSphere has no configuration of a VM.
func (c *collector) unconfigured(ref moref) bool {
	if ref.Type != "VirtualMachine" {
		return false
	}
	e, ok := c.h.vms.get(ref)
	return ok && (e.state == types.VirtualMachineConnectionStateInvalid || e.state == types.VirtualMachineConnectionStateInaccessible)
}

func (c *collector) hiding(ctx *simulator.Context) bool {
	return len(c.h.denialsOf(ctx.Session.UserName, "System.Read", "System.View")) > 0
}

// filter removes from an answer what this session must not see. Of an object that the user may not read vSphere gives
// what System.View is enough for, and NoPermission in place of the rest. One that the user may not even view is left out,
// unless it was asked for by reference; what lies above it refers to it all the same. A view has only what may be read.
func (c *collector) filter(ctx *simulator.Context, objects []types.ObjectContent, specs []types.PropertyFilterSpec) []types.ObjectContent {
	for i := range objects {
		if o := &objects[i]; c.unconfigured(o.Obj) {
			o.PropSet = slices.DeleteFunc(o.PropSet, func(p types.DynamicProperty) bool { return isConfig(p.Name) })
			if c.h.outOfReach(o.Obj) {
				c.h.obscure(o)
			}
		}
	}
	if !c.hiding(ctx) {
		return objects
	}
	asked, viewed := map[moref]bool{}, false
	for _, s := range specs {
		for _, o := range s.ObjectSet {
			asked[o.Obj] = true
			viewed = viewed || isView(o.Obj)
		}
	}
	user := ctx.Session.UserName
	var kept []types.ObjectContent
	for _, o := range objects {
		if isView(o.Obj) {
			c.leaveOut(user, o.PropSet)
		} else if c.h.entity(o.Obj) != nil && !c.h.visible(user, o.Obj) {
			hidden := c.h.denied(user, "System.View", o.Obj)
			if (hidden || viewed) && !asked[o.Obj] {
				continue
			}
			o = withhold(o, hidden)
		}
		kept = append(kept, o)
	}
	return kept
}

func isView(ref moref) bool { return ref.Type == "ContainerView" || ref.Type == "ListView" }

// leaveOut takes what a user may not read out of the lists of a view.
func (c *collector) leaveOut(user string, properties []types.DynamicProperty) {
	for i := range properties {
		if list, ok := references(properties[i].Val); ok {
			list = slices.DeleteFunc(slices.Clone(list), func(ref moref) bool {
				return c.h.entity(ref) != nil && !c.h.visible(user, ref)
			})
			properties[i].Val = types.ArrayOfManagedObjectReference{ManagedObjectReference: list}
		}
	}
}

// viewable are the properties that System.View is enough for; all others need System.Read. That a datastore's summary is
// none of them is not proved, but nothing may depend on it.
var viewable = []string{"name", "parent", "childEntity", "vmFolder", "hostFolder", "datastoreFolder", "networkFolder"}

// withhold puts NoPermission in place of the properties that a user may not see.
func withhold(o types.ObjectContent, hidden bool) types.ObjectContent {
	out := types.ObjectContent{Obj: o.Obj, MissingSet: o.MissingSet}
	for _, p := range o.PropSet {
		privilege := "System.Read"
		if hidden {
			privilege = "System.View"
		} else if slices.Contains(viewable, p.Name) || o.Obj.Type == "Datacenter" && p.Name == "datastore" {
			out.PropSet = append(out.PropSet, p)
			continue
		}
		out.MissingSet = append(out.MissingSet, types.MissingProperty{Path: p.Name, Fault: types.LocalizedMethodFault{
			Fault:            &types.NoPermission{Object: &o.Obj, PrivilegeId: privilege},
			LocalizedMessage: texts["NoPermission"],
		}})
	}
	return out
}

func references(v types.AnyType) ([]moref, bool) {
	switch x := v.(type) {
	case types.ArrayOfManagedObjectReference:
		return x.ManagedObjectReference, true
	case *types.ArrayOfManagedObjectReference:
		return x.ManagedObjectReference, true
	}
	return nil, false
}
