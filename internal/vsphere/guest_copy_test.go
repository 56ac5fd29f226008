// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// oddNames are names that a POSIX guest and this machine both have.
var oddNames = []string{
	"plain.txt", "with blanks and 'quotes\"", "-rf", "größe 位 🙂", "$HOME `x` %PATH% &;|<>", "a[1]*?", ".hidden", "line\nbreak", `back\slash`, "tilde~",
}

// tree makes a folder of n files with odd names, some folders deep.
func tree(t testing.TB, n int) string {
	t.Helper()
	top := filepath.Join(t.TempDir(), "tree")
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		folder := filepath.Join(top, fmt.Sprintf("d %d", i%7), fmt.Sprintf("e%d", i%3))
		must(t, os.MkdirAll(folder, 0o755))
		content := make([]byte, random.IntN(3000))
		for k := range content {
			content[k] = byte(random.Uint32())
		}
		name := fmt.Sprintf("%s-%d", oddNames[i%len(oddNames)], i)
		must(t, os.WriteFile(filepath.Join(folder, name), content, []fs.FileMode{0o644, 0o600, 0o755, 0o440}[i%4]))
	}
	must(t, os.Mkdir(filepath.Join(top, "empty"), 0o700))
	return top
}

// sameTrees fails the test unless two folders of this machine have the same in them.
func sameTrees(t testing.TB, a, b string) {
	t.Helper()
	list := func(top string) map[string]string {
		all := map[string]string{}
		must(t, filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
			must(t, err)
			rel, err := filepath.Rel(top, name)
			must(t, err)
			info, err := entry.Info()
			must(t, err)
			all[rel] = info.Mode().String()
			if info.Mode().IsRegular() {
				data, err := os.ReadFile(name)
				must(t, err)
				all[rel] += " " + sumOf(string(data))
			}
			return nil
		}))
		return all
	}
	has, wants := list(b), list(a)
	for name, want := range wants {
		if has[name] != want {
			t.Errorf("%q is %q, want %q", name, has[name], want)
		}
	}
	if len(has) != len(wants) {
		t.Errorf("%d files and folders, want %d", len(has), len(wants))
	}
}

// TestTreesAreCopied to a guest and back: content, odd names and permissions stay as they are.
func TestTreesAreCopied(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such names")
	}
	v := visited(t)
	from := tree(t, 60)
	done, err := v.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: from, Destination: "/opt/tree", Verify: true})
	must(t, err)
	disk, err := v.guest.Real("/opt/tree")
	must(t, err)
	sameTrees(t, from, disk)
	back := filepath.Join(t.TempDir(), "back")
	came, err := v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: "/opt/tree", Destination: back, Verify: true})
	must(t, err)
	sameTrees(t, from, back)
	if done.Files != 60 || came.Files != 60 || done.Bytes != came.Bytes || done.Bytes == 0 || done.VM.Name == "" {
		t.Errorf("%+v, %+v", done, came)
	}
	v.leavesNothing(t)
}

