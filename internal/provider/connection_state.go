// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// connectionStates says what each state other than connected means and what to
// do about it.
var connectionStates = map[vix.ConnectionState]struct {
	code    vix.Code
	meaning string
}{
	vix.Disconnected: {
		vix.CodeVMHostDisconnected, "Its ESXi host is disconnected from vCenter, so that what is known of the VM may be out of date and " +
			"nothing can be done with it. Reconnect the host.",
	},
	vix.Orphaned: {
		vix.CodeInvalidHandle, "vCenter has it in its inventory, but its ESXi host does not know it any more: usually it was " +
			"unregistered or moved on the host itself. Unregister it and register it again.",
	},
	vix.Inaccessible: {
		vix.CodeFileAccessError, "The host cannot read its files: its datastore is unmounted or down, or the files are gone. " +
			"Bring the datastore back; the VM recovers by itself.",
	},
	vix.Invalid: {
		vix.CodeCannotReadVMConfig, "The host cannot understand its configuration file, or cannot read it because another host has it " +
			"locked, or the VM's virtual hardware is newer than the host. Look at the .vmx file (data \"vix_vmx_files\" with read_config " +
			"tells its problem and its hardware_version) and at who else has the VM registered; then unregister it and register it " +
			"again, on a host that is new enough.",
	},
}

// warnConnectionState says so when the host does not have full hold of a VM. One summary for all VMs in that state, so that
// Terraform folds them: a datastore that is down takes many.
func warnConnectionState(diags *diag.Diagnostics, r *vix.Registration) {
	if r.ConnectionState == vix.Connected || r.ConnectionState == "" {
		return
	}
	if r.ConnectionState == vix.Invalid && r.Encrypted {
		diags.AddWarning("A VM is encrypted and locked",
			coded(vix.CodeNeedKey, r.Path.String()+": the VM is registered, but the host does not have the key that unlocks it "+
				"(connection state invalid). Make the key provider of the VM available to this vCenter or host under the same name, then "+
				"unlock the VM in the vSphere Client."))
		return
	}
	state, ok := connectionStates[r.ConnectionState]
	if !ok {
		state.code, state.meaning = vix.CodeFail, "The host does not have full hold of the VM."
	}
	diags.AddWarning(fmt.Sprintf("A VM is %s", r.ConnectionState), coded(state.code, r.Path.String()+": "+state.meaning))
}
