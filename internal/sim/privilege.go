// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// denial takes a privilege from a user on an object and everything below it.
type denial struct {
	user, privilege, entity string
}

// Deny takes a privilege from a user, "" for every user, on an object and everything below it. The object is an
// inventory path or a managed object id, "" for everything. System.Read or System.View taken from an object hides
// it from searches and views; without System.View, what is found on the way to it leaves it out too.
func (h *Host) Deny(user, privilege, entity string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.denials = append(h.denials, denial{user, privilege, entity})
}

// Allow takes back what Deny did with the same arguments.
func (h *Host) Allow(user, privilege, entity string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var kept []denial
	for _, d := range h.denials {
		if d != (denial{user, privilege, entity}) {
			kept = append(kept, d)
		}
	}
	h.denials = kept
}

// ClearDenied takes back every Deny.
func (h *Host) ClearDenied() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.denials = nil
}

// HideVM keeps a user from seeing a registered VM.
func (h *Host) HideVM(user, datacenter, path string) error {
	ref, err := h.vmRef(datacenter, path)
	if err != nil {
		return err
	}
	h.Deny(user, "System.Read", ref.Value)
	h.Deny(user, "System.View", ref.Value)
	return nil
}

func (h *Host) denialsOf(user string, privileges ...string) []denial {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []denial
	for _, d := range h.denials {
		if d.user != "" && d.user != user {
			continue
		}
		for _, p := range privileges {
			if d.privilege == p {
				out = append(out, d)
			}
		}
	}
	return out
}

// denied says whether a user lacks a privilege on an object.
func (h *Host) denied(user, privilege string, ref moref) bool {
	return h.covers(h.denialsOf(user, privilege), ref)
}

// visible says whether a user may know of an object.
func (h *Host) visible(user string, ref moref) bool {
	return !h.covers(h.denialsOf(user, "System.Read", "System.View"), ref)
}

func (h *Host) covers(ds []denial, ref moref) bool {
	if len(ds) == 0 {
		return false
	}
	at := h.inventoryPath(ref)
	for _, d := range ds {
		switch {
		case d.entity == "" || d.entity == ref.Value:
			return true
		case strings.HasPrefix(d.entity, "/"):
			if d.entity == "/" || at == d.entity || strings.HasPrefix(at, strings.TrimSuffix(d.entity, "/")+"/") {
				return true
			}
		default:
			for e := h.entity(ref); e != nil && e.Entity().Parent != nil; e = h.entity(*e.Entity().Parent) {
				if e.Entity().Parent.Value == d.entity {
					return true
				}
			}
		}
	}
	return false
}

// privileges maps a method to the privilege that its object must grant. Methods that look at further objects are in
// needs.
var privileges = map[string]string{
	"UnregisterVM":                 "VirtualMachine.Inventory.Unregister",
	"Destroy_Task":                 "VirtualMachine.Inventory.Delete",
	"PowerOnVM_Task":               "VirtualMachine.Interact.PowerOn",
	"PowerOffVM_Task":              "VirtualMachine.Interact.PowerOff",
	"ShutdownGuest":                "VirtualMachine.Interact.PowerOff",
	"ResetVM_Task":                 "VirtualMachine.Interact.Reset",
	"RebootGuest":                  "VirtualMachine.Interact.Reset",
	"SuspendVM_Task":               "VirtualMachine.Interact.Suspend",
	"StandbyGuest":                 "VirtualMachine.Interact.Suspend",
	"AnswerVM":                     "VirtualMachine.Interact.AnswerQuestion",
	"MountToolsInstaller":          "VirtualMachine.Interact.ToolsInstall",
	"UnmountToolsInstaller":        "VirtualMachine.Interact.ToolsInstall",
	"UpgradeTools_Task":            "VirtualMachine.Interact.ToolsInstall",
	"CreateScreenshot_Task":        privilegeScreen,
	"CreateSnapshot_Task":          "VirtualMachine.State.CreateSnapshot",
	"CreateSnapshotEx_Task":        "VirtualMachine.State.CreateSnapshot",
	"RemoveAllSnapshots_Task":      "VirtualMachine.State.RemoveSnapshot",
	"RemoveSnapshot_Task":          "VirtualMachine.State.RemoveSnapshot",
	"RenameSnapshot":               "VirtualMachine.State.RenameSnapshot",
	"RevertToSnapshot_Task":        "VirtualMachine.State.RevertToSnapshot",
	"RevertToCurrentSnapshot_Task": "VirtualMachine.State.RevertToSnapshot",
	"MarkAsTemplate":               "VirtualMachine.Provisioning.MarkAsTemplate",
	"MarkAsVirtualMachine":         "VirtualMachine.Provisioning.MarkAsVM",
	"CreateFolder":                 "Folder.Create",
}

