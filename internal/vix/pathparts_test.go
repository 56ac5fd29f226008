// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"strings"
	"testing"
)

func TestPathPartsOfBothForms(t *testing.T) {
	for text, want := range map[string][5]string{
		"[storage1]web//./web.vmx":     {"storage1", "web", "web.vmx", "web", "[storage1] web/web.vmx"},
		"[storage1] a/b c/golden.vmtx": {"storage1", "a/b c", "golden.vmtx", "golden", "[storage1] a/b c/golden.vmtx"},
		"[storage1] root.vmx":          {"storage1", "", "root.vmx", "root", "[storage1] root.vmx"},
		"/vms/../vms//web/web.v2.vmx":  {"", "/vms/web", "web.v2.vmx", "web.v2", "/vms/web/web.v2.vmx"},
		"/web.vmx":                     {"", "/", "web.vmx", "web", "/web.vmx"},
		`c:/VMs\web/.\web.VMX`:         {"", `C:\VMs\web`, "web.VMX", "web", `C:\VMs\web\web.VMX`},
		`C:\web.vmx`:                   {"", `C:\`, "web.vmx", "web", `C:\web.vmx`},
		`\\nas\vms\web\web.vmx`:        {"", `\\nas\vms\web`, "web.vmx", "web", `\\nas\vms\web\web.vmx`},
		`//nas/vms/web.vmx`:            {"", `\\nas\vms\`, "web.vmx", "web", `\\nas\vms\web.vmx`},
		`\\?\UNC\nas\vms\web\web.vmx`:  {"", `\\nas\vms\web`, "web.vmx", "web", `\\nas\vms\web\web.vmx`},
		`\\?\D:\long\..\web.vmx`:       {"", `D:\`, "web.vmx", "web", `D:\web.vmx`},
		`/vms/a\b/web.vmx`:             {"", `/vms/a\b`, "web.vmx", "web", `/vms/a\b/web.vmx`},
		`/a\b.vmx`:                     {"", "/", `a\b.vmx`, `a\b`, `/a\b.vmx`},
		"/Users/x/Virtual Machines.localized/web.vmwarevm/web.vmx": {
			"", "/Users/x/Virtual Machines.localized/web.vmwarevm", "web.vmx", "web",
			"/Users/x/Virtual Machines.localized/web.vmwarevm/web.vmx",
		},
	} {
		p, err := ParsePathParts(text)
		if got := [5]string{p.Path.Datastore, p.Directory, p.File, p.Name, p.Path.String()}; err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
		if again, err := ParsePathParts(p.Path.String()); err != nil || again != p {
			t.Errorf("%s is %+v, and that %+v, %v", text, p, again, err)
		}
	}
}

// Brackets are no less of a folder's or a file's name than other signs.
func TestBracketsBelowADatastore(t *testing.T) {
	for text, want := range map[string]string{
		"[storage1]web [old]/web.vmx": "[storage1] web [old]/web.vmx", "[storage1] b] web.vmx": "[storage1] b] web.vmx",
		"[storage1]web [old] 2/web.vmx": "[storage1] web [old] 2/web.vmx",
	} {
		if p, err := ParsePathParts(text); err != nil || p.Path.String() != want {
			t.Errorf("%s is %s, %v", text, p.Path, err)
		}
	}
}

func TestWhatIsNoPathHasNoParts(t *testing.T) {
	for _, text := range []string{
		"", "web.vmx", "web/web.vmx", "[storage1] web", "[storage1] web/web.vmdk", "[storage1] ../web.vmx", "[] web.vmx",
		"/vmfs/volumes/storage1/web/web.vmx", "/vms/web", "/vms/web/", "/vms/.vmx", "/vms/web.vmx/", "/vms/web.vmtx", "C:web.vmx",
		`C:\`, `\\nas\web.vmx`, `\\nas`, "/vms/\x00/web.vmx", "/" + strings.Repeat("a/", maxPath) + "web.vmx", "https://vc/web.vmx",
		"[a]b] web.vmx", "[a]b] web/web.vmx",
	} {
		if p, err := ParsePathParts(text); CodeOf(err) != CodeInvalidArg {
			t.Errorf("%.40q: %+v, %v", text, p, err)
		}
	}
}

func TestNewPath(t *testing.T) {
	for _, c := range [][3]string{
		{"storage1", "web/web.vmx", "[storage1] web/web.vmx"},
		{"storage1", "/web//web.vmx", "[storage1] web/web.vmx"},
		{"my store", "golden.vmtx", "[my store] golden.vmtx"},
		{"", "/vms/web/web.vmx", "/vms/web/web.vmx"},
		{"", "c:/web.vmx", `C:\web.vmx`},
	} {
		if p, err := NewPath(c[0], c[1]); err != nil || p.String() != c[2] {
			t.Errorf("%q, %q: %s, %v", c[0], c[1], p, err)
		}
	}
	for _, c := range [][2]string{
		{"", "web/web.vmx"}, {"", "[storage1] web/web.vmx"}, {"storage1", "[storage1] web/web.vmx"}, {"[storage1]", "web/web.vmx"},
		{"storage1", ""}, {"storage1", "web"}, {"storage1", "../web.vmx"}, {"storage1", `web\web.vmx`}, {"storage1", `C:/web.vmx`},
		{"storage1", "/vmfs/volumes/storage1/web/web.vmx"}, {"storage1", "web/web.vmdk"}, {"a]b", "web.vmx"}, {"a\nb", "web.vmx"},
	} {
		if p, err := NewPath(c[0], c[1]); CodeOf(err) != CodeInvalidArg {
			t.Errorf("%q, %q: %q, %v", c[0], c[1], p, err)
		}
	}
}

func TestParseKey(t *testing.T) {
	for text, want := range map[string]Locator{
		"/DC1:[storage1] web/web.vmx":      {Datacenter: "/DC1", Path: Path{"storage1", "web/web.vmx"}},
		"/F1/DC 1:[storage1]web/web.vmx":   {Datacenter: "/F1/DC 1", Path: Path{"storage1", "web/web.vmx"}},
		"/DC [old]:[storage1] web/web.vmx": {Datacenter: "/DC [old]", Path: Path{"storage1", "web/web.vmx"}},
		"/vms/web/web.vmx":                 {Path: Path{File: "/vms/web/web.vmx"}},
		`C:\VMs\web\web.vmx`:               {Path: Path{File: `C:\VMs\web\web.vmx`}},
	} {
		if at, err := ParseKey(text); err != nil || at != want {
			t.Errorf("%s: %+v, %v", text, at, err)
		}
	}
	for _, text := range []string{
		"", "/DC1", "/DC1:", "DC1:[storage1] web/web.vmx", "[storage1] web/web.vmx", "/DC1:[storage1] web/web.vmdk",
		"/DC1:[storage1] web", "/vms/web", "/DC1:/web.vmx", "/F1/DC1:/web/web.vmx",
	} {
		if at, err := ParseKey(text); CodeOf(err) != CodeInvalidArg {
			t.Errorf("%s: %+v, %v", text, at, err)
		}
	}
}

// A datacenter with brackets in its name is no part of the path: an import finds it.
func TestALocatorOfADatacenterWithBrackets(t *testing.T) {
	l := Locator{Datacenter: "/DC [old]", Path: Path{"storage1", "web/web.vmx"}}
	if again, err := ParseLocator(l.String(), ParsePath); err != nil || again != l {
		t.Errorf("%+v, %v", again, err)
	}
}
