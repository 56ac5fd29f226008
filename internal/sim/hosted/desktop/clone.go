// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Clone makes a VM at dst from one that is off. from is the snapshot that it is made of, nil for the VM as it is now; a
// linked clone needs one. midway is called when half of it is there.
func (d *Desktop) Clone(vm *VM, dst string, linked bool, from *Snapshot, name string, midway func()) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o750); err != nil {
		return err
	}
	stem := filepath.Base(base(dst))
	if name == "" {
		name = stem
	}
	set := map[string]string{
		"displayName": name, "uuid.bios": machineUUID(dst), "uuid.location": machineUUID(dst),
		"nvram": stem + ".nvram", "extendedConfigFile": stem + ".vmxf", "checkpoint.vmState": "",
	}
	var err error
	for i, slot := range vm.diskSlots() {
		disk := vm.Get(slot)
		if from != nil {
			disk = from.Disks[slot]
		}
		target := stem + strings.Repeat("-disk", i) + ".vmdk"
		set[slot] = target
		if linked {
			hint := "# Disk DescriptorFile\nparentFileNameHint=\"" + vm.beside(disk) + "\"\n"
			err = errors.Join(err, os.WriteFile(filepath.Join(filepath.Dir(dst), target), []byte(hint), 0o600))
			continue
		}
		err = errors.Join(err, copyFile(vm.beside(disk), filepath.Join(filepath.Dir(dst), target)))
	}
	midway()
	if err == nil {
		err = copyFile(vm.Path, dst)
	}
	if err != nil {
		return err
	}
	child, err := load(dst)
	if err != nil {
		return err
	}
	if child.inner != child.outer {
		err = child.outer.Set("displayName", name)
	}
	snapshots := &Snapshots{}
	if linked {
		snapshots.CloneOf = vm.Path
	}
	if err = errors.Join(err, child.set(set), child.SetSnapshots(snapshots)); err != nil || !linked {
		return err
	}
	s, err := vm.Snapshots()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.All, func(o Snapshot) bool { return o.UID == from.UID })
	s.All[i].Clones = append(s.All[i].Clones, child.Path)
	return vm.SetSnapshots(s)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, in.Close(), out.Close())
}

// Delete removes a VM with the files that are VMware's; others stay, and so does a folder that has some.
func (d *Desktop) Delete(vm *VM) error {
	dir := filepath.Dir(vm.Path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasSuffix(e.Name(), ".lck") || ours(e.Name()) {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		return err
	}
	return remove(dir)
}

// ours says whether a file of a VM's folder is one that the product makes.
func ours(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".vmx", ".vmxf", ".vmsd", ".vmdk", ".vmsn", ".vmss", ".vmem", ".nvram", ".plist":
		return true
	}
	return strings.HasPrefix(name, "vmware") && strings.HasSuffix(name, ".log")
}
