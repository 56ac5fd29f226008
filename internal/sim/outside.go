// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// Outsider is the user in whose name Register, Unregister and StorageVMotion work.
const Outsider = "someone-else"

// Register registers a VM as somebody else would, inside the process. It returns the managed object id.
func (h *Host) Register(ctx context.Context, datacenter, path string) (string, error) {
	return h.RegisterAs(ctx, Outsider, datacenter, path)
}

// RegisterAs is Register in the name of a user.
func (h *Host) RegisterAs(ctx context.Context, user, datacenter, path string) (string, error) {
	return h.register1(ctx, user, datacenter, path, false)
}

// RegisterTemplate registers a template as somebody else would.
func (h *Host) RegisterTemplate(ctx context.Context, datacenter, path string) (string, error) {
	return h.register1(ctx, Outsider, datacenter, path, true)
}

func (h *Host) register1(ctx context.Context, user, datacenter, path string, template bool) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	dc, ds, _, err := h.resolve(datacenter, path)
	if err != nil {
		return "", err
	}
	req := &types.RegisterVM_Task{This: dc.VmFolder, Path: path, AsTemplate: template}
	for _, host := range h.hostsOf(dc.Self) {
		if h.unfit(host, ds) == nil {
			ref := host.Self
			req.Host = &ref
			if !template {
				req.Pool = h.compute(*host.Parent).ResourcePool
			}
			break
		}
	}
	if req.Host == nil {
		return "", fmt.Errorf("no host of datacenter %s can run %s", dc.Name, path)
	}
	if h.opts.Bare {
		return h.registerBare(user, req)
	}
	c := h.contextAs(user)
	// As a task, so that it leaves the traces that the same call leaves over the network.
	task := h.startTask(c, dc.VmFolder, "RegisterVM_Task", "Folder.registerVm",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			ref, fault := h.register(ctx, req)
			return ref, fault
		})
	return h.outcome(ctx, task)
}

func (h *Host) registerBare(user string, req *types.RegisterVM_Task) (string, error) {
	f, ok := h.reg.Get(req.This).(*simulator.Folder)
	if !ok {
		return "", errors.New("no folder for VMs")
	}
	c := h.contextAs(user)
	var res soap.HasFault
	c.WithLock(f, func() { res = f.RegisterVMTask(c, req) })
	body, _ := res.(*methods.RegisterVM_TaskBody)
	result, fault := h.wait(body.Res.Returnval)
	if fault != nil {
		return "", soap.WrapVimFault(fault)
	}
	ref, _ := result.(types.ManagedObjectReference)
	return ref.Value, nil
}

// outcome waits for one of our own tasks.
func (h *Host) outcome(ctx context.Context, task moref) (string, error) {
	t, ok := h.reg.Get(task).(*simulator.Task)
	if !ok {
		return "", errors.New("the task is gone")
	}
	for {
		var info types.TaskInfo
		h.context().WithLock(t, func() { info = t.Info })
		switch info.State {
		case types.TaskInfoStateSuccess:
			ref, _ := info.Result.(types.ManagedObjectReference)
			return ref.Value, nil
		case types.TaskInfoStateError:
			return "", soap.WrapVimFault(info.Error.Fault)
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		pause(ctx, taskPoll)
	}
}

// Unregister removes a VM from the inventory as somebody else would.
func (h *Host) Unregister(ctx context.Context, datacenter, path string) error {
	return h.UnregisterAs(ctx, Outsider, datacenter, path)
}

// UnregisterAs is Unregister in the name of a user.
func (h *Host) UnregisterAs(ctx context.Context, user, datacenter, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ref, err := h.vmRef(datacenter, path)
	if err != nil {
		return err
	}
	if fault := h.unregister(h.contextAs(user), ref); fault != nil {
		return soap.WrapVimFault(fault)
	}
	return nil
}

// StorageVMotion moves a registered VM to another datastore of its datacenter and returns its new path.
func (h *Host) StorageVMotion(ctx context.Context, datacenter, path, datastore string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	vm, err := h.vm(datacenter, path)
	if err != nil {
		return "", err
	}
	_, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return "", err
	}
	c := h.contextAs(Outsider)
	if fault := h.relocate(c, vm.Self, types.VirtualMachineRelocateSpec{Datastore: &ds.Self}); fault != nil {
		return "", soap.WrapVimFault(fault)
	}
	e, _ := h.vms.get(vm.Self)
	return e.path, nil
}

// Rename renames a registered VM as somebody else would.
func (h *Host) Rename(ctx context.Context, datacenter, path, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ref, err := h.vmRef(datacenter, path)
	if err != nil {
		return err
	}
	if fault := h.rename(h.contextAs(Outsider), ref, name); fault != nil {
		return soap.WrapVimFault(fault)
	}
	return nil
}

// RenamePlace renames a datacenter, a cluster or a folder, given by inventory path or managed object id, as somebody else
// would.
func (h *Host) RenamePlace(ctx context.Context, path, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e, err := h.find("", path)
	if err != nil {
		return err
	}
	c := h.contextAs(Outsider)
	c.WithLock(e, func() {
		c.Update(e, []types.PropertyChange{{Name: "name", Val: escapeName(name)}})
	})
	return nil
}
