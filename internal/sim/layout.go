// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// VMX describes a VM whose files are laid out on a datastore. The zero value is a small Linux VM that is named as its
// file.
type VMX struct {
	DisplayName  string // default: the file's name without .vmx
	GuestOS      string // default "ubuntu-64"
	CPUs         int    // default 2
	MemoryMiB    int    // default 1024
	Annotation   string
	BIOSUUID     string // 8-4-4-4-12; empty for a file that has none yet
	InstanceUUID string // 8-4-4-4-12; empty for a file that has none yet
	GuestInfo    map[string]string
	Encrypted    bool
	Tools        bool              // VMware Tools are installed
	NoDisk       bool              // neither a disk nor an NVRAM file
	Extra        map[string]string // further settings; an empty value leaves a standard one out
}

// Text returns the .vmx.
func (v VMX) Text(stem string) ([]byte, error) {
	f := vmx.New()
	set := [][2]string{
		{"config.version", "8"},
		{"virtualHW.version", "19"},
		{"displayName", cmp.Or(v.DisplayName, stem)},
		{"guestOS", cmp.Or(v.GuestOS, "ubuntu-64")},
		{"numvcpus", strconv.Itoa(cmp.Or(v.CPUs, 2))},
		{"memSize", strconv.Itoa(cmp.Or(v.MemoryMiB, 1024))},
		{"firmware", "efi"},
		{"nvram", stem + ".nvram"},
		{"pciBridge0.present", "TRUE"},
		{"ethernet0.present", "TRUE"},
		{"ethernet0.virtualDev", "vmxnet3"},
		{"ethernet0.networkName", "VM Network"},
	}
	if v.Annotation != "" {
		set = append(set, [2]string{"annotation", v.Annotation})
	}
	if v.BIOSUUID != "" {
		set = append(set, [2]string{"uuid.bios", vmx.FormatUUID(v.BIOSUUID)})
	}
	if v.InstanceUUID != "" {
		set = append(set, [2]string{"vc.uuid", vmx.FormatUUID(v.InstanceUUID)})
	}
	if !v.NoDisk {
		set = append(set, [2]string{"scsi0.present", "TRUE"}, [2]string{"scsi0.virtualDev", "pvscsi"},
			[2]string{"scsi0:0.present", "TRUE"}, [2]string{"scsi0:0.deviceType", "scsi-hardDisk"},
			[2]string{"scsi0:0.fileName", stem + ".vmdk"})
	}
	if v.Tools {
		set = append(set, [2]string{toolsKey, "12352"})
	}
	if v.Encrypted {
		set = append(set, [2]string{"encryption.keySafe", "vmware:key/list/(pair/(fqid/<VMWARE-NULL>/simulated,HMAC-SHA-256,AAAA))"},
			[2]string{"encryption.data", "c2ltdWxhdGVk"})
	}
	for _, key := range slices.Sorted(maps.Keys(v.GuestInfo)) {
		set = append(set, [2]string{"guestinfo." + key, v.GuestInfo[key]})
	}
	for _, kv := range set {
		if val, ok := v.Extra[kv[0]]; ok && val == "" {
			continue
		}
		if err := f.Set(kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(v.Extra)) {
		if v.Extra[key] == "" {
			continue
		}
		if err := f.Set(key, v.Extra[key]); err != nil {
			return nil, err
		}
	}
	return f.Bytes(), nil
}

// WriteVM lays out the files of a VM that is not registered: the .vmx, a disk of 16 GiB that takes no room, and an
// NVRAM file.
func (h *Host) WriteVM(datacenter, at string, v VMX) error {
	_, ds, p, err := h.resolve(datacenter, at)
	if err != nil {
		return err
	}
	stem := strings.TrimSuffix(path.Base(p.Path), path.Ext(p.Path))
	text, err := v.Text(stem)
	if err != nil {
		return err
	}
	files := map[string]string{p.Path: string(text)}
	if !v.NoDisk {
		dir := p.dir()
		files[path.Join(dir, stem+".vmdk")] = fmt.Sprintf(descriptor, stem)
		files[path.Join(dir, stem+"-flat.vmdk")] = "simulated disk of " + stem + "\n"
		files[path.Join(dir, stem+".nvram")] = "simulated nvram of " + stem + "\n"
	}
	if err := makeObject(ds, p); err != nil {
		return err
	}
	for name, content := range files {
		if err := writeFrom(file(ds, dsPath{ds.Name, name}), strings.NewReader(content)); err != nil {
			return err
		}
	}
	return nil
}

const descriptor = `# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="vmfs"

# Extent description
RW 33554432 VMFS "%s-flat.vmdk"

# The Disk Data Base
ddb.adapterType = "lsilogic"
ddb.virtualHWVersion = "19"
`

// layoutInitial lays out and registers the VMs that the options ask for.
func (h *Host) layoutInitial() error {
	if h.opts.VMs == 0 || h.opts.Bare {
		return nil
	}
	for _, e := range h.reg.All("Datacenter") {
		dc, ok := e.(*simulator.Datacenter)
		if !ok {
			continue
		}
		at := h.inventoryPath(dc.Self)
		hosts := h.hostsOf(dc.Self)
		if len(hosts) == 0 {
			return fmt.Errorf("datacenter %s has no host for its VMs", dc.Name)
		}
		for i := range h.opts.VMs {
			name := fmt.Sprintf("%s_VM%d", dc.Name, i)
			p := fmt.Sprintf("[LocalDS_%d] %s/%s.vmx", i%h.opts.Datastores, name, name)
			if err := h.WriteVM(at, p, VMX{}); err != nil {
				return err
			}
			host := hosts[i%len(hosts)]
			ref := host.Self
			_, fault := h.register(h.contextAs(h.opts.Username), &types.RegisterVM_Task{
				This: dc.VmFolder, Path: p, Host: &ref, Pool: h.compute(*host.Parent).ResourcePool,
			})
			if fault != nil {
				return fmt.Errorf("registering %s: %s", p, message(fault))
			}
		}
	}
	return nil
}

// hostsOf returns the hosts of a datacenter in the order of their names.
func (h *Host) hostsOf(dc moref) []*simulator.HostSystem {
	var hosts []*simulator.HostSystem
	for _, e := range h.reg.All("HostSystem") {
		if host, ok := e.(*simulator.HostSystem); ok {
			if d := h.datacenterOf(host.Self); d != nil && d.Self == dc {
				hosts = append(hosts, host)
			}
		}
	}
	slices.SortFunc(hosts, func(a, b *simulator.HostSystem) int { return cmp.Compare(a.Name, b.Name) })
	return hosts
}
