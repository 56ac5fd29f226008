// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// handovers note which VMs stay registered although an address that has them goes: another address of the state has taken the
// VM over. That is how a create_before_destroy ends whose delete was interrupted, and what becomes of a VM that was imported to
// a second address. The plan sees both; of the apply, only the delete of the one that goes comes to the provider.
type handovers struct{ notes }

// handover is one of them.
type handover struct {
	Server string `json:"server"`
	VM     string `json:"vm"`
}

func newHandovers() handovers { return handovers{newNotes("vix-handovers")} }

// plan notes a handover for the apply.
func (h handovers) plan(ctx context.Context, rec *record) {
	if !h.usable() {
		return
	}
	if err := h.write(h.fileOf(rec.Server, rec.ManagedObjectID), handover{rec.Server, rec.ManagedObjectID}); err != nil {
		tflog.Warn(ctx, "cannot note that the VM is handed over", map[string]any{"error": err.Error()})
	}
}

// has reports that the plan hands a VM over.
func (h handovers) has(vm *vix.Registration) bool {
	noted, err := read[handover](h.fileOf(vm.Server, vm.ManagedObjectID))
	return err == nil && noted == handover{vm.Server, vm.ManagedObjectID}
}

// forget ends what an earlier plan noted of a VM.
func (h handovers) forget(vm *vix.Registration) {
	_ = os.Remove(h.fileOf(vm.Server, vm.ManagedObjectID))
}
