// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// content is what a file of this machine holds.
func content(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheGuestRunAction(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{Stdout: []byte("\xffout"), Stderr: []byte("err")}
	dir := t.TempDir()
	config := args{
		"vm_id": id, "program": "/bin/x", "arguments": "-a b", "working_directory": "/tmp", "environment": mapOf(map[string]string{"A": "1"}),
		"stdout_file": filepath.Join(dir, "out"), "stderr_file": filepath.Join(dir, "err"),
	}
	w.planAction(guestRunType, config).none(t)
	said, diags := w.invoke(guestRunType, config)
	diags.none(t)
	if want := []string{"web (" + webPath + "): running", "web (" + webPath + "): /bin/x has ended with exit code 0"}; !slices.Equal(said, want) {
		t.Errorf("it says %q", said)
	}
	// What is written is what the program wrote, byte for byte, for its owner alone, and nothing lies beside it.
	if out, err := content(t, config["stdout_file"].(string)), content(t, config["stderr_file"].(string)); out != "\xffout" || err != "err" {
		t.Errorf("the files hold %q and %q", out, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("there are %v, %v", files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v %v", info, err)
	}
	g := w.host.guest
	if !g.run.Capture || g.run.Arguments != "-a b" || g.run.WorkingDirectory != "/tmp" || g.run.Environment["A"] != "1" ||
		g.login.Password != "gu3st" || len(g.run.Token) < 20 || !g.run.Attempt.IsZero() {
		t.Errorf("the guest was asked for %+v", g.run)
	}
	// Each time it is invoked it runs.
	_, diags = w.invoke(guestRunType, config)
	diags.none(t)
	if w.host.guest.all() != 2 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
	said, diags = w.invoke(guestRunType, args{"vm_id": id, "program": "/bin/x", "wait": false})
	diags.none(t)
	if said[len(said)-1] != "web ("+webPath+"): /bin/x runs as process 7" || w.host.guest.run.Capture {
		t.Errorf("it says %q", said)
	}
}

func TestTheGuestScriptAction(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{ExitCode: 3, Stderr: []byte("no such host\n")}
	config := args{"vm_id": id, "script": "s3cret", "interpreter": "/bin/bash", "stdout_file": filepath.Join(t.TempDir(), "out")}
	w.planAction("vix_guest_script", config).none(t)
	said, diags := w.invoke("vix_guest_script", config)
	diags.only(t, "ERROR: Cannot run the script in the guest of web ([storage1] web/web.vmx)\nIt ended with exit code 3, and "+
		"success_exit_codes has 0. The end of stderr:\n\nno such host\n\nVIX_E_FAIL (1)")
	if said[len(said)-1] != "web ("+webPath+"): the script has ended with exit code 3" {
		t.Errorf("it says %q", said)
	}
	content(t, config["stdout_file"].(string)) // is kept all the same
	config["success_exit_codes"] = numbersOf(0, 3)
	_, diags = w.invoke("vix_guest_script", config)
	diags.none(t)
	if run := w.host.guest.run; run.Script != "s3cret" || run.Interpreter != "/bin/bash" {
		t.Errorf("the guest was asked for %+v", run)
	}
}

// An output that has no place is found before anything is run.
func TestAnOutputThatCannotBeWritten(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	for _, name := range []string{"stdout_file", "stderr_file"} {
		dir := t.TempDir()
		config := args{"vm_id": id, "program": "/bin/x", "stdout_file": filepath.Join(dir, "out"), name: filepath.Join(dir, "none", "x")}
		_, diags := w.invoke(guestRunType, config)
		diags.has(t, "ERROR at AttributeName(\""+name+"\"): Cannot write the output to a file\nNothing was run. On the machine that runs Terraform: ",
			"VIX_E_FILE_ERROR (7)")
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("there are %v, %v", files, err)
		}
	}
	dir := t.TempDir()
	config := args{"vm_id": id, "program": "/bin/x", "stdout_file": dir}
	const says = "ERROR at AttributeName(\"stdout_file\"): Cannot write the output to a file\n"
	w.planAction(guestRunType, config).has(t, says+"No output goes to a folder. On the machine that runs Terraform: write "+dir+": is a directory.")
	_, diags := w.invoke(guestRunType, config)
	diags.has(t, says+"Nothing was run. On the machine that runs Terraform: ")
	if w.host.guest.all() != 0 {
		t.Error("it was run")
	}
}

// Two outputs that would go to one file, however it is spelled, are an error at plan; two devices are none.
func TestTwoOutputsForOneFile(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	dir := t.TempDir()
	out, link := filepath.Join(dir, "out"), filepath.Join(dir, "link")
	w.must(os.Symlink("out", link))
	t.Chdir(dir)
	same := func(stdout, stderr string) diagnostics {
		return w.planAction(guestRunType, args{"vm_id": id, "program": "/bin/x", "stdout_file": stdout, "stderr_file": stderr})
	}
	for _, there := range []bool{false, true} {
		if there {
			w.must(os.WriteFile(out, nil, 0o600))
			w.must(os.Link(out, filepath.Join(dir, "hard")))
			same(out, "hard").has(t, "Two outputs for one file")
		}
		for _, spelled := range []string{out, "out", "./out", dir + "/none/../out", link} {
			same(out, spelled).only(t, "ERROR at AttributeName(\"stderr_file\"): Two outputs for one file\nstdout_file and stderr_file name one file, "+
				"and the second output would replace the first. Let the program write both to one output, or name two files.\n\nVIX_E_INVALID_ARG (3)")
		}
		same(out, "err").none(t)
	}
	same(os.DevNull, os.DevNull).none(t)
	same("", "").none(t)
}

// What an output goes to by a link, or is no file, is written through: neither the link nor the device is replaced.
func TestAnOutputThroughALink(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{Stdout: []byte("out"), Stderr: []byte("err")}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	w.must(os.Mkdir(in("below"), 0o700))
	w.must(os.Symlink("below/there", in("one")))
	w.must(os.Symlink("one", in("two")))
	w.must(os.WriteFile(in("below/there"), []byte("old"), 0o600))
	w.must(os.Symlink(in("below/new"), in("dangling")))
	_, diags := w.invoke(guestRunType, args{"vm_id": id, "program": "/bin/x", "stdout_file": in("two"), "stderr_file": in("dangling")})
	diags.none(t)
	if out, err := content(t, in("below/there")), content(t, in("below/new")); out != "out" || err != "err" {
		t.Errorf("the files hold %q and %q", out, err)
	}
	for _, name := range []string{"one", "two", "dangling"} {
		if info, err := os.Lstat(in(name)); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("%s is no link any more: %v, %v", name, info, err)
		}
	}
	w.must(os.Symlink(os.DevNull, in("null")))
	_, diags = w.invoke(guestRunType, args{"vm_id": id, "program": "/bin/x", "stdout_file": in("null"), "stderr_file": os.DevNull})
	diags.none(t)
	if info, err := os.Stat(in("null")); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Errorf("%s is no device any more: %v, %v", os.DevNull, info, err)
	}
}

