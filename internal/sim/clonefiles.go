// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// cloneFiles writes the clone's files into a folder of its own. Where it cannot, nothing of them is left.
func (h *Host) cloneFiles(c *cloning, progress func(percent int)) (fault types.BaseMethodFault) {
	unreadable := func(p dsPath) types.BaseMethodFault {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: p.String()}}
	}
	text, err := copyOf(file(c.from, c.fromPath))
	if err == nil {
		c.file, err = vmx.Parse(text)
	}
	if err != nil {
		return unreadable(c.fromPath)
	}
	if err := c.freeFolder(); err != nil {
		return unreadable(c.path)
	}
	defer func() {
		if fault != nil {
			_ = os.RemoveAll(path.Dir(file(c.datastore, c.path)))
		}
	}()
	disks := c.file.Disks()
	for i, d := range disks {
		name := c.stem + ".vmdk"
		if i > 0 {
			name = c.stem + "_" + strconv.Itoa(i) + ".vmdk"
		}
		if err := h.cloneDisk(c, d.FileName, name); err != nil {
			return unreadable(c.fromPath.join(d.FileName))
		}
		_ = c.file.Set(d.Node()+".fileName", name) // a .vmx takes every such name
		c.sourceDisks = append(c.sourceDisks, d.FileName)
		progress(100 * (i + 1) / (len(disks) + 1))
	}
	c.renew()
	if nvram, _ := c.file.Get("nvram"); nvram != "" {
		if err := h.copyFile(c, nvram, c.stem+".nvram"); err != nil && !os.IsNotExist(err) {
			return unreadable(c.fromPath.join(nvram))
		}
		_ = c.file.Set("nvram", c.stem+".nvram")
	}
	if err := writeFrom(file(c.datastore, c.path), bytes.NewReader(c.file.Bytes())); err != nil {
		return unreadable(c.path)
	}
	return nil
}

// freeFolder makes the path of the clone's .vmx one in a folder that is not there yet: it is called as the clone, and by
// a number more where that is taken.
func (c *cloning) freeFolder() error {
	ending := ".vmx"
	if c.template {
		ending = ".vmtx"
	}
	c.stem = c.name
	for n := 1; ; n++ {
		c.path = dsPath{c.datastore.Name, path.Join(c.stem, c.stem+ending)}
		if _, err := os.Lstat(path.Dir(file(c.datastore, c.path))); os.IsNotExist(err) {
			break
		}
		c.stem = c.name + "_" + strconv.Itoa(n)
	}
	if err := makeObject(c.datastore, c.path); err != nil {
		return err
	}
	c.path = objectPath(c.datastore, c.path)
	return nil
}

// cloneDisk writes a disk of the clone: a copy, or one that holds nothing but what will differ from its parent.
func (h *Host) cloneDisk(c *cloning, from, to string) error {
	stem := strings.TrimSuffix(to, ".vmdk")
	write := func(name, text string) error {
		return writeFrom(file(c.datastore, c.path.join(name)), strings.NewReader(text))
	}
	if c.linked {
		if _, err := os.Stat(h.sourceFile(c, from)); err != nil {
			return err
		}
		child := strings.NewReplacer("-flat.vmdk", "-delta.vmdk", "parentCID=ffffffff",
			"parentCID=fffffffe\nparentFileNameHint="+strconv.Quote(c.fromPath.join(from).String()), " VMFS ", " VMFSSPARSE ").
			Replace(fmt.Sprintf(descriptor, stem))
		if err := write(stem+"-delta.vmdk", ""); err != nil {
			return err
		}
		return write(to, child)
	}
	if err := write(to, fmt.Sprintf(descriptor, stem)); err != nil {
		return err
	}
	// The copy of a linked clone's disk has its parent's content, too; here it has what lies beside.
	extent := strings.TrimSuffix(from, ".vmdk")
	err := h.copyFile(c, extent+"-flat.vmdk", stem+"-flat.vmdk")
	if os.IsNotExist(err) {
		err = h.copyFile(c, extent+"-delta.vmdk", stem+"-flat.vmdk")
	}
	return err
}

// sourceFile is a file of the source, beside its .vmx or on another datastore.
func (h *Host) sourceFile(c *cloning, name string) string {
	p, ds := c.fromPath.join(name), c.from
	if p.Datastore != ds.Name {
		if other := h.datastoreOf(h.datacenterOf(*c.source.Parent), p.Datastore); other != nil {
			ds = other
		}
	}
	return file(ds, p)
}

// copyFile copies a file of the source into the clone's folder.
func (h *Host) copyFile(c *cloning, from, to string) error {
	text, err := copyOf(h.sourceFile(c, from))
	if err != nil {
		return err
	}
	return writeFrom(file(c.datastore, c.path.join(to)), bytes.NewReader(text))
}

// renew takes from the configuration what is the source's alone, and gives it what the snapshot has had.
func (c *cloning) renew() {
	for _, key := range c.file.Keys() {
		low := strings.ToLower(key)
		switch {
		case low == "uuid.bios", low == "uuid.location", low == "vc.uuid", low == "checkpoint.vmstate",
			strings.HasPrefix(low, "ethernet") && strings.HasSuffix(low, ".generatedaddress"):
			c.file.Delete(key)
		}
	}
	_ = c.file.Set("displayName", unescapeName(c.name))
	if c.snapshot != nil {
		_ = c.file.Set("numvcpus", strconv.Itoa(int(c.snapshot.Config.Hardware.NumCPU)))
		_ = c.file.Set("memSize", strconv.Itoa(int(c.snapshot.Config.Hardware.MemoryMB)))
	}
}

// diskFiles are the files of a VM's disks, without those that they hang on.
func (h *Host) diskFiles(vm *simulator.VirtualMachine) []string {
	dc := h.datacenterOf(*vm.Parent)
	var names []string
	h.context().WithLock(vm, func() {
		for _, d := range vm.Config.Hardware.Device {
			if disk, ok := d.(*types.VirtualDisk); ok {
				if b, ok := disk.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
					names = append(names, b.GetVirtualDeviceFileBackingInfo().FileName)
				}
			}
		}
	})
	var out []string
	for _, name := range names {
		p, ok := parsePath(name)
		if !ok || dc == nil {
			continue
		}
		if ds := h.datastoreOf(dc, p.Datastore); ds != nil {
			stem := strings.TrimSuffix(file(ds, p), ".vmdk")
			out = append(out, stem+".vmdk", stem+"-flat.vmdk", stem+"-delta.vmdk")
		}
	}
	return out
}

// ownFiles are the files of a VM beside its disks: what lies in its folder and is called as its .vmx is.
func ownFiles(vmx string) []string {
	stem := strings.TrimSuffix(path.Base(vmx), path.Ext(vmx))
	entries, _ := os.ReadDir(path.Dir(vmx)) // a folder that is gone has none
	var out []string
	for _, e := range entries {
		name := e.Name()
		rest, own := strings.CutPrefix(name, stem)
		log := strings.HasPrefix(name, "vmware") && path.Ext(name) == ".log"
		if log || own && path.Ext(name) != ".vmdk" && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "-")) {
			out = append(out, path.Join(path.Dir(vmx), name))
		}
	}
	return out
}
