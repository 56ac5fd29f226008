// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Snapshot is one snapshot that a .vmsd has.
type Snapshot struct {
	// UID is the product's number of the snapshot in its VM. It is never given again.
	UID int
	// Parent is the UID of the snapshot that this one was taken on; 0 at a root.
	Parent            int
	Name, Description string
	// Created is in UTC; zero where the file does not say.
	Created time.Time
	// Memory is set where the VM ran when it was taken, so that it runs again after a revert.
	Memory bool
	// Current is set on the snapshot that the VM goes on from.
	Current bool
}

// ParseSnapshots reads a .vmsd: the snapshots of a VM, each one after its parent and otherwise by UID. A
// file without any is empty, or has settings of other kinds. An error that wraps ErrNotVMX says that the text is something else.
func ParseSnapshots(text []byte) ([]Snapshot, error) {
	if strings.TrimSpace(strings.TrimPrefix(string(text), byteOrderMark)) == "" {
		return nil, nil
	}
	f, err := Parse(text)
	if err != nil {
		return nil, err
	}
	current := f.number("snapshot.current", 0)
	children := map[int][]Snapshot{}
	known := map[int]bool{}
	var found []Snapshot
	for _, n := range f.snapshotNumbers() {
		s, err := f.snapshot(n)
		if err != nil {
			return nil, err
		}
		if known[s.UID] {
			return nil, fmt.Errorf("two snapshots have the uid %d", s.UID)
		}
		s.Current = s.UID == current
		known[s.UID] = true
		found = append(found, s)
	}
	for _, s := range found {
		if !known[s.Parent] {
			s.Parent = 0 // nobody knows it any more
		}
		children[s.Parent] = append(children[s.Parent], s)
	}
	out := parentsFirst(children, 0, nil)
	if len(out) != len(found) {
		return nil, errors.New("snapshots are their own ancestors")
	}
	return out, nil
}

// snapshotNumbers are the N of the settings snapshotN.uid, in order.
func (f *File) snapshotNumbers() []int {
	var numbers []int
	for key := range f.index {
		digits, ok := strings.CutPrefix(key, "snapshot")
		digits, uid := strings.CutSuffix(digits, ".uid")
		if n, err := strconv.Atoi(digits); ok && uid && err == nil && n >= 0 {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// snapshot reads the settings of one snapshot.
func (f *File) snapshot(n int) (Snapshot, error) {
	prefix := fmt.Sprintf("snapshot%d.", n)
	uid, err := strconv.Atoi(strings.TrimSpace(f.text(prefix + "uid")))
	if err != nil || uid <= 0 {
		return Snapshot{}, fmt.Errorf("%suid is no number above 0", prefix)
	}
	return Snapshot{
		UID: uid, Parent: f.number(prefix+"parent", 0),
		Name: f.text(prefix + "displayName"), Description: f.text(prefix + "description"),
		Created: f.created(prefix), Memory: strings.TrimSpace(f.text(prefix+"type")) == "1",
	}, nil
}

// created puts the two halves of a time together: microseconds since 1970, each half written as a
// signed number of 32 bits.
func (f *File) created(prefix string) time.Time {
	high, err1 := strconv.ParseInt(strings.TrimSpace(f.text(prefix+"createTimeHigh")), 10, 64)
	low, err2 := strconv.ParseInt(strings.TrimSpace(f.text(prefix+"createTimeLow")), 10, 64)
	if err1 != nil || err2 != nil {
		return time.Time{}
	}
	return time.UnixMicro(high<<32 | low&0xffffffff).UTC()
}

// parentsFirst puts a tree in order; a snapshot that is its own ancestor is not reached.
func parentsFirst(children map[int][]Snapshot, parent int, out []Snapshot) []Snapshot {
	for _, s := range children[parent] {
		out = append(out, s)
		out = parentsFirst(children, s.UID, out)
	}
	return out
}
