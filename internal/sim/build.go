// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// newestHardware is what the hosts know. A VM with a newer one is registered, and invalid.
const newestHardware = "vmx-22"

// newMachine makes the object of a VM from its .vmx. The simulator's own way would be CreateVM_Task, which makes
// files, wants others, refuses existing ones and polls.
func (h *Host) newMachine(reg *registration) *simulator.VirtualMachine {
	vm := &simulator.VirtualMachine{DataSets: map[string]*simulator.DataSet{}}
	h.reg.NewEntity(vm)
	now := time.Now()
	valid := reg.file != nil
	if !valid {
		reg.file = vmx.New()
	}
	f := reg.file
	locked := f.Encrypted()
	newer := f.HardwareVersion() > newestHardware
	bios, instance := h.identify(reg)

	parent := reg.folder.Self
	vm.Parent, vm.Name = &parent, reg.name
	vm.Datastore = []moref{reg.datastore.Self}
	vm.ResourcePool = reg.pool
	vm.Network = networksOf(h, reg.datacenter)
	if cr := h.compute(*reg.host.Parent); cr != nil && cr.EnvironmentBrowser != nil {
		vm.EnvironmentBrowser = *cr.EnvironmentBrowser
	}
	vm.Config = h.configOf(reg, bios, instance, now)
	vm.Layout = &types.VirtualMachineFileLayout{ConfigFile: []string{path.Base(reg.path.Path)}}
	vm.LayoutEx = layoutOf(reg, now)
	vm.Storage = &types.VirtualMachineStorageInfo{Timestamp: now}
	vm.Capability.SnapshotOperationsSupported = true
	vm.Capability.MultipleSnapshotsSupported = true
	vm.Capability.MemorySnapshotsSupported = true
	vm.Capability.DisableSnapshotsSupported = true

	vm.Runtime = types.VirtualMachineRuntimeInfo{
		Host:            &reg.host.Self,
		ConnectionState: types.VirtualMachineConnectionStateConnected,
		PowerState:      types.VirtualMachinePowerStatePoweredOff,
		MaxCpuUsage:     int32(f.NumCPUs()) * 2294, //nolint:gosec // a handful of CPUs
		MaxMemoryUsage:  int32(f.MemoryMiB()),      //nolint:gosec // MiB
		CryptoState:     "",
	}
	if s, _ := f.Get("checkpoint.vmState"); s != "" {
		vm.Runtime.PowerState = types.VirtualMachinePowerStateSuspended
	}
	if locked {
		vm.Runtime.CryptoState = string(types.VirtualMachineCryptoStateLocked)
	}
	if locked || newer || !valid {
		vm.Runtime.ConnectionState = types.VirtualMachineConnectionStateInvalid
	}
	installed := h.toolsIn(f)
	vm.Guest = &types.GuestInfo{}
	setTools(vm.Guest, vm.Config, installed, false)
	vm.Summary = summaryOf(vm)
	h.setToolsInstalled(vm.Self, installed)
	return vm
}

func networksOf(h *Host, dc *simulator.Datacenter) []moref {
	refs := h.refs(dc, &dc.Network)
	return refs[:min(len(refs), 1)]
}

func (h *Host) configOf(reg *registration, bios, instance string, now time.Time) *types.VirtualMachineConfigInfo {
	f := reg.file
	dir := dsPath{reg.path.Datastore, reg.path.dir()}.String()
	if reg.path.dir() != "" {
		dir += "/"
	}
	rspec := types.DefaultResourceConfigSpec()
	guest := guestID(f.GuestOS())
	firmware, _ := f.Get("firmware")
	c := &types.VirtualMachineConfigInfo{
		ChangeVersion: now.UTC().Format("2006-01-02T15:04:05.999999Z"),
		Modified:      now,
		Name:          reg.name,
		GuestFullName: cmp.Or(fullNames[guest], guest),
		Version:       cmp.Or(f.HardwareVersion(), "vmx-13"),
		Uuid:          bios,
		InstanceUuid:  instance,
		Template:      reg.template,
		GuestId:       guest,
		Annotation:    f.Annotation(),
		Firmware:      cmp.Or(firmware, "bios"),
		Files: types.VirtualMachineFileInfo{
			VmPathName: reg.path.String(), SnapshotDirectory: dir, SuspendDirectory: dir, LogDirectory: dir,
		},
		Tools:              &types.ToolsConfigInfo{},
		Flags:              types.VirtualMachineFlagInfo{},
		DefaultPowerOps:    types.VirtualMachineDefaultPowerOpInfo{},
		CpuAllocation:      &rspec.CpuAllocation,
		MemoryAllocation:   &rspec.MemoryAllocation,
		LatencySensitivity: &types.LatencySensitivity{Level: types.LatencySensitivitySensitivityLevelNormal},
		BootOptions:        &types.VirtualMachineBootOptions{},
		CreateDate:         &now,
		ExtraConfig:        extraConfig(f),
		Hardware: types.VirtualHardware{
			NumCPU:              int32(f.NumCPUs()), //nolint:gosec // a handful
			NumCoresPerSocket:   types.NewInt32(1),
			MemoryMB:            int32(f.MemoryMiB()), //nolint:gosec // MiB
			VirtualICH7MPresent: types.NewBool(false),
			VirtualSMCPresent:   types.NewBool(false),
			Device:              h.devicesOf(reg),
		},
	}
	return c
}

