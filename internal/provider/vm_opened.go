// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// openedVMs are which VM each id was when it was opened by its path, or registered: by this process, or by one before it. A plan
// that is saved hands its apply the id and nothing else, and a restored copy keeps the id.
type openedVMs struct {
	notes

	mu      sync.Mutex
	here    map[string]openedVM
	earlier map[string]openedVM // nil until somebody asks
}

// openedVM is one of them.
type openedVM struct {
	vmRecord
	At time.Time `json:"at"`
}

// openedAge is how long what an earlier process has opened counts: as long as a saved plan is likely to wait.
const openedAge = 24 * time.Hour

func newOpenedVMs() openedVMs { return openedVMs{notes: newNotes("vix-opened")} }

// openedKey tells a VM of a server from all others.
func openedKey(server, id string) string { return server + " " + strings.ToLower(id) }

func (o *openedVMs) file() string { return o.fileOf("opened") }

// note notes a VM that was opened by its path, or registered.
func (o *openedVMs) note(r *vix.Registration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	set(&o.here, openedKey(r.Server, r.ID), openedVM{vmRecordOf(r), time.Now()})
}

// of is the VM that had an id; zero if it is not known.
func (o *openedVMs) of(server, id string) vmRecord {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := openedKey(server, id)
	if vm, ok := o.here[key]; ok {
		return vm.vmRecord
	}
	if o.earlier == nil {
		o.earlier = o.kept()
	}
	return o.earlier[key].vmRecord
}

// kept is what earlier processes have opened, not too long ago.
func (o *openedVMs) kept() map[string]openedVM {
	kept, _ := read[map[string]openedVM](o.file()) // none: nothing is known
	out := map[string]openedVM{}
	for key, vm := range kept {
		if time.Since(vm.At) < openedAge {
			out[key] = vm
		}
	}
	return out
}

// save keeps what this process has opened for the next one. What cannot be written is only not held against anything then.
func (o *openedVMs) save(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.here) == 0 || !o.usable() {
		return
	}
	all := o.kept()
	maps.Copy(all, o.here)
	if err := o.write(o.file(), all); err != nil {
		tflog.Warn(ctx, "cannot note which VMs were opened", map[string]any{"error": err.Error()})
	}
}

// opened notes a VM that was opened by its path, or registered, which is what its id means from now on.
func (c *connection) opened(r *vix.Registration) {
	c.vms.remember(r)
	c.openedVMs.note(r)
}

// stillOpened is a VM that has the id of one that was opened, if it is that one; nil, with an error, if it is another one.
func (c *connection) stillOpened(vm *vix.Registration, diags *diag.Diagnostics) *vix.Registration {
	rec := c.openedVMs.of(vm.Server, vm.ID)
	if c.isMeant(rec, vm) {
		return vm
	}
	diags.AddAttributeError(path.Root("vm_id"), "vm_id names another VM by now", coded(vix.CodeInvalidHandle, fmt.Sprintf(
		"The VM that was opened, in this run or in the plan before it, is %s (managed object %s). The one with the id %s is now %s "+
			"(managed object %s): a restored copy keeps the id. Nothing was done with either.\n\nPlan again; to mean the latter, open it "+
			"by its path:\n\n  data \"vix_vm\" \"NAME\" {\n    vmx_path = %q\n  }\n\n  vm_id = data.vix_vm.NAME.id",
		rec.Path, rec.ManagedObjectID, vm.ID, vm.Path, vm.ManagedObjectID, vm.Path.String())))
	return nil
}
