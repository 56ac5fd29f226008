// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// text is a file of a text that is to be written.
func text(path, content string) vix.GuestWrite {
	return vix.GuestWrite{
		Path: path, Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
	}
}

func sumOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// hasFile fails the test unless a file of the guest has a content.
func (v *inside) hasFile(t testing.TB, path, content string) {
	t.Helper()
	if is, err := v.guest.ReadFile(path); err != nil || string(is) != content {
		t.Errorf("%s is %q, %v; want %q", path, is, err, content)
	}
}

// TestFilesOfAGuest: what is written is there whole, is told of, read, listed and deleted.
func TestFilesOfAGuest(t *testing.T) {
	v := visited(t)
	ctx := t.Context()
	file := text("/etc/app/deep/a.conf", "first\n")
	_, err := v.WriteGuestFile(ctx, v.handle, v.login, file)
	failure(t, err, vix.CodeFileNotFound, vix.FieldNone)
	file.CreateDirectories, file.Permissions = true, "0640"
	written, err := v.WriteGuestFile(ctx, v.handle, v.login, file)
	must(t, err)
	v.hasFile(t, file.Path, "first\n")
	is, err := v.GuestFile(ctx, v.handle, v.login, file.Path)
	must(t, err)
	is.SHA256 = sumOf("first\n")
	if *is != *written || is.Size != 6 || is.Permissions != "640" || is.Name != "a.conf" || is.Type != vix.GuestRegular || is.Modified.IsZero() {
		t.Errorf("%+v\n%+v", is, written)
	}

	_, err = v.WriteGuestFile(ctx, v.handle, v.login, file)
	kind(t, failure(t, err, vix.CodeFileAlreadyExists, vix.FieldNone), vix.ErrGuestFileExists)
	again := text(file.Path, "")
	again.Overwrite = true
	if is, err = v.WriteGuestFile(ctx, v.handle, v.login, again); err != nil || is.Permissions != "640" || is.Size != 0 {
		t.Errorf("%+v, %v", is, err)
	}
	v.hasFile(t, file.Path, "")

	var read bytes.Buffer
	is, err = v.ReadGuestFile(ctx, v.handle, v.login, "/etc/hosts", &read)
	must(t, err)
	v.hasFile(t, "/etc/hosts", read.String())
	if is.SHA256 != sumOf(read.String()) || is.Size != int64(read.Len()) {
		t.Errorf("%+v", is)
	}

	must(t, v.guest.Symlink("a.conf", "/etc/app/deep/link"))
	if is, err = v.GuestFile(ctx, v.handle, v.login, "/etc/app/deep/link"); err != nil || is.Type != vix.GuestSymlink || is.LinkTarget != "a.conf" {
		t.Errorf("%+v, %v", is, err)
	}
	if is, err = v.GuestFile(ctx, v.handle, v.login, "/etc/app/deep"); err != nil || is.Type != vix.GuestDirectory || is.Permissions != "755" {
		t.Errorf("%+v, %v", is, err)
	}
	for range 2 {
		must(t, v.RemoveGuestFile(ctx, v.handle, v.login, file.Path))
	}
	if is, err = v.GuestFile(ctx, v.handle, v.login, file.Path); err != nil || is != nil {
		t.Errorf("%+v, %v", is, err)
	}
	failure(t, v.RemoveGuestFile(ctx, v.handle, v.login, "/etc/app"), vix.CodeNotAFile, vix.FieldNone)
	if tree, err := v.guest.Tree("/etc/app"); err != nil || len(tree) != 2 {
		t.Errorf("%q, %v", tree, err)
	}
}

