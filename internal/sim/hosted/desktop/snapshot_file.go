// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package desktop

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
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
