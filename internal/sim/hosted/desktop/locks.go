// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The processes that lock a VM's files.
const (
	machineProcess = "vmware-vmx"
	windowProcess  = "vmware"
)

// lock makes a lock folder beside a file, with one lock in it.
func lock(path, process string) error {
	dir := path + ".lck"
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	text := fmt.Sprintf("uuid=52 0a 12 9c e1 4c 3f 10-88 6c 1f 7a 52 33 10 9d %d-134219857720971604(%s)", os.Getpid(), process)
	return os.WriteFile(filepath.Join(dir, fmt.Sprintf("M%05d.lck", os.Getpid()%100000)), []byte(text), 0o600)
}

// lockMachine is what a VM that runs leaves: locks of its configuration, its disks and its memory.
func (vm *VM) lockMachine() error {
	memory := base(vm.Path) + ".vmem"
	if err := os.WriteFile(memory, nil, 0o600); err != nil {
		return err
	}
	for _, path := range append(vm.disks(), vm.Path, memory) {
		if err := lock(path, machineProcess); err != nil {
			return err
		}
	}
	return nil
}

// unlockMachine takes them away.
func (vm *VM) unlockMachine() error {
	memory := base(vm.Path) + ".vmem"
	for _, path := range append(vm.disks(), memory) {
		if err := os.RemoveAll(path + ".lck"); err != nil {
			return err
		}
	}
	if !InWindow(vm.Path) {
		if err := os.RemoveAll(vm.Path + ".lck"); err != nil {
			return err
		}
	}
	return remove(memory)
}

// InWindow says whether the product's window has a VM open.
func InWindow(path string) bool {
	locks, _ := filepath.Glob(globQuote(path) + ".lck/*.lck")
	for _, l := range locks {
		if text, err := os.ReadFile(l); err == nil && strings.Contains(string(text), "("+windowProcess+")") {
			return true
		}
	}
	return false
}

// globQuote makes a path mean itself in a pattern.
func globQuote(path string) string {
	return strings.NewReplacer("[", "\\[", "*", "\\*", "?", "\\?").Replace(path)
}

// OpenInWindow is somebody who opens a VM in the product's window. close is that he closes it.
func (d *Desktop) OpenInWindow(path string) (closeWindow func() error, err error) {
	file := Real(path)
	if err := lock(file, windowProcess); err != nil {
		return nil, err
	}
	return func() error { return os.RemoveAll(file + ".lck") }, nil
}

// disks are the files of the VM's disks.
func (vm *VM) disks() []string {
	var paths []string
	for _, slot := range vm.diskSlots() {
		paths = append(paths, vm.beside(vm.Get(slot)))
	}
	return paths
}

// MissingDisk is the file of a disk that is not there, "" if all are.
func (vm *VM) MissingDisk() string {
	for _, disk := range vm.disks() {
		if _, err := os.Stat(disk); err != nil {
			return disk
		}
	}
	return ""
}

// beside is a path that the configuration has, absolute.
func (vm *VM) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(vm.Path), name)
}

// diskSlots are the settings that name the VM's disks.
func (vm *VM) diskSlots() []string {
	var slots []string
	for _, name := range vm.inner.Keys() {
		folded := strings.ToLower(name)
		if strings.HasSuffix(folded, ".filename") && strings.Contains(folded, ":") &&
			strings.HasSuffix(strings.ToLower(vm.Get(name)), ".vmdk") {
			slots = append(slots, name)
		}
	}
	return slots
}
