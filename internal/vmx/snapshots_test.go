// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmx

import (
	"errors"
	"testing"
	"time"
)

const twoBranches = `.encoding = "UTF-8"
snapshot.lastUID = "7"
snapshot.current = "5"
snapshot.numSnapshots = "4"
snapshot0.uid = "2"
snapshot0.filename = "web-Snapshot2.vmsn"
snapshot0.displayName = "clean |22install|22"
snapshot0.description = "two|0Alines"
snapshot0.createTimeHigh = "396759"
snapshot0.createTimeLow = "270606336"
snapshot1.uid = "3"
snapshot1.parent = "2"
snapshot1.displayName = "a/b 100%"
snapshot1.type = "1"
snapshot1.createTimeHigh = "396758"
snapshot1.createTimeLow = "-1"
snapshot2.uid = "7"
snapshot2.displayName = "second root"
snapshot3.uid = "5"
snapshot3.parent = "3"
snapshot3.displayName = "clean |22install|22"
`

func TestSnapshotsComeAfterTheirParentsAndKeepWhatTheFileSays(t *testing.T) {
	got, err := ParseSnapshots([]byte(twoBranches))
	if err != nil {
		t.Fatal(err)
	}
	want := []Snapshot{
		{UID: 2, Name: `clean "install"`, Description: "two\nlines", Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)},
		{UID: 3, Parent: 2, Name: "a/b 100%", Memory: true, Created: time.UnixMicro(396758<<32 | 0xffffffff).UTC()},
		{UID: 5, Parent: 3, Name: `clean "install"`, Current: true},
		{UID: 7, Name: "second root"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got  %+v\nwant %+v", got[i], want[i])
		}
	}
}

func TestAFileWithoutSnapshotsHasNone(t *testing.T) {
	for _, text := range []string{"", " \r\n", "\ufeff", ".encoding = \"UTF-8\"\nsnapshot.numSnapshots = \"0\"\n"} {
		if got, err := ParseSnapshots([]byte(text)); err != nil || len(got) != 0 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestASnapshotFileThatContradictsItselfIsRefused(t *testing.T) {
	for _, text := range []string{
		"snapshot0.uid = \"x\"\n",
		"snapshot0.uid = \"0\"\n",
		"snapshot0.uid = \"1\"\nsnapshot1.uid = \"1\"\n",
		"snapshot0.uid = \"1\"\nsnapshot0.parent = \"2\"\nsnapshot1.uid = \"2\"\nsnapshot1.parent = \"1\"\n",
	} {
		if got, err := ParseSnapshots([]byte(text)); err == nil {
			t.Errorf("%q is taken: %+v", text, got)
		}
	}
	if _, err := ParseSnapshots([]byte("a\x00b")); !errors.Is(err, ErrNotVMX) {
		t.Errorf("binary: %v", err)
	}
}

func TestASnapshotWhoseParentIsNotThereIsARoot(t *testing.T) {
	got, err := ParseSnapshots([]byte("snapshot4.uid = \"9\"\nsnapshot4.parent = \"8\"\nsnapshot4.displayName = \"orphan\"\n"))
	if err != nil || len(got) != 1 || got[0].Parent != 0 || got[0].Name != "orphan" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// FuzzParseSnapshots proves that each snapshot comes once, and after its parent.
func FuzzParseSnapshots(f *testing.F) {
	f.Add([]byte(twoBranches))
	f.Add([]byte("snapshot0.uid = \"1\"\nsnapshot0.parent = \"1\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		snapshots, err := ParseSnapshots(text)
		if err != nil {
			return
		}
		seen := map[int]bool{0: true}
		for _, s := range snapshots {
			if seen[s.UID] || !seen[s.Parent] {
				t.Fatalf("%+v comes twice, or before its parent", s)
			}
			seen[s.UID] = true
		}
	})
}
