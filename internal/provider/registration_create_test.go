// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func intents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("TF_DATA_DIR"), "vix-intents", "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCreateAdopts(t *testing.T) {
	w := newWorld(t)
	w.host.register(mustPath(t, webPath), "old").Folder = "/DC0/vm/Old"
	config := args{"vmx_path": webPath, "if_registered": "adopt", "name": "web", "folder": "Linux", "resource_pool": "Resources"}
	o := w.adopt(config)
	calls(t, w.host, "Check", "Register", "Update", "Registration")
	if c := w.host.changes[0]; *c.Name != "web" || *c.Folder != "Linux" || c.ResourcePool != nil {
		t.Errorf("changed %+v", c)
	}
	holds(t, o.value, args{"adopted": true, "name": "web", "folder": "Linux", "resource_pool": "Resources"})
	o, diags := w.read(o)
	diags.none(t)
	w.plan(o, config).same(t, o)

	// As it is: nothing to change.
	w = newWorld(t)
	w.host.register(mustPath(t, webPath), "old")
	o = w.adopt(args{"vmx_path": webPath, "if_registered": "adopt"})
	calls(t, w.host, "Check", "Register")
	holds(t, o.value, args{"adopted": true, "name": "old"})
}

// What the plan says which file it is, and which leads elsewhere at the apply, is not sent.
func TestCreateRegistersTheFileThatWasPlanned(t *testing.T) {
	w := newWorld(t)
	w.host.links = map[string]string{webPath: "[ds] a/a.vmx"}
	config := args{"vmx_path": webPath}
	p := w.plan(nil, config)
	p.diags.none(t)
	w.host.links[webPath] = "[ds] b/b.vmx"
	o, diags := w.apply(nil, p, config)
	diags.only(t, "ERROR at AttributeName(\"vmx_path\"): Cannot register [ds] b/b.vmx\nThe path leads to another file than when this was planned: then it was "+
		"[ds] a/a.vmx. Nothing was registered.\n\nPlan again.\n\nVIX_E_INVALID_ARG (3)")
	calls(t, w.host, "Check")
	if !o.value.IsNull() || len(intents(t)) > 0 {
		t.Errorf("state %v, journal %v", fields(o.value), intents(t))
	}
}

func TestCreateAdoptionFails(t *testing.T) {
	// What was right at plan time may be wrong by the apply.
	w := newWorld(t)
	config := args{"vmx_path": webPath, "if_registered": "adopt", "host": "esx2", "template": true}
	p := w.plan(nil, config)
	p.diags.none(t)
	w.host.register(mustPath(t, webPath), "web")
	o, diags := w.apply(nil, p, config)
	diags.has(t, "ERROR at AttributeName(\"host\"): Cannot adopt "+webPath, "ERROR at AttributeName(\"template\")")
	if !o.value.IsNull() || len(intents(t)) > 0 {
		t.Errorf("state %v, journal %v", fields(o.value), intents(t))
	}

	// A move that fails: the VM stays whose it was, and nothing is tainted.
	w = newWorld(t)
	w.host.register(mustPath(t, webPath), "old")
	config = args{"vmx_path": webPath, "if_registered": "adopt", "folder": "Linux"}
	p = w.plan(nil, config)
	w.host.fail["Update"] = errors.New("no")
	o, diags = w.apply(nil, p, config)
	diags.only(t, "ERROR: Unexpected error\nno\n\nVIX_E_FAIL (1)")
	if !o.value.IsNull() {
		t.Errorf("state %v: an error would taint it", fields(o.value))
	}
}

func TestCreateWarnsOfWhatCameUpBadly(t *testing.T) {
	w := newWorld(t)
	vm := w.host.register(mustPath(t, webPath), "web")
	vm.ConnectionState, vm.Encrypted = vix.Invalid, true
	config := args{"vmx_path": webPath, "if_registered": "adopt"}
	o, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "WARNING: A VM is encrypted and locked\n"+webPath+": the VM is registered")
	holds(t, o.value, args{"connection_state": "invalid", "encrypted": true})
}

func TestCreateFails(t *testing.T) {
	config := args{"vmx_path": webPath}
	for name, test := range map[string]struct {
		err   error
		keeps bool
	}{
		"refused":              {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeNotFound, Field: vix.FieldPath}, false},
		"line cut":             {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeHostConnectionLost, Doubt: true}, true},
		"refused in doubt":     {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeFail, Doubt: true}, true},
		"interrupted":          {context.Canceled, true},
		"interrupted, told so": {&vix.Error{Op: "register", Code: vix.CodeObjectNotFound, Doubt: true, Cause: context.DeadlineExceeded}, true},
		"anything":             {errors.New("EOF"), true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := w.plan(nil, config)
			w.host.fail["Register"] = test.err
			o, diags := w.apply(nil, p, config)
			if !diags.failed() || !o.value.IsNull() {
				t.Errorf("state %v, %s", fields(o.value), diags.text())
			}
			if kept := len(intents(t)) == 1; kept != test.keeps {
				t.Errorf("journal %v", intents(t))
			}
		})
	}
	w := newWorld(t)
	p := w.plan(nil, config)
	w.restart()
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).none(t)
	w.host.fail["Info"] = errors.New("gone")
	_, diags := w.apply(nil, p, config)
	diags.only(t, "ERROR: Unexpected error\ngone\n\nVIX_E_FAIL (1)")
	if len(intents(t)) > 0 {
		t.Error("an attempt was noted before there was one")
	}
}

