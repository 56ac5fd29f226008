// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"os"
	"strconv"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// ReconfigVMTask changes the configuration, in the .vmx too, so that it survives a registration.
func (m *machine) ReconfigVMTask(ctx *simulator.Context, r *types.ReconfigVM_Task) soap.HasFault {
	m.enter(ctx)
	h := m.h
	return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{
		Returnval: h.startTask(ctx, m.Self, "ReconfigVM_Task", "VirtualMachine.reconfigure",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				return nil, h.reconfigure(ctx, m.Self, r)
			}),
	}}
}

func (h *Host) reconfigure(ctx *simulator.Context, ref moref, r *types.ReconfigVM_Task) types.BaseMethodFault {
	vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine)
	if !ok {
		return &types.ManagedObjectNotFound{Obj: ref}
	}
	if fault := h.usable(vm); fault != nil {
		return fault
	}
	version := ""
	ctx.WithLock(vm, func() { version = vm.Config.ChangeVersion })
	if r.Spec.ChangeVersion != "" && r.Spec.ChangeVersion != version {
		return &types.ConcurrentAccess{}
	}
	var res soap.HasFault
	ctx.WithLock(vm, func() { res = vm.ReconfigVMTask(ctx, r) })
	body, ok := res.(*methods.ReconfigVM_TaskBody)
	if !ok || body.Res == nil {
		return &types.InvalidVmConfig{}
	}
	if _, fault := h.wait(body.Res.Returnval); fault != nil {
		return fault
	}
	return h.rewrite(vm, settingsOf(r.Spec))
}

// settingsOf translates the parts of a change that a .vmx keeps.
func settingsOf(spec types.VirtualMachineConfigSpec) map[string]string {
	out := map[string]string{}
	set := func(key, val string) {
		if val != "" {
			out[key] = val
		}
	}
	set("displayName", spec.Name)
	set("annotation", spec.Annotation)
	set("uuid.bios", vmx.FormatUUID(spec.Uuid))
	set("vc.uuid", vmx.FormatUUID(spec.InstanceUuid))
	if spec.NumCPUs > 0 {
		set("numvcpus", strconv.Itoa(int(spec.NumCPUs)))
	}
	if spec.MemoryMB > 0 {
		set("memsize", strconv.FormatInt(spec.MemoryMB, 10))
	}
	for _, o := range spec.ExtraConfig {
		v := o.GetOptionValue()
		out[v.Key] = fmt.Sprint(v.Value) // an empty value removes the key
	}
	return out
}

// rewrite changes settings in a VM's file. A file that is gone or no .vmx stays as it is.
func (h *Host) rewrite(vm *simulator.VirtualMachine, settings map[string]string) types.BaseMethodFault {
	if len(settings) == 0 {
		return nil
	}
	var text string
	var id identity
	h.context().WithLock(vm, func() {
		text = vm.Config.Files.VmPathName
		id = identity{bios: vm.Config.Uuid, instance: vm.Config.InstanceUuid}
	})
	p, ok := parsePath(text)
	dc := h.datacenterOf(*vm.Parent)
	if !ok || dc == nil {
		return nil
	}
	ds := h.datastoreOf(dc, p.Datastore)
	if ds == nil {
		return nil
	}
	content, err := copyOf(file(ds, p))
	if err != nil {
		return nil // a registered VM may have lost its file
	}
	f, err := vmx.Parse(content)
	if err != nil {
		return nil // see above
	}
	for key, val := range settings {
		if val == "" {
			f.Delete(key)
		} else if err := f.Set(key, val); err != nil {
			return &types.InvalidVmConfig{Property: key}
		}
	}
	if err := os.WriteFile(file(ds, p), f.Bytes(), 0o600); err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: p.String()}}
	}
	id.fileBIOS, id.fileInstance = f.BIOSUUID(), f.InstanceUUID()
	h.rememberIdentity(fileKey{ds.Summary.Url, p.Path}, id)
	return nil
}
