// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

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
	body := &methods.ReconfigVM_TaskBody{}
	task, fault := h.startAlone(ctx, m.Self, "ReconfigVM_Task", "VirtualMachine.reconfigure", "",
		func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
			return nil, h.reconfigure(ctx, m.Self, r)
		})
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	body.Res = &types.ReconfigVM_TaskResponse{Returnval: task}
	return body
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
	ctx.WithLock(vm, func() {
		version = vm.Config.ChangeVersion
		r.Spec.ExtraConfig = spelled(vm.Config.ExtraConfig, r.Spec.ExtraConfig)
	})
	if r.Spec.ChangeVersion != "" && r.Spec.ChangeVersion != version {
		return &types.ConcurrentAccess{}
	}
	write, fault := h.rewriting(vm, settingsOf(r.Spec))
	if fault != nil {
		return fault
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
	return write()
}

// spelled gives settings the spelling that a VM has them in, since keys have no case, and leaves out those
// that are to be removed and are not there: the simulator's own would add them, empty.
func spelled(has, wanted []types.BaseOptionValue) []types.BaseOptionValue {
	var out []types.BaseOptionValue
	for _, w := range wanted {
		o := *w.GetOptionValue()
		i := slices.IndexFunc(has, func(h types.BaseOptionValue) bool { return strings.EqualFold(h.GetOptionValue().Key, o.Key) })
		if i >= 0 {
			o.Key = has[i].GetOptionValue().Key
		} else if o.Value == "" {
			continue
		}
		out = append(out, &o)
	}
	return out
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
	write, fault := h.rewriting(vm, settings)
	if fault != nil {
		return fault
	}
	return write()
}

// rewriting prepares rewrite: what cannot be written is refused before anything is changed.
func (h *Host) rewriting(vm *simulator.VirtualMachine, settings map[string]string) (func() types.BaseMethodFault, types.BaseMethodFault) {
	nothing := func() types.BaseMethodFault { return nil }
	if len(settings) == 0 {
		return nothing, nil
	}
	var text string
	h.context().WithLock(vm, func() { text = vm.Config.Files.VmPathName })
	p, ok := parsePath(text)
	dc := h.datacenterOf(*vm.Parent)
	if !ok || dc == nil {
		return nothing, nil
	}
	ds := h.datastoreOf(dc, p.Datastore)
	if ds == nil {
		return nothing, nil
	}
	content, err := copyOf(file(ds, p))
	if err != nil {
		return nothing, nil // a registered VM may have lost its file
	}
	f, err := vmx.Parse(content)
	if err != nil {
		return nothing, nil // see above
	}
	for key, val := range settings {
		if val == "" {
			f.Delete(key)
		} else if err := f.Set(key, val); err != nil {
			return nil, &types.InvalidVmConfig{Property: key}
		}
	}
	return func() types.BaseMethodFault {
		if err := os.WriteFile(file(ds, p), f.Bytes(), 0o600); err != nil {
			return &types.CannotAccessFile{FileFault: types.FileFault{File: p.String()}}
		}
		var id identity
		h.context().WithLock(vm, func() { id = identity{bios: vm.Config.Uuid, instance: vm.Config.InstanceUuid} })
		id.fileBIOS, id.fileInstance = f.BIOSUUID(), f.InstanceUUID()
		h.rememberIdentity(fileKey{ds.Summary.Url, p.Path}, id)
		return nil
	}, nil
}
