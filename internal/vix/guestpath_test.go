// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix_test

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestSameGuestPath(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"/etc/app.conf", "/etc//app.conf", true},
		{"/etc/app.conf", "//etc/./app.conf", true},
		{"/etc/app.conf", "/etc/App.conf", false},
		{"/etc/app.conf", "/etc/app.conf.", false},
		{"/etc/app.conf", "/etc/app.conf ", false},
		{`/etc/a\b`, "/etc/a/b", false},
		{"/etc/link/../app.conf", "/etc/app.conf", false}, // the link may lead elsewhere
		{`C:\Temp.txt`, `c:\temp.TXT`, true},
		{`C:\Temp\a.txt`, `C:/Temp//a.txt`, true},
		{`C:\Temp\a.txt`, `C:\Temp\a.txt.`, true},
		{`C:\Temp\a.txt`, `C:\Temp .\a.txt. .`, true},
		{`C:\Temp\a.txt`, `C:\Temp\below\..\.\a.txt`, true},
		{`C:\Temp\a.txt`, `D:\Temp\a.txt`, false},
		{`C:\Temp\a.txt`, `C:\Temp\a .txt`, false},
		{`C:\Temp\a.txt`, `\\?\c:\temp\A.txt`, true},
		{`C:\Temp\a.txt`, `\\?\C:\Temp\a.txt.`, false}, // there it is another file
		{`\\Server\share\a`, `\\server\SHARE\a`, true},
		{`\\Server\share\a`, `\\?\UNC\server\share\a`, true},
		{`\\server\share\a`, `/server/share/a`, false},
	} {
		if got := vix.SameGuestPath(c.a, c.b); got != c.same {
			t.Errorf("%q and %q: %t (%q, %q)", c.a, c.b, got, vix.GuestPathKey(c.a), vix.GuestPathKey(c.b))
		}
	}
}