// The provider is killed between the host's task and the state: the next apply
// finishes the job.
func TestCreateFinishesAnInterruptedAttempt(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath, "name": "web"}
	p := w.plan(nil, config)
	_, diags := w.apply(nil, p, config)
	diags.none(t)
	begun := w.host.specs[len(w.host.specs)-1]
	if !begun.Attempt.IsZero() {
		t.Errorf("a first attempt was begun at %s", begun.Attempt.Begun)
	}
	if len(intents(t)) != 1 {
		t.Fatalf("journal %v", intents(t))
	}
	info, err := os.Stat(intents(t)[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("journal: %v, %v", info.Mode(), err)
	}

	// The state is lost with the provider; the host proves that it was us.
	w.host.finished = true
	w.restart()
	w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
	p = w.plan(nil, config)
	p.diags.only(t, "WARNING: A VM is registered already, by an apply that was interrupted\n"+webPath+": the host's record shows that our user "+
		"registered it (50000000-0000-0000-0000-000000000001) in an apply of this configuration that did not get as far as saving "+
		"state. This apply finishes that one.\n\nVIX_E_ALREADY_EXISTS (23)")
	w.host.byPath(mustPath(t, webPath)).Name = "renamed by hand"
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	if spec := w.host.specs[len(w.host.specs)-1]; spec.Attempt.IsZero() {
		t.Error("the time of the first attempt did not reach the host")
	}
	holds(t, o.value, args{"adopted": false, "name": "web"})
	if len(intents(t)) != 1 {
		t.Error("the note is gone before state is known to be saved")
	}

	// The next call with this state proves that it was saved.
	_, diags = w.read(o)
	diags.none(t)
	if len(intents(t)) != 0 {
		t.Errorf("journal %v", intents(t))
	}
}

// Create has returned, and no state has the VM yet: that is how long Terraform runs
// after_create actions. However the run ends there, the next apply finishes it, and the
// VM is ours. Only where Terraform ended the provider in order, the state was written.
func TestCreateEndsBeforeTheStateIsWritten(t *testing.T) {
	stop := func(w *world) {
		_, err := w.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
		w.must(err)
	}
	for name, test := range map[string]struct {
		end  func(w *world)
		ours bool
	}{
		"the provider is killed":               {func(*world) {}, true},
		"Terraform is killed":                  {func(w *world) { w.must(w.provider.Abandon(t.Context())) }, true},
		"interrupted once, then all is killed": {stop, true},
		"interrupted twice":                    {func(w *world) { stop(w); w.must(w.provider.Close(t.Context())) }, true},
		"in order":                             {func(w *world) { w.must(w.provider.Close(t.Context())) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			theirs := *w.host.register(mustPath(t, "[storage1] theirs/theirs.vmx"), "theirs")
			config := args{"vmx_path": webPath}
			w.create(config)
			ours := *w.host.byPath(mustPath(t, webPath))
			test.end(w)

			w.host.finished = true
			w.restart()
			w.configure(args{"hostname": "vc", "username": "user", "password": "pass"}).none(t)
			p := w.plan(nil, config)
			if !test.ours {
				p.diags.has(t, "ERROR at AttributeName(\"vmx_path\"): Cannot register "+webPath+"\nIt is registered already.")
				return
			}
			p.diags.has(t, "WARNING: A VM is registered already, by an apply that was interrupted")
			o, diags := w.apply(nil, p, config)
			diags.none(t)
			holds(t, o.value, args{"id": ours.ID, "adopted": false, "on_destroy": "unregister"})
			w.must(w.provider.Close(t.Context()))
			if len(intents(t)) != 0 {
				t.Errorf("the note outlives success: %v", intents(t))
			}
			o, diags = w.read(o)
			diags.none(t)
			w.plan(o, config).same(t, o)
			if len(w.host.vms) != 2 || *w.host.vms[theirs.ID] != theirs || *w.host.vms[ours.ID] != ours {
				t.Errorf("the inventory is %v", w.host.vms)
			}
		})
	}
}

