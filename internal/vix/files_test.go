// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import "testing"

func TestExcluded(t *testing.T) {
	for _, c := range []struct{ file, by string }{
		{"web/web.vmx", ""},
		{".snapshot/daily.0/web/web.vmx", ".snapshot"},
		{"a/.zfs/snapshot/b/web/web.vmx", ".zfs"},
		{"contentlib-42/item/web.vmx", "contentlib-*"},
		{"web/hbrcfg.GID-1.vmx.42", "hbrcfg.*"},
		{"snapshot/web.vmx", ""},
		{"old/web/web.vmx", "old/web"},
		{"new/old/web/web.vmx", ""},
		{"lab-1/web.vmx", "lab-?"},
	} {
		by, excluded := Excluded(c.file, append([]string{"old/web", "lab-?", "[broken"}, DefaultExclude...))
		if by != c.by || excluded != (c.by != "") {
			t.Errorf("Excluded(%q) = %q, %v; want %q", c.file, by, excluded, c.by)
		}
	}
}

func TestFileLocatorIsItsImportID(t *testing.T) {
	f := File{Path: Path{"ds", "a/a.vmx"}, Datacenter: "/DC0"}
	if got := f.Locator().String(); got != "/DC0:[ds] a/a.vmx" {
		t.Errorf("Locator() = %q", got)
	}
}