// TestFoldersAreMerged: what is there stays, but for the files that may be replaced; what is in the way is found before
// anything is copied.
func TestFoldersAreMerged(t *testing.T) {
	v := visited(t)
	here := t.TempDir()
	must(t, os.WriteFile(filepath.Join(here, "a"), []byte("new a"), 0o600))
	must(t, os.WriteFile(filepath.Join(here, "b"), []byte("new b"), 0o600))
	for name, content := range map[string]string{"/opt/x/b": "old b", "/opt/x/c": "old c"} {
		must(t, second(v.WriteGuestFile(t.Context(), v.handle, v.login, func() vix.GuestWrite {
			w := text(name, content)
			w.CreateDirectories = true
			return w
		}())))
	}
	job := vix.GuestCopy{Source: here, Destination: "/opt/x", Verify: true}
	_, err := v.CopyToGuest(t.Context(), v.handle, v.login, job)
	says(t, kind(t, failure(t, err, vix.CodeFileAlreadyExists, vix.FieldNone), vix.ErrGuestFileExists), "/opt/x/b", "Nothing was copied")
	if _, err := v.guest.ReadFile("/opt/x/a"); err == nil {
		t.Error("something was copied")
	}
	job.Overwrite = true
	must(t, second(v.CopyToGuest(t.Context(), v.handle, v.login, job)))
	v.hasFile(t, "/opt/x/a", "new a")
	v.hasFile(t, "/opt/x/b", "new b")
	v.hasFile(t, "/opt/x/c", "old c")

	must(t, os.WriteFile(filepath.Join(here, "c"), []byte("kept"), 0o600))
	back := vix.GuestCopy{Source: "/opt/x", Destination: here}
	_, err = v.CopyFromGuest(t.Context(), v.handle, v.login, back)
	says(t, failure(t, err, vix.CodeFileAlreadyExists, vix.FieldNone), "Nothing was copied")
	back.Source, back.Destination = "/opt/x/c", filepath.Join(here, "one")
	must(t, second(v.CopyFromGuest(t.Context(), v.handle, v.login, back)))
	if is, err := os.ReadFile(back.Destination); err != nil || string(is) != "old c" {
		t.Errorf("%q, %v", is, err)
	}
	for source, code := range map[string]vix.Code{"/none": vix.CodeFileNotFound, "relative": vix.CodeInvalidArg} {
		_, err = v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: source, Destination: filepath.Join(here, "n")})
		failure(t, err, code, vix.FieldNone)
	}
	_, err = v.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: filepath.Join(here, "none"), Destination: "/opt/n"})
	failure(t, err, vix.CodeFileNotFound, vix.FieldNone)
}

// TestCopiesThatAreCut begin anew and are whole; nothing of a try is left, here or in the guest.
func TestCopiesThatAreCut(t *testing.T) {
	t.Parallel()
	v := visited(t)
	folder := t.TempDir()
	here := filepath.Join(folder, "big")
	must(t, os.WriteFile(here, bytes.Repeat([]byte("0123456789abcdef"), 1<<17), 0o640)) // 2 MiB
	for _, cut := range []sim.Fault{
		{Method: "HTTP PUT", Cut: true}, {Method: "HTTP PUT", Cut: true, After: true}, {Method: "HTTP PUT", Status: 500}, {Method: "HTTP PUT", Status: 404},
		{Method: "HTTP GET", Cut: true}, {Method: "HTTP GET", Cut: true, After: true}, {Method: "HTTP GET", Status: 503},
		{Method: "InitiateFileTransferToGuest", Cut: true, After: true}, {Method: "StartProgramInGuest", Cut: true, After: true},
	} {
		v.sim.Fault(cut)
		must(t, second(v.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: here, Destination: "/srv/big", Overwrite: true, Verify: true})))
		v.sim.ClearFaults()
		v.sim.Fault(cut)
		must(t, second(v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{
			Source: "/srv/big", Destination: filepath.Join(folder, "back"), Overwrite: true, Verify: true,
		})))
		v.sim.ClearFaults()
		there, err := v.guest.ReadFile("/srv/big")
		must(t, err)
		wants, err := os.ReadFile(here)
		must(t, err)
		back, err := os.ReadFile(filepath.Join(folder, "back"))
		must(t, err)
		if !bytes.Equal(there, wants) || !bytes.Equal(back, wants) {
			t.Errorf("%+v: it is not what it was", cut)
		}
	}
	if tree, err := v.guest.Tree("/srv"); err != nil || len(tree) != 1 {
		t.Errorf("in the guest: %q, %v", tree, err)
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".*")); err != nil || len(left) > 0 {
		t.Errorf("here: %q, %v", left, err)
	}
}

