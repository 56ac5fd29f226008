// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const guestRunType = "vix_guest_run"

// guestWorld is a world of a resource, with a registered VM whose id it gives, and a provider that has a login in guests.
func guestWorld(t *testing.T, resource string) (*world, string) {
	t.Helper()
	w := newBareWorld(t)
	w.becomes(resource)
	w.configure(guestProvider(nil)).none(t)
	w.host.made()
	return w, w.host.register(mustPath(t, webPath), "web").ID
}

// guestProvider is the configuration of a provider with a login in guests.
func guestProvider(more args) args {
	all := args{"hostname": "vc", "username": "user", "password": "pass", "guest_username": "root", "guest_password": "gu3st"}
	maps.Copy(all, more)
	return all
}

func TestARunAndWhatCameOfIt(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{
		Stdout: []byte("h\xff\xfei\x00\n"), Stderr: []byte("größer"), Elapsed: 2600 * time.Millisecond,
	}
	config := args{
		"vm_id": id, "program": "/usr/bin/id", "arguments": "-u", "working_directory": "/tmp",
		"environment": mapOf(map[string]string{"A": "1"}), "triggers": mapOf(map[string]string{"round": "1"}),
	}
	o := w.create(config)
	holds(t, o.value, args{
		"pid": `tftypes.Number<"7">`, "exit_code": `tftypes.Number<"0">`, "stdout": "h\uFFFD\uFFFDi\x00\n", "stderr": "größer",
		"elapsed": `tftypes.Number<"3">`, "wait": true, "capture_output": true, "interactive": false,
	})
	g := w.host.guest
	if g.run.Program != "/usr/bin/id" || g.run.Arguments != "-u" || g.run.WorkingDirectory != "/tmp" || g.run.Environment["A"] != "1" ||
		!g.run.Capture || g.run.NoWait || g.login != (vix.GuestLogin{Username: "root", Password: "gu3st"}) {
		t.Errorf("the guest was asked for %+v %s", g.run, g.login)
	}
	if strings.Trim(g.run.Token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" || len(g.run.Token) < 20 {
		t.Errorf("the token is %q", g.run.Token)
	}
	if w.host.left > 20*time.Minute || w.host.left < 19*time.Minute {
		t.Errorf("it has %s", w.host.left)
	}
	// A refresh asks nobody, a plan changes nothing, a destroy does nothing in the guest, and no secret is anywhere.
	w.host.made()
	o, diags := w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)
	calls(t, w.host, "OpenID "+id)
	if text := o.value.String() + string(o.private); strings.Contains(text, "gu3st") || strings.Contains(text, g.run.Token) {
		t.Errorf("the state has a secret: %s", text)
	}
	plan, apply := w.destroy(o)
	plan.none(t)
	apply.none(t)
	if w.host.guest.all() != 1 {
		t.Errorf("%d starts", w.host.guest.all())
	}
}

func TestARunThatIsNotWaitedFor(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	o := w.create(args{"vm_id": id, "script": "sleep 60 &", "interpreter": "/bin/bash", "wait": false})
	holds(t, o.value, args{"pid": `tftypes.Number<"7">`, "exit_code": nil, "stdout": nil, "stderr": nil, "elapsed": nil})
	if run := w.host.guest.run; !run.NoWait || run.Capture || run.Script != "sleep 60 &" || run.Interpreter != "/bin/bash" {
		t.Errorf("the guest was asked for %+v", run)
	}
	o = w.create(args{"vm_id": id, "script": "true", "capture_output": false})
	holds(t, o.value, args{"exit_code": `tftypes.Number<"0">`, "stdout": nil, "stderr": nil, "elapsed": `tftypes.Number<"0">`})
}

// What is cut is cut between characters, and said.
func TestAnOutputThatIsCut(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{Stdout: []byte("größ")[:4], StdoutCut: true}
	p := w.plan(nil, args{"vm_id": id, "program": "/bin/x"})
	o, diags := w.apply(nil, p, args{"vm_id": id, "program": "/bin/x"})
	diags.only(t, "WARNING: The output of a program is cut\nA program in the guest of web ([storage1] web/web.vmx) has written more than the "+
		"1048576 bytes of each output that are kept. Let it write into a file of the guest, and copy that.\n\nVIX_E_BUFFER_TOOSMALL (24)")
	holds(t, o.value, args{"stdout": "grö"})
	for text, want := range map[string]string{"a\xc3": "a", "a\xe2\x82": "a", "\xf0\x9f\x98": "", "aé": "aé", "a\xff": "a\uFFFD", "": ""} {
		if got := textOf([]byte(text), true); got != want {
			t.Errorf("%q cut is %q, want %q", text, got, want)
		}
	}
}

