// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// absent says that a VM is not registered, and how that is known: nothing has its id, or another VM has.
func absent(id string, why error) (vix.Code, string) {
	e, ok := errors.AsType[*vix.Error](why)
	if !ok || e.VM == nil || !errors.Is(why, vix.ErrOtherVM) {
		return vix.CodeVMNotFound, fmt.Sprintf("The VM %s is in no inventory any more", id)
	}
	return vix.CodeInvalidHandle, fmt.Sprintf("What has the id %s now is another VM: another managed object at another path (%s, %s). "+
		"The VM that had it before is in no inventory any more", id, e.VM.Path, e.VM.ManagedObjectID)
}

// warnVMAbsent says that what state has of a VM that is not registered stays, and why: of what hangs on a VM, its absence from the
// inventory proves nothing. One text for many, so that Terraform folds them.
func warnVMAbsent(diags *diag.Diagnostics, id string, why error) {
	code, text := absent(id, why)
	diags.AddWarning("A VM is not registered, and what state has of it was not refreshed", coded(code, text+". What belongs to it stays "+
		"in the state as it was, and is there again when the VM is registered again."))
}

// warnVMAbsentAtDestroy says that there was nothing to do at a VM that is not registered, and why.
func warnVMAbsentAtDestroy(diags *diag.Diagnostics, what, id string, why error) {
	code, text := absent(id, why)
	diags.AddWarning("A VM is not registered, and nothing was done with it", coded(code, fmt.Sprintf(
		"%s, so that %s. It is as it was if the VM is registered again.", text, what)))
}
