// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Disk is a virtual disk that a .vmx attaches.
type Disk struct {
	Bus      string // "scsi", "sata", "ide" or "nvme"
	Adapter  int    // number of the controller
	Unit     int    // number of the slot at the controller
	FileName string // as written: relative to the .vmx, or absolute
}

// Node is the name of the disk's slot, such as "scsi0:0".
func (d Disk) Node() string {
	return d.Bus + strconv.Itoa(d.Adapter) + ":" + strconv.Itoa(d.Unit)
}

// Disks returns the disks that are present, in the order of their slots. Drives for removable
// media and devices of the host that are passed through are none.
func (f *File) Disks() []Disk {
	var disks []Disk
	for key := range f.index {
		node, ok := strings.CutSuffix(key, ".filename")
		if !ok {
			continue
		}
		bus, adapter, unit, ok := parseNode(node)
		if !ok || !f.Bool(node+".present", false) {
			continue
		}
		name := f.text(key)
		if name == "" || !holdsDisk(f.text(node+".deviceType"), name) {
			continue
		}
		disks = append(disks, Disk{Bus: bus, Adapter: adapter, Unit: unit, FileName: name})
	}
	slices.SortFunc(disks, func(a, b Disk) int {
		return cmp.Or(cmp.Compare(a.Bus, b.Bus), cmp.Compare(a.Adapter, b.Adapter), cmp.Compare(a.Unit, b.Unit))
	})
	return disks
}

// holdsDisk tells a disk from what else sits in a slot, by the kind of device and the name of what it is attached to.
func holdsDisk(kind, name string) bool {
	kind, name = strings.ToLower(kind), strings.ToLower(name)
	for _, other := range []string{"cdrom", "passthru", "rawdisk"} {
		if strings.Contains(kind, other) {
			return false
		}
	}
	if strings.HasPrefix(name, "/vmfs/devices/") || strings.HasPrefix(name, `\\.\`) {
		return false
	}
	return name != "auto detect" && !strings.HasSuffix(name, ".iso")
}

func parseNode(node string) (bus string, adapter, unit int, ok bool) {
	for _, bus = range []string{"scsi", "sata", "ide", "nvme"} {
		rest, found := strings.CutPrefix(node, bus)
		if !found {
			continue
		}
		a, u, found := strings.Cut(rest, ":")
		adapter, err1 := strconv.Atoi(a)
		unit, err2 := strconv.Atoi(u)
		return bus, adapter, unit, found && err1 == nil && err2 == nil && adapter >= 0 && unit >= 0
	}
	return "", 0, 0, false
}

// NIC is a network adapter that a .vmx attaches.
type NIC struct {
	Number     int
	Network    string // networkName, empty on hosted products
	VirtualDev string // "vmxnet3", "e1000", ...
	MAC        string // fixed or generated address, empty when not assigned yet
}

// NICs returns the network adapters that are present, by number.
func (f *File) NICs() []NIC {
	var nics []NIC
	for n := range 10 {
		prefix := "ethernet" + strconv.Itoa(n) + "."
		if !f.Bool(prefix+"present", false) {
			continue
		}
		nics = append(nics, NIC{
			Number:     n,
			Network:    f.text(prefix + "networkName"),
			VirtualDev: f.text(prefix + "virtualDev"),
			MAC:        cmp.Or(f.text(prefix+"address"), f.text(prefix+"generatedAddress")),
		})
	}
	return nics
}
