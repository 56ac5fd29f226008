// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// folder corrects Folder.
type folder struct{ standIn }

// RegisterVMTask registers what the .vmx says, whatever lies beside it.
func (f *folder) RegisterVMTask(ctx *simulator.Context, r *types.RegisterVM_Task) soap.HasFault {
	f.enter(ctx)
	h := f.h
	return &methods.RegisterVM_TaskBody{Res: &types.RegisterVM_TaskResponse{
		Returnval: h.startTask(ctx, f.Self, "RegisterVM_Task", "Folder.registerVm",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				ref, fault := h.register(ctx, r)
				if fault != nil {
					return nil, fault
				}
				return ref, nil
			}),
	}}
}

// registration is what the checks of a request have found.
type registration struct {
	folder     *simulator.Folder
	datacenter *simulator.Datacenter
	datastore  *simulator.Datastore
	path       dsPath
	pool       *types.ManagedObjectReference
	host       *simulator.HostSystem
	name       string
	template   bool
	file       *vmx.File // nil when the file could not be read as a .vmx
}

// register does the work of RegisterVM_Task. Order and kind of the faults are vSphere's as far as its documentation
// tells.
func (h *Host) register(ctx *simulator.Context, r *types.RegisterVM_Task) (moref, types.BaseMethodFault) {
	h.inventory.Lock()
	defer h.inventory.Unlock()
	reg := &registration{template: r.AsTemplate}
	for _, check := range []func(*types.RegisterVM_Task, *registration) types.BaseMethodFault{
		h.checkPath, h.checkPlace, h.checkFile, h.checkName,
	} {
		if fault := check(r, reg); fault != nil {
			return moref{}, fault
		}
	}
	vm := h.newMachine(reg)
	h.insert(ctx, reg, vm)
	h.returnSnapshots(ctx, vm)
	h.post(ctx, vm, &types.VmRegisteredEvent{})
	return vm.Self, nil
}

func (h *Host) checkPath(r *types.RegisterVM_Task, reg *registration) types.BaseMethodFault {
	if r.Path == "" {
		return &types.InvalidArgument{InvalidProperty: "path"}
	}
	if r.AsTemplate && h.opts.ESX {
		return &types.NotSupported{} // templates are the vCenter's
	}
	var ok bool
	if reg.path, ok = parsePath(r.Path); !ok || reg.path.Path == "" {
		return &types.InvalidDatastorePath{InvalidDatastore: types.InvalidDatastore{}, DatastorePath: r.Path}
	}
	if reg.folder, ok = h.reg.Get(r.This).(*simulator.Folder); !ok {
		return &types.ManagedObjectNotFound{Obj: r.This}
	}
	if reg.datacenter = h.datacenterOf(r.This); reg.datacenter == nil || !slices.Contains(reg.folder.ChildType, "VirtualMachine") {
		return &types.NotSupported{}
	}
	if reg.datastore = h.datastoreOf(reg.datacenter, reg.path.Datastore); reg.datastore == nil {
		return &types.InvalidDatastore{Name: reg.path.Datastore}
	}
	reg.path = objectPath(reg.datastore, reg.path)
	if !h.accessible(reg.datastore) {
		return &types.InaccessibleDatastore{InvalidDatastore: types.InvalidDatastore{
			Datastore: &reg.datastore.Self, Name: reg.path.Datastore,
		}}
	}
	return nil
}

func (h *Host) checkFile(_ *types.RegisterVM_Task, reg *registration) types.BaseMethodFault {
	name := file(reg.datastore, reg.path)
	info, err := os.Stat(name)
	if err != nil || info.IsDir() {
		return &types.NotFound{}
	}
	if ref, ok := h.vms.at(reg.datacenter.Self, reg.path.String()); ok {
		return &types.AlreadyExists{Name: ref.Value}
	}
	f, err := os.Open(name)
	if err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: reg.path.String()}}
	}
	defer func() { _ = f.Close() }()
	reg.file, err = vmx.ParseReader(f)
	if err == nil && len(reg.file.Defects()) > 0 {
		reg.file, err = nil, vmx.ErrNotVMX // no host opens it
	}
	if err != nil && h.opts.InvalidAsFault {
		return &types.InvalidVmConfig{Property: "configSpec.files.vmPathName"}
	}
	return nil
}

