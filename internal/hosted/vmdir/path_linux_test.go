// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmdir

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestWindowsSpellingsOfOnePathAreOne(t *testing.T) {
	for text, want := range map[string]string{
		`C:\VMs\web\web.vmx`:                 `C:\VMs\web\web.vmx`,
		`c:/VMs/web/web.vmx`:                 `C:\VMs\web\web.vmx`,
		` c:\VMs\\.\x\..\web/web.vmx`:        `C:\VMs\web\web.vmx`,
		`C:\..\..\VMs\web\web.vmx`:           `C:\VMs\web\web.vmx`,
		`\\?\C:\VMs\web\web.vmx`:             `C:\VMs\web\web.vmx`,
		`\\nas\vms\web\web.vmx`:              `\\nas\vms\web\web.vmx`,
		`//nas/vms/./web/web.vmx`:            `\\nas\vms\web\web.vmx`,
		`\\?\UNC\nas\vms\web\web.vmx`:        `\\nas\vms\web\web.vmx`,
		`D:\Meine VMs\Ubuntu 64 位\x (1).vmx`: `D:\Meine VMs\Ubuntu 64 位\x (1).vmx`,
	} {
		if got, _, reason := cleaned(text, "windows"); got != want || reason != "" {
			t.Errorf("%s is read as %q, %s; want %q", text, got, reason, want)
		}
	}
	for text, kind := range map[string]vix.Kind{
		`VMs\web.vmx`: vix.ErrRelativePath, `C:web.vmx`: vix.ErrRelativePath, `\VMs\web.vmx`: vix.ErrRelativePath,
		`~\web.vmx`: vix.ErrRelativePath, `[ds] web/web.vmx`: vix.ErrDatastorePath, `\\nas\web.vmx`: "",
	} {
		if got, k, reason := cleaned(text, "windows"); reason == "" || k != kind {
			t.Errorf("%s is taken as %q, %q", text, got, k)
		}
	}
}

func TestWhatIsNoPathHereIsRefusedAndSaidWhy(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "empty",
		"web/web.vmx":                      "not absolute",
		"~/vms/web.vmx":                    "not absolute",
		"./web.vmx":                        "not absolute",
		"[storage1] web/web.vmx":           "datastore",
		`C:\VMs\web.vmx`:                   "Windows",
		"c:/VMs/web.vmx":                   "Windows",
		`\\nas\vms\web.vmx`:                "Windows",
		"/vms/web\x00.vmx":                 "control character",
		"/vms/web.vmdk":                    "does not end in .vmx",
		"/vms/.vmx":                        "does not end in .vmx",
		"/" + strings.Repeat("a", maxPath): "bytes",
	} {
		_, err := ParsePath(text, "linux")
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Code != vix.CodeInvalidArg || e.Field != vix.FieldPath || !strings.Contains(e.Reason, want) {
			t.Errorf("%.40q: %v; want %q", text, err, want)
		}
	}
}

// tree makes files below a folder without symbolic links in its own path.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		at := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func parse(t *testing.T, text string) string {
	t.Helper()
	p, err := ParsePath(text, "linux")
	if err != nil {
		t.Fatal(err)
	}
	return p.File
}

