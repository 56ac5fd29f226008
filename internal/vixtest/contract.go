// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package vixtest holds the contract that every service provider must pass:
// what the Terraform layer relies on, whatever is behind it. It is for tests and
// never ships.
package vixtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// World is a host with VMs on it, and somebody beside us who acts on it. Each
// subtest gets a world of its own.
type World struct {
	Connect vix.Connect
	Options vix.ConnectOptions
	// Paths are the vmx paths of three VMs that exist as files and that the host
	// does not know, with different names.
	Paths []string
	// Names are their display names.
	Names []string
	// Missing is a path where no file is, on a datastore that exists.
	Missing string
	// Register, Unregister and PowerOn are done by somebody else.
	Register, Unregister, PowerOn func(t *testing.T, path string)
	// Fingerprint tells the files of all VMs, byte for byte.
	Fingerprint func(t *testing.T) string
	// Logins is how many logins are open on the host.
	Logins func() int
}

// deadline bounds each subtest: a service provider that hangs fails.
const deadline = 30 * time.Second

// Contract runs the contract. A subtest that needs a feature which Info does not
// name is left out, and says so.
func Contract(t *testing.T, setup func(t *testing.T) World) {
	for _, c := range []struct {
		name    string
		feature string
		run     func(t *testing.T, s *subject)
	}{
		{"InfoTellsWhatWasReached", "", infoTellsWhatWasReached},
		{"AWrongPasswordIsRefused", "", aWrongPasswordIsRefused},
		{"DisconnectLeavesNoLogin", "", disconnectLeavesNoLogin},
		{"OpenOfAnUnregisteredVMSaysSo", "open", openOfAnUnregisteredVMSaysSo},
		{"RegisterThenOpen", "register", registerThenOpen},
		{"RegisterOfAMissingFileFails", "register", registerOfAMissingFileFails},
		{"RegisterTwiceFailsOrAdopts", "register", registerTwiceFailsOrAdopts},
		{"CheckChangesNothing", "register", checkChangesNothing},
		{"UnregisterKeepsTheFiles", "unregister", unregisterKeepsTheFiles},
		{"UnregisterOfARunningVMIsRefused", "unregister", unregisterOfARunningVMIsRefused},
		{"OnlyProvedAbsenceIsGone", "unregister", onlyProvedAbsenceIsGone},
		{"RegisteredAnewIsTheSameRegistration", "register", registeredAnewIsTheSame},
		{"RenameIsSeen", "rename", renameIsSeen},
		{"FindListsWhatIsRegistered", "find", findListsWhatIsRegistered},
		{"ACancelledCallReturns", "open", aCancelledCallReturns},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			s := &subject{World: setup(t), ctx: ctx}
			s.connect(t)
			if info := s.info(t); c.feature != "" && !slices.Contains(info.Features, c.feature) {
				t.Skipf("%s does not offer %q", info.Product, c.feature)
			}
			c.run(t, s)
		})
	}
}

// subject is a world and the connection under test.
type subject struct {
	World
	ctx  context.Context
	host vix.Host
}

func (s *subject) connect(t *testing.T) {
	t.Helper()
	host, err := s.Connect(s.ctx, s.Options)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	s.host = host
	t.Cleanup(func() { _ = host.Disconnect(context.Background()) })
}

func (s *subject) info(t *testing.T) vix.HostInfo {
	t.Helper()
	info, err := s.host.Info(s.ctx)
	if err != nil {
		t.Fatalf("info: %v", err)
	}
	return info
}

func (s *subject) path(t *testing.T, text string) vix.Path {
	t.Helper()
	p, err := vix.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s *subject) register(t *testing.T, text string) *vix.Registered {
	t.Helper()
	r, err := s.host.Register(s.ctx, vix.RegisterSpec{Path: s.path(t, text)})
	if err != nil {
		t.Fatalf("register %s: %v", text, err)
	}
	return r
}

