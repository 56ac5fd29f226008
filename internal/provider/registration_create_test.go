// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func intents(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv("TF_DATA_DIR"), "vix-intents", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCreateAdopts(t *testing.T) {
	w := newWorld(t)
	w.host.register(mustPath(t, webPath), "old").Folder = "/DC0/vm/Old"
	config := args{"vmx_path": webPath, "if_registered": "adopt", "name": "web", "folder": "Linux", "resource_pool": "Resources"}
	o := w.create(config)
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
	o = w.create(args{"vmx_path": webPath, "if_registered": "adopt"})
	calls(t, w.host, "Check", "Register")
	holds(t, o.value, args{"adopted": true, "name": "old"})
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

	// A rename that fails: state says what is.
	w = newWorld(t)
	w.host.register(mustPath(t, webPath), "old")
	config = args{"vmx_path": webPath, "if_registered": "adopt", "folder": "Linux"}
	p = w.plan(nil, config)
	w.host.fail["Update"] = errors.New("no")
	o, diags = w.apply(nil, p, config)
	diags.only(t, "ERROR: Unexpected error\nno")
	holds(t, o.value, args{"folder": "/DC0/vm", "id": "50000000-0000-0000-0000-000000000001"})
}

func TestCreateWarnsOfWhatCameUpBadly(t *testing.T) {
	w := newWorld(t)
	vm := w.host.register(mustPath(t, webPath), "web")
	vm.ConnectionState, vm.Encrypted = vix.Invalid, true
	config := args{"vmx_path": webPath, "if_registered": "adopt"}
	o, diags := w.apply(nil, w.plan(nil, config), config)
	diags.has(t, "WARNING: "+webPath+" is encrypted and locked")
	holds(t, o.value, args{"connection_state": "invalid", "encrypted": true})
}

func TestCreateFails(t *testing.T) {
	config := args{"vmx_path": webPath}
	for name, test := range map[string]struct {
		err   error
		keeps bool
	}{
		"refused":              {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeNotFound, Field: vix.FieldPath}, false},
		"line cut":             {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeHostConnectionLost}, true},
		"timed out":            {&vix.Error{Op: "register", Object: webPath, Code: vix.CodeNetHTTPOperationTimedout}, true},
		"interrupted":          {context.Canceled, true},
		"interrupted, told so": {&vix.Error{Op: "register", Code: vix.CodeObjectNotFound, Cause: context.DeadlineExceeded}, true},
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
	diags.only(t, "ERROR: Unexpected error\ngone")
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
	if !begun.Begun.IsZero() {
		t.Errorf("a first attempt was begun at %s", begun.Begun)
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
	p.diags.only(t, "WARNING: "+webPath+" is registered already, by an apply that was interrupted\nThe host's record shows that our user "+
		"registered it (50000000-0000-0000-0000-000000000001) in an apply of this configuration that did not get as far as saving "+
		"state. This apply finishes that one.")
	w.host.byPath(mustPath(t, webPath)).Name = "renamed by hand"
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	if spec := w.host.specs[len(w.host.specs)-1]; spec.Begun.IsZero() {
		t.Error("the time of the first attempt did not reach the host")
	}
	holds(t, o.value, args{"adopted": false, "name": "web"})
	if len(intents(t)) != 1 {
		t.Error("the note is gone before state is known to be saved")
	}

	// The next call with this state proves that it was saved.
	read, diags := w.read(o)
	diags.none(t)
	if len(intents(t)) != 0 {
		t.Errorf("journal %v", intents(t))
	}

	// It is forgotten once: a later attempt at the same path is another one's.
	later := intent{Server: fakeServer, User: "user", Path: webPath}
	if err := newFileJournal().begin(later); err != nil {
		t.Fatal(err)
	}
	_, diags = w.read(read)
	diags.none(t)
	if len(intents(t)) != 1 {
		t.Error("the note of a later attempt is gone")
	}
}

func TestJournalEndsWithUpdateAndDelete(t *testing.T) {
	w := newWorld(t)
	config := args{"vmx_path": webPath}
	o := w.create(config)
	config["on_destroy"] = "unregister"
	_, diags := w.apply(o, w.plan(o, config), config)
	diags.none(t)
	if len(intents(t)) != 0 {
		t.Errorf("journal after an update: %v", intents(t))
	}
	for _, onDestroy := range []string{"keep", "unregister"} {
		w = newWorld(t)
		o = w.create(args{"vmx_path": webPath, "on_destroy": onDestroy})
		w.destroy(o)
		if len(intents(t)) != 0 {
			t.Errorf("journal after a destroy: %v", intents(t))
		}
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
	j := &fileJournal{data: t.TempDir()}
	at := intent{Server: "s", User: "u", Datacenter: "DC0", Path: webPath}
	if _, ok := j.begun(at); ok {
		t.Error("begun before it began")
	}
	if err := j.begin(at); err != nil {
		t.Fatal(err)
	}
	if _, ok := j.begun(at); !ok {
		t.Error("not begun")
	}
	for name, other := range map[string]intent{
		"server":     {Server: "x", User: "u", Datacenter: "DC0", Path: webPath},
		"user":       {Server: "s", User: "x", Datacenter: "DC0", Path: webPath},
		"datacenter": {Server: "s", User: "u", Datacenter: "DC1", Path: webPath},
		"path":       {Server: "s", User: "u", Datacenter: "DC0", Path: "[storage1] x/x.vmx"},
	} {
		if _, ok := j.begun(other); ok {
			t.Errorf("another %s counts as this one", name)
		}
	}
	if err := os.WriteFile(j.file(at.name()), []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := j.begun(at); ok {
		t.Error("a damaged note counts")
	}
	if err := errors.Join(j.end(at.name()), j.end(at.name())); err != nil {
		t.Errorf("ending twice: %v", err)
	}
}