// TestAFolderOfManyFiles is listed whole, page by page, by name and by pattern.
func TestAFolderOfManyFiles(t *testing.T) {
	v := visited(t)
	var names []string
	for i := range 700 {
		names = append(names, fmt.Sprintf("f%03d.conf", i))
		must(t, v.guest.WriteFile("/srv/"+names[i], nil, 0o644))
	}
	odd := []string{"a b", "ä'\"$x", "b[1].txt", "b1.txt", "c.d"}
	for _, name := range odd {
		must(t, v.guest.WriteFile("/srv/"+name, nil, 0o644))
	}
	list := func(match string) []string {
		t.Helper()
		files, err := v.GuestFiles(t.Context(), v.handle, v.login, "/srv", match)
		must(t, err)
		var found []string
		for _, f := range files {
			found = append(found, f.Name)
		}
		return found
	}
	all := slices.Concat(names, odd)
	slices.Sort(all)
	if found := list(""); !slices.Equal(found, all) {
		t.Errorf("%d files of %d", len(found), len(all))
	}
	for match, want := range map[string][]string{
		"f*.conf": names, "f00?.conf": names[:10], "b[[]1].txt": {"b[1].txt"}, "b[0-9].txt": {"b1.txt"}, "c.d": {"c.d"}, "c?d*": {"c.d"}, "x*": nil,
		"a b": {"a b"}, `?'"$x`: {"ä'\"$x"},
	} {
		if found := list(match); !slices.Equal(found, want) {
			t.Errorf("%s: %d files: %.5q", match, len(found), found)
		}
	}
	_, err := v.GuestFiles(t.Context(), v.handle, v.login, "/srv", "[")
	failure(t, err, vix.CodeInvalidArg, vix.FieldMatch)
	_, err = v.GuestFiles(t.Context(), v.handle, v.login, "/srv/c.d", "")
	failure(t, err, vix.CodeNotADirectory, vix.FieldNone)
	_, err = v.GuestFiles(t.Context(), v.handle, v.login, "/none", "")
	failure(t, err, vix.CodeFileNotFound, vix.FieldNone)
}

// TestAFileIsReplacedOrNot: what is written and refused, or cut for good, leaves the old file, and nothing beside it; a line that is cut
// once leaves the new one.
func TestAFileIsReplacedOrNot(t *testing.T) {
	t.Parallel()
	v := visited(t)
	old := func() { must(t, v.guest.WriteFile("/etc/app.conf", []byte("old"), 0o600)) }
	file := text("/etc/app.conf", "new and longer")
	file.Overwrite = true
	before, err := v.guest.Tree("/etc")
	must(t, err)
	whole := func(content string) {
		t.Helper()
		v.hasFile(t, file.Path, content)
		if after, err := v.guest.Tree("/etc"); err != nil || len(after) != len(before)+1 {
			t.Errorf("besides it there is %q, %v", after, err)
		}
	}
	checked := file
	checked.Validate = "/bin/grep -q new %s"
	old()
	must(t, second(v.WriteGuestFile(t.Context(), v.handle, v.login, checked)))
	whole("new and longer")
	old()
	checked.Validate = `/bin/sh -c 'echo "not good: $1"; exit 2' x %s`
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, checked)
	says(t, failure(t, err, vix.CodeFail, vix.FieldNone), "exit code 2", "not good: /etc/.vix-")
	whole("old")

	for _, method := range []string{
		"ListFilesInGuest", "InitiateFileTransferToGuest", "HTTP PUT", "MoveFileInGuest", "RetrievePropertiesEx",
	} {
		for _, after := range []bool{false, true} {
			old()
			v.sim.Fault(sim.Fault{Method: method, Cut: true, After: after})
			if _, err := v.WriteGuestFile(t.Context(), v.handle, v.login, file); err != nil {
				t.Errorf("%s cut: %v", method, err)
			}
			v.sim.ClearFaults()
			whole("new and longer")
		}
	}
	old()
	v.sim.Fault(sim.Fault{Method: "MoveFileInGuest", SOAP: sim.VixFault(13, 13)})
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	failure(t, err, vix.CodeFileAccessError, vix.FieldNone)
	whole("old")
	broken := file
	broken.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("new"), failing{})), nil
	}
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, broken)
	if !errors.Is(err, errUnreadable) {
		t.Errorf("got %v", err)
	}
	whole("old")
}

var errUnreadable = errors.New("unreadable")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errUnreadable }

// TestAFileThatNobodyMayRead: permissions of 0 are given as any others, and a file that has them keeps them when it is replaced.
func TestAFileThatNobodyMayRead(t *testing.T) {
	v := visited(t)
	ctx := t.Context()
	has := func(want string) {
		t.Helper()
		if is, err := v.GuestFile(ctx, v.handle, v.login, "/etc/secret"); err != nil || is.Permissions != want {
			t.Errorf("its permissions are %+v, %v; want %s", is, err, want)
		}
	}
	file := text("/etc/secret", "x")
	file.Permissions, file.Overwrite = "0000", true
	_, err := v.WriteGuestFile(ctx, v.handle, v.login, file)
	must(t, err)
	has("000")
	file.Permissions = ""
	_, err = v.WriteGuestFile(ctx, v.handle, v.login, file)
	must(t, err)
	has("000")
	file.Permissions = "0644"
	_, err = v.WriteGuestFile(ctx, v.handle, v.login, file)
	must(t, err)
	has("644")
}