type need struct {
	privilege string
	on        moref
}

// needs lists what a call requires.
func (h *Host) needs(me *simulator.Method) []need {
	var out []need
	if p, ok := privileges[me.Name]; ok {
		out = append(out, need{p, h.vmOf(me.This)})
	}
	switch r := me.Body.(type) {
	case *types.RegisterVM_Task:
		out = append(out, need{"VirtualMachine.Inventory.Register", r.This})
		if r.Pool != nil {
			out = append(out, need{"Resource.AssignVMToPool", *r.Pool})
		}
		if p, ok := parsePath(r.Path); ok {
			if dc := h.datacenterOf(r.This); dc != nil {
				if ds := h.datastoreOf(dc, p.Datastore); ds != nil {
					out = append(out, need{"System.Read", ds.Self})
				}
			}
		}
	case *types.CloneVM_Task:
		out = append(out, h.cloneNeeds(r)...)
	case *types.Rename_Task:
		if r.This.Type == "VirtualMachine" {
			out = append(out, need{"VirtualMachine.Config.Rename", r.This})
		}
	case *types.MoveIntoFolder_Task:
		for _, ref := range r.List {
			out = append(out, need{"VirtualMachine.Inventory.Move", ref})
		}
		out = append(out, need{"VirtualMachine.Inventory.Move", r.This})
	case *types.MoveIntoResourcePool:
		out = append(out, need{"Resource.AssignVMToPool", r.This})
	case *types.ReconfigVM_Task:
		if len(r.Spec.ExtraConfig) > 0 {
			out = append(out, need{"VirtualMachine.Config.AdvancedConfig", r.This})
		}
		if r.Spec.Name != "" {
			out = append(out, need{"VirtualMachine.Config.Rename", r.This})
		}
	case *types.RelocateVM_Task:
		if r.Spec.Pool != nil {
			out = append(out, need{"Resource.AssignVMToPool", *r.Spec.Pool})
		}
		out = append(out, need{"Resource.ColdMigrate", r.This})
	case *types.SearchDatastore_Task:
		out = append(out, h.browse(r.This, r.DatastorePath)...)
	case *types.SearchDatastoreSubFolders_Task:
		out = append(out, h.browse(r.This, r.DatastorePath)...)
	}
	return out
}

// cloneNeeds are the needs of a clone: on the source, and on each place that it goes to.
func (h *Host) cloneNeeds(r *types.CloneVM_Task) []need {
	vm, ok := h.reg.Get(r.This).(*simulator.VirtualMachine)
	if !ok {
		return nil
	}
	var template bool
	var pool *moref
	h.context().WithLock(vm, func() { template, pool = vm.Config.Template, vm.ResourcePool })
	of := "VirtualMachine.Provisioning.Clone"
	switch {
	case template && r.Spec.Template:
		of = "VirtualMachine.Provisioning.CloneTemplate"
	case template:
		of = "VirtualMachine.Provisioning.DeployTemplate"
	case r.Spec.Template:
		of = "VirtualMachine.Provisioning.CreateTemplateFromVM"
	}
	at := r.Spec.Location
	folder := r.Folder
	if at.Folder != nil {
		folder = *at.Folder
	}
	out := []need{{of, r.This}, {"VirtualMachine.Inventory.CreateFromExisting", folder}}
	if at.Pool != nil {
		pool = at.Pool
	}
	if pool != nil && !r.Spec.Template {
		out = append(out, need{"Resource.AssignVMToPool", *pool})
	}
	if at.Datastore != nil {
		out = append(out, need{"Datastore.AllocateSpace", *at.Datastore})
	} else if ds, _, ok := h.homeOf(vm); ok {
		out = append(out, need{"Datastore.AllocateSpace", ds.Self})
	}
	return out
}

func (h *Host) browse(this moref, text string) []need {
	p, ok := parsePath(text)
	if !ok {
		return nil
	}
	if ds := h.browserDatastore(this, p.Datastore); ds != nil {
		return []need{{"Datastore.Browse", ds.Self}, {"System.Read", ds.Self}}
	}
	return nil
}

// forbidden returns NoPermission for a call that the user has no right to.
func (h *Host) forbidden(user string, me *simulator.Method) types.BaseMethodFault {
	h.mu.Lock()
	none := len(h.denials) == 0
	h.mu.Unlock()
	if none {
		return nil
	}
	for _, n := range h.needs(me) {
		if h.denied(user, n.privilege, n.on) {
			on := n.on
			return &types.NoPermission{Object: &on, PrivilegeId: n.privilege}
		}
	}
	return nil
}
