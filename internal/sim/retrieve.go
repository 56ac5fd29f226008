// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// retrieval answers one RetrievePropertiesEx as the simulator does, with one difference: what it reports is copied by
// reflection. The simulator copies each object by way of XML, which takes it half a millisecond for a VM and would be
// most of what a plan takes that opens some VMs of thousands: a vCenter reads properties faster than that.
type retrieval struct {
	ctx     *simulator.Context
	sets    []types.PropertySpec
	named   map[string]*types.TraversalSpec
	seen    map[moref]bool
	objects []types.ObjectContent
}

// plain reports that a request asks for nothing that only the simulator's own code knows how to give: whole objects,
// keyed properties, pages.
func plain(r *types.RetrievePropertiesEx) bool {
	if r.Options.MaxObjects > 0 {
		return false
	}
	for _, spec := range r.SpecSet {
		for _, set := range spec.PropSet {
			if set.All != nil && *set.All || slices.ContainsFunc(set.PathSet, func(p string) bool { return strings.ContainsAny(p, `["`) }) {
				return false
			}
		}
	}
	return true
}

// retrieve gives the objects in the order in which they are found, each once.
func retrieve(ctx *simulator.Context, specs []types.PropertyFilterSpec) ([]types.ObjectContent, types.BaseMethodFault) {
	r := &retrieval{ctx: ctx, named: map[string]*types.TraversalSpec{}, seen: map[moref]bool{}}
	for _, spec := range specs {
		r.sets = append(r.sets, spec.PropSet...)
		for _, o := range spec.ObjectSet {
			r.name(o.SelectSet) // also where the object is missing
		}
	}
	var found []moref
	for _, spec := range specs {
		for _, o := range spec.ObjectSet {
			var fault types.BaseMethodFault
			ctx.WithLock(o.Obj, func() {
				object, ok := r.object(o.Obj)
				switch {
				case ok:
					if o.SelectSet == nil || o.Skip == nil || !*o.Skip {
						r.collect(o.Obj)
					}
					fault = r.selected(object, o.SelectSet, &found)
				case spec.ReportMissingObjectsInResults == nil || !*spec.ReportMissingObjectsInResults:
					fault = &types.ManagedObjectNotFound{Obj: o.Obj}
				}
			})
			if fault != nil {
				return nil, fault
			}
		}
	}
	for _, ref := range found {
		if !r.seen[ref] {
			ctx.WithLock(ref, func() { r.collect(ref) })
		}
	}
	return r.objects, nil
}

// object is the managed object proper of whatever type the simulator keeps it in.
func (r *retrieval) object(ref moref) (reflect.Value, bool) {
	kept := r.ctx.Session.Get(ref)
	if kept == nil {
		return reflect.Value{}, false
	}
	if inside, ok := kept.(interface{ Get() mo.Reference }); ok {
		kept = inside.Get()
	}
	object := reflect.ValueOf(kept).Elem()
	for path.Base(object.Type().PkgPath()) != "mo" {
		object = reflect.Indirect(object.Field(0))
	}
	return object, true
}

// collect reads an object, whose lock is held.
func (r *retrieval) collect(ref moref) {
	object, ok := r.object(ref)
	if !ok || r.seen[ref] {
		return
	}
	r.seen[ref] = true
	content := types.ObjectContent{Obj: ref}
	wanted := false
	have := map[string]bool{}
	for _, set := range r.sets {
		if set.Type != ref.Type && !isA(object, set.Type) {
			continue
		}
		wanted = true
		for _, name := range set.PathSet {
			if have[name] {
				continue
			}
			have[name] = true
			value, ok := propertyOf(object, name)
			if !ok {
				content.MissingSet = append(content.MissingSet, types.MissingProperty{
					Path: name, Fault: types.LocalizedMethodFault{Fault: &types.InvalidProperty{Name: name}},
				})
				continue
			}
			if reported := arrayed(value); reported != nil {
				content.PropSet = append(content.PropSet, types.DynamicProperty{Name: name, Val: reported})
			}
		}
	}
	if wanted {
		r.objects = append(r.objects, content)
	}
}

// isA says whether an object is of a type, or of one that is made from it.
func isA(object reflect.Value, kind string) bool {
	if object.Type().Name() == kind {
		return true
	}
	above, ok := object.Type().FieldByName(kind)
	return ok && above.Anonymous
}

// name notes the names of selections.
func (r *retrieval) name(selections []types.BaseSelectionSpec) {
	for _, s := range selections {
		if t, ok := s.(*types.TraversalSpec); ok && t.Name != "" {
			r.named[t.Name] = t
		}
	}
}

