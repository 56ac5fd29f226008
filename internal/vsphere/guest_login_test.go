// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// everything does with a login what can be done in a guest, all of it at once, and gives what came of it.
func (v *inside) everything(ctx context.Context, login vix.GuestLogin) []error {
	asks := []func() error{
		func() error {
			return second(v.RunInGuest(ctx, v.handle, login, vix.GuestRun{Script: "true", Token: aToken()}))
		},
		func() error { return second(v.GuestProcesses(ctx, v.handle, login)) },
		func() error { return second(v.GuestFile(ctx, v.handle, login, "/etc")) },
		func() error { return second(v.GuestFiles(ctx, v.handle, login, "/etc", "")) },
		func() error { return second(v.ReadGuestFile(ctx, v.handle, login, "/etc/passwd", io.Discard)) },
		func() error { return v.RemoveGuestFile(ctx, v.handle, login, "/etc/none") },
	}
	if login.Ticket == "" { // there are no tickets for tickets
		asks = append(asks, func() error { return second(v.GuestTicket(ctx, v.handle, login)) })
	}
	out := make([]error, len(asks))
	var all sync.WaitGroup
	for i, ask := range asks {
		all.Go(func() { out[i] = ask() })
	}
	all.Wait()
	return out
}

// TestARefusedLoginIsTriedOnce: a password, or a ticket, that a guest has refused is not sent to it again, whatever wants to; what
// comes meanwhile waits for that answer, and has it. Another password, and the same one of another guest's, are other logins.
func TestARefusedLoginIsTriedOnce(t *testing.T) {
	t.Parallel()
	v := visited(t)
	for _, wrong := range []vix.GuestLogin{
		{Username: "root", Password: "wrong-" + aToken()}, {Username: "root", Password: "another-" + aToken()}, {Ticket: aToken()},
	} {
		before := len(v.guest.Logins())
		for range 2 {
			for _, err := range v.everything(t.Context(), wrong) {
				e := kind(t, failure(t, err, vix.CodeCannotAuthenticateWithGuest, vix.FieldNone), vix.ErrGuestLoginRefused)
				if wrong.Ticket == "" {
					says(t, e, `refuses the login as "root". It was tried once`, "the VM web")
				}
			}
			wrong.Interactive = true // refused is refused, on a desktop too
		}
		if n := len(v.guest.Logins()) - before; n != 1 {
			t.Errorf("%s was tried %d times", wrong, n)
		}
	}
	for range 2 {
		for _, err := range v.everything(t.Context(), v.login) {
			must(t, err)
		}
	}
}

// TestALoginThatIsBeingTried: a login without an answer is tried by one at a time; whoever has no patience, or is cancelled, waits no
// longer for that; and neither an answer that never came nor an agent that is busy has refused it.
func TestALoginThatIsBeingTried(t *testing.T) {
	t.Parallel()
	v := visited(t)
	v.sim.ResetRequests()
	v.sim.Fault(sim.Fault{Method: "ListProcessesInGuest", After: true, Hang: true, Cut: true})
	trying, end := context.WithCancel(t.Context())
	defer end()
	var first sync.WaitGroup
	first.Go(func() { _, _ = v.GuestProcesses(trying, v.handle, v.login) })
	for v.sim.Requests()["ListProcessesInGuest"] == 0 && t.Context().Err() == nil {
		wire.Pause(t.Context(), 5*time.Millisecond)
	}
	impatient := v.login
	impatient.Patience = 50 * time.Millisecond
	_, err := v.GuestFile(t.Context(), v.handle, impatient, "/etc")
	says(t, kind(t, failure(t, err, vix.CodeToolsNotRunning, vix.FieldNone), vix.ErrGuestBusy), "has not answered yet")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = v.GuestFile(ctx, v.handle, v.login, "/etc")
	failure(t, err, vix.CodeNetHTTPOperationTimedout, vix.FieldNone)
	if n := v.sim.Requests()["ListFilesInGuest"]; n != 0 {
		t.Errorf("meanwhile it was tried %d times", n)
	}
	end()
	first.Wait()
	v.guest.Refuse(sim.VixFault(3016, 0), 1)
	must(t, second(v.GuestFile(t.Context(), v.handle, v.login, "/etc")))
}
