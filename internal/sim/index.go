// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"maps"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type moref = types.ManagedObjectReference

// entry is what the index knows of a registered VM.
type entry struct {
	folder     moref
	datacenter moref
	name       string
	path       string // as in config.files.vmPathName
	bios       string // lower case
	instance   string // lower case
	state      types.VirtualMachineConnectionState
}

type placed struct {
	in   moref
	text string
}

// index finds registered VMs without walking the inventory. The simulator's own lookups walk every object under one
// global lock, without regard to the datacenter.
//
// It is told of every change by the registry, while the changed object is locked, and takes no lock of the
// simulator itself.
type index struct {
	h *Host

	mu       sync.Mutex
	all      map[moref]entry
	path     map[placed]moref // datacenter and path
	name     map[placed]moref // folder and name
	bios     map[string]map[moref]bool
	instance map[string]map[moref]bool
}

func newIndex(h *Host) *index {
	return &index{
		h: h, all: map[moref]entry{}, path: map[placed]moref{}, name: map[placed]moref{},
		bios: map[string]map[moref]bool{}, instance: map[string]map[moref]bool{},
	}
}

// Reference implements mo.Reference; the object is known to the registry's notifications only.
func (x *index) Reference() moref { return moref{Type: "VixSimIndex", Value: "vms"} }

// PutObject implements simulator.RegisterObject.
func (x *index) PutObject(_ *simulator.Context, o mo.Reference) {
	switch o := o.(type) {
	case *simulator.VirtualMachine:
		x.put(&o.VirtualMachine)
	case *simulator.Task:
		// Now, before the task runs: the simulator reads the name later without a lock.
		o.Info.Name = methodName(o.Info.Name)
	}
}

// UpdateObject implements simulator.RegisterObject.
func (x *index) UpdateObject(_ *simulator.Context, o mo.Reference, changes []types.PropertyChange) {
	vm, ok := o.(*mo.VirtualMachine)
	if !ok {
		return
	}
	for _, c := range changes {
		switch c.Name {
		case "name", "config", "config.files", "config.files.vmPathName", "config.uuid", "config.instanceUuid", "parent",
			"runtime", "runtime.connectionState":
			x.put(vm)
			return
		}
	}
}

// RemoveObject implements simulator.RegisterObject.
func (x *index) RemoveObject(_ *simulator.Context, ref moref) {
	if ref.Type != "VirtualMachine" {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(ref)
}

func (x *index) put(vm *mo.VirtualMachine) {
	if vm.Parent == nil || vm.Config == nil {
		return
	}
	e := entry{
		folder:   *vm.Parent,
		name:     vm.Name,
		path:     vm.Config.Files.VmPathName,
		bios:     strings.ToLower(vm.Config.Uuid),
		instance: strings.ToLower(vm.Config.InstanceUuid),
		state:    vm.Runtime.ConnectionState,
	}
	if dc := x.h.datacenterOf(*vm.Parent); dc != nil {
		e.datacenter = dc.Self
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.drop(vm.Self)
	x.all[vm.Self] = e
	x.path[placed{e.datacenter, e.path}] = vm.Self
	x.name[placed{e.folder, e.name}] = vm.Self
	add(x.bios, e.bios, vm.Self)
	add(x.instance, e.instance, vm.Self)
}

func (x *index) drop(ref moref) {
	e, ok := x.all[ref]
	if !ok {
		return
	}
	delete(x.all, ref)
	for m, key := range map[*map[placed]moref]placed{&x.path: {e.datacenter, e.path}, &x.name: {e.folder, e.name}} {
		if (*m)[key] == ref {
			delete(*m, key)
		}
	}
	remove(x.bios, e.bios, ref)
	remove(x.instance, e.instance, ref)
}

func add(m map[string]map[moref]bool, key string, ref moref) {
	if m[key] == nil {
		m[key] = map[moref]bool{}
	}
	m[key][ref] = true
}

func remove(m map[string]map[moref]bool, key string, ref moref) {
	delete(m[key], ref)
	if len(m[key]) == 0 {
		delete(m, key)
	}
}

func (x *index) at(datacenter moref, path string) (moref, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ref, ok := x.path[placed{datacenter, path}]
	return ref, ok
}

func (x *index) named(folder moref, name string) (moref, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	ref, ok := x.name[placed{folder, name}]
	return ref, ok
}

func (x *index) get(ref moref) (entry, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	e, ok := x.all[ref]
	return e, ok
}

// withUUID returns the VMs that have a UUID, in one datacenter or, when that is nil, in all.
func (x *index) withUUID(uuid string, instance bool, datacenter *moref) []moref {
	x.mu.Lock()
	defer x.mu.Unlock()
	m := x.bios
	if instance {
		m = x.instance
	}
	var refs []moref
	for ref := range m[strings.ToLower(uuid)] {
		if datacenter == nil || x.all[ref].datacenter == *datacenter {
			refs = append(refs, ref)
		}
	}
	return refs
}

func (x *index) snapshot() map[moref]entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	return maps.Clone(x.all)
}