// A note ends when Terraform ends the provider in order, or when a refresh finds the
// registration in the state; not with an interruption.
func TestJournalEnds(t *testing.T) {
	for name, test := range map[string]struct {
		end   func(w *world, o *object)
		notes int
	}{
		"not when create returns": {func(*world, *object) {}, 1},
		"in order":                {func(w *world, _ *object) { w.must(w.provider.Close(t.Context())) }, 0},
		"killed":                  {func(w *world, _ *object) { w.must(w.provider.Abandon(t.Context())) }, 1},
		"told to stop": {func(w *world, _ *object) {
			_, err := w.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
			w.must(err)
			w.must(w.provider.Close(t.Context()))
		}, 1},
		"by a refresh": {func(w *world, o *object) { w.read(o) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			o := w.create(args{"vmx_path": webPath})
			test.end(w, o)
			if n := len(intents(t)); n != test.notes {
				t.Errorf("%d notes are left, want %d", n, test.notes)
			}
		})
	}
}

// What one workspace has begun is nothing that another one may finish, and neither is what
// was begun with another backend.
func TestAnAttemptBelongsToItsWorkspace(t *testing.T) {
	data := t.TempDir()
	t.Setenv("TF_DATA_DIR", data)
	at := intent{Server: "s", User: "u", Path: webPath, Attempt: vix.Attempt{Begun: time.Now()}}
	first := newPeers()
	if err := newFileJournal(first).begin(at); err != nil {
		t.Fatal(err)
	}
	first.end()
	noted := func() bool { return !newFileJournal(newPeers()).open(at).IsZero() }
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(data, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !noted() {
		t.Error("the same workspace does not know its attempt")
	}
	write("environment", "staging")
	if noted() {
		t.Error("another workspace finishes it")
	}
	t.Setenv("TF_WORKSPACE", "default")
	if !noted() {
		t.Error("TF_WORKSPACE does not count")
	}
	write("terraform.tfstate", `{"backend":{"type":"s3","config":{"bucket":"other"}}}`)
	if noted() {
		t.Error("another backend finishes it")
	}
}

func TestJournalIsPatient(t *testing.T) {
	// No data directory: none is made, and nothing fails.
	w := newBareWorld(t)
	dir := filepath.Join(t.TempDir(), "none")
	t.Setenv("TF_DATA_DIR", dir)
	w.configure(args{"hostname": "vc", "username": "u", "password": "p"}).none(t)
	o := w.create(args{"vmx_path": webPath})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a data directory: %v", err)
	}
	_, diags := w.read(o)
	diags.none(t)

	// One that cannot be written costs the recovery, not the registration.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "vix-intents"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o = w.create(args{"vmx_path": "[storage1] db/db.vmx"})
	_, diags = w.read(o)
	diags.none(t)
}

func TestFileJournal(t *testing.T) {
	t.Setenv("TF_DATA_DIR", t.TempDir())
	j := newFileJournal(newPeers())
	now := time.Now().UTC().Truncate(time.Second)
	at := intent{Server: "s", User: "u", Datacenter: "DC0", Path: webPath, Attempt: vix.Attempt{Begun: now, Until: now.Add(time.Minute)}}
	if !j.open(at).IsZero() {
		t.Error("begun before it began")
	}
	if err := j.begin(at); err != nil {
		t.Fatal(err)
	}
	if got := j.open(at); got.Begun != at.Attempt.Begun || got.Until != at.Attempt.Until {
		t.Errorf("noted %v, want %v", got, at.Attempt)
	}
	// Another try of the same does not shorten the time in which the first may come to its end.
	later := at
	later.Attempt = vix.Attempt{Begun: now.Add(time.Hour), Until: now.Add(2 * time.Hour)}
	if err := j.begin(later); err != nil {
		t.Fatal(err)
	}
	if got := j.open(at); got.Begun != now || got.Until != later.Attempt.Until {
		t.Errorf("noted %v", got)
	}
	for name, other := range map[string]intent{
		"server":     {Server: "x", User: "u", Datacenter: "DC0", Path: webPath},
		"user":       {Server: "s", User: "x", Datacenter: "DC0", Path: webPath},
		"datacenter": {Server: "s", User: "u", Datacenter: "DC1", Path: webPath},
		"path":       {Server: "s", User: "u", Datacenter: "DC0", Path: "[storage1] x/x.vmx"},
	} {
		if !j.open(other).IsZero() {
			t.Errorf("another %s counts as this one", name)
		}
	}
	if err := os.WriteFile(j.file(at), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !j.open(at).IsZero() {
		t.Error("a damaged note counts")
	}
	if err := errors.Join(j.begin(at), j.end("s", webPath, "/F0/DC0"), j.end("s", webPath, "")); err != nil {
		t.Errorf("ending twice: %v", err)
	}
	if !j.open(at).IsZero() {
		t.Error("it did not end")
	}
}
