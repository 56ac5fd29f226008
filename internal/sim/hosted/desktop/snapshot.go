// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Matching are the snapshots that a name, or a path, means to the product.
func (d *Desktop) Matching(s *Snapshots, name string) []Snapshot {
	same := func(a, b string) bool { return a == b }
	if d.Switch("snapshot-case") == "folded" {
		same = strings.EqualFold
	}
	var found []Snapshot
	for _, one := range s.All {
		if same(one.Name, name) || d.Switch("snapshot-path") == works && strings.Contains(name, "/") && same(s.Path(one), name) {
			found = append(found, one)
		}
	}
	return found
}

// TakeSnapshot makes a snapshot; one of a VM that is not off has its memory.
func (d *Desktop) TakeSnapshot(vm *VM, name, description string) (Snapshot, error) {
	s, err := vm.Snapshots()
	if err != nil {
		return Snapshot{}, err
	}
	s.LastUID++
	stem := filepath.Base(base(vm.Path))
	one := Snapshot{
		UID: s.LastUID, Parent: s.Current, Name: name, Description: description, Live: d.State(vm) != Off,
		Created: time.Now(), State: fmt.Sprintf("%s-Snapshot%d.vmsn", stem, s.LastUID), Disks: map[string]string{},
	}
	for _, slot := range vm.diskSlots() {
		one.Disks[slot] = vm.Get(slot)
	}
	s.All, s.Current = append(s.All, one), one.UID
	files := []string{one.State}
	if one.Live {
		files = append(files, memoryOf(one))
	}
	for _, name := range files {
		if err := os.WriteFile(vm.beside(name), []byte("snapshot"), 0o600); err != nil {
			return one, err
		}
	}
	return one, errors.Join(vm.SetSnapshots(s), vm.branch(one))
}

func memoryOf(one Snapshot) string { return strings.TrimSuffix(one.State, ".vmsn") + ".vmem" }

// branch gives the VM new disks on top of those of a snapshot.
func (vm *VM) branch(one Snapshot) error {
	set := map[string]string{}
	for slot, disk := range one.Disks {
		stem := base(disk)
		if i := strings.LastIndex(stem, "-0"); i >= 0 {
			stem = stem[:i]
		}
		for n := 1; ; n++ {
			name := fmt.Sprintf("%s-%06d.vmdk", stem, n)
			if _, err := os.Stat(vm.beside(name)); err == nil {
				continue
			}
			if err := os.WriteFile(vm.beside(name), []byte("# Disk DescriptorFile\nparentFileNameHint=\""+disk+"\"\n"), 0o600); err != nil {
				return err
			}
			set[slot] = name
			break
		}
	}
	return vm.set(set)
}

// DeleteSnapshot takes a snapshot away, and those below it if asked.
func (d *Desktop) DeleteSnapshot(vm *VM, uid int, children bool) error {
	s, err := vm.Snapshots()
	if err != nil {
		return err
	}
	one, ok := s.ByUID(uid)
	if !ok {
		return fmt.Errorf("no snapshot %d", uid)
	}
	for _, child := range s.Children(uid) {
		if !children {
			i := slices.IndexFunc(s.All, func(o Snapshot) bool { return o.UID == child.UID })
			s.All[i].Parent = one.Parent
			continue
		}
		if err := d.DeleteSnapshot(vm, child.UID, true); err != nil {
			return err
		}
		if s, err = vm.Snapshots(); err != nil {
			return err
		}
	}
	s.All = slices.DeleteFunc(s.All, func(o Snapshot) bool { return o.UID == uid })
	if s.Current == uid {
		s.Current = one.Parent
	}
	return errors.Join(remove(vm.beside(one.State)), remove(vm.beside(memoryOf(one))), vm.SetSnapshots(s))
}

// Revert brings a VM back to a snapshot.
func (d *Desktop) Revert(vm *VM, one Snapshot) error {
	s, err := vm.Snapshots()
	if err != nil {
		return err
	}
	if _, on := d.Running(vm.Path); on || vm.Get("checkpoint.vmState") != "" {
		if err := d.Stop(vm); err != nil {
			return err
		}
	}
	s.Current = one.UID
	if err := errors.Join(vm.SetSnapshots(s), vm.branch(one)); err != nil || !one.Live {
		return err
	}
	switch d.Switch("live-revert") {
	case Suspended:
		return d.Suspend(vm)
	case On:
		return d.Start(vm, vm.Path, "")
	}
	return nil
}
