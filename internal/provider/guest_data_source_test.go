// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestDataGuestFile(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.files = map[string]*fakeFile{
		motd: {content: "größer\n", modified: fakeNow, permissions: "0644"}, "/etc/x": {kind: vix.GuestDirectory}, "/etc/bin": {content: "\xff"},
		"/etc/full": {content: strings.Repeat("x", readLimit)}, "/etc/long": {content: strings.Repeat("x", readLimit+1)},
	}
	got, diags := w.data("vix_guest_file", args{"vm_id": id, "path": motd})
	diags.none(t)
	holds(t, got, args{
		"exists": true, "type": "file", "size": `tftypes.Number<"9">`, "modified": "2026-01-02T03:04:05Z", "permissions": "0644",
		"link_target": nil, "content": nil,
	})
	if w.host.guest.login.Patience != 10*time.Second || w.host.guest.login.Username != "root" {
		t.Errorf("the login is %s, %s", w.host.guest.login, w.host.guest.login.Patience)
	}
	got, diags = w.data("vix_guest_file", args{"vm_id": id, "path": motd, "read_content": true})
	diags.none(t)
	holds(t, got, args{"content": "größer\n"})
	got, diags = w.data("vix_guest_file", args{"vm_id": id, "path": "/etc/full", "read_content": true})
	diags.none(t)
	if len(fields(got)["content"].(string)) != readLimit {
		t.Error("a file of 1 MiB is not read whole")
	}
	got, diags = w.data("vix_guest_file", args{"vm_id": id, "path": "/etc/x", "read_content": true})
	diags.none(t)
	holds(t, got, args{"exists": true, "type": "directory", "content": nil, "modified": nil})
	got, diags = w.data("vix_guest_file", args{"vm_id": id, "path": "/etc/nothing", "read_content": true})
	diags.none(t)
	holds(t, got, args{"exists": false, "type": nil, "size": nil, "content": nil})
	for name, says := range map[string]string{
		"/etc/long": "ERROR: Cannot read /etc/long in the guest of web ([storage1] web/web.vmx)\nIt has more than 1048576 bytes.\n\nLeave " +
			"read_content away, and copy the file from the guest.\n\nVIX_E_ARGUMENT_TOO_BIG (44)",
		"/etc/bin": "It is no text in UTF-8.",
	} {
		_, diags = w.data("vix_guest_file", args{"vm_id": id, "path": name, "read_content": true})
		diags.has(t, says)
	}
	w.validateData("vix_guest_file", args{"vm_id": id, "path": "etc"}).has(t, "ERROR at AttributeName(\"path\"): Not an absolute path in the guest\n")
}

// What has grown since it was looked at is not read beyond the limit.
func TestAFileThatGrowsWhileItIsRead(t *testing.T) {
	l := limited{limit: 3}
	if n, err := l.Write([]byte("abc")); n != 3 || err != nil || l.over {
		t.Errorf("%d %v", n, err)
	}
	if _, err := l.Write([]byte("d")); err == nil || !l.over || l.got.String() != "abc" {
		t.Errorf("%v %q", err, l.got.String())
	}
}

func TestDataGuestFiles(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.files = map[string]*fakeFile{motd: {content: "x", modified: fakeNow, permissions: "0644"}, "/etc/a": {kind: vix.GuestDirectory}}
	got, diags := w.data("vix_guest_files", args{"vm_id": id, "path": "/etc"})
	diags.none(t)
	files := got.String()
	for _, text := range []string{`"name":tftypes.String<"a">`, `"type":tftypes.String<"directory">`, `"name":tftypes.String<"motd">`, `"0644"`} {
		if !strings.Contains(files, text) {
			t.Errorf("%s is not in %s", text, files)
		}
	}
	if strings.Index(files, `"a"`) > strings.Index(files, `"motd"`) {
		t.Errorf("they are not in order: %s", files)
	}
	got, diags = w.data("vix_guest_files", args{"vm_id": id, "path": "/etc", "match": "*.log"})
	diags.none(t)
	if strings.Contains(got.String(), "motd") {
		t.Errorf("%s", got)
	}
	w.host.fail["GuestFiles /x "] = &vix.Error{Op: "list", Object: "/x", Code: vix.CodeFileNotFound, Reason: "There is no such folder."}
	_, diags = w.data("vix_guest_files", args{"vm_id": id, "path": "/x"})
	diags.has(t, "VIX_E_FILE_NOT_FOUND (4)")
	w.validateData("vix_guest_files", args{"vm_id": id, "path": "/etc", "match": "[a"}).has(t, "Not a glob")
	w.validateData("vix_guest_files", args{"vm_id": id, "path": "/etc", "match": "a\x01"}).has(t, "AttributeName(\"match\"): Not a text")
	w.validateData("vix_guest_files", args{"vm_id": id, "path": "/etc/\x01"}).has(t, "AttributeName(\"path\"): Not a text")
}

func TestDataGuestProcesses(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.processes = []vix.GuestProcess{{PID: 1, Name: "init", Owner: "root", Command: "/sbin/init", Started: fakeNow}, {PID: 2, Name: "x"}}
	got, diags := w.data("vix_guest_processes", args{"vm_id": id})
	diags.none(t)
	for _, text := range []string{`"pid":tftypes.Number<"1">`, `"/sbin/init"`, `"2026-01-02T03:04:05Z"`, `"owner":tftypes.String<null>`} {
		if !strings.Contains(got.String(), text) {
			t.Errorf("%s is not in %s", text, got)
		}
	}
}

// A data source has the provider's login alone, and no other.
func TestDataOfAGuestNeedsTheProvidersLogin(t *testing.T) {
	w := newWorldOf(t, guestRunType)
	id := w.host.register(mustPath(t, webPath), "web").ID
	for name, config := range map[string]args{
		"vix_guest_file": {"path": "/x"}, "vix_guest_files": {"path": "/x"}, "vix_guest_processes": {},
	} {
		config["vm_id"] = id
		_, diags := w.data(name, config)
		diags.only(t, noLogin+".\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
		calls(t, w.host)
		w.configure(guestProvider(nil)).none(t)
		w.host.made()
		w.host.fail["GuestFile /x"] = &vix.Error{Op: "look", Code: vix.CodeToolsNotRunning, Kind: vix.ErrGuestBusy, Reason: "It does not answer."}
		w.host.fail["GuestFiles /x "], w.host.fail["GuestProcesses"] = w.host.fail["GuestFile /x"], w.host.fail["GuestFile /x"]
		_, diags = w.data(name, config)
		diags.has(t, "ERROR: Cannot look\nIt does not answer.\n\nLet vix_power wait for the guest")
		w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
		w.host.made()
	}
}
