// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import "testing"

// The id of a VM ends at the first sign; one that is a path of a hosted product may have some of its own.
func TestWhereTheIDOfAVMEnds(t *testing.T) {
	for text, want := range map[string][2]string{
		"5020:a:b#c": {"5020", "a:b#c"}, "5020#3": {"5020", "3"}, "5020:old.vmx:a": {"5020", "old.vmx:a"},
		"/vms/a:b/web.vmx:base": {"/vms/a:b/web.vmx", "base"}, `C:\VMs\web.VMX#3`: {`C:\VMs\web.VMX`, "3"},
		`\\nas\vms\web.vmx.d\web.vmx:old.vmx:a`: {`\\nas\vms\web.vmx.d\web.vmx`, "old.vmx:a"},
		"5020":                                  {"", ""}, "/vms/web.vmx": {"", ""}, "/vms/web:a": {"", ""},
	} {
		if id, _, rest := cutVMID(text, ":#"); id != want[0] || rest != want[1] {
			t.Errorf("%s is %q and %q", text, id, rest)
		}
	}
}
