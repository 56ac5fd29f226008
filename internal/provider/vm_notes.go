// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// vmNotes are what a plan notes of VMs for its apply, which Terraform lets know less than the plan.
type vmNotes struct {
	notes
	// what is what a noted VM is, for the log.
	what string
}

// vmNote is one of them.
type vmNote struct {
	Server string `json:"server"`
	VM     string `json:"vm"`
}

// newHandovers note which VMs stay registered although an address that has them goes: another address of the state has taken the
// VM over. That is how a create_before_destroy ends whose delete was interrupted, and what becomes of a VM that was imported to
// a second address. The plan sees both; of the apply, only the delete of the one that goes comes to the provider.
func newHandovers() vmNotes { return vmNotes{newNotes("vix-handovers"), "handed over"} }

// newReplaced note which VMs go for others that take their name or their file. With create_before_destroy the apply plans the new
// one anew, while the old one is there, and hands the provider nothing of what was planned before.
func newReplaced() vmNotes { return vmNotes{newNotes("vix-replaced"), "replaced"} }

// plan notes a VM for the apply.
func (n vmNotes) plan(ctx context.Context, server, managedObjectID string) {
	if !n.usable() || managedObjectID == "" {
		return
	}
	if err := n.write(n.fileOf(server, managedObjectID), vmNote{server, managedObjectID}); err != nil {
		tflog.Warn(ctx, "cannot note that the VM is "+n.what, map[string]any{"error": err.Error()})
	}
}

// has reports that the plan has noted a VM.
func (n vmNotes) has(vm *vix.Registration) bool {
	noted, err := read[vmNote](n.fileOf(vm.Server, vm.ManagedObjectID))
	return err == nil && noted == vmNote{vm.Server, vm.ManagedObjectID}
}

// forget ends what an earlier plan noted of a VM.
func (n vmNotes) forget(vm *vix.Registration) {
	_ = os.Remove(n.fileOf(vm.Server, vm.ManagedObjectID))
}

// replacedIn is the VM that is in the way of a create, if it goes for what is created and is there because of
// create_before_destroy. Where the planning in the apply failed for it, Terraform would leave it deposed, and every later plan would
// fail; after a create that fails it puts the old one back. A plan has seen what is in the state: there, another one's is in the way.
func (c *connection) replacedIn(err error) *vix.Handle {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.VM == nil || c.ledger.hasSeen(e.VM.ManagedObjectID) || !c.replaced.has(e.VM) {
		return nil
	}
	out := e.VM.Handle()
	return &out
}