// An action that is invoked again does it again, and so says to look first.
func TestAnActionWhoseOutcomeIsNotKnown(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	for _, e := range []vix.Error{{Doubt: true}, {Doubt: true, Kind: vix.ErrRunUnknown}} {
		e.Op, e.Object, e.Code, e.Reason = "run", "it", vix.CodeHostConnectionLost, "The line broke."
		w.host.fail["started"] = &e
		_, diags := w.invoke(guestRunType, args{"vm_id": id, "program": "/bin/x"})
		diags.only(t, "ERROR: Cannot run it\nThe line broke.\n\nWhether it was done is not known. Look in the guest before invoking the action "+
			"again, which does it again.\n\nVIX_E_HOST_CONNECTION_LOST (36) on vc")
	}
}

func TestTheGuestCopyAction(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	source := local(t, "x")
	config := args{"vm_id": id, "direction": "to_guest", "source": source, "destination": "/tmp/x"}
	w.planAction("vix_guest_copy", config).none(t)
	said, diags := w.invoke("vix_guest_copy", config)
	diags.none(t)
	if want := []string{"web (" + webPath + "): 1 of 2 MiB", "web (" + webPath + "): copied 2 files, 2097152 bytes"}; !slices.Equal(said, want) {
		t.Errorf("it says %q", said)
	}
	if job := w.host.guest.job; !job.Verify || job.Overwrite || job.Source != source || job.Destination != "/tmp/x" {
		t.Errorf("the job is %+v", job)
	}
	config = args{"vm_id": id, "direction": "from_guest", "source": `C:\x`, "destination": "x", "overwrite": true, "verify": false}
	w.planAction("vix_guest_copy", config).none(t)
	w.host.made()
	_, diags = w.invoke("vix_guest_copy", config)
	diags.none(t)
	calls(t, w.host, `CopyFromGuest C:\x x`)
	if job := w.host.guest.job; job.Verify || !job.Overwrite {
		t.Errorf("the job is %+v", job)
	}
	w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "to_guest", "source": "/no/such", "destination": "/tmp/x"}).has(t,
		"WARNING at AttributeName(\"source\"): What is to be copied cannot be read yet")
	w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "to_guest", "source": "x", "destination": "tmp"}).has(t,
		"ERROR at AttributeName(\"destination\"): Not an absolute path in the guest")
	w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "from_guest", "source": "x", "destination": "tmp"}).has(t,
		"ERROR at AttributeName(\"source\"): Not an absolute path in the guest")
	w.planAction("vix_guest_copy", args{"vm_id": id, "direction": "up", "source": "x", "destination": "tmp"}).has(t, "direction")
}

