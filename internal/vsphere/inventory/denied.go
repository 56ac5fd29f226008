// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Denied types an error and names the object of a missing privilege.
func (i *Inventory) Denied(ctx context.Context, what wire.Step, err error) error {
	typed := i.Failed(what, err)
	if e, ok := errors.AsType[*vix.Error](typed); ok {
		e.Reason = cmp.Or(i.Lacking(ctx, err), e.Reason)
	}
	return typed
}

// Lacking says what a NoPermission is about with the name of its object, which
// the fault itself does not tell; empty if err is none or the name cannot be read.
func (i *Inventory) Lacking(ctx context.Context, err error) string {
	var denied *types.NoPermission
	if _, ok := fault.As(err, &denied); !ok || denied.Object == nil {
		return ""
	}
	content, readErr := i.Retrieve(ctx, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: *denied.Object, SelectSet: []types.BaseSelectionSpec{wire.Traverse("parents", "ManagedEntity", "parent", "parents")},
		}},
		PropSet: []types.PropertySpec{{Type: "ManagedEntity", PathSet: []string{"name", "parent"}}},
	})
	path := NewEntities(content).Path(*denied.Object)
	if readErr != nil || path == "" {
		return ""
	}
	return fmt.Sprintf("The user %q lacks the privilege %s on %s %s.",
		i.User.UserName, wire.OrUnknown(denied.PrivilegeId), NounOf(*denied.Object), path)
}