// selected adds what the selections find from an object on.
func (r *retrieval) selected(object reflect.Value, selections []types.BaseSelectionSpec, found *[]moref) types.BaseMethodFault {
	r.name(selections)
	for _, s := range selections {
		t, ok := s.(*types.TraversalSpec)
		if !ok {
			if t = r.named[s.GetSelectionSpec().Name]; t == nil {
				return &types.InvalidArgument{InvalidProperty: "undefined TraversalSpec name"}
			}
		}
		if !isA(object, t.Type) {
			continue
		}
		value, _ := propertyOf(object, t.Path)
		for _, ref := range referred(value) {
			if t.Skip == nil || !*t.Skip {
				*found = append(*found, ref)
			}
			if len(t.SelectSet) == 0 {
				continue
			}
			if next, ok := r.object(ref); ok {
				if fault := r.selected(next, t.SelectSet, found); fault != nil {
					return fault
				}
			}
		}
	}
	return nil
}

// referred are the managed objects that a property refers to.
func referred(value reflect.Value) []moref {
	if !value.IsValid() {
		return nil
	}
	switch v := value.Interface().(type) {
	case moref:
		return []moref{v}
	case []moref:
		return v
	}
	return nil
}

// propertyOf is what a path leads to in an object: no value where it is unset on the way, false where there is no such path.
func propertyOf(object reflect.Value, dotted string) (reflect.Value, bool) {
	at := object
	for name := range strings.SplitSeq(dotted, ".") {
		for at.Kind() == reflect.Interface || at.Kind() == reflect.Pointer {
			if at.IsNil() {
				return reflect.Value{}, true
			}
			at = at.Elem()
		}
		if name == "" || at.Kind() != reflect.Struct {
			return reflect.Value{}, false
		}
		field := fieldOf(at.Type(), name)
		if field == nil {
			return reflect.Value{}, false
		}
		at = at.FieldByIndex(field)
	}
	switch at.Kind() {
	case reflect.Pointer, reflect.Interface:
		if at.IsNil() {
			return reflect.Value{}, true
		}
		return at.Elem(), true
	case reflect.String:
		if at.Len() == 0 {
			return reflect.Value{}, true
		}
	}
	return at, true
}

// fields remembers where a property is in a type; looking for it takes longer than all else.
var fields sync.Map

type fieldKey struct {
	of   reflect.Type
	name string
}

func fieldOf(of reflect.Type, name string) []int {
	key := fieldKey{of, name}
	if known, ok := fields.Load(key); ok {
		return known.([]int) //nolint:forcetypeassert // stored below
	}
	field, _ := of.FieldByName(strings.ToUpper(name[:1]) + name[1:])
	fields.Store(key, field.Index)
	return field.Index
}

// arrays are the names of lists of what has no name of its own.
var arrays = map[reflect.Kind]string{
	reflect.String: "String", reflect.Uint8: "Byte", reflect.Int16: "Short", reflect.Int32: "Int", reflect.Int64: "Long",
}

// arrayed is a copy of a value as an answer has it: a list is an ArrayOfSomething.
func arrayed(value reflect.Value) types.AnyType {
	if !value.IsValid() {
		return nil
	}
	if value.Kind() != reflect.Slice {
		return copied(value).Interface()
	}
	element := value.Type().Elem()
	kind := strings.TrimPrefix(element.Name(), "Base")
	if name, ok := arrays[element.Kind()]; ok && element.PkgPath() == "" {
		kind = name
	}
	of, _ := types.TypeFunc()("ArrayOf" + kind)
	array := reflect.New(of).Elem()
	array.FieldByName(kind).Set(copied(value))
	return array.Interface()
}

// copied copies a value with all that it points to.
func copied(value reflect.Value) reflect.Value {
	switch value.Kind() {
	case reflect.Pointer:
		if value.IsNil() {
			return value
		}
		to := reflect.New(value.Type().Elem())
		to.Elem().Set(copied(value.Elem()))
		return to
	case reflect.Interface:
		if value.IsNil() {
			return value
		}
		to := reflect.New(value.Type()).Elem()
		to.Set(copied(value.Elem()))
		return to
	case reflect.Slice:
		if value.IsNil() {
			return value
		}
		to := reflect.MakeSlice(value.Type(), value.Len(), value.Len())
		for i := range value.Len() {
			to.Index(i).Set(copied(value.Index(i)))
		}
		return to
	case reflect.Struct:
		to := reflect.New(value.Type()).Elem()
		to.Set(value)
		if value.Type() == reflect.TypeFor[time.Time]() {
			return to
		}
		for i := range value.NumField() {
			switch value.Field(i).Kind() {
			case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Struct:
				to.Field(i).Set(copied(value.Field(i)))
			}
		}
		return to
	}
	return value
}
