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
	// each is set where every object that has the VM has a note of its own.
	each bool
}

// vmNote is one of them.
type vmNote struct {
	Server string `json:"server"`
	VM     string `json:"vm"`
	// Object is the object of the state that it is about; empty if that is not known.
	Object string `json:"object,omitempty"`
}

// newHandovers note which VMs stay registered although an object that has them goes: another object of the state has taken the
// VM over. That is how a create_before_destroy ends whose delete was interrupted, and what becomes of a VM that was imported to
// a second address. The plan sees both; of the apply, only the delete of the one that goes comes to the provider. The one that
// stays may go, too, one day: so the note is of the object.
func newHandovers() vmNotes { return vmNotes{newNotes("vix-handovers"), "handed over", true} }

// newReplaced note which VMs go for others that take their name or their file. With create_before_destroy the apply plans the new
// one anew, while the old one is there, and hands the provider nothing of what was planned before.
func newReplaced() vmNotes { return vmNotes{newNotes("vix-replaced"), "replaced", false} }

// of is where a VM is noted.
func (n vmNotes) of(at vmNote) string {
	if n.each {
		return n.fileOf(at.Server, at.VM, at.Object)
	}
	return n.fileOf(at.Server, at.VM)
}

// plan notes a VM for the apply.
func (n vmNotes) plan(ctx context.Context, note vmNote) {
	if !n.usable() || note.VM == "" {
		return
	}
	if err := n.write(n.of(note), note); err != nil {
		tflog.Warn(ctx, "cannot note that the VM is "+n.what, map[string]any{"error": err.Error()})
	}
}

// has reports that the plan has noted a VM, where each has a note for an object.
func (n vmNotes) has(vm *vix.Registration, object string) bool {
	at := vmNote{vm.Server, vm.ManagedObjectID, object}
	noted, err := read[vmNote](n.of(at))
	return err == nil && noted.Server == at.Server && noted.VM == at.VM
}

// forget ends what an earlier plan noted of a VM for an object: what it has noted for another one stays, whichever is read first.
func (n vmNotes) forget(vm *vix.Registration, object string) {
	at := vmNote{vm.Server, vm.ManagedObjectID, object}
	if noted, err := read[vmNote](n.of(at)); err == nil && noted == at {
		_ = os.Remove(n.of(at))
	}
}

// addressNotes are what a plan notes of a file that an address registers anew or takes over. With create_before_destroy the apply
// knows nothing of what is replaced, and if the delete of that is interrupted, Terraform leaves it deposed: that both are of one
// address is what tells it from a VM that two addresses have.
type addressNotes struct{ notes }

// addressNote is one of them.
type addressNote struct {
	Server string `json:"server"`
	File   string `json:"file"`
	// Object is replaced, and Address what it shares with what comes after it.
	Object  string `json:"object"`
	Address string `json:"address"`
}

func newAddressNotes() addressNotes { return addressNotes{newNotes("vix-addresses")} }

// plan notes that a file comes back at the address of an object.
func (n addressNotes) plan(ctx context.Context, server, file string, rec record) {
	if !n.usable() || file == "" || rec.Address == "" {
		return
	}
	if err := n.write(n.fileOf(server, file), addressNote{server, file, rec.Object, rec.Address}); err != nil {
		tflog.Warn(ctx, "cannot note which address the VM is replaced at", map[string]any{"error": err.Error()})
	}
}

// of is what a plan has noted of a file; zero if it has noted nothing.
func (n addressNotes) of(server, file string) addressNote {
	noted, err := read[addressNote](n.fileOf(server, file))
	if err != nil || noted.Server != server || noted.File != file {
		return addressNote{}
	}
	return noted
}

// forget ends what an earlier plan noted of an object.
func (n addressNotes) forget(server, file, object string) {
	if noted, err := read[addressNote](n.fileOf(server, file)); err == nil && noted.Object == object {
		_ = os.Remove(n.fileOf(server, file))
	}
}

// replacedIn is the VM that is in the way of a create, if it goes for what is created and is there because of
// create_before_destroy. Where the planning in the apply failed for it, Terraform would leave it deposed, and every later plan would
// fail; after a create that fails it puts the old one back. A plan has seen what is in the state: there, another one's is in the way.
func (c *connection) replacedIn(err error) *vix.Handle {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.VM == nil || c.ledger.hasSeen(e.VM.ManagedObjectID) || !c.replaced.has(e.VM, "") {
		return nil
	}
	out := e.VM.Handle()
	return &out
}
