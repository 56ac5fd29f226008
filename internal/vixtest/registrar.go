// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var registrarClauses = []clause{
	{"RegisterThenOpen", vix.FeatureRegister, registerThenOpen},
	{"RegisterOfAMissingFileFails", vix.FeatureRegister, registerOfAMissingFileFails},
	{"RegisterTwiceFailsOrAdopts", vix.FeatureRegister, registerTwiceFailsOrAdopts},
	{"CheckChangesNothing", vix.FeatureRegister, checkChangesNothing},
	{"UnregisterKeepsTheFiles", vix.FeatureUnregister, unregisterKeepsTheFiles},
	{"UnregisterOfARunningVMIsRefused", vix.FeatureUnregister, unregisterOfARunningVMIsRefused},
	{"FindListsWhatIsRegistered", vix.FeatureRegister, findListsWhatIsRegistered},
	{"OnlyProvedAbsenceIsGone", vix.FeatureRegister, onlyProvedAbsenceIsGone},
	{"OnlyProvedAbsenceOfAVMIsGone", vix.FeatureUnregister, onlyProvedAbsenceOfAVMIsGone},
	{"RegisteredAnewIsTheSameRegistration", vix.FeatureRegister, registeredAnewIsTheSame},
	{"RenameIsSeen", vix.FeatureRename, renameIsSeen},
	{"CheckChangeSaysWhatUpdateWould", vix.FeatureRename, checkChangeSaysWhatUpdateWould},
	{"CheckUnregisterChangesNothing", vix.FeatureUnregister, checkUnregisterChangesNothing},
	{"CheckUnregisterSaysWhatUnregisterWould", vix.FeatureUnregister, checkUnregisterSaysWhatUnregisterWould},
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
	check, err := s.registrar.Check(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Missing)})
	if err != nil || check.FileExists {
		t.Errorf("check of a missing file: %+v, %v; it may yet be uploaded", check, err)
	}
	_, err = s.registrar.Register(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Missing)})
	wantCode(t, err, vix.CodeNotFound)
}

func registerTwiceFailsOrAdopts(t *testing.T, s *subject) {
	s.Register(t, s.Paths[0])
	spec := vix.RegisterSpec{Path: s.path(t, s.Paths[0])}
	_, err := s.registrar.Check(s.ctx, spec)
	wantCode(t, err, vix.CodeAlreadyExists)
	_, err = s.registrar.Register(s.ctx, spec)
	wantCode(t, err, vix.CodeAlreadyExists)
	spec.Adopt = true
	r, err := s.registrar.Register(s.ctx, spec)
	if err != nil || !r.Adopted {
		t.Fatalf("adopt: %+v, %v", r, err)
	}
	again, err := s.registrar.Register(s.ctx, spec)
	if err != nil || again.ID != r.ID {
		t.Errorf("adopting twice gave %+v, %v; the first gave %s", again, err, r.ID)
	}
}

func checkChangesNothing(t *testing.T, s *subject) {
	before := s.Fingerprint(t)
	check, err := s.registrar.Check(s.ctx, vix.RegisterSpec{Path: s.path(t, s.Paths[0])})
	if err != nil || !check.FileExists || check.Registered != nil {
		t.Fatalf("check: %+v, %v", check, err)
	}
	s.notRegistered(t, s.Paths[0])
	if s.Fingerprint(t) != before {
		t.Error("a check changed the files")
	}
}

func unregisterKeepsTheFiles(t *testing.T, s *subject) {
	before := s.Fingerprint(t)
	r := s.register(t, s.Paths[0])
	for range 2 { // the second time there is nothing to do, and no error
		if err := s.registrar.Unregister(s.ctx, r.Handle(), vix.PowerOffFail); err != nil {
			t.Fatalf("unregister: %v", err)
		}
	}
	if s.Fingerprint(t) != before {
		t.Error("registering and unregistering changed the files")
	}
	s.notRegistered(t, s.Paths[0])
}