func TestEverySpellingOfAPathIsOneVM(t *testing.T) {
	decomposed := "u\u0308bung.vmx" // as macOS keeps it; Terraform writes one letter
	root := tree(t, "web 1/web 1.vmx", "位/位.vmx", "Mac.vmwarevm/Mac.vmx", "Mac.vmwarevm/notes.txt", "d/"+decomposed)
	err := errors.Join(
		os.Symlink(filepath.Join(root, "web 1"), filepath.Join(root, "link")),
		os.Symlink("web 1/web 1.vmx", filepath.Join(root, "link.vmx")),
		os.Symlink("nowhere.vmx", filepath.Join(root, "dangling.vmx")))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"/web 1/web 1.vmx":         "web 1/web 1.vmx",
		"//web 1/./x/../web 1.vmx": "web 1/web 1.vmx",
		"/link/web 1.vmx":          "web 1/web 1.vmx",
		"/link.vmx":                "web 1/web 1.vmx",
		"/位/位.vmx":                 "位/位.vmx",
		"/Mac.vmwarevm":            "Mac.vmwarevm/Mac.vmx",
		"/Mac.vmwarevm/":           "Mac.vmwarevm/Mac.vmx",
		"/Mac.vmwarevm/Mac.vmx":    "Mac.vmwarevm/Mac.vmx",
		"/link/not there yet.vmx":  "web 1/not there yet.vmx",
		"/no folder/not there.vmx": "no folder/not there.vmx",
		"/dangling.vmx":            "dangling.vmx",
		"/d/\u00fcbung.vmx":        "d/" + decomposed,
		"/d/\u00fcbung other.vmx":  "d/\u00fcbung other.vmx",
	} {
		if got := parse(t, root+text); got != filepath.Join(root, want) {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

func TestAFolderIsRefusedWithTheConfigurationsInIt(t *testing.T) {
	root := tree(t, "web/web.vmx", "two.vmwarevm/a.vmx", "two.vmwarevm/b.VMX", "none.vmwarevm/notes.txt")
	for name, want := range map[string][]string{
		"web": {"web/web.vmx"}, "two.vmwarevm": {"two.vmwarevm/a.vmx", "two.vmwarevm/b.VMX"}, "none.vmwarevm": nil,
	} {
		_, err := ParsePath(filepath.Join(root, name), "linux")
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Code != vix.CodeInvalidArg {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range want {
			want[i] = filepath.Join(root, want[i])
		}
		if !slices.Equal(e.Choices, want) {
			t.Errorf("%s: the choices are %q, want %q", name, e.Choices, want)
		}
	}
}

func TestANameIsSpelledAsItsFolderListsIt(t *testing.T) {
	for _, test := range []struct {
		listed []string
		name   string
		want   string
	}{
		{[]string{"Web.vmx", "db.vmx"}, "web.vmx", "Web.vmx"},
		{[]string{"Web.vmx", "web.vmx"}, "web.vmx", "web.vmx"}, // two links to one file, where letters count
		{[]string{"U\u0308ber.vmx"}, "\u00fcber.vmx", "U\u0308ber.vmx"},
		{nil, "web.vmx", "web.vmx"},
	} {
		if got := listed(test.listed, test.name); got != test.want {
			t.Errorf("%q in %q is %q, want %q", test.name, test.listed, got, test.want)
		}
	}
}

func TestASetKnowsAFileUnderEverySpelling(t *testing.T) {
	root := tree(t, "web/web.vmx", "db/db.vmx", "\xe4.vmx", "üb/x.vmx")
	if err := errors.Join(os.Symlink(filepath.Join(root, "web"), filepath.Join(root, "link")),
		os.Link(filepath.Join(root, "db/db.vmx"), filepath.Join(root, "other.vmx"))); err != nil {
		t.Fatal(err)
	}
	s := NewSet([]string{root + "/link/web.vmx", root + "//db/./db.vmx", root + "/\xe4.vmx", root + "/\xfcb/x.vmx", "/gone/gone.vmx"})
	for name, want := range map[string]bool{
		"web/web.vmx": true, "db/db.vmx": true, "other.vmx": true, "\xe4.vmx": true, "üb/x.vmx": true, "ub/x.vmx": false, "web/other.vmx": false,
	} {
		if got := s.Has(Canonical(filepath.Join(root, name))); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
	for unread, like := range map[string]map[string]bool{
		"/vms/\xdcbung/\xdcbung.vmx": {"/vms/Übung/Übung.vmx": true, "/vms/Ubung/Ubung.vmx": false, "/vms/Übungen/Übungen.vmx": false},
		"/vms/\xce\xbb 64.vmx":       {"/vms/位 64.vmx": true, "/vms/位位位 64.vmx": false, "/vms/位 65.vmx": false},
		"/vms/\x81\\\x81\\.vmx":      {"/vms/乗乗.vmx": true}, // half of a letter of GBK may be ASCII
		"/vms/?? \x1a.vmx":           {"/vms/位位 位.vmx": true, "/vms/位 位.vmx": false},
	} {
		for path, want := range like {
			if got := NewSet([]string{unread}).Has(path); got != want {
				t.Errorf("%q may be %q: %t", unread, path, got)
			}
		}
	}
	if !s.Has("/gone/gone.vmx") || s.Has("/gone/other.vmx") || len(s.Unread()) != 1 || len(s.Paths()) != 4 {
		t.Errorf("got %q, and not read %q", s.Paths(), s.Unread())
	}
}
