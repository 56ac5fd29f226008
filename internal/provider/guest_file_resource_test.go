// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	guestFileType = "vix_guest_file"
	motd          = "/etc/motd"
)

// local is a file of this machine.
func local(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAFileInAGuest(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content": "hello\n", "permissions": "0640", "create_directories": true, "validate": "/bin/check %s"}
	p := w.plan(nil, config)
	p.diags.none(t)
	holds(t, p.value, args{"id": id + ":" + motd, "size": `tftypes.Number<"6">`, "sha256": sha256Of("hello\n"), "modified": any(unknown)})
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	holds(t, o.value, args{"modified": "2026-01-02T03:04:05Z", "overwrite": false, "on_destroy": "delete", "interactive": false})
	if file := w.host.guest.write; !file.CreateDirectories || file.Validate != "/bin/check %s" || file.Permissions != "0640" || file.Overwrite {
		t.Errorf("%+v", file)
	}
	w.host.made()
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
	calls(t, w.host, "GuestFile "+motd, "OpenID "+id)
	if w.host.guest.login.Patience != 10*time.Second {
		t.Errorf("a refresh has the patience %s", w.host.guest.login.Patience)
	}
	config["content"] = "bye\n"
	p = w.plan(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"sha256": sha256Of("bye\n"), "modified": any(unknown)})
	o, diags = w.apply(o, p, config)
	diags.none(t)
	if len(p.replace) > 0 || w.host.guest.files[motd].content != "bye\n" || !w.host.guest.write.Overwrite {
		t.Errorf("replaces %v: %+v", p.replace, w.host.guest.files[motd])
	}
	w.host.made()
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	calls(t, w.host, "RemoveGuestFile "+motd)
}