func unregisterOfARunningVMIsRefused(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.PowerOn(t, s.Paths[0])
	wantCode(t, s.registrar.Unregister(s.ctx, r.Handle(), vix.PowerOffFail), vix.CodeVMIsRunning)
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	if err != nil || !vm.IsRunning {
		t.Fatalf("after the refusal: %+v, %v", vm, err)
	}
	if err := s.registrar.Unregister(s.ctx, r.Handle(), vix.PowerOffHard); err != nil {
		t.Errorf("unregister with a hard power off: %v", err)
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
	host, err := s.Connect(s.ctx, s.Options) // who runs is believed for a while
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = host.Disconnect(s.ctx) }()
	running, err := host.Find(s.ctx, vix.Query{Running: true})
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

func onlyProvedAbsenceIsGone(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	if _, err := s.registrar.Registration(s.ctx, r.Handle()); err != nil {
		t.Fatalf("a registration that is there: %v", err)
	}
	s.Unregister(t, s.Paths[0])
	if _, err := s.registrar.Registration(s.ctx, r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("a registration that is gone: %v", err)
	}
	elsewhere := r.Handle()
	elsewhere.Server = "another-server"
	if _, err := s.registrar.Registration(s.ctx, elsewhere); err == nil || errors.Is(err, vix.ErrGone) {
		t.Errorf("absence on the wrong server counts as a proof: %v", err)
	}
	if err := s.host.Disconnect(s.ctx); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(s.ctx)
	cancel()
	if _, err := s.registrar.Registration(cancelled, r.Handle()); err == nil || errors.Is(err, vix.ErrGone) {
		t.Errorf("a host that is not asked proves absence: %v", err)
	}
}

func onlyProvedAbsenceOfAVMIsGone(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	vm, err := s.host.Read(s.ctx, r.Handle())
	if err != nil || vm.ID != r.ID || vm.PowerState != vix.PoweredOff || vm.Server == "" {
		t.Fatalf("a VM that is there: %+v, %v", vm, err)
	}
	s.PowerOn(t, s.Paths[0])
	if vm, err = s.host.Read(s.ctx, r.Handle()); err != nil || !vm.IsRunning {
		t.Errorf("a VM that was powered on: %+v, %v", vm, err)
	}
	if err := s.registrar.Unregister(s.ctx, r.Handle(), vix.PowerOffHard); err != nil {
		t.Fatal(err)
	}
	if _, err := s.host.Read(s.ctx, r.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("a VM that is gone: %v", err)
	}
	elsewhere := r.Handle()
	elsewhere.Server = "another-server"
	if _, err := s.host.Read(s.ctx, elsewhere); err == nil || errors.Is(err, vix.ErrGone) {
		t.Errorf("absence on the wrong server counts as a proof: %v", err)
	}
	s.Register(t, s.Paths[0])
	if vm, err = s.host.Read(s.ctx, r.Handle()); err != nil || vm.Path != r.Path {
		t.Errorf("a VM that was registered anew: %+v, %v", vm, err)
	}
}

func registeredAnewIsTheSame(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.Unregister(t, s.Paths[0])
	s.Register(t, s.Paths[0])
	again, err := s.registrar.Registration(s.ctx, r.Handle())
	if err != nil || again.ID != r.ID || again.Path != r.Path {
		t.Errorf("registered anew by somebody else: %+v, %v", again, err)
	}
}

func renameIsSeen(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	name := "renamed 100% of it"
	if err := s.registrar.Update(s.ctx, r.Handle(), vix.Change{Name: &name}); err != nil {
		t.Fatalf("rename: %v", err)
	}
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	if err != nil || vm.Name != name {
		t.Errorf("after the rename: %+v, %v", vm, err)
	}
}

func checkChangeSaysWhatUpdateWould(t *testing.T, s *subject) {
	first, second := s.register(t, s.Paths[0]), s.register(t, s.Paths[1])
	free, nowhere := "a name that is free", "no such folder"
	changes := []vix.Change{{Folder: &nowhere}, {Name: &first.Name}, {Name: &free}}
	var said []error
	for _, change := range changes {
		said = append(said, s.registrar.CheckChange(s.ctx, second.Handle(), change))
	}
	is, err := s.registrar.Registration(s.ctx, second.Handle())
	if err != nil || is.Name != second.Name || is.Folder != second.Folder {
		t.Fatalf("after what was only checked: %+v, %v", is, err)
	}
	if said[0] == nil || said[2] != nil {
		t.Errorf("a folder that is not there: %v; a name that is free: %v", said[0], said[2])
	}
	for i, change := range changes { // whether a name may be taken twice is the product's
		err := s.registrar.Update(s.ctx, second.Handle(), change)
		if said[i] != nil && vix.CodeOf(err) != vix.CodeOf(said[i]) || i == 2 && err != nil {
			t.Errorf("change %d: the check said %v, the update %v", i, said[i], err)
		}
	}
}

func checkUnregisterChangesNothing(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.PowerOn(t, s.Paths[0])
	if err := s.registrar.CheckUnregister(s.ctx, r.Handle(), vix.PowerOffHard); err != nil {
		t.Errorf("what is allowed: %v", err)
	}
	vm, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path})
	if err != nil || !vm.IsRunning {
		t.Fatalf("after what was only checked: %+v, %v", vm, err)
	}
}

func checkUnregisterSaysWhatUnregisterWould(t *testing.T, s *subject) {
	r := s.register(t, s.Paths[0])
	s.Withhold(t)
	wantCode(t, s.registrar.CheckUnregister(s.ctx, r.Handle(), vix.PowerOffFail), vix.CodeHostUserPermissions)
	wantCode(t, s.registrar.Unregister(s.ctx, r.Handle(), vix.PowerOffFail), vix.CodeHostUserPermissions)
	if _, err := s.host.Open(s.ctx, vix.Locator{Path: r.Path}); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
}
