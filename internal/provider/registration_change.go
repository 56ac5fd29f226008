// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planPath plans vmx_path: another spelling is no change, where the VM is now is
// one without a call, and only another file is another registration. What the texts
// do not tell the host does: on some datastores a folder has two names.
func (c *connection) planPath(
	ctx context.Context, plan *types.String, state types.String, handle vix.Handle, follows bool, diags *diag.Diagnostics,
) path.Paths {
	if plan.Equal(state) || plan.IsUnknown() { // which may come out the same
		return nil
	}
	other := path.Paths{path.Root("vmx_path")}
	want, err := c.parsePath(plan.ValueString())
	if err != nil {
		return other
	}
	there := !handle.Path.IsZero() && handle.Path.Same(want)
	if was, err := c.parsePath(state.ValueString()); (follows || there) && err == nil && was.Same(want) {
		*plan = state
		return nil
	}
	if there || c.opens(ctx, want, handle, diags) {
		return nil
	}
	return other
}

// opens reports that the host finds the VM of a handle at a path, too. If it does not tell, that is an
// error: no VM is registered anew because of a line that broke.
func (c *connection) opens(ctx context.Context, p vix.Path, handle vix.Handle, diags *diag.Diagnostics) bool {
	if !c.connected() || !handle.Path.MaySame(p) {
		return false
	}
	vm, err := c.host.Open(ctx, vix.Locator{Path: p, Datacenter: handle.Datacenter})
	switch {
	case vix.CodeOf(err) == vix.CodeVMNotFound:
		return false
	case err != nil:
		addErrorAt(diags, path.Root("vmx_path"), err)
		return false
	}
	return handle.Same(&vm.Registration) == vix.Itself
}

// samePlace plans the prior value where the planned one means the same: what
// was written once stays, and another spelling is no change.
func samePlace(plan *types.String, prior types.String, is string) {
	if plan.IsUnknown() {
		return
	}
	if want := plan.ValueString(); vix.SamePlace(is, want) || vix.SamePlace(prior.ValueString(), want) {
		*plan = prior
	}
}

// placementChange is what a host or cluster in a plan means.
type placementChange int

const (
	placeSame    placementChange = iota // no change
	placeHere                           // written anew, to where the VM is by now
	placeOther                          // elsewhere: another registration
	placeNoted                          // written for the first time, after the VM has moved
	placeUnknown                        // not known yet; it may come out the same
)

// placement decides what a host or cluster in a plan means. It is where the
// registration puts the VM; vSphere may have moved it since, and that alone must
// never unregister anything. While the user had written none, nobody can tell
// whether one that the VM has left was meant before or after the move; then it
// is noted for the next registration.
func placement(plan, prior types.String, placed, is string, configured bool) placementChange {
	if plan.Equal(prior) {
		return placeSame
	}
	if plan.IsUnknown() {
		return placeUnknown
	}
	if placed == "" && is == "" {
		placed, is = prior.ValueString(), prior.ValueString()
	}
	want := plan.ValueString()
	switch {
	case vix.SamePlace(placed, want):
		return placeSame
	case vix.SamePlace(is, want) && configured:
		return placeHere
	case vix.SamePlace(is, want):
		return placeSame
	case !configured && placed != is:
		return placeNoted
	}
	return placeOther
}

// warnMovedSince explains placeNoted.
func warnMovedSince(diags *diag.Diagnostics, name string, want types.String, is string) {
	diags.AddAttributeWarning(path.Root(name), fmt.Sprintf("%s takes effect at the next registration", name),
		coded(vix.CodeCancelled,
			fmt.Sprintf("%s says where registering puts a VM. This one was registered without it, has been moved since and is at %s "+
				"now. It is not registered again because of %s = %q; terraform apply -replace does that.",
				name, is, name, want.ValueString())))
}
