// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// exclusive are the methods that a VM refuses while a task runs on it that has it alone. Several clones of one VM are
// made at once.
var exclusive = map[string]bool{
	"ReconfigVM_Task": true, "RelocateVM_Task": true, "UnregisterVM": true, "Destroy_Task": true, "MarkAsTemplate": true,
	"CreateSnapshot_Task": true, "CreateSnapshotEx_Task": true, "RemoveAllSnapshots_Task": true, "RevertToCurrentSnapshot_Task": true,
	"ShutdownGuest": true, "StandbyGuest": true, "RebootGuest": true, "UpgradeTools_Task": true,
	"RemoveSnapshot_Task": true, "RevertToSnapshot_Task": true, "RenameSnapshot": true, "CloneVM_Task": true,
}

// startAlone is startTask for what a VM does one at a time. The simulator's own lets tasks wait for each other;
// vSphere refuses the second one, at the call, with TaskInProgress.
func (h *Host) startAlone(
	ctx *simulator.Context, vm moref, method, description, parent string, do work,
) (moref, types.BaseMethodFault) {
	t := h.newTask(ctx, vm, method, description)
	t.Info.ParentTaskKey = parent
	h.mu.Lock()
	other, busy := h.busy[vm]
	if !busy {
		h.busy[vm] = t.Self
	}
	h.mu.Unlock()
	if busy {
		return other, &types.TaskInProgress{Task: other}
	}
	h.run(ctx, t, do)
	return t.Self, nil
}

// vacate ends that a task has its VM alone.
func (h *Host) vacate(t *simulator.Task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.busy[*t.Info.Entity] == t.Self {
		delete(h.busy, *t.Info.Entity)
	}
}

// occupied refuses a call on a VM that a task has alone.
func (h *Host) occupied(me *simulator.Method) types.BaseMethodFault {
	vm := h.vmOf(me.This)
	h.mu.Lock()
	defer h.mu.Unlock()
	if other, busy := h.busy[vm]; busy && exclusive[me.Name] {
		return &types.TaskInProgress{Task: other}
	}
	return nil
}
