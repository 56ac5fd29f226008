// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// Open implements vix.Host: VixVM_Open, of a VM that needs no registration. It costs the files, and one process for a
// VM that runs or is encrypted.
func (h *host) Open(ctx context.Context, at vix.Locator) (*vix.VM, error) {
	path := at.Path.File
	what := opening(path)
	if err := ctx.Err(); err != nil {
		return nil, h.failed(what, context.Cause(ctx))
	}
	if at.Datacenter != "" {
		return nil, h.placeless(what, vix.FieldDatacenter)
	}
	file, err := h.configuration(what, path)
	if err != nil {
		return nil, err
	}
	if file.Encrypted() && h.options.VMPassword == "" {
		return nil, &vix.Error{
			Op: what.op, Object: what.object, Code: vix.CodeNeedKey, Kind: vix.ErrLocked, Field: vix.FieldVMPassword,
			Reason: "The VM is encrypted, and no password for it was given.",
		}
	}
	runs, err := h.runs(ctx, what)
	if err != nil {
		return nil, err
	}
	on, doubts := runs.Has(path)
	if len(doubts) > 0 {
		return nil, h.doubted(what, vix.ErrAmbiguous, "Whether the VM runs cannot be told. vmrun lists one whose path cannot be "+
			"read as one file's:", doubts)
	}
	vm, err := h.read(path, file, on)
	if err != nil {
		return nil, err
	}
	if vm.IsRunning || vm.Encrypted {
		return vm, h.ask(ctx, what, vm)
	}
	return vm, nil
}

// OpenID implements vix.Host: the id of a VM is its canonical path.
func (h *host) OpenID(ctx context.Context, id string) (*vix.VM, error) {
	path, err := h.ParsePath(id)
	if err != nil {
		e := &vix.Error{Op: "open", Object: "the VM " + strconv.Quote(id), Code: vix.CodeVMNotFound, Cause: err}
		e.Reason = "With " + h.name + " the id of a VM is the absolute path of its configuration file."
		return nil, e
	}
	return h.Open(ctx, vix.Locator{Path: path})
}

// Read implements vix.Host. A file that is not there proves nothing: what it lies on may be away
// for a while.
func (h *host) Read(ctx context.Context, handle vix.Handle) (*vix.VM, error) {
	return h.OpenID(ctx, handle.ID)
}

// placeless refuses an argument that says where in an inventory something is.
func (h *host) placeless(what step, field vix.Field) error {
	return &vix.Error{
		Op: what.op, Object: what.object, Code: vix.CodeNotSupported, Field: field,
		Reason: fmt.Sprintf("%s has no %s: its VMs are files of this machine.", h.name, strings.ReplaceAll(string(field), "_", " ")),
	}
}

// configuration reads the configuration at a canonical path, which the product must understand.
func (h *host) configuration(what step, path string) (*vmx.File, error) {
	file, err := vmdir.ReadConfig(what.op, path)
	if err != nil {
		return nil, err
	}
	return file, h.understands(what, file)
}

// understands refuses a VM whose virtual hardware is newer than the product.
func (h *host) understands(what step, file *vmx.File) error {
	newest := h.version.Hardware()
	text, _ := file.Get("virtualHW.version")
	version, _ := strconv.Atoi(strings.TrimSpace(text)) // 0 where it is hidden
	if newest == 0 || version <= newest {
		return nil
	}
	return &vix.Error{
		Op: what.op, Object: what.object, Code: vix.CodeNotSupportedForVMVersion, Field: vix.FieldPath,
		Reason: fmt.Sprintf("The VM has virtual hardware of version %d, and this %s (vmrun %s) opens up to %d.",
			version, h.name, h.version, newest),
		Remedy: "Update the product, or have the one that made the VM change its hardware compatibility.",
	}
}

// read is the VM as its files tell it.
func (h *host) read(path string, file *vmx.File, runs bool) (*vix.VM, error) {
	vm := &vix.VM{
		Registration: h.registration(path, file), IsRunning: runs, ToolsState: vix.ToolsUnknown, BIOSUUID: file.BIOSUUID(),
		GuestOS: file.GuestOS(), HardwareVersion: file.HardwareVersion(), Annotation: file.Annotation(), Variables: file.GuestInfo(),
	}
	vm.PowerState = powerState(path, file, runs)
	if !runs {
		vm.Locks = vmdir.Locks(path, file)
	}
	if !file.Sealed() {
		vm.NumVCPUs, vm.MemorySize = int64(file.NumCPUs()), int64(file.MemoryMiB())
	}
	snapshots, err := vmdir.Snapshots("open", path)
	if err != nil && !file.Sealed() { // what is hidden is not damaged
		return nil, err
	}
	vm.Snapshots = tree(snapshots)
	return vm, nil
}

// registration is what the files tell of a VM, whether anybody lists it or not.
func (h *host) registration(path string, file *vmx.File) vix.Registration {
	return vix.Registration{
		ID: path, Server: string(h.provider), InstanceUUID: file.InstanceUUID(), Name: file.DisplayName(), Path: vix.Path{File: path},
		FileID: path, Encrypted: file.Encrypted(), ConnectionState: vix.Connected,
	}
}

// powerState is what the list and the files tell together. Locks tell nothing: they outlive a crash.
func powerState(path string, file *vmx.File, runs bool) vix.PowerState {
	switch {
	case runs:
		return vix.PoweredOn
	case vmdir.Suspended(path, file):
		return vix.Suspended
	}
	return vix.PoweredOff
}

// tree are snapshots in the words of the domain; parents come first.
func tree(snapshots []vmx.Snapshot) []vix.Snapshot {
	taken := map[int]vix.Snapshot{}
	out := make([]vix.Snapshot, 0, len(snapshots))
	for _, s := range snapshots {
		state := vix.PoweredOff
		if s.Memory {
			state = vix.PoweredOn
		}
		above := taken[s.Parent] // nothing, for a root
		is := vix.Snapshot{
			ID: strconv.Itoa(s.UID), Parent: above.ID, Name: s.Name, Description: s.Description, Path: vix.SnapshotPath(above.Path, s.Name),
			Created: s.Created, IsCurrent: s.Current, PowerState: state,
		}
		taken[s.UID] = is
		out = append(out, is)
	}
	return out
}

// isSealed reports an error that says nothing but that the password is missing or wrong.
func isSealed(err error) bool { return errors.Is(err, vix.ErrLocked) }
