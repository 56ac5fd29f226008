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

// listView corrects ListView: a change of one and a wait for updates of what is in it can stop each other for ever.
// The change holds the view and wants the filter that goes through it, the wait holds the filter and wants the view.
type listView struct{ standIn }

// ModifyListView changes the view, and takes the locks in the order in which a wait takes them.
func (v *listView) ModifyListView(ctx *simulator.Context, r *types.ModifyListView) soap.HasFault {
	v.enter(ctx)
	view, ok := ctx.Session.Get(v.Self).(*simulator.ListView)
	if !ok {
		return &methods.ModifyListViewBody{Fault_: soapFaultOf(&types.ManagedObjectNotFound{Obj: v.Self})}
	}
	var res soap.HasFault
	change := func() { ctx.WithLock(v.Self, func() { res = view.ModifyListView(ctx, r) }) }
	for _, filter := range v.filters(ctx) {
		inner := change
		change = func() { ctx.WithLock(filter, inner) }
	}
	change()
	return res
}

// filters are the filters that go through the view, in one order for all.
func (v *listView) filters(ctx *simulator.Context) []moref {
	var refs []moref
	for _, one := range ctx.Session.AllReference("PropertyFilter") {
		f, ok := one.(*simulator.PropertyFilter)
		if ok && slices.ContainsFunc(f.Spec.ObjectSet, func(o types.ObjectSpec) bool { return o.Obj == v.Self }) {
			refs = append(refs, f.Self)
		}
	}
	slices.SortFunc(refs, func(a, b moref) int { return strings.Compare(a.Value, b.Value) })
	return refs
}
