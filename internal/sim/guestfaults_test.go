// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// fails returns an error unless err is a fault of the kind that is wanted.
func fails(what string, err error, want types.BaseMethodFault) error {
	if err == nil {
		return missing("%s: no fault", what)
	}
	var got types.BaseMethodFault
	fault.In(err, func(f types.BaseMethodFault, _ string, _ []types.LocalizableMessage) bool {
		got = f
		return true
	})
	if got == nil || faultName(got) != faultName(want) {
		return missing("%s: %v, not %s", what, err, faultName(want))
	}
	return nil
}

func TestACallFailsAsTheGuestSays(t *testing.T) {
	posix := &types.GuestPosixFileAttributes{}
	cases := map[string]struct {
		call func(v *visitor) error
		want types.BaseMethodFault
	}{
		"list of what is not there": {func(v *visitor) error {
			_, err := v.files.ListFiles(v.ctx, v.auth, "/none", 0, 0, "")
			return err
		}, &types.FileNotFound{}},
		"list by no expression": {func(v *visitor) error {
			_, err := v.files.ListFiles(v.ctx, v.auth, "/tmp", 0, 0, "*")
			return err
		}, &types.InvalidArgument{}},
		"delete a directory as a file":     {func(v *visitor) error { return v.files.DeleteFile(v.ctx, v.auth, "/tmp/d") }, &types.NotAFile{}},
		"delete a file as a directory":     {func(v *visitor) error { return v.files.DeleteDirectory(v.ctx, v.auth, "/tmp/f", true) }, &types.NotADirectory{}},
		"delete a directory with files":    {func(v *visitor) error { return v.files.DeleteDirectory(v.ctx, v.auth, "/tmp/d", false) }, &types.DirectoryNotEmpty{}},
		"delete what is not there":         {func(v *visitor) error { return v.files.DeleteFile(v.ctx, v.auth, "/tmp/x") }, &types.FileNotFound{}},
		"make what is there":               {func(v *visitor) error { return v.files.MakeDirectory(v.ctx, v.auth, "/tmp/d", true) }, &types.FileAlreadyExists{}},
		"make without a parent":            {func(v *visitor) error { return v.files.MakeDirectory(v.ctx, v.auth, "/tmp/x/y", false) }, &types.FileNotFound{}},
		"move over a file":                 {func(v *visitor) error { return v.files.MoveFile(v.ctx, v.auth, "/tmp/f", "/tmp/g", false) }, &types.FileAlreadyExists{}},
		"move over a directory":            {func(v *visitor) error { return v.files.MoveFile(v.ctx, v.auth, "/tmp/f", "/tmp/d", true) }, &types.NotAFile{}},
		"move a directory over another":    {func(v *visitor) error { return v.files.MoveDirectory(v.ctx, v.auth, "/tmp/d", "/home") }, &types.FileAlreadyExists{}},
		"move a file as a directory":       {func(v *visitor) error { return v.files.MoveDirectory(v.ctx, v.auth, "/tmp/f", "/tmp/x") }, &types.NotADirectory{}},
		"upload over a file":               {func(v *visitor) error { return v.put("/tmp/f", false, nil) }, &types.FileAlreadyExists{}},
		"upload over a directory":          {func(v *visitor) error { return v.put("/tmp/d", true, nil) }, &types.NotAFile{}},
		"upload over a link":               {func(v *visitor) error { return v.put("/tmp/l", true, nil) }, &types.InvalidArgument{}},
		"upload to a directory that isn't": {func(v *visitor) error { return v.put("/tmp/x/y", true, nil) }, &types.FileNotFound{}},
		"upload below a file":              {func(v *visitor) error { return v.put("/tmp/f/y", true, nil) }, &types.NotADirectory{}},
		"upload with a long name":          {func(v *visitor) error { return v.put("/tmp/"+strings.Repeat("n", 256), true, nil) }, &types.FileNameTooLong{}},
		"download of a directory": {func(v *visitor) error {
			_, err := v.get("/tmp/d")
			return err
		}, &types.NotAFile{}},
		"download of a link": {func(v *visitor) error {
			_, err := v.get("/tmp/l")
			return err
		}, &types.InvalidArgument{}},
		"temporary file in a file": {func(v *visitor) error {
			_, err := v.files.CreateTemporaryFile(v.ctx, v.auth, "", "", "/tmp/f")
			return err
		}, &types.NotADirectory{}},
		"attributes of Windows": {func(v *visitor) error {
			return v.files.ChangeFileAttributes(v.ctx, v.auth, "/tmp/f", &types.GuestWindowsFileAttributes{})
		}, &types.OperationNotSupportedByGuest{}},
		"attributes of what is not there": {func(v *visitor) error {
			return v.files.ChangeFileAttributes(v.ctx, v.auth, "/tmp/x", posix)
		}, &types.FileNotFound{}},
		"another's directory": {func(v *visitor) error { v.auth = login("tester", guestos.Password); return v.put("/etc/x", false, nil) }, &types.GuestPermissionDenied{}},
		"the machine's own":   {func(v *visitor) error { return v.put("/usr/bin/sh", true, nil) }, &types.GuestPermissionDenied{}},
		"a program not there": {func(v *visitor) error { return v.start("/tmp/none") }, &types.FileNotFound{}},
		"no program":          {func(v *visitor) error { return v.start("/tmp/f") }, &types.GuestPermissionDenied{}},
		"kill of nothing":     {func(v *visitor) error { return v.procs.TerminateProcess(v.ctx, v.auth, 1<<30) }, &types.GuestProcessNotFound{}},
		"a wrong password":    {func(v *visitor) error { v.auth = login("root", "no"); return v.start("/bin/sh") }, &types.InvalidGuestLogin{}},
		"an unknown user":     {func(v *visitor) error { v.auth = login("nobody", guestos.Password); return v.start("/bin/sh") }, &types.InvalidGuestLogin{}},
		"no credentials":      {func(v *visitor) error { v.auth = login("", ""); return v.start("/bin/sh") }, &types.SystemError{}},
		"SSPI":                {func(v *visitor) error { v.auth = &types.SSPIAuthentication{}; return v.start("/bin/sh") }, &types.OperationNotSupportedByGuest{}},
		"a ticket of nobody": {func(v *visitor) error {
			v.auth = &types.TicketedSessionAuthentication{Ticket: "t"}
			return v.start("/bin/sh")
		}, &types.InvalidGuestLogin{}},
		"nobody at the console": {func(v *visitor) error {
			v.auth = &types.NamePasswordAuthentication{Username: "root", Password: guestos.Password, GuestAuthentication: types.GuestAuthentication{InteractiveSession: true}}
			return v.start("/bin/sh")
		}, &types.OperationNotSupportedByGuest{}},
		"a VM that is off": {func(v *visitor) error {
			if err := v.SetPower("DC0", v.path, "poweredOff"); err != nil {
				return err
			}
			return v.start("/bin/sh")
		}, &types.InvalidPowerState{}},
		"no agent": {func(v *visitor) error {
			if err := v.SetTools("DC0", v.path, true, false); err != nil {
				return err
			}
			return v.start("/bin/sh")
		}, &types.GuestOperationsUnavailable{}},
		"an agent that has just started": {func(v *visitor) error {
			if err := v.StartTools("DC0", v.path); err != nil {
				return err
			}
			return v.start("/bin/sh")
		}, &types.GuestOperationsUnavailable{}},
		"an old agent": {func(v *visitor) error {
			v.SetToolsOutdated(true)
			return v.start("/bin/sh")
		}, &types.GuestComponentsOutOfDate{}},
		"operations switched off": {func(v *visitor) error {
			vm, err := v.Host.vm("DC0", v.path)
			if err != nil {
				return err
			}
			ctx := v.context()
			ctx.WithLock(vm, func() {
				vm.Config.ExtraConfig = append(vm.Config.ExtraConfig, &types.OptionValue{Key: "guest.commands.enabled", Value: "FALSE"})
			})
			return v.start("/bin/sh")
		}, &types.OperationDisabledByGuest{}},
	}
	s := sit(t, Options{VMs: len(cases)})
	i := 0
	for name, c := range cases {
		path := fmt.Sprintf("[LocalDS_0] DC0_VM%[1]d/DC0_VM%[1]d.vmx", i)
		i++
		t.Run(name, func(t *testing.T) {
			v, err := s.visitAt(path)
			if err != nil {
				t.Fatal(err)
			}
			v.prepare(t)
			if err := fails(name, c.call(v), c.want); err != nil {
				t.Error(err)
			}
		})
	}
}

