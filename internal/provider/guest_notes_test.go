// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Two resources that are alike are two runs, and each finds its own after an interruption.
func TestTwoRunsThatAreAlike(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	config := args{"vm_id": id, "program": "/bin/x"}
	p := w.plan(nil, config)
	w.host.fail["ended"] = &vix.Error{Op: "run", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	apply := func() (*object, diagnostics) {
		o, diags := w.apply(nil, p, config)
		return o, diags
	}
	conn := w.provider.opens()[0]
	first, second := conn.attemptAt(t.Context(), fakeServer, "k"), conn.attemptAt(t.Context(), fakeServer, "k")
	if first.Token == second.Token {
		t.Error("two addresses have one attempt")
	}
	apply()
	apply() // in another process, which takes the first one's
	if w.host.guest.all() != 1 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
	delete(w.host.fail, "ended")
	// What an attempt has left is taken once a process.
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(conn.guestNotes.begin(first))
	must(conn.guestNotes.begin(second))
	w.walk()
	conn = w.provider.opens()[len(w.provider.opens())-1]
	again := []string{conn.attemptAt(t.Context(), fakeServer, "k").Token, conn.attemptAt(t.Context(), fakeServer, "k").Token, conn.attemptAt(t.Context(), fakeServer, "k").Token}
	known := map[string]bool{first.Token: true, second.Token: true}
	if !known[again[0]] || !known[again[1]] || again[0] == again[1] || known[again[2]] {
		t.Errorf("of %v are taken %v", known, again)
	}
}

// Terraform is killed after a run has ended, before its state is written: the next apply has the result without asking the guest.
func TestTheResultOfARunOutlivesTerraform(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	w.host.guest.result = vix.GuestResult{Stdout: []byte("\xffout"), StderrCut: true, Elapsed: 2 * time.Second}
	config := args{"vm_id": id, "program": "/bin/x"}
	w.apply(nil, w.plan(nil, config), config) // and nothing of it is kept
	w.host.guest.forgets, w.host.guest.result = true, vix.GuestResult{}
	w.host.made()
	o, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "WARNING: The output of a program is cut", "WARNING: The result of an earlier apply is taken\nAn apply of "+
		fakeNow.UTC().Format(time.RFC3339)+" has run /bin/x in the guest of web ([storage1] web/web.vmx), and was interrupted before its result was in "+
		"the state. That result is taken, and nothing was run now. To run it once more, change triggers.\n\nVIX_E_ALREADY_EXISTS (23)")
	holds(t, o.value, args{"stdout": "\uFFFDout", "pid": `tftypes.Number<"7">`, "elapsed": `tftypes.Number<"2">`, "exit_code": `tftypes.Number<"0">`})
	calls(t, w.host, "OpenID "+id, "OpenID "+id)
	if w.host.guest.all() != 1 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
	// What is in a state, and what was told in order, is not taken again.
	_, diags = w.read(o)
	diags.none(t)
	w.host.guest.forgets = false
	w.create(config)
	if err := w.provider.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.create(config)
	if w.host.guest.all() != 3 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}

// The result that Terraform was killed with is for the attempt whose answer was lost: what is asked for when it is in a state is run,
// although nothing has refreshed that.
func TestARunThatIsAskedForAgainIsRun(t *testing.T) {
	for name, sees := range map[string]func(w *world, o *object, config args){
		"a plan of a replacement": func(w *world, o *object, config args) { w.plan(o, config) },
		"a destroy":               func(w *world, o *object, _ args) { w.destroy(o) },
		"a refresh":               func(w *world, o *object, _ args) { w.read(o) },
	} {
		w, id := guestWorld(t, guestRunType)
		config := args{"vm_id": id, "program": "/bin/x"}
		o := w.create(config) // and Terraform is killed
		sees(w, o, config)
		w.create(config)
		if w.host.guest.all() != 2 {
			t.Errorf("after %s: starts are %v", name, w.host.guest.starts)
		}
	}
}

// What one user has run in a guest is nothing that another one need not run: the two are alike in the rest.
func TestTheRunOfAnotherUserIsItsOwn(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	config := func(user string) args {
		return args{"vm_id": id, "program": "/bin/x", "guest_username": user, "guest_password_wo": "p"}
	}
	w.host.fail["started"] = &vix.Error{Op: "run", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	_, diags := w.apply(nil, w.plan(nil, config("ada")), config("ada"))
	diags.has(t, "The line broke.")
	delete(w.host.fail, "started")
	w.host.guest.forgets = true
	w.create(config("bob"))
	_, diags = w.apply(nil, w.plan(nil, config("ada")), config("ada"))
	diags.has(t, "Nothing tells whether it was started.")
	if w.host.guest.all() != 2 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}

// Another alias is another process: what it has begun, and goes on with, is not taken for what an earlier apply has left.
func TestARunOfAnotherAliasIsItsOwn(t *testing.T) {
	a, _ := guestWorld(t, guestRunType)
	b := *a
	b.restart()
	b.configure(guestProvider(nil)).none(t)
	one, two := a.provider.opens()[0], b.provider.opens()[0]
	one.peers, two.peers = newPeers(), newPeers() // a restart has ended them all
	t.Cleanup(two.peers.end)
	first := one.attemptAt(t.Context(), fakeServer, "k")
	first.Attempt = vix.Attempt{Begun: fakeNow}
	if err := one.guestNotes.begin(first); err != nil {
		t.Fatal(err)
	}
	if two.attemptAt(t.Context(), fakeServer, "k").Token == first.Token {
		t.Error("what goes on in another process is taken over")
	}
	one.peers.end() // as when it is killed
	if got := two.attemptAt(t.Context(), fakeServer, "k"); got.Token != first.Token || got.Attempt.IsZero() || got.Process != two.peers.me() {
		t.Errorf("what another process has left is not taken over: %+v", got)
	}
}

// What cannot be noted is not started: nobody would find it again.
func TestARunThatCannotBeNotedIsNotStarted(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	config := args{"vm_id": id, "program": "/bin/x"}
	p := w.plan(nil, config)
	blocked(t, w.provider.opens()[0].guestNotes.folder)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "It cannot be noted on the machine that runs Terraform, and would be started twice after an interruption. Nothing was started. ",
		"\n\nMake the folder .terraform of the configuration, or that of TF_DATA_DIR, one that can be written.\n\nVIX_E_FILE_ERROR (7)")
	if w.host.guest.all() != 0 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}

// Where there is no data folder, as where no init was needed, one is made for the note: a run that is interrupted is not started twice there either.
func TestARunWithoutADataFolderIsNoted(t *testing.T) {
	w, id := guestWorld(t, guestRunType)
	if err := os.RemoveAll(os.Getenv("TF_DATA_DIR")); err != nil {
		t.Fatal(err)
	}
	w.host.fail["ended"] = &vix.Error{Op: "run", Object: "it", Code: vix.CodeHostConnectionLost, Doubt: true, Reason: "The line broke."}
	config := args{"vm_id": id, "program": "/bin/x"}
	_, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "The line broke.")
	if newNotes("vix-processes").usable() {
		t.Error("it is taken for what terraform init makes")
	}
	delete(w.host.fail, "ended")
	w.create(config)
	if w.host.guest.all() != 1 {
		t.Errorf("starts are %v", w.host.guest.starts)
	}
}
