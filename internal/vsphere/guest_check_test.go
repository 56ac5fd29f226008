// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestChecksOfGuests: what many ask is asked of the host together, and nothing of a guest; a VM that takes no orders for its guest is found out.
func TestChecksOfGuests(t *testing.T) {
	v := visited(t)
	v.sim.ResetRequests()
	var group sync.WaitGroup
	for range 20 {
		for _, op := range []vix.GuestOp{vix.GuestQuery, vix.GuestModify, vix.GuestExecute} {
			group.Go(func() {
				if err := v.CheckGuest(t.Context(), v.handle, op); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	if n := v.sim.RequestCount(); n > 3 || len(v.guest.Logins()) > 0 {
		t.Errorf("%d requests: %v; %d logins", n, v.sim.Requests(), len(v.guest.Logins()))
	}
	must(t, v.WriteVariable(t.Context(), v.handle, vix.Variable{Kind: vix.VariableRuntimeConfig, Name: "guest.commands.enabled"}, "FALSE", true))
	h := connected(t, v.sim)
	says(t, failure(t, h.CheckGuest(t.Context(), v.handle, vix.GuestQuery), vix.CodeGuestOperationsProhibited, vix.FieldNone), "guest.commands.enabled")
	_, err := h.GuestProcesses(t.Context(), v.handle, v.login)
	failure(t, err, vix.CodeGuestOperationsProhibited, vix.FieldNone)
}

// TestGuestSecretsAreNowhere: no password, no ticket, no key of a transfer, nothing that moves to a guest or from it, and nothing of a program is
// in a log or in an error, whether it goes well or wrong.
func TestGuestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	v := visited(t)
	secret := func(what string) string { return what + "-" + aToken() }
	password, content, argument, variable := secret("password"), secret("content"), secret("argument"), secret("variable")
	v.guest.AddUser("worker", password)
	v.login = vix.GuestLogin{Username: "worker", Password: password}
	var log kept
	options := optionsFor(v.sim)
	options.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	bare, err := Connect(t.Context(), options)
	must(t, err)
	t.Cleanup(func() { _ = bare.Disconnect(context.Background()) })
	h := vix.Logged(bare, "vc", options.Log)
	guest, err := vix.Part[vix.Guest](h, vix.FeatureGuest)
	must(t, err)
	tickets, err := vix.Part[vix.GuestTickets](h, vix.FeatureGuestTickets)
	must(t, err)
	ticket, err := tickets.GuestTicket(t.Context(), v.handle, v.login)
	must(t, err)
	here := filepath.Join(t.TempDir(), "f")
	must(t, os.WriteFile(here, []byte(content), 0o600))
	var said strings.Builder
	all := func() {
		run := vix.GuestRun{
			Program: "/bin/sh", Arguments: "-c 'echo " + argument + "; exit 1'", Environment: map[string]string{"SECRET": variable}, Capture: true, Token: aToken(),
		}
		note := func(err error) { fmt.Fprintf(&said, "%v\n%+v\n%#v\n", err, v.login, v.login) }
		_, err := guest.RunInGuest(t.Context(), v.handle, v.login, run)
		note(err)
		_, err = guest.RunInGuest(t.Context(), v.handle, v.login, vix.GuestRun{Script: "echo " + content, Token: aToken()})
		note(err)
		write := text("/tmp/secret", content)
		write.Overwrite = true
		write.Validate = "/bin/false %s"
		_, err = guest.WriteGuestFile(t.Context(), v.handle, v.login, write)
		note(err)
		_, err = guest.CopyToGuest(t.Context(), v.handle, v.login, vix.GuestCopy{Source: here, Destination: "/tmp/copy", Overwrite: true, Verify: true})
		note(err)
		var back bytes.Buffer
		_, err = guest.ReadGuestFile(t.Context(), v.handle, vix.GuestLogin{Ticket: ticket}, "/tmp/copy", &back)
		note(err)
	}
	all()
	for _, f := range []sim.Fault{
		{Method: "HTTP PUT", Status: 404}, {Method: "HTTP PUT", Cut: true}, {Method: "HTTP GET", Cut: true, After: true}, {Method: "StartProgramInGuest", Cut: true},
		{Method: "StartProgramInGuest", SOAP: sim.VixFault(1, 0)}, {Method: "InitiateFileTransferToGuest", Cut: true},
	} {
		v.sim.Fault(f)
		all()
		v.sim.ClearFaults()
	}
	v.login.Password += "-wrong"
	all()
	must(t, tickets.ReleaseGuestTicket(t.Context(), v.handle, ticket))
	all()
	text := said.String() + log.text.String()
	for _, secret := range []string{password, content, argument, variable, ticket, "guestFile?", "token="} {
		if strings.Contains(text, secret) {
			i := strings.Index(text, secret)
			t.Errorf("%q is told: …%s…", secret, text[max(0, i-200):min(len(text), i+100)])
		}
	}
	if strings.Count(text, "guest file at") < 10 {
		t.Error("transfers are not logged")
	}
}

// What a host repeats of a login, as a guest's own programs may say it, is in no error.
func TestWhatAHostRepeatsOfALoginIsHidden(t *testing.T) {
	t.Parallel()
	v := visited(t)
	password := "password-" + aToken()
	v.guest.AddUser("worker", password)
	v.guest.Refuse(&types.SystemError{Reason: "pam: " + password + " is refused"}, 1)
	_, err := v.GuestProcesses(t.Context(), v.handle, vix.GuestLogin{Username: "worker", Password: password})
	if text := fmt.Sprint(err); !strings.Contains(text, "pam: (hidden) is refused") || strings.Contains(text, password) {
		t.Errorf("got %s", text)
	}
}