// The content counts, however it is given; a file's name does not.
func TestTheWaysToGiveAFileItsContent(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	o := w.create(args{"vm_id": id, "path": motd, "content": ""})
	holds(t, o.value, args{"size": `tftypes.Number<"0">`, "sha256": sha256Of("")})
	config := args{"vm_id": id, "path": motd, "content_base64": base64.StdEncoding.EncodeToString([]byte("\x00\xff"))}
	o, diags := w.apply(o, w.plan(o, config), config)
	diags.none(t)
	holds(t, o.value, args{"sha256": sha256Of("\x00\xff")})
	config = args{"vm_id": id, "path": motd, "source": local(t, "\x00\xff")}
	p := w.plan(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"modified": "2026-01-02T03:04:05Z"})
	o, diags = w.apply(o, p, config)
	diags.none(t)
	w.host.made()
	if err := os.WriteFile(config["source"].(string), []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = w.plan(o, config)
	p.diags.none(t)
	holds(t, p.value, args{"sha256": any(unknown), "size": any(unknown)})
	// Another one may lie there when it is applied: that one is what state tells of.
	if err := os.WriteFile(config["source"].(string), []byte("third"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, diags = w.apply(o, p, config)
	diags.none(t)
	holds(t, o.value, args{"sha256": sha256Of("third"), "size": `tftypes.Number<"5">`})
	config["source"] = filepath.Join(t.TempDir(), "nothing")
	w.plan(o, config).diags.has(t, "ERROR at AttributeName(\"source\"): Cannot read the file "+config["source"].(string)+"\n",
		"VIX_E_FILE_ERROR (7)")
	w.plan(o, args{"vm_id": id, "path": motd, "source": unknown}).diags.none(t)
}

func TestASecretFileIsInNoState(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content_wo": "s3cret", "content_wo_version": 1, "guest_password_wo": "pl4nted"}
	p := w.plan(nil, config)
	p.diags.none(t)
	holds(t, p.value, args{"sha256": nil, "size": nil})
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	if w.host.guest.files[motd].content != "s3cret" || w.host.guest.login.Password != "pl4nted" {
		t.Errorf("%+v %q", w.host.guest.files[motd], w.host.guest.login.Password)
	}
	for _, text := range []string{p.value.String(), string(p.private), o.value.String(), string(o.private), noted(t, w)} {
		for _, secret := range []string{"s3cret", sha256Of("s3cret"), "pl4nted"} {
			if strings.Contains(text, secret) {
				t.Errorf("a secret is in %s", text)
			}
		}
	}
	w.host.guest.files[motd].content, w.host.guest.files[motd].modified = "other", fakeNow.Add(time.Hour)
	o, diags = w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
	config["content_wo"], config["content_wo_version"] = "n3w", 2
	p = w.plan(o, config)
	p.diags.none(t)
	_, diags = w.apply(o, p, config)
	diags.none(t)
	if w.host.guest.files[motd].content != "n3w" {
		t.Errorf("%+v", w.host.guest.files[motd])
	}
}

// noted is all that is noted beside the state.
func noted(t *testing.T, w *world) string {
	t.Helper()
	var all strings.Builder
	folder := w.provider.opens()[0].guestNotes.folder
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(raw)
	}
	if all.Len() == 0 {
		t.Fatal("nothing is noted")
	}
	return all.String()
}

func TestDriftOfAFile(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content": "hello\n", "permissions": "644"}
	o := w.create(config)
	is := w.host.guest.files[motd]
	// Touched: the content is compared, and is the same.
	is.modified = fakeNow.Add(time.Hour)
	w.host.made()
	o, diags := w.read(o)
	diags.none(t)
	calls(t, w.host, "GuestFile "+motd, "ReadGuestFile "+motd)
	holds(t, o.value, args{"modified": "2026-01-02T04:04:05Z", "sha256": sha256Of("hello\n"), "permissions": "644"})
	w.plan(o, config).same(t, o)
	for name, change := range map[string]func(){
		"content":     func() { is.content = "hullo\n"; is.modified = fakeNow.Add(2 * time.Hour) },
		"permissions": func() { is.permissions = "0600" },
		"a link":      func() { is.kind = vix.GuestSymlink },
	} {
		kept := *is
		change()
		drifted, diags := w.read(o)
		diags.none(t)
		p := w.plan(drifted, config)
		p.diags.none(t)
		if fields(p.value)["modified"] != any(unknown) || len(p.replace) > 0 {
			t.Errorf("%s: planned as %v", name, fields(p.value))
		}
		after, diags := w.apply(drifted, p, config)
		diags.none(t)
		if is = w.host.guest.files[motd]; is.content != "hello\n" || is.permissions != "644" {
			t.Errorf("%s: it is %+v", name, is)
		}
		o = after
		*is = kept
	}
	delete(w.host.guest.files, motd)
	if o, diags = w.read(o); !o.value.IsNull() {
		t.Error("a file that is gone stays in the state")
	}
	diags.none(t)
}

// A guest that cannot be asked proves nothing: the state is believed, and that is said.
func TestAFileThatCannotBeLookedAt(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	o := w.create(args{"vm_id": id, "path": motd, "content": "x"})
	for _, e := range []vix.Error{
		{Code: vix.CodeToolsNotRunning, Kind: vix.ErrGuestBusy}, {Code: vix.CodeVMNotRunning},
		{Code: vix.CodeCannotAuthenticateWithGuest, Kind: vix.ErrGuestLoginRefused}, {Code: vix.CodeGuestOperationsProhibited},
	} {
		e.Op, e.Object, e.Reason = "look at", motd, "It cannot be asked."
		w.host.fail["GuestFile "+motd] = &e
		again, diags := w.read(o)
		diags.has(t, "WARNING: A file in a guest was not looked at, and state is believed\nCannot look at /etc/motd. It cannot be asked.")
		if diags.failed() || !again.value.Equal(o.value) {
			t.Errorf("%s: %v", e.Code, fields(again.value))
		}
	}
	w.host.fail["GuestFile "+motd] = &vix.Error{Op: "look at", Object: motd, Code: vix.CodeHostConnectionLost, Reason: "The line broke."}
	again, diags := w.read(o)
	if !diags.failed() || !again.value.Equal(o.value) {
		t.Errorf("a broken line: %s", diags.text())
	}
	delete(w.host.fail, "GuestFile "+motd)
	delete(w.host.vms, id)
	again, diags = w.read(o)
	diags.has(t, "WARNING: A VM is not registered, and what state has of it was not refreshed")
	if !again.value.Equal(o.value) {
		t.Errorf("the state is %v", fields(again.value))
	}
	_, apply := w.destroy(again)
	apply.only(t, "WARNING: A VM is not registered, and nothing was done with it\nThe VM "+id+" is in no inventory any more, so that the file "+
		"/etc/motd was not deleted. It is as it was if the VM is registered again.\n\n"+vix.CodeVMNotFound.String())
}

// Without the provider's login a refresh believes the state, and a destroy that deletes is refused at plan.
func TestAFileWithoutTheProvidersLogin(t *testing.T) {
	w := newWorldOf(t, guestFileType)
	id := w.host.register(mustPath(t, webPath), "web").ID
	config := args{"vm_id": id, "path": motd, "content": "x", "guest_username": "ada", "guest_password_wo": "o"}
	says := "ERROR at AttributeName(\"on_destroy\"): A destroy has no login to delete the file with\non_destroy = \"delete\" needs the provider's " +
		"guest_username and guest_password (or VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD): a destroy has no other login. To leave the file in " +
		"the guest, set on_destroy = \"keep\".\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)"
	w.plan(nil, config).diags.has(t, says)
	config["on_destroy"] = "keep"
	o := w.create(config)
	w.host.made()
	again, diags := w.read(o)
	diags.only(t, "WARNING: A file in a guest was not looked at, and state is believed\nThe provider has no guest_username and guest_password, "+
		"and a refresh has no other login.\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
	if !again.value.Equal(o.value) {
		t.Errorf("the state is %v", fields(again.value))
	}
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	calls(t, w.host)
	if w.host.guest.files[motd] == nil {
		t.Error("a file that is to be kept is gone")
	}
	// A state whose file is to be deleted, and a provider that has lost its login.
	w.configure(guestProvider(nil)).none(t)
	delete(config, "on_destroy")
	config["overwrite"] = true
	o = w.create(config)
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
	plan, apply = w.destroy(o)
	plan.has(t, says)
	apply.has(t, noLogin+".\n\n")
}

func TestAFileThatIsThere(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	w.host.guest.files = map[string]*fakeFile{motd: {content: "theirs"}}
	config := args{"vm_id": id, "path": motd, "content": "ours"}
	_, diags := w.apply(nil, w.plan(nil, config), config)
	diags.only(t, "ERROR: Cannot write /etc/motd\nThe guest has the file already.\n\nTo write over it, set overwrite = true.\n\n"+
		"VIX_E_FILE_ALREADY_EXISTS (12) on vc")
	if w.host.guest.files[motd].content != "theirs" {
		t.Error("it is written over")
	}
	config["overwrite"] = true
	w.create(config)
	if w.host.guest.files[motd].content != "ours" {
		t.Error("it is not written over")
	}
}

// What an interrupted attempt has written is taken over; what somebody else has put there meanwhile is not.
func TestAFileOfAnInterruptedAttempt(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content": "ours"}
	lost := &vix.Error{Op: "write", Object: motd, Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	w.host.fail["written"] = lost
	_, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "The line broke.", "Apply again when the host answers: what it has carried out is recognised.")
	delete(w.host.fail, "written")
	// The configuration has changed since: it is ours all the same.
	config["content"] = "n3w"
	o := w.create(config)
	o, diags = w.read(o)
	diags.none(t)
	_, apply := w.destroy(o)
	apply.none(t)
	w.host.fail["written"] = lost
	w.apply(nil, w.plan(nil, config), config)
	delete(w.host.fail, "written")
	w.host.guest.files[motd].content = "theirs"
	_, diags = w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "VIX_E_FILE_ALREADY_EXISTS")
	if w.host.guest.files[motd].content != "theirs" {
		t.Error("it is written over")
	}
}