// All three check at plan what can be checked, and have the provider's login alone.
func TestWhatActionsInAGuestCheckAtPlan(t *testing.T) {
	bare := newWorldOf(t, guestRunType)
	bareID := bare.host.register(mustPath(t, webPath), "web").ID
	w, id := guestWorld(t, guestRunType)
	for name, c := range map[string]struct {
		config args
		ops    string
	}{
		guestRunType: {args{"program": "/bin/x"}, "execute"}, "vix_guest_script": {args{"script": "x", "wait": false}, "execute"},
		"vix_guest_copy": {args{"direction": "from_guest", "source": "/x", "destination": "x"}, "query"},
	} {
		c.config["vm_id"] = bareID
		bare.planAction(name, c.config).only(t, noLogin+".\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
		_, diags := bare.invoke(name, c.config)
		diags.only(t, noLogin+".\n\nVIX_E_CANNOT_AUTHENTICATE_WITH_GUEST (3024)")
		for _, op := range []string{"execute", "query", "modify"} {
			w.host.fail = map[string]error{"CheckGuest " + op: &vix.Error{
				Op: "work in the guest of", Object: webPath, Code: vix.CodeHostUserPermissions, Reason: "The user lacks " + op + ".",
			}}
			c.config["vm_id"] = id
			if diags := w.planAction(name, c.config); diags.failed() != strings.Contains(c.ops, op) {
				t.Errorf("%s without %s: %s", name, op, diags.text())
			}
			w.host.fail = map[string]error{}
			c.config["vm_id"] = unknown
			w.planAction(name, c.config).none(t)
			c.config["vm_id"] = webPath
			w.planAction(name, c.config).has(t, "No VM has the id")
		}
	}
	w.planAction(guestRunType, args{"vm_id": id}).has(t, "There is nothing to run")
	w.planAction(guestRunType, args{"vm_id": id, "program": "/bin/x", "wait": false, "stderr_file": "x"}).has(t,
		"ERROR at AttributeName(\"stderr_file\"): There is no output to keep\nNothing is caught of a program that is not waited for: remove "+
			"stderr_file, or wait = false.\n\nVIX_E_INVALID_ARG (3)")
	w.planAction("vix_guest_script", args{"vm_id": id, "script": strings.Repeat("x", vix.GuestScriptLimit+1)}).has(t, "VIX_E_ARGUMENT_TOO_BIG (44)")
}
