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
	"unicode/utf8"

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
		`\\.\C:\VMs\web.vmx`: "", `C:\VMs\a.txt:web.vmx`: "", `\\nas\vms\web.vmx::$DATA`: "",
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
		"//nas/vms/web.vmx":                "Windows",
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

// Two dots lead up from where a link leads, as they do for every other program.
func TestTwoDotsBehindALinkLeadWhereTheSystemGoes(t *testing.T) {
	root := tree(t, "web/web.vmx", "other/web/web.vmx", "other/sub/x")
	if err := os.Symlink(filepath.Join(root, "other/sub"), filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"/link/../web/web.vmx": "other/web/web.vmx", "/link/.././web/../../web/web.vmx": "web/web.vmx", "/none/../web/web.vmx": "web/web.vmx",
	} {
		got := parse(t, root+text)
		if got != filepath.Join(root, want) {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
		byUs, err1 := os.Stat(got)
		if bySystem, err := os.Stat(root + text); err == nil && (err1 != nil || !os.SameFile(byUs, bySystem)) {
			t.Errorf("%q is read as %q, which is another file", text, got)
		}
	}
	if folder, err := ParseFolder(root+"/link/../web", "linux"); err != nil || folder != filepath.Join(root, "other/web") {
		t.Errorf("the folder is read as %q, %v", folder, err)
	}
}

// Terraform composes every letter, so that of two names that differ in nothing else it can mean either.
func TestNamesThatFoldToOneAreAnErrorThatListsThem(t *testing.T) {
	composed, decomposed := "c\u00e9", "ce\u0301"
	root := tree(t, composed+"/web.vmx", decomposed+"/web.vmx", "e\u0302\u0323/x.vmx", "\u00ea\u0323/x.vmx", "plain/x.vmx")
	for _, text := range []string{composed + "/web.vmx", "\u1ec7/x.vmx", composed + "/none/none.vmx"} {
		_, err := ParsePath(filepath.Join(root, text), "linux")
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Kind != vix.ErrAmbiguous || len(e.Choices) != 2 || e.Choices[0] == e.Choices[1] {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ParseFolder(filepath.Join(root, composed), "linux"); !errors.Is(err, vix.ErrAmbiguous) {
		t.Errorf("a folder: %v", err)
	}
	if got := parse(t, filepath.Join(root, decomposed, "web.vmx")); got != filepath.Join(root, decomposed, "web.vmx") {
		t.Errorf("bytes that mean one of the two are read as %q", got)
	}
}

func TestALinkToWhatIsNoConfigurationSaysSo(t *testing.T) {
	root := tree(t, "abc123", "Mac.vmwarevm/Mac.vmx", "Mac.vmwarevm/._Mac.vmx")
	if err := errors.Join(os.Symlink("abc123", filepath.Join(root, "store.vmx")), os.Symlink("/dev/null", filepath.Join(root, "dev.vmx"))); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		code vix.Code
		says string
	}{
		"store.vmx": {vix.CodeInvalidArg, "link to " + root + "/abc123"}, "dev.vmx": {vix.CodeNotAFile, "link to /dev/null"},
	} {
		_, err := ParsePath(filepath.Join(root, name), "linux")
		if vix.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := parse(t, filepath.Join(root, "Mac.vmwarevm")); got != filepath.Join(root, "Mac.vmwarevm/Mac.vmx") {
		t.Errorf("what macOS keeps beside a file counts: %q", got)
	}
}

func TestASetKnowsAFileUnderEverySpelling(t *testing.T) {
	root := tree(t, "web/web.vmx", "db/db.vmx", "\xe4.vmx", "üb/x.vmx", "here/web.vmx")
	if err := errors.Join(os.Symlink(filepath.Join(root, "web"), filepath.Join(root, "link")),
		os.Link(filepath.Join(root, "db/db.vmx"), filepath.Join(root, "other.vmx"))); err != nil {
		t.Fatal(err)
	}
	paths := []string{root + "/link/web.vmx", root + "//db/./db.vmx", root + "/\xe4.vmx", root + "/\xfcb/x.vmx", "/gone/gone.vmx"}
	s := NewList(paths)
	for name, want := range map[string]bool{
		"web/web.vmx": true, "db/db.vmx": true, "other.vmx": true, "\xe4.vmx": true, "üb/x.vmx": true, "ub/x.vmx": false, "web/other.vmx": false,
		"here/web.vmx": false,
	} {
		if got, doubts := s.Has(Canonical(filepath.Join(root, name))); got != want || len(doubts) > 0 {
			t.Errorf("%q: %t, %v", name, got, doubts)
		}
	}
	gone, _ := s.Has("/gone/gone.vmx")
	other, _ := s.Has("/gone/other.vmx")
	if !gone || other || len(s.Blurs()) != 0 || len(s.Paths()) != len(paths) {
		t.Errorf("got %q, and not read %q", s.Paths(), s.Blurs())
	}
}

// A list whose encoding nobody tells is read by the files that there are. What fits several of them, or none, is no VM's for sure.
func TestAListInAnotherEncodingIsReadByTheFilesThatThereAre(t *testing.T) {
	root := tree(t, "клон/клон.vmx", "стол/стол.vmx", "位 64.vmx", "乗乗.vmx", "u\u0308b.vmx", "位位 位.vmx", "位 位.vmx", "é/x.vmx", "è/x.vmx", "VM ?/v.vmx")
	for line, test := range map[string]struct {
		is     []string
		doubts []string
		not    []string
	}{
		"/\xea\xeb\xee\xed/\xea\xeb\xee\xed.vmx": {is: []string{"клон/клон.vmx"}, not: []string{"стол/стол.vmx"}},
		"/\xce\xbb 64.vmx":                       {is: []string{"位 64.vmx"}, not: []string{"位位 位.vmx"}}, // text of UTF-8, too
		"/\x81\\\x81\\.vmx":                      {is: []string{"乗乗.vmx"}},                              // half of a letter may be ASCII
		"/\xfcb.vmx":                             {is: []string{"u\u0308b.vmx"}},
		"/?? \x1a.vmx":                           {is: []string{"位位 位.vmx"}, not: []string{"位 位.vmx"}},
		"/?/x.vmx":                               {doubts: []string{"é/x.vmx", "è/x.vmx"}, not: []string{"位 64.vmx"}},
		"/VM ?/v.vmx":                            {is: []string{"VM ?/v.vmx"}},
		"/\xff\xff\xff \xff.vmx":                 {not: []string{"é/x.vmx", "клон/клон.vmx"}},
		"/\x80\x80 64.vmx":                       {doubts: []string{"位 64.vmx"}, not: []string{"é/x.vmx"}}, // in no encoding
	} {
		s := NewList([]string{root + line})
		for want, names := range map[int][]string{0: test.is, 1: test.doubts, 2: test.not} {
			for _, name := range names {
				is, doubts := s.Has(filepath.Join(root, name))
				if is != (want == 0) || len(doubts) > 0 != (want == 1) {
					t.Errorf("%q is %q: %t, %v", line, name, is, doubts)
				}
			}
		}
		if len(s.Paths())+len(s.Blurs()) != 1 {
			t.Errorf("%q is %q and %q", line, s.Paths(), s.Blurs())
		}
	}
	blurs := NewList([]string{"/vms/\xea\xeb.vmx", "/vms/\xef\xe5.vmx"}).Blurs()
	if len(blurs) != 2 || blurs[0].Text == blurs[1].Text || !utf8.ValidString(blurs[0].Text) {
		t.Errorf("two VMs are shown as %q", blurs)
	}
}

// Of a library that is text an entry means what it says: no letter of it stands for another one.
func TestADeadEntryOfALibraryStandsForNoOtherVM(t *testing.T) {
	root := tree(t, "стол/стол.vmx", "VM é/vm.vmx", "here/web.vmx")
	s := NewSet([]string{root + "/клон/клон.vmx", root + "/VM ?/vm.vmx", root + "/gone/web.vmx"})
	for _, name := range []string{"стол/стол.vmx", "VM é/vm.vmx", "here/web.vmx"} {
		if is, doubts := s.Has(filepath.Join(root, name)); is || len(doubts) > 0 {
			t.Errorf("%q: %t, %v", name, is, doubts)
		}
	}
	if is, doubts := NewSet([]string{root + "/VM \uFFFD/vm.vmx"}).Has(root + "/VM é/vm.vmx"); is || len(doubts) != 1 {
		t.Errorf("what vmrest could not say itself: %t, %v", is, doubts)
	}
}

// While what they lie on is away, VMs are told apart by the text of their paths, as far as links lead; what may be one VM leaves a doubt.
func TestAVMWhoseDiskIsAwayIsStillInTheSet(t *testing.T) {
	root := tree(t, "disk/web/web.vmx", "Bu\u0308cher/x/x.vmx", "inner/real/db.vmx")
	if err := errors.Join(os.Symlink(filepath.Join(root, "disk"), filepath.Join(root, "home")), os.Symlink("home", filepath.Join(root, "again")),
		os.Symlink("real", filepath.Join(root, "inner/link"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"disk", "Bu\u0308cher", "inner"} {
		if err := os.Rename(filepath.Join(root, name), filepath.Join(root, name+" is away")); err != nil {
			t.Fatal(err)
		}
	}
	s := NewSet([]string{root + "/again/web/web.vmx", root + "/Bu\u0308cher/x/x.vmx", root + "/inner/link/db.vmx"})
	for name, want := range map[string]struct{ is, doubt bool }{
		"disk/web/web.vmx": {true, false}, "B\u00fccher/x/x.vmx": {true, false}, "inner/real/db.vmx": {false, true}, "disk/other/other.vmx": {false, false},
	} {
		if is, doubts := s.Has(filepath.Join(root, name)); is != want.is || len(doubts) > 0 != want.doubt {
			t.Errorf("%q: %t, %v", name, is, doubts)
		}
	}
}
