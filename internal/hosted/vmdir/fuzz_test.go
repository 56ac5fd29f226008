// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import "testing"

// FuzzCleaned proves that a path that is taken is taken again as the same, on either system.
func FuzzCleaned(f *testing.F) {
	for _, seed := range []string{`C:\a\..\b.vmx`, `\\s\h\x.vmx`, `\\?\UNC\s\h\x.vmx`, "/a//b/../c.vmx", "~/x", "[ds] a.vmx", `c:/x`, "/", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, goos := range []string{"linux", "windows"} {
			clean, _, reason := cleaned(text, goos)
			if reason != "" {
				continue
			}
			if again, _, reason := cleaned(clean, goos); again != clean || reason != "" {
				t.Fatalf("%q is %q on %s, and that is %q: %s", text, clean, goos, again, reason)
			}
		}
	})
}
