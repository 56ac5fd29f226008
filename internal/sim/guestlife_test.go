// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// eventually waits until something is so.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for range 6000 {
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it never came to that")
}

// sleeper starts a program that does not end, with a child.
func (v *visitor) sleeper(t *testing.T) int64 {
	t.Helper()
	pid, err := v.procs.StartProgram(v.ctx, v.auth, &types.GuestProgramSpec{
		ProgramPath: "/bin/sh", Arguments: `-c 'sleep 600 & echo $$ >/tmp/pid; wait'`,
	})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool {
		_, err := v.Stat("/tmp/pid")
		return err == nil && v.Running() >= 2
	})
	return pid
}

func TestARestartKillsAndForgetsWhatRan(t *testing.T) {
	for name, restart := range map[string]func(v *visitor) error{
		"reset": func(v *visitor) error {
			task, err := object.NewVirtualMachine(v.c.Client, v.vm).Reset(v.ctx)
			if err != nil {
				return err
			}
			return task.Wait(v.ctx)
		},
		"reboot": func(v *visitor) error { return object.NewVirtualMachine(v.c.Client, v.vm).RebootGuest(v.ctx) },
		"off":    func(v *visitor) error { return v.SetPower("DC0", guestVMX, "poweredOff") },
	} {
		t.Run(name, func(t *testing.T) {
			v := visitPrepared(t)
			pid := v.sleeper(t)
			if err := restart(v); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() bool { return v.Running() == 0 && len(v.Processes(pid)) == 0 })
			if _, err := v.Stat("/tmp/pid"); err != nil {
				t.Errorf("the disk: %v", err)
			}
		})
	}
}

func TestAGuestStaysWithAVMThatIsRegisteredAgain(t *testing.T) {
	v := visitPrepared(t)
	if err := v.SetPower("DC0", guestVMX, "poweredOff"); err != nil {
		t.Fatal(err)
	}
	if err := v.Unregister(v.ctx, "DC0", guestVMX); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Register(v.ctx, "DC0", guestVMX); err != nil {
		t.Fatal(err)
	}
	g, err := v.seat.Guest("DC0", guestVMX)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Stat("/tmp/f"); err != nil {
		t.Error(err)
	}
}

func TestATicketStandsForAPasswordUntilItIsReleased(t *testing.T) {
	v := visitPrepared(t)
	auth, err := v.login.AcquireCredentials(v.ctx, v.auth, 0)
	if err != nil {
		t.Fatal(err)
	}
	v.auth = auth
	if err := v.start("/bin/sh"); err != nil {
		t.Error(err)
	}
	if err := v.login.ValidateCredentials(v.ctx, v.auth); err != nil {
		t.Error(err)
	}
	if err := v.login.ReleaseCredentials(v.ctx, v.auth); err != nil {
		t.Error(err)
	}
	if err := fails("a released ticket", v.start("/bin/sh"), &types.InvalidGuestLogin{}); err != nil {
		t.Error(err)
	}
	if err := fails("a second release", v.login.ReleaseCredentials(v.ctx, v.auth), &types.InvalidGuestLogin{}); err != nil {
		t.Error(err)
	}
	if auth, err = v.login.AcquireCredentials(v.ctx, login("tester", guestos.Password), 0); err != nil {
		t.Fatal(err)
	}
	v.ExpireTickets()
	if err := fails("an expired ticket", v.login.ValidateCredentials(v.ctx, auth), &types.InvalidGuestLogin{}); err != nil {
		t.Error(err)
	}
	good := 0
	for _, l := range v.Logins() {
		if l.OK {
			good++
		}
	}
	if all := len(v.Logins()); good != 4 || all != 6 {
		t.Errorf("%d logins, %d of them good: %+v", all, good, v.Logins())
	}
}

