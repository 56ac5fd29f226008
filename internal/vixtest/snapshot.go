// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"errors"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var snapshotClauses = []clause{
	{"ASnapshotIsTakenAndRemoved", vix.FeatureSnapshots, aSnapshotIsTakenAndRemoved},
	{"ChildrenSurviveUnlessTheyAreToGo", vix.FeatureSnapshots, childrenSurviveUnlessTheyAreToGo},
	{"ARenamedSnapshotIsTheSame", vix.FeatureSnapshots, aRenamedSnapshotIsTheSame},
	{"ARevertGoesBack", vix.FeatureSnapshots, aRevertGoesBack},
	{"ANameOfTwoSnapshotsIsAmbiguous", vix.FeatureSnapshots, aNameOfTwoSnapshotsIsAmbiguous},
	{"AnInterruptedSnapshotIsNotTakenTwice", vix.FeatureSnapshots, anInterruptedSnapshotIsNotTakenTwice},
	{"SnapshotsOfAVMThatIsGoneProveThat", vix.FeatureSnapshots, snapshotsOfAGoneVM},
}

// take takes a snapshot.
func (s *subject) take(t *testing.T, handle vix.Handle, name string) *vix.Snapshot {
	t.Helper()
	taken, err := s.snapshots.TakeSnapshot(s.ctx, handle, vix.SnapshotSpec{Name: name, Description: "about " + name})
	if err != nil {
		t.Fatalf("take %s: %v", name, err)
	}
	return taken
}

// paths are the paths of a VM's snapshots, the current one with a star.
func (s *subject) paths(t *testing.T, handle vix.Handle) (paths []string) {
	t.Helper()
	vm, err := s.snapshots.Snapshots(s.ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range vm.Snapshots {
		path := one.Path
		if one.IsCurrent {
			path += "*"
		}
		paths = append(paths, path)
	}
	return paths
}

func (s *subject) tree(t *testing.T, handle vix.Handle, want ...string) {
	t.Helper()
	got := s.paths(t, handle)
	if len(got) != len(want) {
		t.Fatalf("the snapshots are %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the snapshots are %q, want %q", got, want)
		}
	}
}

func aSnapshotIsTakenAndRemoved(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	before := s.Fingerprint(t)
	taken := s.take(t, handle, "100% a/b")
	if taken.ID == "" || taken.Name != "100% a/b" || taken.Description != "about 100% a/b" || taken.Path != "100%25 a%2Fb" ||
		!taken.IsCurrent || taken.Created.IsZero() || taken.PowerState != vix.PoweredOff {
		t.Errorf("%+v", taken)
	}
	s.tree(t, handle, "100%25 a%2Fb*")
	for range 2 { // the second time there is nothing to do
		if err := s.snapshots.RemoveSnapshot(s.ctx, handle, taken.ID, false, true); err != nil {
			t.Fatal(err)
		}
	}
	s.tree(t, handle)
	if s.Fingerprint(t) != before {
		t.Error("taking and removing a snapshot did not leave the files as they were")
	}
}

func childrenSurviveUnlessTheyAreToGo(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	a, b := s.take(t, handle, "a"), s.take(t, handle, "b")
	s.take(t, handle, "c")
	s.tree(t, handle, "a", "a/b", "a/b/c*")
	if err := s.snapshots.RemoveSnapshot(s.ctx, handle, a.ID, false, true); err != nil {
		t.Fatal(err)
	}
	s.tree(t, handle, "b", "b/c*")
	if err := s.snapshots.RemoveSnapshot(s.ctx, handle, b.ID, true, true); err != nil {
		t.Fatal(err)
	}
	s.tree(t, handle)
}

func aRenamedSnapshotIsTheSame(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	a := s.take(t, handle, "a")
	s.take(t, handle, "b")
	if err := s.snapshots.RenameSnapshot(s.ctx, handle, a.ID, "renamed", ""); err != nil {
		t.Fatal(err)
	}
	vm, err := s.snapshots.Snapshots(s.ctx, handle)
	if err != nil || len(vm.Snapshots) != 2 {
		t.Fatalf("%+v, %v", vm, err)
	}
	if is := vm.Snapshots[0]; is.ID != a.ID || is.Name != "renamed" || is.Description != "" {
		t.Errorf("%+v", is)
	}
	s.Unregister(t, s.Paths[0])
	s.Register(t, s.Paths[0])
	vm, err = s.snapshots.Snapshots(s.ctx, handle)
	if err != nil || len(vm.Snapshots) != 2 || vm.Snapshots[0].ID != a.ID || vm.Snapshots[1].Path != "renamed/b" {
		t.Errorf("registered anew: %+v, %v", vm, err)
	}
	wantCode(t, s.snapshots.RenameSnapshot(s.ctx, handle, "4711", "x", ""), vix.CodeSnapshotNotFound)
}