// TestCopiesVerify: without the right to run programs, the content is read back.
func TestCopiesVerify(t *testing.T) {
	v := visited(t)
	from := tree(t, 8)
	v.sim.AddUser(limitedUser, "pw")
	v.sim.Deny(limitedUser, privilegeGuestExecute, "")
	v.host = connected(t, v.sim, func(o *vix.ConnectOptions) { o.Username, o.Password = limitedUser, "pw" })
	v.sim.ResetRequests()
	must(t, second(v.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: from, Destination: "/opt/tree", Verify: true})))
	if n := v.sim.Requests()["HTTP GET"]; n != 8 {
		t.Errorf("%d files were read back", n)
	}
	if n := len(v.guest.Starts()); n != 0 {
		t.Errorf("%d programs were started", n)
	}
}

// TestCertificatesOfCarriers: files go by way of an ESXi whose certificate the vCenter tells; another one gets no byte.
func TestCertificatesOfCarriers(t *testing.T) {
	v := visited(t)
	must(t, second(v.WriteGuestFile(t.Context(), v.handle, v.login, text("/srv/one", "x"))))
	is, err := v.sim.GuestThumbprint("DC0", v.path)
	must(t, err)
	must(t, v.sim.TellThumbprint("DC0", v.path, strings.Repeat("00:", 19)+"00"))
	v.host = connected(t, v.sim)
	_, err = v.WriteGuestFile(t.Context(), v.handle, v.login, text("/srv/two", "secret"))
	says(t, failure(t, err, vix.CodeNetHTTPSSLSecurity, vix.FieldHostname), "is not the one that its vCenter tells")
	if _, err := v.guest.ReadFile("/srv/two"); err == nil {
		t.Error("the file was sent")
	}
	must(t, v.sim.TellThumbprint("DC0", v.path, is))
	must(t, second(v.WriteGuestFile(t.Context(), v.handle, v.login, text("/srv/two", "secret"))))
}

// TestALinkThatLeadsNowhereIsInTheWay: it is found before anything is copied.
func TestALinkThatLeadsNowhereIsInTheWay(t *testing.T) {
	v := visited(t)
	must(t, v.guest.WriteFile("/srv/tree/a", []byte("a"), 0o644))
	must(t, v.guest.WriteFile("/srv/tree/sub/b", []byte("b"), 0o644))
	for _, at := range []string{"sub", filepath.Join("sub", "b")} {
		to := filepath.Join(t.TempDir(), "got")
		link := filepath.Join(to, at)
		must(t, os.MkdirAll(filepath.Dir(link), 0o755))
		must(t, os.Symlink("/nowhere/at/all", link))
		_, err := v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: "/srv/tree", Destination: to})
		if err == nil || !strings.Contains(err.Error(), "Nothing was copied") {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(to, "a")); err == nil {
			t.Errorf("with a link at %s a file was copied", at)
		}
	}
}

// TestACopyWithoutItsFolder: a folder that is not there is named, on either side; a separator at the end of a destination says nothing.
func TestACopyWithoutItsFolder(t *testing.T) {
	v := visited(t)
	here := t.TempDir()
	must(t, os.WriteFile(filepath.Join(here, "a"), []byte("a"), 0o600))
	_, err := v.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: filepath.Join(here, "a"), Destination: "/no/such/a"})
	says(t, failure(t, err, vix.CodeFileNotFound, vix.FieldNone), "There is no folder /no/such in the guest.")
	must(t, v.guest.WriteFile("/tmp/b", []byte("b"), 0o644))
	_, err = v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: "/tmp/b", Destination: filepath.Join(here, "no", "such")})
	says(t, failure(t, err, vix.CodeFileNotFound, vix.FieldNone), "There is no folder "+filepath.Join(here, "no")+" on this machine. Nothing was copied.")
	must(t, second(v.CopyFromGuest(t.Context(), v.handle, v.login, vix.GuestCopy{
		Source: "/tmp/b", Destination: filepath.Join(here, "new") + string(filepath.Separator),
	})))
	if is, err := os.ReadFile(filepath.Join(here, "new")); err != nil || string(is) != "b" {
		t.Errorf("%q, %v", is, err)
	}
}