// Another exit code leaves no state, and the next apply tries again.
func TestAnExitCodeThatIsAFailure(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{ExitCode: 3, Stderr: []byte(strings.Repeat("old\n", 30) + "no such \x1b[31mhost\r\n")}
	config := args{"vm_id": id, "program": "/bin/x"}
	p := w.plan(nil, config)
	p.diags.none(t)
	o, diags := w.apply(nil, p, config)
	diags.only(t, "ERROR: Cannot run /bin/x in the guest of web ([storage1] web/web.vmx)\nIt ended with exit code 3, and success_exit_codes "+
		"has 0. The end of stderr:\n\n"+strings.Repeat("old\n", 19)+"no such \\u001b[31mhost\n\nVIX_E_FAIL (1)")
	if !o.value.IsNull() {
		t.Errorf("the state is %v", fields(o.value))
	}
	w.apply(nil, w.plan(nil, config), config)
	if w.host.guest.all() != 2 || len(w.host.guest.starts) != 2 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
	o = w.create(args{"vm_id": id, "script": "exit 3", "success_exit_codes": numbersOf(0, 3)})
	holds(t, o.value, args{"exit_code": `tftypes.Number<"3">`})
	_, diags = w.apply(nil, w.plan(nil, args{"vm_id": id, "script": "s3cret"}), args{"vm_id": id, "script": "s3cret"})
	diags.has(t, "Cannot run the script in the guest")
}

