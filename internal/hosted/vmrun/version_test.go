// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import "testing"

func TestVersionsAreReadTolerantly(t *testing.T) {
	const local = "\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n\n-T <type> (ws|fusion||player)\n-vp <password>\n"
	const remote = "\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND [PARAMETERS]\n\n   -h <hostName>  (not needed for Workstation)\n"
	for _, test := range []struct {
		usage, text, build string
		old, newer         bool
	}{
		{"\nvmrun version 1.17.0 build-23775571\n" + local, "1.17.0", "23775571", false, false},
		{"vmrun version 1.17.0.24995812\n" + local, "1.17.0", "24995812", false, false},
		{"a line of a log\nvmrun version 1.15.6 build-4352439\n" + remote, "1.15.6", "4352439", false, false},
		{"vmrun version 1.14.2 build-1\n" + remote, "1.14.2", "1", true, false},
		{"vmrun version 0.9\n" + local, "0.9", "", true, false},
		{"vmrun version 3.1.1 build-332101\n" + remote, "3.1.1", "332101", true, true},
		{"vmrun version 3.1.1 build-99332101\n" + local, "3.1.1", "99332101", false, true},
		{"vmrun version 1.18.0\n" + local, "1.18.0", "", false, true},
		{"vmrun version 17.6.2\n" + local, "17.6.2", "", false, true},
		{"vmrun version 25H2\n" + local, "25H2", "", false, true},
		{"vmrun version 26.0.1\n" + local, "26.0.1", "", false, true},
		{"vmrun version e.x.p build-7\n" + local, "e.x.p", "7", false, false},
	} {
		v, ok := parseVersion(test.usage)
		if !ok || v.Text != test.text || v.Build != test.build || v.tooOld() != test.old || v.Newer() != test.newer {
			t.Errorf("%q is read as %+v (%t), too old: %t, newer: %t", test.usage, v, ok, v.tooOld(), v.Newer())
		}
	}
	if v, ok := parseVersion("Usage: vmrun COMMAND\nthe vmrun version is 1.17.0\n"); ok {
		t.Errorf("a usage without a version has %+v", v)
	}
}
