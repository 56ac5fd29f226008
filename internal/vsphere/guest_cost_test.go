// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestGuestCosts: what each operation costs in requests, once the connection knows the host. The first of them is always the read of the VM.
func TestGuestCosts(t *testing.T) {
	v := visited(t)
	ctx := t.Context()
	must(t, second(v.ReadGuestFile(ctx, v.handle, v.login, "/etc/hosts", io.Discard))) // what is asked once a connection
	here := t.TempDir()
	for i := range 20 {
		must(t, os.WriteFile(filepath.Join(here, fmt.Sprint(i)), []byte("x"), 0o600))
	}
	overwrite := text("/etc/motd", "hello")
	overwrite.Overwrite = true
	checked := overwrite
	checked.Validate = "/bin/true %s"
	ticket := ""
	for _, c := range []struct {
		op   string
		most int
		do   func(ctx context.Context) error
	}{
		{"list processes", 2, func(ctx context.Context) error { return second(v.GuestProcesses(ctx, v.handle, v.login)) }},
		{"look at a file", 2, func(ctx context.Context) error { return second(v.GuestFile(ctx, v.handle, v.login, "/etc/hosts")) }},
		{"list a folder", 2, func(ctx context.Context) error { return second(v.GuestFiles(ctx, v.handle, v.login, "/etc", "")) }},
		{"read a file", 3, func(ctx context.Context) error {
			return second(v.ReadGuestFile(ctx, v.handle, v.login, "/etc/hosts", io.Discard))
		}},
		{"write a file", 6, func(ctx context.Context) error { return second(v.WriteGuestFile(ctx, v.handle, v.login, overwrite)) }},
		{"delete a file", 2, func(ctx context.Context) error { return v.RemoveGuestFile(ctx, v.handle, v.login, "/etc/motd") }},
		{"take a ticket", 2, func(ctx context.Context) (err error) {
			ticket, err = v.GuestTicket(ctx, v.handle, v.login)
			return err
		}},
		{"give a ticket back", 2, func(ctx context.Context) error { return v.ReleaseGuestTicket(ctx, v.handle, ticket) }},
		{"run a program", 16, func(ctx context.Context) error {
			return second(v.RunInGuest(ctx, v.handle, v.login, vix.GuestRun{Program: "/bin/true", Capture: true, Token: aToken()}))
		}},
		{"run a script with output", 22, func(ctx context.Context) error {
			return second(v.RunInGuest(ctx, v.handle, v.login, vix.GuestRun{Script: "echo 1; echo 2 >&2", Capture: true, Token: aToken()}))
		}},
		{"write and validate a file", 24, func(ctx context.Context) error { return second(v.WriteGuestFile(ctx, v.handle, v.login, checked)) }},
		{"copy 20 files to a guest", 90, func(ctx context.Context) error {
			return second(v.CopyToGuest(ctx, v.handle, v.login, vix.GuestCopy{Source: here, Destination: "/opt/copy", Verify: true}))
		}},
		{"copy 20 files from a guest", 70, func(ctx context.Context) error {
			return second(v.CopyFromGuest(ctx, v.handle, v.login, vix.GuestCopy{Source: "/opt/copy", Destination: filepath.Join(here, "back"), Verify: true}))
		}},
	} {
		v.sim.ResetRequests()
		if err := c.do(ctx); err != nil {
			t.Errorf("%s: %v", c.op, err)
		}
		n := v.sim.RequestCount()
		t.Logf("%-28s %3d requests", c.op, n)
		if n > c.most {
			t.Errorf("%s: %d requests, and at most %d: %v", c.op, n, c.most, v.sim.Requests())
		}
	}
}