func (h *Host) checkName(r *types.RegisterVM_Task, reg *registration) types.BaseMethodFault {
	reg.name = r.Name
	if reg.name == "" && reg.file != nil {
		reg.name = reg.file.DisplayName()
	}
	reg.name = escapeName(cmp.Or(reg.name, strings.TrimSuffix(path.Base(reg.path.Path), path.Ext(reg.path.Path))))
	return h.nameFault(reg.folder.Self, reg.name, moref{})
}

// escapeName writes a name as the inventory holds it. A % that starts an escape sequence is one already: callers are
// to escape it themselves, and may escape the others.
func escapeName(name string) string {
	return strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c").Replace(unescapeName(name))
}

func unescapeName(name string) string {
	return strings.NewReplacer("%25", "%", "%2f", "/", "%2F", "/", "%5c", `\`, "%5C", `\`).Replace(name)
}

// longestName is how many characters a name may have.
const longestName = 80

// nameFault says why an escaped name cannot be that of a VM in a folder.
func (h *Host) nameFault(folder moref, name string, self moref) types.BaseMethodFault {
	if name == "" || len([]rune(name)) > longestName {
		return &types.InvalidName{Name: name}
	}
	if f, ok := h.reg.Get(folder).(*simulator.Folder); ok {
		if ref, ok := h.childNamed(f, name); ok && ref != self {
			return &types.DuplicateName{Name: name, Object: ref}
		}
	}
	return nil
}

// insert puts a VM into the inventory and into the lists of everything that it belongs to.
func (h *Host) insert(ctx *simulator.Context, reg *registration, vm *simulator.VirtualMachine) {
	f := reg.folder
	ctx.WithLock(f, func() {
		ctx.WithLock(vm, func() {
			f.ChildEntity = append(f.ChildEntity, vm.Self)
			h.reg.PutEntity(f, vm)
		})
	})
	h.attach(ctx, vm, vm.Runtime.Host, vm.ResourcePool, vm.Datastore)
}

// attach adds a VM to the lists of its host, pool and datastores.
func (h *Host) attach(ctx *simulator.Context, vm *simulator.VirtualMachine, host, pool *moref, datastores []moref) {
	h.lists(host, pool, datastores, func(obj reference, list *[]moref) {
		h.reg.AddReference(ctx, obj, list, vm.Self)
	})
}

// detach removes a VM from the lists of its host, pool and datastores.
func (h *Host) detach(ctx *simulator.Context, vm *simulator.VirtualMachine, host, pool *moref, datastores []moref) {
	h.lists(host, pool, datastores, func(obj reference, list *[]moref) {
		// A copy, because answers that are being written may still hold the old list.
		ctx.WithLock(obj, func() {
			*list = slices.DeleteFunc(slices.Clone(*list), func(r moref) bool { return r == vm.Self })
		})
	})
}

type reference interface{ Reference() moref }

func (h *Host) lists(host, pool *moref, datastores []moref, do func(obj reference, list *[]moref)) {
	if host != nil {
		if o, ok := h.reg.Get(*host).(*simulator.HostSystem); ok {
			do(o, &o.Vm)
		}
	}
	if pool != nil {
		switch o := h.reg.Get(*pool).(type) {
		case *simulator.ResourcePool:
			do(o, &o.Vm)
		case *simulator.VirtualApp:
			do(o, &o.Vm)
		}
	}
	for _, ref := range datastores {
		if o, ok := h.reg.Get(ref).(*simulator.Datastore); ok {
			do(o, &o.Vm)
		}
	}
}
