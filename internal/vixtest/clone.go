// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"errors"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var cloneClauses = []clause{
	{"ACloneIsAVMOfItsOwn", vix.FeatureClones, aCloneIsAVMOfItsOwn},
	{"ALinkedCloneNeedsASnapshot", vix.FeatureClones, aLinkedCloneNeedsASnapshot},
	{"CheckCloneChangesNothing", vix.FeatureClones, checkCloneChangesNothing},
	{"ATakenNameIsADuplicate", vix.FeatureClones, aTakenNameIsADuplicate},
	{"AnInterruptedCloneIsNotMadeTwice", vix.FeatureClones, anInterruptedCloneIsNotMadeTwice},
	{"OnlyTheVeryVMIsDestroyed", vix.FeatureClones, onlyTheVeryVMIsDestroyed},
	{"ARunningVMIsNotDestroyed", vix.FeatureClones, aRunningVMIsNotDestroyed},
	{"ACloneOfAVMThatIsGoneProvesThat", vix.FeatureClones, aCloneOfAGoneVM},
}

func (s *subject) clone(t *testing.T, spec vix.CloneSpec) *vix.Cloned {
	t.Helper()
	made, err := s.cloner.Clone(s.ctx, spec)
	if err != nil {
		t.Fatalf("clone: %v", err)
	}
	return made
}