func TestAnInteractiveLoginNeedsItsUserAtTheConsole(t *testing.T) {
	v := visitPrepared(t)
	auth := &types.NamePasswordAuthentication{Username: "tester", Password: guestos.Password}
	auth.InteractiveSession = true
	for user, ok := range map[string]bool{"": false, "root": false, "tester": true} {
		if err := v.seat.SetConsoleUser("DC0", guestVMX, user); err != nil {
			t.Fatal(err)
		}
		if err := v.login.ValidateCredentials(v.ctx, auth); (err == nil) != ok {
			t.Errorf("%q at the console: %v", user, err)
		}
	}
}

// vSphere lists a directory page by page; the simulator gives all of it, by a glob where vSphere takes an expression.
func TestADirectoryIsListedByPages(t *testing.T) {
	v := visitPrepared(t)
	for _, c := range "abcdefghijklmnopqrstuvwxyz" {
		for _, d := range "xyz" {
			if err := v.Guest.WriteFile("/tmp/many/"+string(c)+string(d), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := func(index, limit int32, match string) ([]string, int32) {
		t.Helper()
		list, err := v.files.ListFiles(v.ctx, v.auth, "/tmp/many", index, limit, match)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range list.Files {
			names = append(names, f.Path)
		}
		return names, list.Remaining
	}
	first, remaining := page(0, 0, "")
	if len(first) != 50 || remaining != 30 || !slices.Contains(first, ".") || !slices.Contains(first, "..") {
		t.Errorf("the first page is %v, %d remain", first, remaining)
	}
	second, remaining := page(50, 100, "")
	if len(second) != 30 || remaining != 0 {
		t.Errorf("the second page has %d, %d remain", len(second), remaining)
	}
	all := slices.Compact(slices.Sorted(slices.Values(append(first, second...))))
	if len(all) != 80 {
		t.Errorf("both have %d", len(all))
	}
	if some, remaining := page(1, 2, "^[abc]y$"); len(some) != 2 || remaining != 0 || strings.ContainsAny(strings.Join(some, ""), "xz") {
		t.Errorf("by an expression: %v, %d remain", some, remaining)
	}
	if part, _ := page(0, 0, "x"); len(part) != 28 {
		t.Errorf("an expression is looked for inside of names: %v", part)
	}
}

func TestAFileIsToldOfAsByStat(t *testing.T) {
	v := visitPrepared(t)
	list, err := v.files.ListFiles(v.ctx, v.auth, "/tmp", 0, 0, "^[fld]$")
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]int64{}
	for _, f := range list.Files {
		attr, ok := f.Attributes.(*types.GuestPosixFileAttributes)
		if !ok {
			t.Fatalf("%s has %T", f.Path, f.Attributes)
		}
		modes[f.Path+" "+f.Type] = attr.Permissions &^ 0o777
		if f.Path == "l" && attr.SymlinkTarget != "f" {
			t.Errorf("the link leads to %q", attr.SymlinkTarget)
		}
	}
	if len(modes) != 3 || modes["f file"] != 0o100000 || modes["d directory"] != 0o40000 || modes["l symlink"] != 0o120000 {
		t.Errorf("the modes are %v", modes)
	}
	one, err := v.files.ListFiles(v.ctx, v.auth, "/tmp/f", 0, 0, "")
	if err != nil || len(one.Files) != 1 || one.Files[0].Path != "/tmp/f" || one.Files[0].Size != 4 {
		t.Errorf("one file: %+v, %v", one, err)
	}
	owner := int32(1234)
	if err := v.files.ChangeFileAttributes(v.ctx, v.auth, "/tmp/f", &types.GuestPosixFileAttributes{OwnerId: &owner, Permissions: 0o4711}); err != nil {
		t.Fatal(err)
	}
	one, err = v.files.ListFiles(v.ctx, v.auth, "/tmp/f", 0, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	if attr := one.Files[0].Attributes.(*types.GuestPosixFileAttributes); *attr.OwnerId != owner || attr.Permissions != 0o104711 {
		t.Errorf("after the change: owner %d, permissions %o", *attr.OwnerId, attr.Permissions)
	}
}
