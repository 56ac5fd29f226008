// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"errors"
	"strings"
	"testing"
)

func TestParsePathAcceptsEverySpellingOfOnePath(t *testing.T) {
	want := Path{Datastore: "storage1", File: "web/web.vmx"}
	for _, text := range []string{
		"[storage1] web/web.vmx",
		"[storage1]web/web.vmx",
		"[storage1]   web/web.vmx",
		"  [storage1] web/web.vmx ",
		"[ storage1 ] web/web.vmx",
		"[storage1] web//web.vmx",
		"[storage1] ./web/./web.vmx",
		"[storage1] /web/web.vmx",
		"[storage1] other/../web/web.vmx",
	} {
		got, err := ParsePath(text)
		if err != nil || got != want {
			t.Errorf("ParsePath(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	if got := want.String(); got != "[storage1] web/web.vmx" {
		t.Errorf("String() = %q", got)
	}
}

func TestParsePathKeepsOddNames(t *testing.T) {
	for _, text := range []string{
		"[my store (1)] my vm/my vm.vmx",
		"[ds] 100%/100%.vmx",
		"[ds] a[1]/a[1].vmx",
		"[ds] größe/größe.vmx",
		"[ds] root.vmx",
		"[ds] a/b/c/deep.VMX",
		"[ds] t/t.vmtx",
	} {
		p, err := ParsePath(text)
		if err != nil || p.String() != text {
			t.Errorf("ParsePath(%q) = %q, %v", text, p, err)
		}
	}
}

func TestParsePathShowsTheRightFormOfWhatWasMeant(t *testing.T) {
	for _, c := range []struct{ text, reason, remedy string }{
		{"", "The path is empty.", "A vmx path is the datastore in brackets"},
		{"   ", "The path is empty.", "A vmx path is"},
		{"[ds] " + strings.Repeat("x", 5000), "bytes; no datastore path is that long.", "A vmx path is"},
		{"[ds] a\xff/a.vmx", "The path is not valid UTF-8.", "A vmx path is"},
		{"[ds] a\n/a.vmx", "The path contains a control character.", "A vmx path is"},
		{`[ds] web\web.vmx`, "separated by slashes, not backslashes", "Write [ds] web/web.vmx"},
		{`C:\VMs\web\web.vmx`, "The datastore in brackets is missing.", "A vmx path is"},
		{"ds:///vmfs/volumes/storage1/web/web.vmx", "This is a URL.", "Write [storage1] web/web.vmx"},
		{"https://vc/folder/web/web.vmx?dcPath=DC0&dsName=storage1", "This is a URL.", "Write [storage1] web/web.vmx"},
		{"https://vc/ui", "This is a URL.", "A vmx path is"},
		{"https://%zz/", "This is a URL.", "A vmx path is"},
		{"/vmfs/volumes/storage1/web/web.vmx", "the path in an ESXi shell", "Write [storage1] web/web.vmx"},
		{"/vmfs/volumes/5f3c1a2b-0d4e6f80-9a1b-0050569c1d2e/web/web.vmx", "the path in an ESXi shell",
			"Write [DATASTORE] web/web.vmx, with the name of the datastore whose identifier is 5f3c1a2b-0d4e6f80-9a1b-0050569c1d2e in the brackets"},
		{"/vmfs/volumes/1fb2a3c4-5d6e7f80/web", "the path in an ESXi shell",
			"Write [DATASTORE] web/web.vmx, with the name of the datastore whose identifier is 1fb2a3c4-5d6e7f80 in"},
		{"ds:///vmfs/volumes/vsan:52a1b2c3d4e5f607-18293a4b5c6d7e8f/", "This is a URL.",
			"Write [DATASTORE] web/web.vmx, with the name of the datastore whose identifier is vsan:52a1b2c3d4e5f607-18293a4b5c6d7e8f in"},
		{"/vmfs/volumes//web.vmx", "the path in an ESXi shell", "A vmx path is"},
		{"storage1/web/web.vmx", "The datastore in brackets is missing.", "Write [storage1] web/web.vmx"},
		{"storage1] web/web.vmx", "The datastore in brackets is missing.", "Write [storage1] web/web.vmx"},
		{"web/web.vmx", "The datastore in brackets is missing.", "Write [DATASTORE] web/web.vmx, with the name of its datastore"},
		{"web.vmx", "The datastore in brackets is missing.", "A vmx path is"},
		{"[storage1 web/web.vmx", "The bracket after the datastore's name is missing.", "Write [storage1] web/web.vmx"},
		{"[storage1", "The bracket after the datastore's name is missing.", "A vmx path is"},
		{"[] web/web.vmx", "The brackets hold no datastore name.", "A vmx path is"},
		{"[ds] web/", "This names a folder", "Write [ds] web/web.vmx"},
		{"[ds] web", "This names a folder", "Write [ds] web/web.vmx"},
		{"[ds]", "This names a folder", "Write [ds] web/web.vmx, with the VM's own folder and file"},
		{"[ds] ../web/web.vmx", "The path leaves the datastore.", "A vmx path is"},
		{"[ds] / web/web.vmx", "begins or ends with a space", "A vmx path is"},
		{"[ds] web/.vmx", "The file has no name before its ending.", "A vmx path is"},
		{"[ds] web/web.vmdk", "This is not a VM's configuration file", "Write [ds] web/web.vmx"},
	} {
		_, err := ParsePath(c.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("ParsePath(%.40q): %v, want an *Error", c.text, err)
			continue
		}
		if !strings.Contains(e.Reason, c.reason) || !strings.HasPrefix(e.Remedy, c.remedy) {
			t.Errorf("ParsePath(%.40q): %q, %q; want %q, %q", c.text, e.Reason, e.Remedy, c.reason, c.remedy)
		}
		if e.Code != CodeInvalidArg || e.Field != FieldPath {
			t.Errorf("ParsePath(%.40q): code %s, field %q", c.text, e.Code, e.Field)
		}
		if len(e.Object) > 600 {
			t.Errorf("ParsePath(%.40q): the error repeats %d bytes", c.text, len(e.Object))
		}
	}
}

func TestPathParts(t *testing.T) {
	p := Path{Datastore: "ds", File: "a/b/web.vmtx"}
	if p.Folder() != "a/b" || p.Base() != "web.vmtx" || p.Stem() != "web" || !p.IsTemplate() || p.IsZero() {
		t.Errorf("parts of %v: %q %q %q", p, p.Folder(), p.Base(), p.Stem())
	}
	if got := p.AsVMX().String(); got != "[ds] a/b/web.vmx" {
		t.Errorf("AsVMX() = %q", got)
	}
	if got := (Path{Datastore: "ds", File: "web.vmx"}).Folder(); got != "" {
		t.Errorf("the folder of a file in the root is %q", got)
	}
	if got := (Path{File: "/home/me/web.vmx"}).String(); got != "/home/me/web.vmx" {
		t.Errorf("a hosted path is written %q", got)
	}
	if !(Path{}).IsZero() {
		t.Error("the zero Path is not zero")
	}
}

func TestLocatorRoundTrip(t *testing.T) {
	for text, want := range map[string]Locator{
		"[ds] a/a.vmx":         {Path: Path{"ds", "a/a.vmx"}},
		"DC0:[ds] a/a.vmx":     {Path: Path{"ds", "a/a.vmx"}, Datacenter: "DC0"},
		"/F0/DC1:[ds] a/a.vmx": {Path: Path{"ds", "a/a.vmx"}, Datacenter: "/F0/DC1"},
		"a:b:[ds] a/a.vmx":     {Path: Path{"ds", "a/a.vmx"}, Datacenter: "a:b"},
	} {
		got, err := ParseLocator(text, ParsePath)
		if err != nil || got != want || got.String() != text {
			t.Errorf("ParseLocator(%q) = %+v (%q), %v", text, got, got.String(), err)
		}
	}
	if _, err := ParseLocator("DC0 [ds] a/a.vmx", ParsePath); err == nil {
		t.Error("a datacenter without its colon was accepted")
	}
}

// FuzzParsePath proves that no text makes the parser panic, that what it accepts
// is written in one way and reads back as itself, and that no accepted path
// leaves its datastore.
func FuzzParsePath(f *testing.F) {
	for _, seed := range []string{
		"[storage1] web/web.vmx", "[a]b/c.vmx", "[ds] ../x.vmx", "/vmfs/volumes/x/y.vmx", "ds:///vmfs/volumes/a/b.vmx",
		`[ds] a\b.vmx`, "[ds] ", "[", "]", "[ds] %2e%2e/x.vmx", "https://h/folder/x.vmx?dsName=[ds", "[ds] a//b/./c.vmtx", "[ds] ./.vmx",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePath(text)
		if err != nil {
			if e := new(Error); !errors.As(err, &e) || e.Detail() == "" {
				t.Fatalf("ParsePath(%q) gave the error %v", text, err)
			}
			return
		}
		again, err := ParsePath(p.String())
		if err != nil || again != p {
			t.Fatalf("%q parsed to %q, which parses to %q, %v", text, p, again, err)
		}
		if strings.HasPrefix(p.File, "/") || p.File == ".." || strings.HasPrefix(p.File, "../") || strings.Contains(p.File, "/../") {
			t.Fatalf("%q leaves its datastore: %q", text, p.File)
		}
	})
}

// FuzzParseLocator proves the same of the import form.
func FuzzParseLocator(f *testing.F) {
	for _, seed := range []string{"DC0:[ds] a/a.vmx", "/F/DC1:[ds]a.vmx", ":[ds] a.vmx", "[ds] a.vmx", "a:[b:[ds] c.vmx"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLocator(text, ParsePath)
		if err != nil {
			return
		}
		again, err := ParseLocator(l.String(), ParsePath)
		if err != nil || again != l {
			t.Fatalf("%q parsed to %q, which parses to %+v, %v", text, l, again, err)
		}
	})
}