// wantCode fails unless err is an *Error that is complete and has the code.
func wantCode(t *testing.T, err error, want vix.Code) *vix.Error {
	t.Helper()
	var e *vix.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *vix.Error", err, err)
	}
	if e.Code != want {
		t.Fatalf("got the code %s, want %s: %v", e.Code, want, err)
	}
	if e.Op == "" || e.Reason == "" {
		t.Errorf("the error does not say what was tried and why it failed: %+v", e)
	}
	return e
}

func infoTellsWhatWasReached(t *testing.T, s *subject) {
	info := s.info(t)
	if info.ServiceProvider == "" || info.Product == "" || info.Version == "" || info.InstanceUUID == "" {
		t.Errorf("info is incomplete: %+v", info)
	}
	if !slices.IsSorted(info.Features) {
		t.Errorf("features are not sorted: %q", info.Features)
	}
}

func aWrongPasswordIsRefused(t *testing.T, s *subject) {
	options := s.Options
	options.Password += "x"
	_, err := s.Connect(s.ctx, options)
	wantCode(t, err, vix.CodeHostUserPermissions)
}

func disconnectLeavesNoLogin(t *testing.T, s *subject) {
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Fatal(err)
	}
	if n := s.Logins(); n != 0 {
		t.Errorf("%d logins are left", n)
	}
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Errorf("a second disconnect: %v", err)
	}
}

func openOfAnUnregisteredVMSaysSo(t *testing.T, s *subject) {
	_, err := s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Paths[0])})
	there := wantCode(t, err, vix.CodeVMNotFound)
	_, err = s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Missing)})
	missing := wantCode(t, err, vix.CodeVMNotFound)
	if there.Reason == missing.Reason {
		t.Errorf("whether the file exists is not said: %q", there.Reason)
	}
	_, err = s.host.OpenID(s.ctx, "00000000-0000-0000-0000-000000000000")
	wantCode(t, err, vix.CodeVMNotFound)
}

func registerThenOpen(t *testing.T, s *subject) {
	for i, text := range s.Paths {
		r := s.register(t, text)
		if r.Adopted || r.ID == "" || r.Path.String() != text || r.Name != s.Names[i] {
			t.Errorf("registered %s as %+v", text, r)
		}
		vm, err := s.host.Open(s.ctx, vix.Locator{Path: s.path(t, text)})
		if err != nil {
			t.Fatalf("open %s: %v", text, err)
		}
		if vm.ID != r.ID || vm.Name != s.Names[i] || vm.PowerState != vix.PoweredOff || vm.IsRunning {
			t.Errorf("opened %s as %+v", text, vm)
		}
		same, err := s.host.OpenID(s.ctx, r.ID)
		if err != nil || same.Path != vm.Path {
			t.Errorf("open by id: %+v, %v", same, err)
		}
	}
}

func registerOfAMissingFileFails(t *testing.T, s *subject) {
	check, err := s.host.Check(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Missing)})
	if err != nil || check.FileExists {
		t.Errorf("check of a missing file: %+v, %v; it may yet be uploaded", check, err)
	}
	_, err = s.host.Register(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Missing)})
	wantCode(t, err, vix.CodeNotFound)
}

func registerTwiceFailsOrAdopts(t *testing.T, s *subject) {
	s.Register(t, s.Paths[0])
	spec := vix.RegisterSpec{Path: s.path(t, s.Paths[0])}
	_, err := s.host.Check(s.ctx, spec)
	wantCode(t, err, vix.CodeAlreadyExists)
	_, err = s.host.Register(s.ctx, spec)
	wantCode(t, err, vix.CodeAlreadyExists)
	spec.Adopt = true
	r, err := s.host.Register(s.ctx, spec)
	if err != nil || !r.Adopted {
		t.Fatalf("adopt: %+v, %v", r, err)
	}
	again, err := s.host.Register(s.ctx, spec)
	if err != nil || again.ID != r.ID {
		t.Errorf("adopting twice gave %+v, %v; the first gave %s", again, err, r.ID)
	}
}