// TestNamesWithLineEnds: a glob is of whole names.
func TestNamesWithLineEnds(t *testing.T) {
	v := visited(t)
	must(t, v.guest.WriteFile("/srv/d/nl\nx.log", []byte("x"), 0o644))
	must(t, v.guest.WriteFile("/srv/d/y.log", []byte("x"), 0o644))
	for _, match := range []string{"", "*", "*.log", "n?*.log", "nl\nx*"} {
		files, err := v.GuestFiles(t.Context(), v.handle, v.login, "/srv/d", match)
		must(t, err)
		if len(files) == 0 || files[0].Name != "nl\nx.log" {
			t.Errorf("%q finds %+v", match, files)
		}
	}
}

// TestAValidationOfASecret: what a validation says may be the content.
func TestAValidationOfASecret(t *testing.T) {
	v := visited(t)
	file := text("/etc/secret", "hunter2")
	file.Validate, file.Secret = "/bin/sh %s", true
	_, err := v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	e := failure(t, err, vix.CodeFail, vix.FieldNone)
	says(t, e, "the exit code 127", "What it said is not shown")
	if strings.Contains(err.Error(), "hunter2") || len(e.Choices) > 0 {
		t.Error(err)
	}
	file.Secret = false
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	says(t, failure(t, err, vix.CodeFail, vix.FieldNone), "hunter2")
}

// TestPathsThatCannotBeSaid: they are no other file's.
func TestPathsThatCannotBeSaid(t *testing.T) {
	v := visited(t)
	must(t, v.guest.WriteFile("/etc/a\ufffdb", []byte("theirs"), 0o644))
	file := text("/etc/a\x01b", "ours")
	file.Overwrite = true
	_, err := v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), "U+0001")
	v.hasFile(t, "/etc/a\ufffdb", "theirs")
	_, err = v.RunInGuest(t.Context(), v.handle, v.login, vix.GuestRun{
		Script: "echo $X > /etc/ran", Environment: map[string]string{"X": "\x1b"}, Token: "t",
	})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), "U+001B")
}

// TestWhatIsLeftBesideAFile: what is put beside it is told before it is there, and what an earlier attempt has left goes; nothing of
// another name does.
func TestWhatIsLeftBesideAFile(t *testing.T) {
	v := visited(t)
	for _, name := range []string{"/etc/.vix-left", "/etc/theirs"} {
		must(t, v.guest.WriteFile(name, []byte("x"), 0o644))
	}
	file := text("/etc/motd2", "x")
	file.Left = []string{"/etc/.vix-left", "/etc/.vix-none", "/etc/theirs"}
	told := ""
	file.Beside = func(temporary string) {
		if _, err := v.guest.ReadFile(temporary); err == nil || !strings.HasPrefix(temporary, "/etc/.vix-") {
			t.Errorf("%s: %v", temporary, err)
		}
		told = temporary
	}
	_, err := v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	must(t, err)
	if _, err := v.guest.ReadFile("/etc/.vix-left"); err == nil || told == "" {
		t.Errorf("what was left is there; %q is told", told)
	}
	v.hasFile(t, "/etc/theirs", "x")
}

// TestAFileWithoutItsFolder: the error tells of the folder, and of what validates, not of what only this provider knows.
func TestAFileWithoutItsFolder(t *testing.T) {
	v := visited(t)
	_, err := v.WriteGuestFile(t.Context(), v.handle, v.login, text("/nope/below/x", "x"))
	e := kind(t, failure(t, err, vix.CodeFileNotFound, vix.FieldNone), vix.ErrNoGuestFolder)
	if e.Reason != "There is no folder /nope/below in the guest." {
		t.Error(e.Reason)
	}
	file := text("/tmp/x", "x")
	file.Validate = "/no/such %s"
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, file)
	says(t, failure(t, err, vix.CodeFileNotFound, vix.FieldNone), "write /tmp/x in the guest of the VM web", "could not be validated: There is no program /no/such")
}
