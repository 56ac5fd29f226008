// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// taskPoll is how often work inside the process looks at a task.
const taskPoll = 2 * time.Millisecond

func (h *Host) vmRef(datacenter, path string) (moref, error) {
	dc, _, p, err := h.resolve(datacenter, path)
	if err != nil {
		return moref{}, err
	}
	if ref, ok := h.vms.at(dc.Self, p.String()); ok {
		return ref, nil
	}
	if h.opts.Bare {
		for _, e := range h.reg.All("VirtualMachine") {
			if vm, ok := e.(*simulator.VirtualMachine); ok && vm.Config != nil && vm.Config.Files.VmPathName == p.String() {
				if d := h.datacenterOf(vm.Self); d != nil && d.Self == dc.Self {
					return vm.Self, nil
				}
			}
		}
	}
	return moref{}, fmt.Errorf("%s is not registered in datacenter %s", path, dc.Name)
}

// VM returns a registered VM as it is now.
func (h *Host) VM(datacenter, path string) (*mo.VirtualMachine, error) {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return nil, err
	}
	var now mo.VirtualMachine
	h.context().WithLock(vm, func() { reflect.ValueOf(&now).Elem().Set(copied(reflect.ValueOf(vm.VirtualMachine))) })
	return &now, nil
}

// vm is the object of a registered VM.
func (h *Host) vm(datacenter, path string) (*simulator.VirtualMachine, error) {
	ref, err := h.vmRef(datacenter, path)
	if err != nil {
		return nil, err
	}
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return nil, fmt.Errorf("%s is gone", path)
	}
	return vm, nil
}

// TakeInstanceUUID leaves a registered VM without an instance UUID, as one of the time before there were any.
func (h *Host) TakeInstanceUUID(datacenter, path string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.context().WithLock(vm, func() { vm.Config.InstanceUuid, vm.Summary.Config.InstanceUuid = "", "" })
	return nil
}

// SetPower sets the power state of a registered VM without further ado: "poweredOn", "poweredOff" or "suspended".
func (h *Host) SetPower(datacenter, path, state string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	to := types.VirtualMachinePowerState(state)
	if !slices.Contains([]types.VirtualMachinePowerState{powerOn, powerOff, powerSuspend}, to) {
		return fmt.Errorf("%q is no power state", state)
	}
	ctx := h.context()
	var from powerState
	ctx.WithLock(vm, func() {
		from = vm.Runtime.PowerState
		ctx.Update(vm, h.powerChanges(&vm.VirtualMachine, to, true))
	})
	h.guestPower(vm.Self, from, to)
	return nil
}

// SetConnectionState sets the connection state of a registered VM: "connected", "disconnected", "orphaned",
// "inaccessible" or "invalid". In the last two a VM has no configuration.
func (h *Host) SetConnectionState(datacenter, path, state string) error {
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return err
	}
	h.setConnection(vm, types.VirtualMachineConnectionState(state))
	return nil
}

func (h *Host) setConnection(vm *simulator.VirtualMachine, state types.VirtualMachineConnectionState) {
	ctx := h.context()
	ctx.WithLock(vm, func() {
		ctx.Update(vm, []types.PropertyChange{
			{Name: "runtime.connectionState", Val: state},
			{Name: "summary.runtime.connectionState", Val: state},
		})
	})
}

// SetDatastoreAccessible takes a datastore away from all its hosts, or gives it back. VMs on it become inaccessible
// and connected again.
func (h *Host) SetDatastoreAccessible(datacenter, datastore string, ok bool) error {
	_, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return err
	}
	ctx := h.context()
	var vms []moref
	ctx.WithLock(ds, func() {
		mounts := slices.Clone(ds.Host)
		for i := range mounts {
			mounts[i].MountInfo.Accessible = types.NewBool(ok)
		}
		ctx.Update(ds, []types.PropertyChange{{Name: "host", Val: mounts}, {Name: "summary.accessible", Val: ok}})
		vms = slices.Clone(ds.Vm)
	})
	state := types.VirtualMachineConnectionStateInaccessible
	if ok {
		state = types.VirtualMachineConnectionStateConnected
	}
	for _, ref := range vms {
		if vm, found := h.reg.Get(ref).(*simulator.VirtualMachine); found {
			h.setConnection(vm, state)
		}
	}
	return nil
}

// SetHostState sets the connection state of a host ("connected", "disconnected", "notResponding") and its
// maintenance mode. The VMs of a host that is not connected are disconnected.
func (h *Host) SetHostState(host, connection string, maintenance bool) error {
	e, err := h.find("HostSystem", host)
	if err != nil {
		return err
	}
	hs, ok := e.(*simulator.HostSystem)
	if !ok {
		return fmt.Errorf("%s is no host", host)
	}
	state := types.HostSystemConnectionState(connection)
	ctx := h.context()
	var vms []moref
	ctx.WithLock(hs, func() {
		ctx.Update(hs, []types.PropertyChange{
			{Name: "runtime.connectionState", Val: state},
			{Name: "runtime.inMaintenanceMode", Val: maintenance},
		})
		vms = slices.Clone(hs.Vm)
	})
	vmState := types.VirtualMachineConnectionStateDisconnected
	if state == types.HostSystemConnectionStateConnected {
		vmState = types.VirtualMachineConnectionStateConnected
	}
	for _, ref := range vms {
		vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
		if !ok {
			continue
		}
		if e, _ := h.vms.get(ref); e.state == types.VirtualMachineConnectionStateConnected ||
			e.state == types.VirtualMachineConnectionStateDisconnected {
			h.setConnection(vm, vmState)
		}
	}
	return nil
}