func TestPartsOfAPathOfThisMachine(t *testing.T) {
	for text, want := range map[string][3]string{
		"/vms/web 1/web.vmx":   {"/vms/web 1", "web.vmx", "web"},
		`C:\VMs\web 1\web.vmx`: {`C:\VMs\web 1`, "web.vmx", "web"},
		"/web.vmx":             {"", "web.vmx", "web"},
	} {
		p := Path{File: text}
		if got := [3]string{p.Folder(), p.Base(), p.Stem()}; got != want {
			t.Errorf("%s has the parts %q, want %q", text, got, want)
		}
	}
	if p := (Path{Datastore: "ds", File: `a/b\c.vmx`}); p.Base() != `b\c.vmx` || p.Folder() != "a" {
		t.Errorf("a backslash on a datastore separates: %q, %q", p.Folder(), p.Base())
	}
}

func TestSnapshotPathsEscapeWhatSeparates(t *testing.T) {
	if got := SnapshotPath(SnapshotPath("", "50% a/b"), "c%2F"); got != "50%25 a%2Fb/c%252F" {
		t.Errorf("got %q", got)
	}
}

func TestParseAnyPathTakesEitherForm(t *testing.T) {
	for text, want := range map[string]Path{
		"[ds]web/web.vmx":      {Datastore: "ds", File: "web/web.vmx"},
		"/home/me/web.vmx":     {File: "/home/me/web.vmx"},
		`C:\VMs\web\web.vmx`:   {File: `C:\VMs\web\web.vmx`},
		`\\server\vms\web.vmx`: {File: `\\server\vms\web.vmx`},
	} {
		if got, err := ParseAnyPath(text); err != nil || got != want {
			t.Errorf("ParseAnyPath(%q) = %+v, %v; want %+v", text, got, err, want)
		}
	}
	for text, relative := range map[string]bool{
		"": false, "web.vmx": true, "~/web.vmx": true, "storage1/web/web.vmx": true, "[ds] web": false, "/home/\x00.vmx": false,
		"C:web.vmx": true, "https://vc/ui": false, "/vmfs/volumes/ds/web/web.vmx": false,
	} {
		_, strict := ParsePath(text)
		want, _ := errors.AsType[*Error](strict)
		if relative {
			want.Remedy += "\n\nThe path of a file on this machine, as products on a desktop take it, is absolute."
		}
		if _, err := ParseAnyPath(text); err == nil || err.Error() != want.Error() || errors.Is(err, ErrRelativePath) != relative {
			t.Errorf("ParseAnyPath(%q): %v; want %v", text, err, want)
		}
	}
}

// A name is unwritable where a path that begins with it is not read as it is written.
func TestUnwritableIsWhatNoPathKeeps(t *testing.T) {
	for name, want := range map[string]string{
		"web": "", "a b": "", "web ": "", "web\u00a0": "", "größer": "", "a%2fb": "", " web": "begins with a blank",
		"\u00a0web": "begins with a blank", "\tweb": "has the control character U+0009", "we\tb": "has the control character U+0009",
		"web\t": "has the control character U+0009", "a\nb": "has the control character U+000A", "a\u0085b": "has the control character U+0085",
		"a\x7f": "has the control character U+007F",
	} {
		if got := Unwritable(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
		p := Path{Datastore: "storage1", File: name + "/" + name + ".vmx"}
		if again, err := ParsePath(p.String()); (err == nil && again == p) != (want == "") {
			t.Errorf("%q is read as %+v, %v", p, again, err)
		}
	}
}
