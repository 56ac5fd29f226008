// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestWhatNoFileCanBe(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	for name, c := range map[string]struct {
		config args
		says   string
	}{
		"nothing": {args{}, "ERROR at AttributeName(\"path\"): What the file holds is not said once\nExactly one of content, content_base64, " +
			"source and content_wo says it.\n\nVIX_E_INVALID_ARG (3)"},
		"two":      {args{"content": "x", "content_wo": "y"}, "What the file holds is not said once"},
		"version":  {args{"content": "x", "content_wo_version": 1}, "ERROR at AttributeName(\"content_wo_version\"): The version is of no content\n"},
		"base64":   {args{"content_base64": "s3cret!"}, "content_base64 is no base64"},
		"relative": {args{"content": "x", "path": "motd"}, "ERROR at AttributeName(\"path\"): Not an absolute path in the guest\n"},
		"folder":   {args{"content": "x", "path": "/etc/"}, "ERROR at AttributeName(\"path\"): Not the path of a file\n"},
		"windows":  {args{"content": "x", "path": `C:\temp\`}, "Not the path of a file"},
		"control": {args{"content": "x", "path": "/etc/a\x01b"}, "ERROR at AttributeName(\"path\"): Not a text that a host can be told\nIt has the " +
			"character U+0001, which cannot be sent to a host.\n\nVIX_E_INVALID_ARG (3)"},
		"checks":      {args{"content": "x", "validate": "/bin/true \x01%s"}, "AttributeName(\"validate\"): Not a text that a host can be told"},
		"password":    {args{"content": "x", "guest_password_wo": "s3cret!\x01"}, "Not a text that a host can be told"},
		"permissions": {args{"content": "x", "permissions": "rw-r--r--"}, "must be three or four octal digits"},
		"validate":    {args{"content": "x", "validate": "/bin/true"}, "ERROR at AttributeName(\"validate\"): validate does not look at the file\n"},
		"on_destroy":  {args{"content": "x", "on_destroy": "remove"}, "on_destroy"},
		"two logins":  {args{"content": "x", "guest_ticket_wo": "t", "guest_username": "p"}, "Two logins for one guest"},
	} {
		config := args{"vm_id": id, "path": motd}
		maps.Copy(config, c.config)
		diags := w.validate(config)
		if !diags.failed() || !strings.Contains(diags.text(), c.says) || strings.Contains(diags.text(), "s3cret") {
			t.Errorf("%s: %s", name, diags.text())
		}
	}
	w.validate(args{"vm_id": id, "path": `C:\temp\x`, "content": "x"}).none(t)
	w.validate(args{"vm_id": id, "path": unknown, "content": unknown, "content_wo": "x"}).none(t)
}

// Two of one path would write over each other at each apply, however the path is written.
func TestTwoFilesOfOnePathAreRefusedAtPlan(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	w.plan(nil, args{"vm_id": id, "path": motd, "content": "x"}).diags.none(t)
	w.planToo(nil, args{"vm_id": id, "path": "/etc/motd2", "content": "x"}).diags.none(t)
	w.planToo(nil, args{"vm_id": id, "path": "/etc//motd", "content": "x"}).diags.has(t,
		"ERROR at AttributeName(\"vm_id\"): The file /etc//motd in the guest of one VM is planned twice\nOne resource alone can have it: two "+
			"would undo each other's work at each apply. Remove one of the two.")
	w.planToo(nil, args{"vm_id": id, "path": `C:\Temp\x`, "content": "x"}).diags.none(t)
	w.planToo(nil, args{"vm_id": id, "path": `c:/temp/X`, "content": "x"}).diags.has(t, "is planned twice")
}

// An id or a content that is not known at plan is taken for what there is; another VM, or another path, replaces.
func TestTheVMOfAFile(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content": "x"}
	o := w.create(config)
	p := w.plan(o, args{"vm_id": unknown, "path": motd, "content": "x"})
	p.diags.none(t)
	if len(p.replace) > 0 || fields(p.value)["id"] != id+":"+motd || fields(p.value)["modified"] == any(unknown) {
		t.Errorf("replaces %v: %v", p.replace, fields(p.value))
	}
	p = w.plan(o, args{"vm_id": id, "path": motd, "content": unknown})
	p.diags.none(t)
	holds(t, p.value, args{"sha256": any(unknown), "modified": any(unknown)})
	db := w.host.register(mustPath(t, otherPath), "db").ID
	for _, other := range []args{{"vm_id": db, "path": motd, "content": "x"}, {"vm_id": id, "path": "/etc/issue", "content": "x"}} {
		p = w.plan(o, other)
		p.diags.none(t)
		if len(p.replace) != 1 || fields(p.value)["id"] != other["vm_id"].(string)+":"+other["path"].(string) {
			t.Errorf("replaces %v: %v", p.replace, fields(p.value))
		}
	}
	// What is no other content asks nothing of the guest.
	w.host.made()
	config["validate"], config["overwrite"] = "/bin/check %s", true
	_, diags := w.apply(o, w.plan(o, config), config)
	diags.none(t)
	calls(t, w.host, "OpenID "+id)
}

func TestPrivilegesForFilesAreSaidAtPlan(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	config := args{"vm_id": id, "path": motd, "content": "x"}
	o := w.create(config)
	// What is switched off altogether is said once.
	off := &vix.Error{Op: "work in the guest of", Object: webPath, Code: vix.CodeGuestOperationsProhibited, Reason: "It is switched off."}
	w.host.fail = map[string]error{"CheckGuest modify": off, "CheckGuest execute": off}
	if diags := w.plan(nil, args{"vm_id": id, "path": motd, "content": "x", "validate": "/x %s"}).diags; len(diags) != 1 {
		t.Errorf("%d errors:\n%s", len(diags), diags.text())
	}
	for op, lacks := range map[string]bool{"modify": true, "execute": false} {
		w.host.fail = map[string]error{"CheckGuest " + op: &vix.Error{
			Op: "work in the guest of", Object: webPath, Code: vix.CodeHostUserPermissions, Reason: "The user lacks " + op + ".",
		}}
		if diags := w.plan(nil, config).diags; diags.failed() != lacks {
			t.Errorf("%s: %s", op, diags.text())
		}
		w.plan(o, config).diags.none(t)
		w.plan(nil, args{"vm_id": id, "path": motd, "content": "x", "validate": "/x %s"}).diags.has(t, "The user lacks "+op+".")
		if plan, _ := w.destroy(o); plan.failed() != (op == "modify") {
			t.Errorf("destroy with %s: %s", op, plan.text())
		}
	}
}

// A path that no guest of its family has is said at plan, where Tools have told the family.
func TestAPathOfAnotherFamilyOfGuests(t *testing.T) {
	w, id := guestWorld(t, guestFileType)
	plan := func(path string) diagnostics {
		w.walk()
		diags := w.plan(nil, args{"vm_id": id, "path": path, "content": "x"}).diags
		_, read := w.data("vix_guest_file", args{"vm_id": id, "path": path})
		to := w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "to_guest", "source": ".", "destination": path})
		from := w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "from_guest", "source": path, "destination": "x"})
		run := w.planAction("vix_guest_run", args{"vm_id": id, "program": path})
		script := w.planAction("vix_guest_script", args{"vm_id": id, "script": "true", "working_directory": path})
		w.becomes(guestRunType)
		resource := w.plan(nil, args{"vm_id": id, "program": path, "working_directory": path}).diags
		w.becomes(guestFileType)
		for _, other := range []diagnostics{read, to, from, run, script, resource} {
			if other.failed() != diags.failed() {
				t.Errorf("%s: %s%s", path, diags.text(), other.text())
			}
		}
		return diags
	}
	plan(`C:\x`).none(t)
	plan("/x").none(t)
	w.host.guest.family = "linuxGuest"
	plan("/x").none(t)
	plan(`C:\x`).has(t, "ERROR at AttributeName(\"path\"): Not a path of this guest\npath is \"C:\\\\x\". The guest of web ([storage1] web/web.vmx) is no "+
		"Windows guest, and its paths begin with a slash: /etc/motd.\n\nVIX_E_INVALID_ARG (3)")
	w.host.guest.family = vix.WindowsFamily
	plan(`C:\x`).none(t)
	plan(`\\server\x`).none(t)
	plan("//server/x").none(t)
	plan("/x").has(t, "is a Windows guest, and its paths begin with a drive or a server: C:\\Windows\\win.ini.")
}
