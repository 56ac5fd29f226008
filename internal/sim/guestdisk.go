// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"path/filepath"

	"github.com/vmware/govmomi/vim25/types"
)

// The disk of a guest is in the snapshots of its VM. A VM whose guest nobody had used when a snapshot was taken has an untouched one in it.

// savedDisk is where the disk of a guest lies that a snapshot holds.
func (h *Host) savedDisk(snapshot moref) string {
	return filepath.Join(h.scratch, "guests", snapshot.Value)
}

// saveDisk puts the disk of a VM's guest into a snapshot.
func (h *Host) saveDisk(vm, snapshot moref) types.BaseMethodFault {
	h.guests.Lock()
	g := h.guests.of[vm]
	h.guests.Unlock()
	if g == nil {
		return nil
	}
	if err := g.Save(h.savedDisk(snapshot)); err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: err.Error()}}
	}
	h.guests.Lock()
	defer h.guests.Unlock()
	h.guests.saved[snapshot] = true
	return nil
}

// restoreDisk makes the disk of a VM's guest what it was in a snapshot.
func (h *Host) restoreDisk(vm, snapshot moref) types.BaseMethodFault {
	h.guests.Lock()
	defer h.guests.Unlock()
	g := h.guests.of[vm]
	if g == nil {
		return nil
	}
	var err error
	if h.guests.saved[snapshot] {
		err = g.Restore(h.savedDisk(snapshot))
	} else {
		err = g.Renew()
	}
	if err != nil {
		return &types.CannotAccessFile{FileFault: types.FileFault{File: err.Error()}}
	}
	return nil
}