// start starts a program that ends by itself.
func (v *visitor) start(path string) error {
	_, err := v.procs.StartProgram(v.ctx, v.auth, &types.GuestProgramSpec{ProgramPath: path, Arguments: "-c true"})
	return err
}

// visitPrepared is a visit to a guest that prepare has been in.
func visitPrepared(t *testing.T) *visitor {
	t.Helper()
	v, err := sit(t, Options{VMs: 1}).visit()
	if err != nil {
		t.Fatal(err)
	}
	v.prepare(t)
	return v
}

// prepare makes files /tmp/f and /tmp/g, a directory /tmp/d that is not empty, and a link /tmp/l.
func (v *visitor) prepare(t *testing.T) {
	t.Helper()
	for _, name := range []string{"/tmp/f", "/tmp/g", "/tmp/d/x"} {
		if err := v.Guest.WriteFile(name, []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := v.Symlink("f", "/tmp/l"); err != nil {
		t.Fatal(err)
	}
}

// Without the corrections each of these ends the connection, or does something else.
func TestWhatIsMissingInACallCrashesNothing(t *testing.T) {
	vsphere(t, Options{VMs: 1}, func(s *seat) error {
		v, err := s.visit()
		if err != nil {
			return err
		}
		procs, files := v.procs.Reference(), v.files.Reference()
		_, err = methods.StartProgramInGuest(v.ctx, v.c, &types.StartProgramInGuest{This: procs, Vm: v.vm, Auth: v.auth, Spec: nil})
		if err := fails("no spec", err, &types.InvalidArgument{}); err != nil {
			return err
		}
		_, err = methods.ListFilesInGuest(v.ctx, v.c, &types.ListFilesInGuest{This: files, Vm: v.vm, Auth: nil, FilePath: "/"})
		if err := fails("no login", err, &types.InvalidArgument{}); err != nil {
			return err
		}
		none := moref{Type: "VirtualMachine", Value: "vm-none"}
		_, err = methods.ListProcessesInGuest(v.ctx, v.c, &types.ListProcessesInGuest{This: procs, Vm: none, Auth: v.auth})
		if err := fails("no VM", err, &types.ManagedObjectNotFound{}); err != nil {
			return err
		}
		_, err = methods.InitiateFileTransferFromGuest(v.ctx, v.c, &types.InitiateFileTransferFromGuest{This: files, Vm: none, Auth: v.auth})
		return fails("no VM", err, &types.ManagedObjectNotFound{})
	})
}

func TestAnAgentThatIsBusyRefusesSomeCalls(t *testing.T) {
	v := visitPrepared(t)
	v.Refuse(VixFault(5, 0), 2)
	v.Refuse(&types.TaskInProgress{Task: v.vm}, 1)
	for i, want := range []types.BaseMethodFault{&types.SystemError{}, &types.SystemError{}, &types.TaskInProgress{}} {
		err := v.start("/bin/sh")
		if ferr := fails("busy", err, want); ferr != nil {
			t.Errorf("call %d: %v", i, ferr)
		}
		if i == 0 && !strings.Contains(err.Error(), "vix error codes = (5, 0)") {
			t.Errorf("the fault says %v", err)
		}
	}
	if err := v.start("/bin/sh"); err != nil {
		t.Error(err)
	}
	if n := len(v.Starts()); n != 1 {
		t.Errorf("%d programs were started", n)
	}
}

func TestAnAgentThatIsGoneIsNamedByAVIXCodeIfAsked(t *testing.T) {
	v := visitPrepared(t)
	v.SetVixFaults(true)
	if err := v.SetTools("DC0", v.path, true, false); err != nil {
		t.Fatal(err)
	}
	if err := v.start("/bin/sh"); err == nil || !strings.Contains(err.Error(), "vix error codes = (3016, 0)") {
		t.Errorf("the fault says %v", err)
	}
}

func TestEachGuestCallNeedsItsPrivilege(t *testing.T) {
	calls := map[string]func(v *visitor) error{
		"VirtualMachine.GuestOperations.Query": func(v *visitor) error {
			_, err := v.files.ListFiles(v.ctx, v.auth, "/tmp", 0, 0, "")
			return err
		},
		"VirtualMachine.GuestOperations.Modify":  func(v *visitor) error { return v.files.MakeDirectory(v.ctx, v.auth, "/tmp/made", false) },
		"VirtualMachine.GuestOperations.Execute": func(v *visitor) error { return v.start("/bin/sh") },
	}
	for privilege := range calls {
		vsphere(t, Options{VMs: 1}, func(s *seat) error {
			v, err := s.visit()
			if err != nil {
				return err
			}
			s.Deny("", privilege, v.vm.Value)
			for name, call := range calls {
				err := call(v)
				if name != privilege && err != nil {
					return err
				}
				if name == privilege {
					if err := fails(name, err, &types.NoPermission{}); err != nil {
						return err
					}
				}
			}
			return nil
		})
	}
	if n := len(guestPrivileges); n != 18 {
		t.Errorf("%d calls have a privilege", n)
	}
}
