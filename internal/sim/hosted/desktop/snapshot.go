// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
)

// Snapshot is one of a VM, as its .vmsd has it.
type Snapshot struct {
	UID, Parent int // 0 for no parent
	Name        string
	Description string
	Live        bool // with memory
	Created     time.Time
	State       string            // .vmsn beside the .vmx
	Disks       map[string]string // setting of the .vmx to the file of the disk
	Clones      []string          // linked clones that need it
}

// Snapshots are those of a VM.
type Snapshots struct {
	All     []Snapshot // in the order of the file
	Current int        // uid; 0 for none
	LastUID int
	CloneOf string // the .vmx that a linked clone was made of
}

// Snapshots reads the .vmsd of a VM; without one there are none.
func (vm *VM) Snapshots() (*Snapshots, error) {
	s := &Snapshots{}
	text, err := os.ReadFile(base(vm.Path) + ".vmsd")
	if errors.Is(err, os.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	f, err := vmx.Parse(text)
	if errors.Is(err, vmx.ErrNotVMX) {
		return s, nil
	}
	number := func(key string) int {
		n, _ := strconv.Atoi(get(f, key))
		return n
	}
	s.Current, s.LastUID, s.CloneOf = number("snapshot.current"), number("snapshot.lastUID"), get(f, "cloneOf0")
	for i := range number("snapshot.numSnapshots") {
		p := fmt.Sprintf("snapshot%d.", i)
		one := Snapshot{
			UID: number(p + "uid"), Parent: number(p + "parent"), Name: get(f, p+"displayName"), Description: get(f, p+"description"),
			Live: get(f, p+"type") == "1", State: get(f, p+"filename"), Disks: map[string]string{},
			// The lower half is signed in the file.
			Created: time.UnixMicro(int64(number(p+"createTimeHigh"))<<32 | int64(number(p+"createTimeLow"))&0xffffffff).UTC(),
		}
		for k := range number(p + "numDisks") {
			q := fmt.Sprintf("%sdisk%d.", p, k)
			one.Disks[get(f, q+"node")+".fileName"] = get(f, q+"fileName")
		}
		for k := range number(p + "numClones") {
			one.Clones = append(one.Clones, get(f, fmt.Sprintf("%sclone%d", p, k)))
		}
		s.All = append(s.All, one)
	}
	return s, nil
}

func get(f *vmx.File, key string) string {
	value, _ := f.Get(key)
	return value
}

// SetSnapshots writes the .vmsd of a VM.
func (vm *VM) SetSnapshots(s *Snapshots) error {
	f := vmx.New()
	var err error
	set := func(key, value string) { err = errors.Join(err, f.Set(key, value)) }
	number := func(key string, n int) { set(key, strconv.Itoa(n)) }
	number("snapshot.lastUID", s.LastUID)
	number("snapshot.current", s.Current)
	number("snapshot.numSnapshots", len(s.All))
	for i, one := range s.All {
		p := fmt.Sprintf("snapshot%d.", i)
		number(p+"uid", one.UID)
		set(p+"filename", one.State)
		if one.Parent != 0 {
			number(p+"parent", one.Parent)
		}
		set(p+"displayName", one.Name)
		set(p+"description", one.Description)
		if one.Live {
			set(p+"type", "1")
		}
		micro := one.Created.UnixMicro()
		number(p+"createTimeHigh", int(micro>>32))
		number(p+"createTimeLow", int(int32(uint32(micro)))) //nolint:gosec // the file has the lower half as a signed number
		number(p+"numDisks", len(one.Disks))
		for k, slot := range sortedKeys(one.Disks) {
			q := fmt.Sprintf("%sdisk%d.", p, k)
			set(q+"fileName", one.Disks[slot])
			set(q+"node", slot[:len(slot)-len(".fileName")])
		}
		number(p+"numClones", len(one.Clones))
		for k, clone := range one.Clones {
			set(fmt.Sprintf("%sclone%d", p, k), clone)
		}
	}
	if s.CloneOf != "" {
		set("numCloneOf", "1")
		set("cloneOf0", s.CloneOf)
	}
	if err != nil {
		return err
	}
	return replace(base(vm.Path)+".vmsd", f.Bytes())
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Children are the snapshots below one, or the roots for 0.
func (s *Snapshots) Children(uid int) []Snapshot {
	var below []Snapshot
	for _, one := range s.All {
		if one.Parent == uid {
			below = append(below, one)
		}
	}
	return below
}

// ByUID returns a snapshot.
func (s *Snapshots) ByUID(uid int) (Snapshot, bool) {
	i := slices.IndexFunc(s.All, func(one Snapshot) bool { return one.UID == uid })
	if i < 0 {
		return Snapshot{}, false
	}
	return s.All[i], true
}

// Path is the names from the root down to a snapshot.
func (s *Snapshots) Path(one Snapshot) string {
	names := one.Name
	for parent, ok := s.ByUID(one.Parent); ok; parent, ok = s.ByUID(parent.Parent) {
		names = parent.Name + "/" + names
	}
	return names
}

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
