// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bufio"
	"cmp"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// devicesOf returns the virtual hardware of a .vmx: what every VM has, and its disks and network adapters.
func (h *Host) devicesOf(reg *registration) []types.BaseVirtualDevice {
	var devices []types.BaseVirtualDevice
	for _, d := range esx.VirtualDevice {
		devices = append(devices, copyDevice(d))
	}
	controllers := map[string]*types.VirtualController{}
	for i, d := range reg.file.Disks() {
		name := d.Bus + strconv.Itoa(d.Adapter)
		c := controllers[name]
		if c == nil {
			var dev types.BaseVirtualDevice
			if dev, c = newController(d, reg.file); dev != nil {
				devices = append(devices, dev)
			} else {
				c = ideController(devices, d.Adapter)
			}
			controllers[name] = c
		}
		key := int32(2000 + i)
		c.Device = append(c.Device, key)
		at := reg.path.join(d.FileName)
		bytes := diskSize(h, reg, at)
		devices = append(devices, &types.VirtualDisk{
			VirtualDevice: types.VirtualDevice{
				Key: key,
				DeviceInfo: &types.Description{
					Label: "Hard disk " + strconv.Itoa(i+1), Summary: strconv.FormatInt(bytes>>10, 10) + " KB",
				},
				ControllerKey: c.Key,
				UnitNumber:    types.NewInt32(int32(d.Unit)), //nolint:gosec // small
				Backing: &types.VirtualDiskFlatVer2BackingInfo{
					VirtualDeviceFileBackingInfo: types.VirtualDeviceFileBackingInfo{FileName: at.String(), Datastore: &reg.datastore.Self},
					DiskMode:                     string(types.VirtualDiskModePersistent),
				},
			},
			CapacityInKB: bytes >> 10, CapacityInBytes: bytes,
		})
	}
	for _, n := range reg.file.NICs() {
		devices = append(devices, &types.VirtualVmxnet3{VirtualVmxnet: types.VirtualVmxnet{VirtualEthernetCard: types.VirtualEthernetCard{
			VirtualDevice: types.VirtualDevice{
				Key:        int32(4000 + n.Number), //nolint:gosec // at most ten
				DeviceInfo: &types.Description{Label: "Network adapter " + strconv.Itoa(n.Number+1), Summary: n.Network},
				Backing: &types.VirtualEthernetCardNetworkBackingInfo{
					VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: cmp.Or(n.Network, "VM Network")},
				},
				Connectable: &types.VirtualDeviceConnectInfo{StartConnected: true, AllowGuestControl: true, Status: "untried"},
			},
			AddressType: "generated", MacAddress: n.MAC,
		}}})
	}
	return devices
}

// copyDevice keeps VMs from sharing the devices that the simulator defines once.
func copyDevice(d types.BaseVirtualDevice) types.BaseVirtualDevice {
	v := reflect.New(reflect.TypeOf(d).Elem())
	v.Elem().Set(reflect.ValueOf(d).Elem())
	out, _ := reflect.TypeAssert[types.BaseVirtualDevice](v)
	if c, ok := out.(types.BaseVirtualController); ok {
		c.GetVirtualController().Device = slices.Clone(c.GetVirtualController().Device)
	}
	return out
}

// newController makes the controller of a disk; nil for IDE, whose controllers every VM has.
func newController(d vmx.Disk, f *vmx.File) (types.BaseVirtualDevice, *types.VirtualController) {
	n := int32(d.Adapter) //nolint:gosec // small
	base := types.VirtualController{BusNumber: n}
	describe := func(key int32, label string) {
		base.Key = key + n
		base.DeviceInfo = &types.Description{Label: label + " " + strconv.Itoa(d.Adapter), Summary: label}
		base.ControllerKey = 100
	}
	switch d.Bus {
	case "sata":
		describe(15000, "SATA controller")
		c := &types.VirtualAHCIController{VirtualSATAController: types.VirtualSATAController{VirtualController: base}}
		return c, &c.VirtualController
	case "nvme":
		describe(31000, "NVME controller")
		c := &types.VirtualNVMEController{VirtualController: base}
		return c, &c.VirtualController
	case "scsi":
		describe(1000, "SCSI controller")
		scsi := types.VirtualSCSIController{VirtualController: base, SharedBus: types.VirtualSCSISharingNoSharing, ScsiCtlrUnitNumber: 7}
		kind, _ := f.Get("scsi" + strconv.Itoa(d.Adapter) + ".virtualDev")
		if strings.EqualFold(kind, "pvscsi") {
			c := &types.ParaVirtualSCSIController{VirtualSCSIController: scsi}
			return c, &c.VirtualController
		}
		c := &types.VirtualLsiLogicController{VirtualSCSIController: scsi}
		return c, &c.VirtualController
	}
	return nil, nil
}

func ideController(devices []types.BaseVirtualDevice, adapter int) *types.VirtualController {
	for _, d := range devices {
		if c, ok := d.(*types.VirtualIDEController); ok && int(c.BusNumber) == adapter {
			return &c.VirtualController
		}
	}
	return &types.VirtualController{}
}

// diskSize reads the capacity from a disk's descriptor. A disk that is missing registers all the same, as on
// vSphere, and has no size.
func diskSize(h *Host, reg *registration, at dsPath) int64 {
	ds := reg.datastore
	if at.Datastore != ds.Name {
		if ds = h.datastoreOf(reg.datacenter, at.Datastore); ds == nil {
			return 0
		}
	}
	if path.Ext(at.Path) != ".vmdk" {
		return 0
	}
	f, err := os.Open(file(ds, at))
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	var sectors int64
	for s := bufio.NewScanner(f); s.Scan(); {
		words := strings.Fields(s.Text())
		if len(words) >= 4 && (words[0] == "RW" || words[0] == "RDONLY") {
			if n, err := strconv.ParseInt(words[1], 10, 64); err == nil {
				sectors += n
			}
		}
	}
	return sectors * 512
}