func aCloneIsAVMOfItsOwn(t *testing.T, s *subject) {
	source := s.register(t, s.Paths[0])
	before := s.Fingerprint(t)
	made := s.clone(t, vix.CloneSpec{Source: source.Handle(), Name: "100% a/b"})
	if made.Finished || made.ID == source.ID || made.Path.Same(source.Path) || made.Name != "100% a/b" ||
		made.PowerState != vix.PoweredOff {
		t.Errorf("%+v", made)
	}
	vm, err := s.host.OpenID(s.ctx, made.ID)
	if err != nil || vm.ManagedObjectID != made.ManagedObjectID {
		t.Errorf("opened as %+v, %v", vm, err)
	}
	name := "renamed"
	if err := s.registrar.Update(s.ctx, made.Handle(), vix.Change{Name: &name}); err != nil {
		t.Error(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := s.cloner.Destroy(s.ctx, made.Handle(), vix.PowerOffFail); err != nil {
			t.Fatal(err)
		}
	}
	if s.Fingerprint(t) != before {
		t.Error("cloning and deleting the clone did not leave the files as they were")
	}
	if _, err := s.registrar.Registration(s.ctx, made.Handle()); !errors.Is(err, vix.ErrGone) {
		t.Errorf("got %v", err)
	}
}

func aLinkedCloneNeedsASnapshot(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	spec := vix.CloneSpec{Source: handle, Name: "linked", Linked: true}
	_, err := s.cloner.CheckClone(s.ctx, spec)
	if e := wantCode(t, err, vix.CodeSnapshotNotFound); e.Field != vix.FieldSnapshot {
		t.Errorf("the error points at %q", e.Field)
	}
	_, err = s.cloner.Clone(s.ctx, spec)
	wantCode(t, err, vix.CodeSnapshotNotFound)
	base := s.take(t, handle, "base")
	s.take(t, handle, "later")
	check, err := s.cloner.CheckClone(s.ctx, spec)
	if err != nil || check.Snapshot == nil || check.Snapshot.Path != "base/later" {
		t.Errorf("without a snapshot it is made of the current one: %+v, %v", check, err)
	}
	for _, named := range []string{base.ID, "base"} {
		spec.Snapshot = vix.SnapshotName{Either: named}
		if check, err = s.cloner.CheckClone(s.ctx, spec); err != nil || check.Snapshot == nil || check.Snapshot.ID != base.ID {
			t.Errorf("%q: %+v, %v", named, check, err)
		}
	}
	s.clone(t, spec)
	spec.Name, spec.Snapshot = "other", vix.SnapshotName{Either: "none"}
	_, err = s.cloner.CheckClone(s.ctx, spec)
	if e := wantCode(t, err, vix.CodeSnapshotNotFound); len(e.Choices) != 2 {
		t.Errorf("there are %q", e.Choices)
	}
}

func checkCloneChangesNothing(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	before := s.Fingerprint(t)
	check, err := s.cloner.CheckClone(s.ctx, vix.CloneSpec{Source: handle, Name: "a"})
	if err != nil || check.Finished != nil || check.Snapshot != nil || check.Underway {
		t.Fatalf("check: %+v, %v", check, err)
	}
	found, err := s.host.Find(s.ctx, vix.Query{})
	if err != nil || len(found) != 1 || s.Fingerprint(t) != before {
		t.Errorf("a check changed something: %+v, %v", found, err)
	}
}

func aTakenNameIsADuplicate(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	other := s.register(t, s.Paths[1])
	spec := vix.CloneSpec{Source: handle, Name: other.Name}
	_, err := s.cloner.CheckClone(s.ctx, spec)
	if e := wantCode(t, err, vix.CodeDuplicateName); e.Field != vix.FieldName || e.VM == nil || e.VM.ID != other.ID {
		t.Errorf("%+v", e)
	}
	_, err = s.cloner.Clone(s.ctx, spec)
	wantCode(t, err, vix.CodeDuplicateName)
	out := other.Handle()
	spec.Without = &out
	if _, err = s.cloner.CheckClone(s.ctx, spec); err != nil {
		t.Errorf("the name of what goes before is free: %v", err)
	}
}

func anInterruptedCloneIsNotMadeTwice(t *testing.T, s *subject) {
	var sent time.Time
	var tasks []string
	spec := vix.CloneSpec{
		Source: s.register(t, s.Paths[0]).Handle(), Name: "a",
		Sending: func(now time.Time) { sent = now }, Sent: func(task string) { tasks = append(tasks, task) },
	}
	first := s.clone(t, spec)
	if sent.IsZero() || len(tasks) != 1 {
		t.Fatalf("sent at %s, %q", sent, tasks)
	}
	ours := vix.Attempt{Begun: sent, Until: sent.Add(time.Minute), Sent: 1}
	for name, attempt := range map[string]vix.Attempt{
		"its task is known": {Begun: ours.Begun, Until: ours.Until, Sent: 1, Tasks: tasks}, "its task is not known": ours,
	} {
		spec.Attempt = attempt
		check, err := s.cloner.CheckClone(s.ctx, spec)
		if err != nil || check.Finished == nil || check.Finished.ID != first.ID {
			t.Errorf("%s: %+v, %v", name, check, err)
		}
		if again := s.clone(t, spec); !again.Finished || again.ID != first.ID {
			t.Errorf("%s: the interrupted one was made again: %+v", name, again)
		}
	}
	// A rename does not hide it, and what is somebody else's is not ours.
	name := "renamed"
	if err := s.registrar.Update(s.ctx, first.Handle(), vix.Change{Name: &name}); err != nil {
		t.Fatal(err)
	}
	spec.Attempt = ours
	if again := s.clone(t, spec); again.ID != first.ID {
		t.Errorf("%+v", again)
	}
	spec.Others = []string{first.ManagedObjectID}
	if third := s.clone(t, spec); third.Finished || third.ID == first.ID {
		t.Errorf("somebody else's counts as ours: %+v", third)
	}
	// One of another time is in the way, and the error says that it is not proved.
	spec.Attempt = vix.Attempt{Begun: sent.Add(-time.Hour), Until: sent.Add(-time.Minute), Sent: 1}
	_, err := s.cloner.Clone(s.ctx, spec)
	if e := wantCode(t, err, vix.CodeDuplicateName); e.Kind != vix.ErrCloneThere || e.VM == nil {
		t.Errorf("%+v", e)
	}
}

func onlyTheVeryVMIsDestroyed(t *testing.T, s *subject) {
	made := s.clone(t, vix.CloneSpec{Source: s.register(t, s.Paths[0]).Handle(), Name: "a"})
	before := s.Fingerprint(t)
	right := made.Handle()
	for name, change := range map[string]func(*vix.Handle){
		"another path": func(h *vix.Handle) { h.Path = s.path(t, s.Paths[1]) },
		"another id":   func(h *vix.Handle) { h.ID = "00000000-0000-0000-0000-000000000001" },
		"no path":      func(h *vix.Handle) { h.Path = vix.Path{} },
	} {
		wrong := right
		change(&wrong)
		if err := s.cloner.Destroy(s.ctx, wrong, vix.PowerOffHard); !errors.Is(err, vix.ErrNotTheClone) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// Registered anew it has another managed object.
	if made.ManagedObjectID != "" {
		s.Unregister(t, made.Path.String())
		s.Register(t, made.Path.String())
		if err := s.cloner.Destroy(s.ctx, right, vix.PowerOffFail); err != nil {
			t.Errorf("its managed object is gone, and there is nothing to do: %v", err)
		}
	}
	if s.Fingerprint(t) != before {
		t.Error("files were deleted")
	}
}

func aRunningVMIsNotDestroyed(t *testing.T, s *subject) {
	made := s.clone(t, vix.CloneSpec{Source: s.register(t, s.Paths[0]).Handle(), Name: "a"})
	s.PowerOn(t, made.Path.String())
	wantCode(t, s.cloner.Destroy(s.ctx, made.Handle(), vix.PowerOffFail), vix.CodeVMIsRunning)
	if err := s.cloner.CheckDestroy(s.ctx, made.Handle(), vix.PowerOffHard); err != nil {
		t.Error(err)
	}
	if err := s.cloner.Destroy(s.ctx, made.Handle(), vix.PowerOffHard); err != nil {
		t.Error(err)
	}
}

func aCloneOfAGoneVM(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.Unregister(t, s.Paths[0])
	_, check := s.cloner.CheckClone(s.ctx, vix.CloneSpec{Source: handle, Name: "a"})
	_, clone := s.cloner.Clone(s.ctx, vix.CloneSpec{Source: handle, Name: "a"})
	for _, err := range []error{check, clone} {
		if !errors.Is(err, vix.ErrGone) {
			t.Errorf("got %v", err)
		}
	}
}