// extraConfig holds the settings that vSphere knows by no other name.
func extraConfig(f *vmx.File) []types.BaseOptionValue {
	var opts []types.BaseOptionValue
	for _, key := range f.Keys() {
		low := strings.ToLower(key)
		if strings.HasPrefix(low, ".") || slices.Contains(typedKeys, low) ||
			slices.ContainsFunc(typedPrefixes, func(p string) bool { return strings.HasPrefix(low, p) }) {
			continue
		}
		val, _ := f.Get(key)
		opts = append(opts, &types.OptionValue{Key: key, Value: val})
	}
	return opts
}

var (
	typedKeys = []string{
		"config.version", "virtualhw.version", "displayname", "guestos", "memsize", "numvcpus", "annotation", "firmware",
		"uuid.bios", "uuid.location", "vc.uuid",
	}
	typedPrefixes = []string{"scsi", "sata", "ide", "nvme", "ethernet", "floppy", "encryption.", "encryptedvm."}
)

func layoutOf(reg *registration, now time.Time) *types.VirtualMachineFileLayoutEx {
	l := &types.VirtualMachineFileLayoutEx{Timestamp: now}
	entries, err := os.ReadDir(path.Dir(file(reg.datastore, reg.path)))
	if err != nil {
		return l
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || e.IsDir() {
			continue
		}
		kind, ok := layoutTypes[path.Ext(e.Name())]
		if !ok {
			continue
		}
		l.File = append(l.File, types.VirtualMachineFileLayoutExFileInfo{
			Key:  int32(len(l.File)), //nolint:gosec // few files
			Name: reg.path.join(e.Name()).String(), Type: string(kind), Size: info.Size(),
		})
	}
	return l
}

var layoutTypes = map[string]types.VirtualMachineFileLayoutExFileType{
	".vmx":   types.VirtualMachineFileLayoutExFileTypeConfig,
	".vmtx":  types.VirtualMachineFileLayoutExFileTypeConfig,
	".vmxf":  types.VirtualMachineFileLayoutExFileTypeExtendedConfig,
	".nvram": types.VirtualMachineFileLayoutExFileTypeNvram,
	".vmdk":  types.VirtualMachineFileLayoutExFileTypeDiskDescriptor,
	".vmsd":  types.VirtualMachineFileLayoutExFileTypeSnapshotList,
	".log":   types.VirtualMachineFileLayoutExFileTypeLog,
}

func summaryOf(vm *simulator.VirtualMachine) types.VirtualMachineSummary {
	c := vm.Config
	disks := int32(0)
	nics := int32(0)
	for _, d := range c.Hardware.Device {
		switch d.(type) {
		case *types.VirtualDisk:
			disks++
		case types.BaseVirtualEthernetCard:
			nics++
		}
	}
	return types.VirtualMachineSummary{
		Vm:      &vm.Self,
		Runtime: vm.Runtime,
		Guest: &types.VirtualMachineGuestSummary{
			GuestId: c.GuestId, GuestFullName: c.GuestFullName, ToolsStatus: vm.Guest.ToolsStatus,
			ToolsRunningStatus: vm.Guest.ToolsRunningStatus, ToolsVersionStatus2: vm.Guest.ToolsVersionStatus2,
		},
		Config: types.VirtualMachineConfigSummary{
			Name: vm.Name, Template: c.Template, VmPathName: c.Files.VmPathName, MemorySizeMB: c.Hardware.MemoryMB,
			NumCpu: c.Hardware.NumCPU, NumEthernetCards: nics, NumVirtualDisks: disks, Uuid: c.Uuid,
			InstanceUuid: c.InstanceUuid, GuestId: c.GuestId, GuestFullName: c.GuestFullName, Annotation: c.Annotation,
			HwVersion: c.Version,
		},
		Storage:       &types.VirtualMachineStorageSummary{Timestamp: vm.Storage.Timestamp},
		QuickStats:    types.VirtualMachineQuickStats{GuestHeartbeatStatus: types.ManagedEntityStatusGray},
		OverallStatus: types.ManagedEntityStatusGreen,
	}
}

// guestID turns the spelling of a .vmx into that of the API: "ubuntu-64" is "ubuntu64Guest".
func guestID(os string) string {
	if os == "" {
		return string(types.VirtualMachineGuestOsIdentifierOtherGuest)
	}
	if strings.HasSuffix(os, "Guest") {
		return os
	}
	return strings.ReplaceAll(strings.ReplaceAll(os, "-64", "64"), "-", "_") + "Guest"
}

var fullNames = map[string]string{
	"otherGuest":          "Other (32-bit)",
	"other3xLinux64Guest": "Other 3.x or later Linux (64-bit)",
	"ubuntu64Guest":       "Ubuntu Linux (64-bit)",
	"debian12_64Guest":    "Debian GNU/Linux 12 (64-bit)",
	"rhel9_64Guest":       "Red Hat Enterprise Linux 9 (64-bit)",
	"windows9_64Guest":    "Microsoft Windows 10 (64-bit)",
}
