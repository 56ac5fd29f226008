// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var guestClauses = []clause{
	{"ALoginThatTheGuestRefusesIsSaidSo", vix.FeatureGuest, aLoginThatTheGuestRefuses},
	{"ARunTellsItsExitCodeAndOutput", vix.FeatureGuest, aRunTellsItsExitCodeAndOutput},
	{"AProgramThatIsNotThereIsNotStarted", vix.FeatureGuest, aProgramThatIsNotThere},
	{"AFileOfAGuestRoundTrips", vix.FeatureGuest, aFileOfAGuestRoundTrips},
	{"AGuestWhoseVMIsOffDoesNothing", vix.FeatureGuest, aGuestWhoseVMIsOff},
	{"ATicketStandsForTheLogin", vix.FeatureGuestTickets, aTicketStandsForTheLogin},
}

// inGuest is a VM that is on, whose guest takes orders.
func (s *subject) inGuest(t *testing.T) vix.Handle {
	t.Helper()
	handle := s.register(t, s.Paths[0]).Handle()
	s.GuestUp(t, s.Paths[0])
	return handle
}

func aLoginThatTheGuestRefuses(t *testing.T, s *subject) {
	handle, wrong := s.inGuest(t), s.GuestLogin
	wrong.Password += "x"
	_, run := s.guest.RunInGuest(s.ctx, handle, wrong, vix.GuestRun{Program: s.GuestEcho, Token: "contract1"})
	_, file := s.guest.GuestFile(s.ctx, handle, wrong, s.GuestFolder)
	_, processes := s.guest.GuestProcesses(s.ctx, handle, wrong)
	for _, err := range []error{run, file, processes} {
		if e := wantCode(t, err, vix.CodeCannotAuthenticateWithGuest); !errors.Is(err, vix.ErrGuestLoginRefused) || e.Doubt {
			t.Errorf("got %v", err)
		}
		if strings.Contains(err.Error(), wrong.Password) {
			t.Errorf("the password is told: %v", err)
		}
	}
}

func aRunTellsItsExitCodeAndOutput(t *testing.T, s *subject) {
	handle := s.inGuest(t)
	var before []vix.GuestFile
	for i := range 2 {
		result, err := s.guest.RunInGuest(s.ctx, handle, s.GuestLogin, vix.GuestRun{Script: "echo said\nexit 3\n", Capture: true, Token: "contract2"})
		if err != nil {
			t.Fatal(err)
		}
		if !result.Ended || result.ExitCode != 3 || strings.TrimSpace(string(result.Stdout)) != "said" || result.VM == nil {
			t.Errorf("got %+v", result)
		}
		after, err := s.guest.GuestFiles(s.ctx, handle, s.GuestLogin, s.GuestFolder, "")
		if err != nil || i > 0 && len(after) != len(before) {
			t.Errorf("there were %d files in the guest, and are %d: %v", len(before), len(after), err)
		}
		before = after
	}
}

func aProgramThatIsNotThere(t *testing.T, s *subject) {
	handle := s.inGuest(t)
	_, err := s.guest.RunInGuest(s.ctx, handle, s.GuestLogin, vix.GuestRun{Program: s.GuestFolder + s.GuestSeparator + "none", Token: "contract3"})
	if e := wantCode(t, err, vix.CodeFileNotFound); e.Doubt {
		t.Errorf("it is in doubt: %v", err)
	}
}

func aFileOfAGuestRoundTrips(t *testing.T, s *subject) {
	handle := s.inGuest(t)
	path := s.GuestFolder + s.GuestSeparator + "contract.txt"
	has := func() bool {
		t.Helper()
		files, err := s.guest.GuestFiles(s.ctx, handle, s.GuestLogin, s.GuestFolder, "contract.*")
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(files, func(f vix.GuestFile) bool { return f.Name == "contract.txt" })
	}
	for _, content := range []string{"first", "second, and longer", ""} {
		write := vix.GuestWrite{
			Path: path, Size: int64(len(content)), Overwrite: content != "first",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil },
		}
		written, err := s.guest.WriteGuestFile(s.ctx, handle, s.GuestLogin, write)
		if err != nil {
			t.Fatal(err)
		}
		write.Overwrite = false
		_, err = s.guest.WriteGuestFile(s.ctx, handle, s.GuestLogin, write)
		wantCode(t, err, vix.CodeFileAlreadyExists)
		if !errors.Is(err, vix.ErrGuestFileExists) {
			t.Errorf("got %v", err)
		}
		var back bytes.Buffer
		read, err := s.guest.ReadGuestFile(s.ctx, handle, s.GuestLogin, path, &back)
		if err != nil || back.String() != content || read.Size != int64(len(content)) || read.SHA256 != written.SHA256 || !has() {
			t.Errorf("%q came back as %q: %+v, %v", content, back.String(), read, err)
		}
	}
	for range 2 { // the second time there is nothing to do
		if err := s.guest.RemoveGuestFile(s.ctx, handle, s.GuestLogin, path); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := s.guest.GuestFile(s.ctx, handle, s.GuestLogin, path); file != nil || err != nil || has() {
		t.Errorf("deleted, it is %+v, %v", file, err)
	}
}

func aGuestWhoseVMIsOff(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	_, err := s.guest.RunInGuest(s.ctx, handle, s.GuestLogin, vix.GuestRun{Program: s.GuestEcho, Token: "contract4"})
	if e := wantCode(t, err, vix.CodeVMNotRunning); e.Doubt {
		t.Errorf("it is in doubt: %v", err)
	}
}

func aTicketStandsForTheLogin(t *testing.T, s *subject) {
	handle := s.inGuest(t)
	ticket, err := s.tickets.GuestTicket(s.ctx, handle, s.GuestLogin)
	if err != nil || ticket == "" {
		t.Fatalf("%q, %v", ticket, err)
	}
	login := vix.GuestLogin{Ticket: ticket}
	if processes, err := s.guest.GuestProcesses(s.ctx, handle, login); err != nil {
		t.Errorf("%d processes, %v", len(processes), err)
	}
	for range 2 {
		if err := s.tickets.ReleaseGuestTicket(s.ctx, handle, ticket); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.guest.GuestProcesses(s.ctx, handle, login)
	if wantCode(t, err, vix.CodeCannotAuthenticateWithGuest); !errors.Is(err, vix.ErrGuestLoginRefused) {
		t.Errorf("got %v", err)
	}
}
