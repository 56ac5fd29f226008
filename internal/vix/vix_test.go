// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestSamePlaceReadsNamesPartsAndPaths(t *testing.T) {
	for _, c := range []struct {
		reported, configured string
		same                 bool
	}{
		{"/DC0/vm/Linux/Web", "/DC0/vm/Linux/Web", true},
		{"/DC0/vm/Linux/Web", "/DC0/vm/Linux/Web/", true},
		{"/DC0/vm/Linux/Web", "Web", true},
		{"/DC0/vm/Linux/Web", "Linux/Web", true},
		{"/DC0/vm/Linux/Web", "/Linux/Web", false},
		{"/DC0/vm/Linux/Web", "eb", false},
		{"/DC0/vm/Linux/Web", "", false},
		{"", "", true},
		{"", "Web", false},
		{"/DC0/host/Prod%5cA", `Prod\A`, true},
		{"/DC0/host/Prod%5cA", "Prod%5cA", true},
		{"/DC0/host/Prod%5cA", "/DC0/host/Prod%5CA", true},
		{"/DC0/host/Prod%5cA", `/DC0/host/Prod\A`, true},
		{"/DC0/vm/a%2fb", "a%2fb", true},
		{"/DC0/vm/a%2fb", "a/b", false}, // a slash separates
		{"/DC0/vm/a/b", "a%2fb", false},
		{"/DC0/vm/100%25", "100%", true},
		{"/DC0/vm/100%25", "100%25", true},
		{"/DC0/vm/100%2525", "100%25", true},          // as people write it
		{"/DC0/vm/100%2525", "/DC0/vm/100%25", false}, // as the inventory has it
		{"/DC0/vm/Bu\u0308ro", "B\u00fcro", true},
		{"/DC0/vm/B\u00fcro", "vm/Bu\u0308ro", true},
		{"/Bu\u0308ro/vm", "/B\u00fcro/vm", true},
		{"/DC0/vm/Buro", "B\u00fcro", false},
	} {
		if got := SamePlace(c.reported, c.configured); got != c.same {
			t.Errorf("SamePlace(%q, %q) = %v", c.reported, c.configured, got)
		}
	}
}

func TestNearestOffersWhatLooksAlike(t *testing.T) {
	known := []string{"storage1", "storage2", "backup", "Storage10", "nfs-archive"}
	if got := Nearest("storag1", known); !slices.Equal(got, []string{"storage1", "Storage10", "storage2"}) {
		t.Errorf("Nearest(storag1) = %q", got)
	}
	if got := Nearest("archive", known); !slices.Equal(got, []string{"nfs-archive"}) {
		t.Errorf("Nearest(archive) = %q", got)
	}
	if got := Nearest("zzzzzz", known); len(got) != 0 {
		t.Errorf("Nearest(zzzzzz) = %q", got)
	}
}

func TestErrorSaysEverythingInOrder(t *testing.T) {
	cause := errors.New("below")
	e := &Error{
		Op: "open", Object: "[ds] a/a.vmx", Code: CodeVMNotFound, Reason: "It is not there.",
		Choices: []string{"one", "two"}, Remedy: "Look elsewhere.", Fault: "NotFound: gone", Cause: cause,
	}
	if got := e.Summary(); got != "Cannot open [ds] a/a.vmx" {
		t.Errorf("Summary() = %q", got)
	}
	want := "It is not there.\n\n  - one\n  - two\n\nLook elsewhere.\n\nVIX_E_VM_NOT_FOUND (4000); the host says: NotFound: gone"
	if got := e.Detail(); got != want {
		t.Errorf("Detail() = %q\nwant       %q", got, want)
	}
	if got := e.Error(); got != "Cannot open [ds] a/a.vmx: It is not there. one; two Look elsewhere. VIX_E_VM_NOT_FOUND (4000); the host says: NotFound: gone" {
		t.Errorf("Error() = %q", got)
	}
	if !errors.Is(e, cause) {
		t.Error("the cause is lost")
	}
	if got := (&Error{Op: "connect"}).Summary(); got != "Cannot connect" {
		t.Errorf("Summary() without an object = %q", got)
	}
	if got := (&Error{Code: CodeFileNotFound, Reason: "There is none."}).Error(); got != "There is none. VIX_E_FILE_NOT_FOUND (4)" {
		t.Errorf("Error() of what is no operation's yet = %q", got)
	}
}

func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		want Code
	}{
		{nil, CodeOK},
		{errors.New("plain"), CodeFail},
		{fmt.Errorf("wrapped: %w", &Error{Code: CodeLicense}), CodeLicense},
	} {
		if got := CodeOf(c.err); got != c.want {
			t.Errorf("CodeOf(%v) = %s", c.err, got)
		}
	}
	if got := Code(64999).String(); got != "VIX_E (64999)" {
		t.Errorf("an unknown code is written %q", got)
	}
	if got := CodeVMXMsgDialogAndNoUI.String(); got != "VIX_E_VMX_MSG_DIALOG_AND_NO_UI (3028)" {
		t.Errorf("a known code is written %q", got)
	}
}

func TestHandleRemembersTheRegistration(t *testing.T) {
	r := Registration{ID: "uuid", Server: "vc", ManagedObjectID: "vm-1", Path: Path{"ds", "a.vmx"}, Placement: Placement{Datacenter: "/DC0"}}
	if got := r.Handle(); got != (Handle{Server: "vc", ID: "uuid", ManagedObjectID: "vm-1", Path: r.Path, Datacenter: "/DC0"}) {
		t.Errorf("Handle() = %+v", got)
	}
	name := "x"
	if !(Change{}).IsZero() || (Change{Name: &name}).IsZero() {
		t.Error("Change.IsZero is wrong")
	}
}