func checkChangesNothing(t *testing.T, s *subject) {
	before := s.Fingerprint(t)
	check, err := s.host.Check(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Paths[0])})
	if err != nil || !check.FileExists || check.Registered != nil {
		t.Fatalf("check: %+v, %v", check, err)
	}
	_, err = s.host.Open(s.ctx, vix.Locator{Path: s.path(t, s.Paths[0])})
	wantCode(t, err, vix.CodeVMNotFound)
	if s.Fingerprint(t) != before {
		t.Error("a check changed the files")
	}
}

func unregisterKeepsTheFiles(t *testing.T, s *subject) {
	before := s.Fingerprint(t)
	r := s.register(t, s.Paths[0])
	for range 2 { // the second time there is nothing to do, and no error
		if err := s.host.Unregister(s.ctx, r.Handle(), vix.PowerOffFail); err != nil {
			t.Fatalf("unregister: %v", err)
		}
	}
	if s.Fingerprint(t) != before {
		t.Error("registering and unregistering changed the files")
	}
	_, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	wantCode(t, err, vix.CodeVMNotFound)
}

func unregisterOfARunningVMIsRefused(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.PowerOn(t, s.Paths[0])
	wantCode(t, s.host.Unregister(s.ctx, r.Handle(), vix.PowerOffFail), vix.CodeVMIsRunning)
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	if err != nil || !vm.IsRunning {
		t.Fatalf("after the refusal: %+v, %v", vm, err)
	}
	if err := s.host.Unregister(s.ctx, r.Handle(), vix.PowerOffHard); err != nil {
		t.Errorf("unregister with a hard power off: %v", err)
	}
}

func onlyProvedAbsenceIsGone(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	if _, err := s.host.Registration(s.ctx, r.Handle()); err != nil {
		t.Fatalf("a registration that is there: %v", err)
	}
	s.Unregister(t, s.Paths[0])
	if _, err := s.host.Registration(s.ctx, r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("a registration that is gone: %v", err)
	}
	elsewhere := r.Handle()
	elsewhere.Server = "another-server"
	if _, err := s.host.Registration(s.ctx, elsewhere); err == nil || errors.Is(err, vix.ErrGone) {
		t.Errorf("absence on the wrong server counts as a proof: %v", err)
	}
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.host.Registration(cancelled, r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
		t.Errorf("a host that is not asked proves absence: %v", err)
	}
}

func registeredAnewIsTheSame(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.Unregister(t, s.Paths[0])
	s.Register(t, s.Paths[0])
	again, err := s.host.Registration(s.ctx, r.Handle())
	if err != nil || again.ID != r.ID || again.Path != r.Path {
		t.Errorf("registered anew by somebody else: %+v, %v", again, err)
	}
}

func renameIsSeen(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	name := "renamed 100% of it"
	if err := s.host.Update(s.ctx, r.Handle(), vix.Change{Name: &name}); err != nil {
		t.Fatalf("rename: %v", err)
	}
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	if err != nil || vm.Name != name {
		t.Errorf("after the rename: %+v, %v", vm, err)
	}
}

func findListsWhatIsRegistered(t *testing.T, s *subject) {
	before, err := s.host.Find(s.ctx, vix.Query{})
	if err != nil {
		t.Fatal(err)
	}
	first, second := s.register(t, s.Paths[0]), s.register(t, s.Paths[1])
	s.PowerOn(t, s.Paths[1])
	after, err := s.host.Find(s.ctx, vix.Query{})
	if err != nil || len(after) != len(before)+2 {
		t.Fatalf("found %d, then %d after two registrations: %v", len(before), len(after), err)
	}
	running, err := s.host.Find(s.ctx, vix.Query{Running: true})
	if err != nil {
		t.Fatal(err)
	}
	has := func(items []vix.Item, id string) bool {
		return slices.ContainsFunc(items, func(i vix.Item) bool { return i.ID == id })
	}
	if has(running, first.ID) || !has(running, second.ID) || !has(after, first.ID) {
		t.Errorf("registered %+v, running %+v", after, running)
	}
}

func aCancelledCallReturns(t *testing.T, s *subject) {
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.host.Open(cancelled, vix.Locator{Path: s.path(t, s.Paths[0])})
	wantCode(t, err, vix.CodeCancelled)
}
