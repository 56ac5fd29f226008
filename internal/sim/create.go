// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// CreateVMTask checks what the simulator would die of, and writes the .vmx that the simulator leaves empty, so that
// a VM that was created can be unregistered and registered again.
func (f *folder) CreateVMTask(ctx *simulator.Context, r *types.CreateVM_Task) soap.HasFault {
	f.enter(ctx)
	h := f.h
	return &methods.CreateVM_TaskBody{Res: &types.CreateVM_TaskResponse{
		Returnval: h.startTask(ctx, f.Self, "CreateVM_Task", "Folder.createVm",
			func(ctx *simulator.Context) (types.AnyType, types.BaseMethodFault) {
				ref, fault := h.create(ctx, f.Self, r)
				if fault != nil {
					return nil, fault
				}
				return ref, nil
			}),
	}}
}

func (h *Host) create(ctx *simulator.Context, this moref, r *types.CreateVM_Task) (moref, types.BaseMethodFault) {
	if r.Config.Files == nil || r.Config.Files.VmPathName == "" {
		return moref{}, &types.InvalidVmConfig{Property: "configSpec.files.vmPathName"}
	}
	p, ok := parsePath(r.Config.Files.VmPathName)
	if !ok {
		return moref{}, &types.InvalidDatastorePath{DatastorePath: r.Config.Files.VmPathName}
	}
	if p.Path == "" && r.Config.Name != "" {
		p.Path = path.Join(r.Config.Name, r.Config.Name+".vmx")
	}
	// The same checks of place as for a registration, which also choose a host: the simulator's own choice dies
	// when no host mounts the datastore.
	reg := &registration{}
	asked := &types.RegisterVM_Task{This: this, Path: p.String(), Name: r.Config.Name, Pool: &r.Pool, Host: r.Host}
	for _, check := range []func(*types.RegisterVM_Task, *registration) types.BaseMethodFault{h.checkPath, h.checkPlace} {
		if fault := check(asked, reg); fault != nil {
			return moref{}, fault
		}
	}
	if fault := h.nameFault(this, escapeName(r.Config.Name), moref{}); fault != nil {
		return moref{}, fault
	}
	host := reg.host.Self
	own := *r
	own.Host = &host
	var res soap.HasFault
	ctx.WithLock(reg.folder, func() { res = reg.folder.CreateVMTask(ctx, &own) })
	body, ok := res.(*methods.CreateVM_TaskBody)
	if !ok || body.Res == nil {
		return moref{}, &types.InvalidVmConfig{}
	}
	result, fault := h.wait(body.Res.Returnval)
	if fault != nil {
		return moref{}, fault
	}
	ref, _ := result.(moref)
	if vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine); ok {
		h.vms.put(&vm.VirtualMachine)
		h.writeCreated(vm)
	}
	return ref, nil
}

// writeCreated writes the .vmx of a VM that the simulator has made.
func (h *Host) writeCreated(vm *simulator.VirtualMachine) {
	f := vmx.New()
	var p dsPath
	var id identity
	h.context().WithLock(vm, func() {
		c := vm.Config
		p, _ = parsePath(c.Files.VmPathName)
		id = identity{bios: c.Uuid, instance: c.InstanceUuid, fileBIOS: c.Uuid, fileInstance: c.InstanceUuid}
		set := [][2]string{
			{"config.version", "8"},
			{"virtualHW.version", strings.TrimPrefix(cmp.Or(c.Version, "vmx-13"), "vmx-")},
			{"displayName", c.Name},
			{"guestOS", c.GuestId},
			{"numvcpus", strconv.Itoa(int(c.Hardware.NumCPU))},
			{"memSize", strconv.Itoa(int(c.Hardware.MemoryMB))},
			{"annotation", c.Annotation},
			{"uuid.bios", vmx.FormatUUID(c.Uuid)},
			{"vc.uuid", vmx.FormatUUID(c.InstanceUuid)},
		}
		for _, o := range c.ExtraConfig {
			if v := o.GetOptionValue(); v.Key != "govcsim" {
				s, _ := v.Value.(string)
				set = append(set, [2]string{v.Key, s})
			}
		}
		unit := 0
		for _, d := range c.Hardware.Device {
			disk, ok := d.(*types.VirtualDisk)
			if !ok {
				continue
			}
			b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo)
			if !ok {
				continue
			}
			name := b.GetVirtualDeviceFileBackingInfo().FileName
			if q, ok := parsePath(name); ok && q.Datastore == p.Datastore && q.dir() == p.dir() {
				name = path.Base(q.Path)
			}
			node := "scsi0:" + strconv.Itoa(unit)
			set = append(set, [2]string{node + ".present", "TRUE"}, [2]string{node + ".fileName", name})
			unit++
		}
		for _, kv := range set {
			if kv[1] != "" {
				_ = f.Set(kv[0], kv[1]) // a key that no .vmx can hold is not kept
			}
		}
	})
	dc := h.datacenterOf(*vm.Parent)
	if dc == nil {
		return
	}
	ds := h.datastoreOf(dc, p.Datastore)
	if ds == nil {
		return
	}
	name := file(ds, p)
	_ = os.MkdirAll(filepath.Dir(name), 0o700)
	if os.WriteFile(name, f.Bytes(), 0o600) == nil {
		h.rememberIdentity(fileKey{ds.Summary.Url, p.Path}, id)
	}
}