func aRevertGoesBack(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	_, err := s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{}, false)
	wantCode(t, err, vix.CodeSnapshotNotFound)
	off := s.take(t, handle, "off")
	s.PowerOn(t, s.Paths[0])
	if _, err := s.snapshots.TakeSnapshot(s.ctx, handle, vix.SnapshotSpec{Name: "on", Memory: true}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		to       string
		suppress bool
		want     vix.PowerState
	}{{off.ID, false, vix.PoweredOff}, {"off/on", false, vix.PoweredOn}, {"", true, vix.PoweredOff}} {
		done, err := s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{Either: step.to}, step.suppress)
		if err != nil || done.PowerState != step.want {
			t.Fatalf("%+v: %+v, %v", step, done, err)
		}
	}
	s.tree(t, handle, "off", "off/on*")
}

func aNameOfTwoSnapshotsIsAmbiguous(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	first := s.take(t, handle, "same")
	s.take(t, handle, "x")
	if _, err := s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{ID: first.ID}, false); err != nil {
		t.Fatal(err)
	}
	second := s.take(t, handle, "x")
	below := s.take(t, handle, "y")
	_, err := s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{Path: "same/x"}, false)
	if e := wantCode(t, err, vix.CodeSnapshotNonuniqueName); len(e.Choices) != 2 {
		t.Errorf("the candidates are %q", e.Choices)
	}
	_, err = s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{Either: "nothing"}, false)
	if e := wantCode(t, err, vix.CodeSnapshotNotFound); len(e.Choices) != 4 {
		t.Errorf("there are %q", e.Choices)
	}
	// Which of the two it was taken on, only the tree tells.
	vm, err := s.snapshots.Snapshots(s.ctx, handle)
	if err != nil {
		t.Fatal(err)
	}
	for _, is := range vm.Snapshots {
		want := first.ID
		switch is.ID {
		case first.ID:
			want = ""
		case below.ID:
			want = second.ID
		}
		if is.Parent != want {
			t.Errorf("%s was taken on %q, want %q", is, is.Parent, want)
		}
	}
}

func anInterruptedSnapshotIsNotTakenTwice(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	spec := vix.SnapshotSpec{Name: "a", Sending: func(now time.Time) {}}
	var sent time.Time
	spec.Sending = func(now time.Time) { sent = now }
	first, err := s.snapshots.TakeSnapshot(s.ctx, handle, spec)
	if err != nil || sent.IsZero() {
		t.Fatalf("%+v, %v, sent at %s", first, err, sent)
	}
	spec.Attempt = vix.Attempt{Begun: sent, Until: sent.Add(time.Minute)}
	second, err := s.snapshots.TakeSnapshot(s.ctx, handle, spec)
	if err != nil || second.ID != first.ID {
		t.Errorf("the interrupted one was taken again: %+v, %v", second, err)
	}
	spec.Others = []string{first.ID}
	third, err := s.snapshots.TakeSnapshot(s.ctx, handle, spec)
	if err != nil || third.ID == first.ID {
		t.Errorf("somebody else's counts as ours: %+v, %v", third, err)
	}
	spec.Others, spec.Attempt = nil, vix.Attempt{Begun: sent.Add(-time.Hour), Until: sent.Add(-time.Minute)}
	if fourth, err := s.snapshots.TakeSnapshot(s.ctx, handle, spec); err != nil || fourth.ID == first.ID || fourth.ID == third.ID {
		t.Errorf("one of another time counts as ours: %+v, %v", fourth, err)
	}
}

func snapshotsOfAGoneVM(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.Unregister(t, s.Paths[0])
	_, read := s.snapshots.Snapshots(s.ctx, handle)
	_, take := s.snapshots.TakeSnapshot(s.ctx, handle, vix.SnapshotSpec{Name: "a"})
	_, revert := s.snapshots.Revert(s.ctx, handle, vix.SnapshotName{}, false)
	for _, err := range []error{
		read, take, revert, s.snapshots.RenameSnapshot(s.ctx, handle, "1", "a", ""),
		s.snapshots.RemoveSnapshot(s.ctx, handle, "1", false, true),
	} {
		if !errors.Is(err, vix.ErrGone) {
			t.Errorf("got %v", err)
		}
	}
}