// A run whose answer was lost is never started again: it is found, or the error comes again until it is another run.
func TestARunIsNeverStartedTwice(t *testing.T) {
	lost := &vix.Error{Op: "run", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	for _, at := range []string{"started", "ended"} {
		w, id := guestWorld(t, guestRunType)
		config := args{"vm_id": id, "program": "/bin/x"}
		w.host.fail[at] = lost
		_, diags := w.apply(nil, w.plan(nil, config), config)
		diags.has(t, "The line broke.", "Apply again when the host answers: what it has carried out is recognised.")
		delete(w.host.fail, at)
		// The host does not let us look: nothing is decided by that.
		w.host.fail["RunInGuest"] = &vix.Error{Op: "log in", Object: "it", Code: vix.CodeCannotAuthenticateWithGuest, Reason: "No."}
		_, diags = w.apply(nil, w.plan(nil, config), config)
		diags.has(t, "No.")
		delete(w.host.fail, "RunInGuest")
		w.host.guest.forgets = true
		for range 2 {
			_, diags = w.apply(nil, w.plan(nil, config), config)
			diags.only(t, "ERROR: Cannot run it\nNothing tells whether it was started.\n\nApply again first: what was started is looked for and waited "+
				"for, and nothing is started twice. If this error comes again, the guest tells nothing of it any more; to run it once more "+
				"then, change triggers:\n\n  triggers = { again = \"1\" }\n\nVIX_E_FAIL (1) on vc")
		}
		w.host.guest.forgets = false
		o := w.create(config)
		if w.host.guest.all() != 1 {
			t.Errorf("%s: starts are %v", at, w.host.guest.starts)
		}
		// It is in the state: whatever is run from now on is run anew.
		o, diags = w.read(o)
		diags.none(t)
		w.create(config)
		if w.host.guest.all() != 2 {
			t.Errorf("%s: starts are %v", at, w.host.guest.starts)
		}
		config["triggers"] = mapOf(map[string]string{"again": "1"})
		p := w.plan(o, config)
		p.diags.none(t)
		if len(p.replace) != 1 || p.replace[0] != `AttributeName("triggers")` {
			t.Errorf("it replaces %v", p.replace)
		}
		w.create(config)
		if w.host.guest.all() != 3 {
			t.Errorf("%s: starts are %v", at, w.host.guest.starts)
		}
	}
}

// An outcome that nobody knows is no reason not to run what is another run.
func TestTriggersAskForARunAgain(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.fail["started"] = &vix.Error{Op: "run", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	config := args{"vm_id": id, "program": "/bin/x"}
	w.apply(nil, w.plan(nil, config), config)
	delete(w.host.fail, "started")
	w.host.guest.forgets = true
	w.create(args{"vm_id": id, "program": "/bin/x", "triggers": mapOf(map[string]string{"again": "1"})})
	if w.host.guest.all() != 2 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}

// A run that was ended because its time ran out has come to its end.
func TestARunThatTakesTooLong(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.fail["ended"] = &vix.Error{Op: "run", Object: "it", Code: vix.CodeFail, Kind: vix.ErrRunUnended, Reason: "It was ended after 1m."}
	config := args{"vm_id": id, "program": "/bin/x", "timeouts": args{"create": "1m"}}
	_, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "It was ended after 1m.\n\nA longer time can be set in timeouts.")
	if w.host.left > time.Minute {
		t.Errorf("it has %s", w.host.left)
	}
	delete(w.host.fail, "ended")
	w.create(config)
	if w.host.guest.all() != 2 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}

// What Windows takes for one variable is two elsewhere; where it is not known which guest it is, the run decides.
func TestEnvironmentVariablesThatAreOneToWindows(t *testing.T) {
	for os, refused := range map[string]bool{"windows2022srvNext_64Guest": true, "debian12_64Guest": false, "": false} {
		w, id := guestWorld(t, guestRunType)
		w.host.guest.os = os
		config := args{"vm_id": id, "program": "/bin/x", "environment": mapOf(map[string]string{"Path": "a", "B": "b", "PATH": "c"})}
		const says = "ERROR at AttributeName(\"environment\"): Two environment variables are one to Windows\nPATH and Path differ in case alone, and " +
			"the guest of web ([storage1] web/web.vmx) is Windows. Give the variable once.\n\nVIX_E_INVALID_ARG (3)"
		for what, diags := range map[string]diagnostics{
			"resource": w.plan(nil, config).diags, "action": w.planAction(guestRunType, config),
			"script": w.planAction("vix_guest_script", args{"vm_id": id, "script": "x", "environment": config["environment"]}),
		} {
			if !refused {
				diags.none(t)
			} else if diags.has(t, says); !diags.failed() {
				t.Errorf("%s: nothing is wrong", what)
			}
		}
	}
	// Nobody is asked of what cannot be such.
	w, id := guestWorld(t, guestRunType)
	w.host.made()
	w.plan(nil, args{"vm_id": id, "program": "/bin/x", "environment": mapOf(map[string]string{"A": "a", "B": "a"})}).diags.none(t)
	calls(t, w.host, "OpenID "+id)
}

func TestWhatNoRunCanBe(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	for name, c := range map[string]struct {
		config args
		says   string
	}{
		"nothing": {args{}, "ERROR at AttributeName(\"program\"): There is nothing to run\nExactly one of program and script says it.\n\n" +
			"VIX_E_INVALID_ARG (3)"},
		"both":        {args{"program": "/bin/x", "script": "y"}, "ERROR at AttributeName(\"program\"): There are two things to run\n"},
		"arguments":   {args{"script": "y", "arguments": "z"}, "ERROR at AttributeName(\"arguments\"): The arguments are of no program\n"},
		"interpreter": {args{"program": "/bin/x", "interpreter": "/bin/sh"}, "ERROR at AttributeName(\"interpreter\"): The interpreter has no script\n"},
		"relative":    {args{"program": "bin/x"}, "ERROR at AttributeName(\"program\"): Not an absolute path in the guest\nprogram is \"bin/x\"."},
		"drive":       {args{"program": "C:x.exe"}, "Not an absolute path in the guest"},
		"folder":      {args{"program": "/bin/x", "working_directory": "tmp"}, "ERROR at AttributeName(\"working_directory\"): Not an absolute"},
		"environment": {args{"program": "/bin/x", "environment": mapOf(map[string]string{"A=B": "1"})}, "Not the name of an environment variable"},
		"control": {args{"program": "/bin/x", "arguments": "a\x1b"}, "ERROR at AttributeName(\"arguments\"): Not a text that a host can be " +
			"told\nIt has the character U+001B, which cannot be sent to a host."},
		"of a value":   {args{"program": "/bin/x", "environment": mapOf(map[string]string{"A": "\x1b"})}, "AttributeName(\"environment\"): Not a text"},
		"of a place":   {args{"script": "y", "working_directory": "/a\x1b", "interpreter": "/bin/sh"}, "AttributeName(\"working_directory\"): Not a text"},
		"of a shell":   {args{"script": "y", "interpreter": "/bin/s\x1bh"}, "AttributeName(\"interpreter\"): Not a text"},
		"empty script": {args{"script": ""}, "script"},
		"long script":  {args{"script": strings.Repeat("x", vix.GuestScriptLimit-6), "interpreter": "/bin/sh"}, "ERROR at AttributeName(\"script\"): Cannot run the script\nInterpreter and script have 60537 bytes; VIX takes 60536 bytes.\n\nPut the script into a file of the guest (vix_guest_file) and run that.\n\nVIX_E_ARGUMENT_TOO_BIG (44)"},
		"two logins":   {args{"program": "/bin/x", "guest_ticket_wo": "t", "guest_password_wo": "p"}, "ERROR at AttributeName(\"guest_username\"): Two logins for one guest\n"},
		"no success": {args{"program": "/bin/x", "success_exit_codes": numbersOf()}, "ERROR at AttributeName(\"success_exit_codes\"): No exit code is a success\n" +
			"Whatever the program ended with would be a failure."},
		"limit": {args{"program": "/bin/x", "timeouts": args{"create": "0s"}}, "Not a duration"},
	} {
		c.config["vm_id"] = id
		diags := w.validate(c.config)
		if !diags.failed() || !strings.Contains(diags.text(), c.says) {
			t.Errorf("%s: %s", name, diags.text())
		}
	}
	for _, config := range []args{
		{"program": `C:\Windows\system32\whoami.exe`}, {"program": `\\server\share\x.exe`}, {"program": "c:/x.exe"},
		{"script": strings.Repeat("x", vix.GuestScriptLimit-7), "interpreter": "/bin/sh"},
		{"program": unknown, "script": unknown}, {"program": "/bin/x", "environment": unknown, "success_exit_codes": unknown},
	} {
		config["vm_id"] = id
		w.validate(config).none(t)
	}
}
