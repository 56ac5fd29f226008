// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe would never end, and a device has no content to compare: both are said at plan, and nothing waits for them.
func TestASourceThatIsNoFile(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	pipe := filepath.Join(t.TempDir(), "pipe")
	w.must(syscall.Mkfifo(pipe, 0o600))
	for _, source := range []string{pipe, "/dev/null", t.TempDir()} {
		w.plan(nil, args{"vm_id": id, "path": motd, "source": source}).diags.has(t,
			"ERROR at AttributeName(\"source\"): Cannot read the file "+source+"\n", source+" is no regular file.", "VIX_E_FILE_ERROR (7)")
	}
}

// What a process has read is not read again while size and time are the same.
func TestASourceIsReadOnce(t *testing.T) {
	name := local(t, "one")
	info, err := os.Stat(name)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	var s sources
	is := func(content string) {
		t.Helper()
		if c, err := s.content(name); err != nil || c.sha256 != sha256Of(content) {
			t.Errorf("%+v, %v; want that of %q", c, err, content)
		}
	}
	is("one")
	must(os.WriteFile(name, []byte("two"), 0o600))
	must(os.Chtimes(name, info.ModTime(), info.ModTime()))
	is("one") // so it was not read
	must(os.Chtimes(name, info.ModTime(), info.ModTime().Add(1)))
	is("two")
	must(os.WriteFile(name, []byte("three"), 0o600))
	must(os.Chtimes(name, info.ModTime(), info.ModTime().Add(1)))
	is("three")
}
