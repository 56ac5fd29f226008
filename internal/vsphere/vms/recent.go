// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// lateAge is how long what an open has told is told again: as long as a plan takes from a data source
// to what refers to it.
const lateAge = 30 * time.Second

// recent are the records of opens: what a variable, or the plan of a snapshot, of a power or of a file in a guest asks of its VM is read
// from them. A refresh of a hundred VMs and their variables takes 26 requests with them and 58 without, of their snapshots 28 and 57.
// Unlike a wire.Memory they are of the VMs that were read, however many at once, and are kept only if each was read whole.
type recent struct {
	mu      sync.Mutex
	records map[types.ManagedObjectReference]recentRecord
}

type recentRecord struct {
	record *Record
	begun  time.Time
}

// keep keeps what was read, unless a VM was changed since the read began.
func (r *recent) keep(begun time.Time, answers records) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.records == nil {
		r.records = map[types.ManagedObjectReference]recentRecord{}
	}
	for ref, a := range answers {
		switch {
		case a.Err != nil || len(a.Value.Withheld) > 0:
			delete(r.records, ref)
		case r.records[ref].begun.Before(begun):
			r.records[ref] = recentRecord{a.Value, begun}
		}
	}
}

// Lately is what an open has read of a VM a moment ago; nil if none has, or if this process has changed it since.
func (v *VMs) Lately(vm types.ManagedObjectReference) *Record {
	v.recent.mu.Lock()
	defer v.recent.mu.Unlock()
	if kept := v.recent.records[vm]; time.Since(kept.begun) < lateAge {
		return kept.record
	}
	return nil
}

// Changed forgets what was read of a VM, also by reads that are under way.
func (v *VMs) Changed(vm types.ManagedObjectReference) {
	v.recent.mu.Lock()
	defer v.recent.mu.Unlock()
	if v.recent.records == nil {
		v.recent.records = map[types.ManagedObjectReference]recentRecord{}
	}
	v.recent.records[vm] = recentRecord{begun: time.Now()}
}
