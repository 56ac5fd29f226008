// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// importSnapshot reads a snapshot that exists into state.
func (r *snapshotResource) importSnapshot(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	diags := &resp.Diagnostics
	var identity snapshotIdentityModel
	vmID, named := splitSnapshotID(req.ID)
	if req.ID == "" && req.Identity != nil {
		diags.Append(req.Identity.Get(ctx, &identity)...)
		named = vix.SnapshotName{ID: identity.ID.ValueString()}
	}
	if named == (vix.SnapshotName{}) && !diags.HasError() {
		diags.AddError("Not the id of a snapshot", coded(vix.CodeInvalidArg,
			"An import takes the VM's id with the path of the snapshot, or with its id:\n\n"+
				"  50201e5a-0000-0000-0000-000000000001:base/patched\n  50201e5a-0000-0000-0000-000000000001#3"))
	}
	if diags.HasError() {
		return
	}
	vm := importedVM(ctx, r.conn, vmID, vmIdentityModel{Server: identity.Server, VMID: identity.VMID}, diags)
	if vm == nil {
		return
	}
	is, err := named.Find(vm.Snapshots, "the VM "+vm.Name+" ("+vm.Path.String()+")")
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return
	}
	m := snapshotModel{VMID: types.StringValue(vm.ID)}
	m.follow(is)
	for name, value := range map[string]any{
		"id": m.ID, "vm_id": m.VMID, "name": m.Name, "description": m.Description, "path": m.Path, "created": m.Created,
		"power_state": m.PowerState, "is_current": m.IsCurrent,
		"memory": types.BoolValue(is.PowerState == vix.PoweredOn), "quiesce": types.BoolValue(is.Quiesced),
		"remove_children": types.BoolValue(false), "consolidate": types.BoolValue(true), "revert_on_destroy": types.BoolValue(false),
	} {
		diags.Append(resp.State.SetAttribute(ctx, path.Root(name), value)...)
	}
	vmRecordOf(&vm.Registration).save(ctx, resp.Private, diags)
	savePrivate(ctx, resp.Private, objectKept, rand.Text(), diags)
	diags.Append(setSnapshotIdentity(ctx, resp.Identity, vm.Server, m)...)
}

// splitSnapshotID reads VM_ID:PATH and VM_ID#ID.
func splitSnapshotID(text string) (vmID string, named vix.SnapshotName) {
	vmID, sign, rest := cutVMID(text, ":#")
	if sign == '#' {
		return vmID, vix.SnapshotName{ID: rest}
	}
	return vmID, vix.SnapshotName{Path: rest}
}
