// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Find implements vix.Host: VixHost_FindItems, by one read of the VMs and of the
// folders that they are in. A view would be shorter, and leaves out without a word
// what the user may not see.
func (h *host) Find(ctx context.Context, query vix.Query) ([]vix.Item, error) {
	what := wire.To("list the VMs of", h.Endpoint.Host)
	below, entities, err := h.findBelow(ctx, what, query)
	if err != nil {
		return nil, err
	}
	content, err := h.readBelow(ctx, below)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	above := inventory.NewEntities(content)
	maps.Copy(above, entities)
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	found, hidden := items(content, below, above, outline, query)
	if hidden, err = h.StillThere(ctx, hidden); err != nil {
		return nil, h.Failed(what, err)
	}
	if len(hidden) > 0 {
		return nil, h.Incomplete(what, hidden)
	}
	return found, nil
}

// findBelow is the folder or datacenter that the VMs of a query are below.
func (h *host) findBelow(ctx context.Context, what wire.Step, query vix.Query) (types.ManagedObjectReference, inventory.Entities, error) {
	var none types.ManagedObjectReference
	begun := time.Now()
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return none, nil, err
	}
	name := cmp.Or(query.Datacenter, h.Options.Datacenter, outline.ImpliedBy(vix.RegisterSpec{Folder: query.Folder}))
	if name == "" && query.Folder != "" {
		return none, nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter,
			Reason: "A folder's name means nothing without its datacenter.",
			Remedy: "Give the datacenter, or the folder's inventory path.",
		}
	}
	within, err := h.datacentersIn(outline, what, name)
	if err != nil {
		// What is remembered may be old; an error deserves a fresh look.
		if fresh, failed := h.Outline(ctx, begun); failed == nil && fresh != outline {
			outline = fresh
			within, err = h.datacentersIn(outline, what, name)
		}
	}
	switch {
	case err != nil:
		return none, nil, err
	case name == "":
		return h.Client.ServiceContent.RootFolder, outline.Entities, nil
	case query.Folder == "":
		return within[0].Ref, outline.Entities, nil
	}
	t, err := h.Places(ctx, within[0])
	if err != nil {
		return none, nil, err
	}
	folder, err := inventory.Pick(what, vix.FieldFolder, "VM folder", query.Folder, within[0].Path, t.Folders)
	if err != nil {
		return none, nil, err
	}
	return folder.Ref, outline.Entities, nil
}

// readBelow reads what Find needs of all VMs below an entity, and what the folders
// and vApps on the way refer to.
func (h *host) readBelow(ctx context.Context, below types.ManagedObjectReference) ([]types.ObjectContent, error) {
	return h.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: below,
			SelectSet: []types.BaseSelectionSpec{
				wire.Traverse("children", "Folder", "childEntity", "children", "vmFolder", "members", "nested", "pool"),
				wire.Traverse("vmFolder", "Datacenter", "vmFolder", "children"),
				wire.Traverse("members", "VirtualApp", "vm"),
				wire.Traverse("nested", "VirtualApp", "resourcePool", "members", "nested"),
				// Where a vApp or the folder asked for is.
				wire.Traverse("pool", "VirtualApp", "parent", "parents"),
				wire.Traverse("parents", "ManagedEntity", "parent", "parents"),
			},
		}},
		PropSet: []types.PropertySpec{
			{Type: "VirtualMachine", PathSet: []string{
				"name", "parent", "parentVApp", "config.instanceUuid", "config.files.vmPathName", "summary.config.vmPathName",
				"summary.config.instanceUuid", "runtime.connectionState", "runtime.powerState", "runtime.paused",
			}},
			{Type: "Folder", PathSet: []string{"childEntity"}},
			{Type: "Datacenter", PathSet: []string{"vmFolder"}},
			{Type: "VirtualApp", PathSet: []string{"vm", "resourcePool"}},
			{Type: "ManagedEntity", PathSet: []string{"name", "parent"}},
		},
	})
}

// items makes the answer of what was read, sorted by datacenter and path, and says
// what the host withheld of it.
func items(
	content []types.ObjectContent, below types.ManagedObjectReference, above inventory.Entities, outline *inventory.Outline,
	query vix.Query,
) (out []vix.Item, hidden []inventory.Withheld) {
	came := map[types.ManagedObjectReference]types.ObjectContent{}
	for _, o := range content {
		came[o.Obj] = o
	}
	seen := map[types.ManagedObjectReference]bool{below: true}
	for queue := []types.ManagedObjectReference{below}; len(queue) > 0; queue = queue[1:] {
		o := came[queue[0]]
		if inventory.IsWithheld(o) {
			hidden = append(hidden, inventory.Withheld{Ref: o.Obj, Path: above.Path(o.Obj), In: "/"})
			continue
		}
		for _, ref := range holds(o) {
			if _, ok := came[ref]; !ok {
				hidden = append(hidden, inventory.Withheld{Ref: ref, In: above.Path(o.Obj)})
			} else if !seen[ref] {
				seen[ref] = true
				queue = append(queue, ref)
			}
		}
		if o.Obj.Type != "VirtualMachine" {
			continue
		}
		r := vms.NewRecord(o, above, outline)
		if reg := r.Registration(); !query.Running || r.VM.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			out = append(out, vix.Item{
				ID: reg.ID, ManagedObjectID: reg.ManagedObjectID, Name: reg.Name, Path: reg.Path,
				Datacenter: reg.Datacenter, PowerState: reg.PowerState, ConnectionState: reg.ConnectionState,
			})
		}
	}
	slices.SortFunc(out, func(a, b vix.Item) int {
		return strings.Compare(a.Datacenter+"\x00"+a.Path.String()+a.ID, b.Datacenter+"\x00"+b.Path.String()+b.ID)
	})
	return out, hidden
}

// holds are the objects that lie in one on the way to VMs.
func holds(o types.ObjectContent) []types.ManagedObjectReference {
	switch o.Obj.Type {
	case "Folder":
		return inventory.Referred(o, "childEntity")
	case "Datacenter":
		return inventory.Referred(o, "vmFolder")
	case "VirtualApp":
		nested := slices.DeleteFunc(slices.Clone(inventory.Referred(o, "resourcePool")), func(ref types.ManagedObjectReference) bool {
			return ref.Type != "VirtualApp"
		})
		return slices.Concat(inventory.Referred(o, "vm"), nested)
	}
	return nil
}
