// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestGuestFaults: what an agent answers is in VIX's words, with what to do, and the fault itself.
func TestGuestFaults(t *testing.T) {
	v := visited(t)
	for name, c := range map[string]struct {
		fault types.BaseMethodFault
		code  vix.Code
		kind  vix.Kind
		says  string
	}{
		"login":         {&types.InvalidGuestLogin{}, vix.CodeCannotAuthenticateWithGuest, vix.ErrGuestLoginRefused, `as "root"`},
		"login by code": {sim.VixFault(3050, 0), vix.CodeCannotAuthenticateWithGuest, vix.ErrGuestLoginRefused, `as "root"`},
		"no login":      {sim.VixFault(35, 0), vix.CodeCannotAuthenticateWithGuest, vix.ErrGuestLoginRefused, "(35, 0)"},
		"denied":        {&types.GuestPermissionDenied{}, vix.CodeGuestUserPermissions, "", "does not let this user"},
		"old tools":     {&types.GuestComponentsOutOfDate{}, vix.CodeUnrecognizedCommandInGuest, "", "too old"},
		"switched off":  {&types.OperationDisabledByGuest{}, vix.CodeOperationDisabled, "", "tools.conf"},
		"cannot":        {&types.OperationNotSupportedByGuest{}, vix.CodeOpNotSupportedOnGuest, "", "cannot do this"},
		"no file":       {&types.FileNotFound{FileFault: types.FileFault{File: "/x"}}, vix.CodeFileNotFound, "", "no /x in the guest"},
		"a file":        {&types.FileAlreadyExists{FileFault: types.FileFault{File: "/x"}}, vix.CodeFileAlreadyExists, vix.ErrGuestFileExists, "/x"},
		"no access":     {&types.CannotAccessFile{FileFault: types.FileFault{File: "/x"}}, vix.CodeFileAccessError, "", "/x"},
		"full":          {&types.NoDiskSpace{Datastore: ""}, vix.CodeDiskFull, "", "disk of the guest"},
		"long":          {&types.FileNameTooLong{FileFault: types.FileFault{File: "/x"}}, vix.CodeFileNameTooLong, "", "/x"},
		"a code":        {sim.VixFault(20006, 39), vix.CodeDirectoryNotEmpty, "", "(20006, 39)"},
		"who knows":     {&types.SystemError{Reason: "strange"}, vix.CodeFail, "", "strange"},
		"no privilege":  {&types.NoPermission{PrivilegeId: "P"}, vix.CodeHostUserPermissions, "", "lacks the privilege P"},
	} {
		t.Run(name, func(t *testing.T) {
			v.guest.StopRefusing()
			v.guest.Refuse(c.fault, -1)
			login := v.login
			login.Password += name // one that was refused is not tried again
			_, err := v.GuestProcesses(t.Context(), v.handle, login)
			says(t, kind(t, failure(t, err, c.code, vix.FieldNone), c.kind), c.says, "the VM web")
			v.guest.StopRefusing()
		})
	}
}

// TestBusyAgent: an agent that is busy, or starting, is asked again within the patience, a program among it, which it has not started;
// a login that is refused is tried once.
func TestBusyAgent(t *testing.T) {
	t.Parallel()
	v := visited(t)
	for _, fault := range []types.BaseMethodFault{
		sim.VixFault(3016, 0), sim.VixFault(5, 0), &types.GuestOperationsUnavailable{}, &types.TaskInProgress{},
	} {
		v.sim.ResetRequests()
		v.guest.Refuse(fault, 2)
		must(t, second(v.GuestProcesses(t.Context(), v.handle, v.login)))
		if n := v.sim.Requests()["ListProcessesInGuest"]; n != 3 {
			t.Errorf("%T: asked %d times", fault, n)
		}
	}
	v.sim.Fault(sim.Fault{Method: "StartProgramInGuest", SOAP: sim.VixFault(5, 0), Times: 2})
	if got := v.run(t, vix.GuestRun{Program: "/bin/true"}); got.ExitCode != 0 || len(v.guest.Starts()) != 1 {
		t.Errorf("%+v after %d starts", got, len(v.guest.Starts()))
	}

	impatient := v.login
	impatient.Patience = 5 * time.Second
	v.sim.ResetRequests()
	v.guest.Refuse(sim.VixFault(3016, 0), -1)
	_, err := v.GuestProcesses(t.Context(), v.handle, impatient)
	says(t, kind(t, failure(t, err, vix.CodeToolsNotRunning, vix.FieldNone), vix.ErrGuestBusy), "Nothing was begun")
	if n := v.sim.Requests()["ListProcessesInGuest"]; n < 2 || n > 6 {
		t.Errorf("within five seconds it was asked %d times", n)
	}
	ctx, end := runsOut(t)
	v.host = connected(t, v.sim, func(o *vix.ConnectOptions) { o.Log = slog.New(onWait(end)) })
	_, err = v.RunInGuest(ctx, v.handle, v.login, vix.GuestRun{Program: "/bin/true", Token: aToken()})
	if e := kind(t, failure(t, err, vix.CodeToolsNotRunning, vix.FieldNone), vix.ErrGuestBusy); e.Doubt {
		t.Errorf("nothing was begun, and that is in doubt: %v", err)
	}
	v.guest.StopRefusing()

	wrong, before := v.login, len(v.guest.Logins())
	wrong.Password = "wrong-" + aToken()
	_, err = v.RunInGuest(t.Context(), v.handle, wrong, vix.GuestRun{Script: "true", Token: aToken()})
	kind(t, failure(t, err, vix.CodeCannotAuthenticateWithGuest, vix.FieldNone), vix.ErrGuestLoginRefused)
	if n := len(v.guest.Logins()) - before; n != 1 {
		t.Errorf("a wrong password was tried %d times", n)
	}
}

// TestGuestsThatCannot: a guest whose VM is off, has no Tools, or has a desktop that nobody is at, says so at once.
func TestGuestsThatCannot(t *testing.T) {
	v := visited(t)
	desktop := v.login
	desktop.Interactive = true
	_, err := v.RunInGuest(t.Context(), v.handle, desktop, vix.GuestRun{Program: "/bin/true", Token: aToken()})
	says(t, failure(t, err, vix.CodeInteractiveSessionNotPresent, vix.FieldNone), "desktop session")
	v.guest.SetConsoleUser("root")
	must(t, second(v.RunInGuest(t.Context(), v.handle, desktop, vix.GuestRun{Program: "/bin/true", Token: aToken()})))

	must(t, v.sim.SetTools("DC0", v.path, false, false))
	_, err = v.GuestProcesses(t.Context(), v.handle, v.login)
	kind(t, failure(t, err, vix.CodeToolsNotRunning, vix.FieldNone), vix.ErrToolsNeeded)
	must(t, v.sim.SetPower("DC0", v.path, "poweredOff"))
	_, err = v.GuestProcesses(t.Context(), v.handle, v.login)
	failure(t, err, vix.CodeVMNotRunning, vix.FieldNone)
}

// TestProgramsThatAreNotStarted: nothing is left of what cannot be run, and it is in no doubt.
func TestProgramsThatAreNotStarted(t *testing.T) {
	v := visited(t)
	must(t, v.guest.WriteFile("/opt/plain", []byte("#!/bin/sh\n"), 0o644))
	must(t, v.guest.WriteFile("/opt/dos", []byte("#!/bin/sh\r\necho hi\r\n"), 0o755))
	for name, c := range map[string]struct {
		run  vix.GuestRun
		code vix.Code
		says string
	}{
		"not there":          {vix.GuestRun{Program: "/opt/none"}, vix.CodeFileNotFound, "/opt/none"},
		"a folder":           {vix.GuestRun{Program: "/opt"}, vix.CodeProgramNotStarted, "folder"},
		"not executable":     {vix.GuestRun{Program: "/opt/plain"}, vix.CodeProgramNotStarted, "644"},
		"Windows line ends":  {vix.GuestRun{Program: "/opt/dos", Capture: true}, vix.CodeProgramNotStarted, "Windows line ends"},
		"a script with them": {vix.GuestRun{Script: "echo\r\n"}, vix.CodeProgramNotStarted, "Windows line ends"},
		"no interpreter":     {vix.GuestRun{Script: "x", Interpreter: "/opt/none"}, vix.CodeFileNotFound, "/opt/none"},
		"not absolute":       {vix.GuestRun{Program: "true"}, vix.CodeInvalidArg, "absolute"},
		"too long":           {vix.GuestRun{Script: string(make([]byte, vix.GuestScriptLimit))}, vix.CodeArgumentTooBig, "60536"},
		"nothing":            {vix.GuestRun{}, vix.CodeInvalidArg, "either"},
		"no working directory": {
			vix.GuestRun{Program: "/bin/true", WorkingDirectory: "/opt/none"}, vix.CodeFileNotFound,
			"The working directory /opt/none is not in the guest. Nothing was started.",
		},
		"a file to work in":        {vix.GuestRun{Program: "/bin/true", WorkingDirectory: "/opt/plain"}, vix.CodeNotADirectory, "Nothing was started."},
		"no interpreter by name":   {vix.GuestRun{Script: "x", Interpreter: "none", Capture: true}, vix.CodeFileNotFound, "in none of the folders of PATH"},
		"not waited for":           {vix.GuestRun{Script: "x", Interpreter: "none", NoWait: true}, vix.CodeFileNotFound, "Nothing was started."},
		"not waited for, absolute": {vix.GuestRun{Script: "x", Interpreter: "/opt/none", NoWait: true}, vix.CodeFileNotFound, "Nothing was started."},
		"another PATH": {
			vix.GuestRun{Script: "x", Interpreter: "bash", Environment: map[string]string{"PATH": "/opt:/root"}}, vix.CodeFileNotFound, "PATH, /opt, /root.",
		},
		"not executable by name": {
			vix.GuestRun{Script: "x", Interpreter: "plain", Environment: map[string]string{"PATH": "/root:/opt"}}, vix.CodeProgramNotStarted, "/opt/plain",
		},
		"relative interpreter": {vix.GuestRun{Script: "x", Interpreter: "./none"}, vix.CodeProgramNotStarted, "neither an absolute path nor a name"},
		"interpreter with arguments": {
			vix.GuestRun{Script: "x", Interpreter: "/bin/bash -e"}, vix.CodeFileNotFound, "no program /bin/bash -e in the guest. Nothing was started. An " +
				"interpreter takes no arguments: all of this is looked for as one name.",
		},
		"a name with arguments": {vix.GuestRun{Script: "x", Interpreter: "bash -e"}, vix.CodeFileNotFound, "An interpreter takes no arguments"},
	} {
		t.Run(name, func(t *testing.T) {
			c.run.Token = aToken()
			_, err := v.RunInGuest(t.Context(), v.handle, v.login, c.run)
			e := failure(t, err, c.code, vix.FieldNone)
			says(t, e, c.says)
			if e.Doubt {
				t.Errorf("it is in doubt: %v", err)
			}
			v.leavesNothing(t)
		})
	}
	if n := len(v.guest.Starts()); n != 1 { // what the line ends stand in is known only then
		t.Errorf("%d programs were started: %+v", n, v.guest.Starts())
	}
	if got := v.run(t, vix.GuestRun{Script: "echo ${BASH_VERSION:+found}", Interpreter: "bash", Environment: map[string]string{"PATH": "/opt/plain:/usr/bin:/bin"}, Capture: true}); string(got.Stdout) != "found\n" {
		t.Errorf("got %+v", got)
	}
}

// TestInterruptedRuns: a run whose attempt was noted goes on when it is interrupted, and the next attempt has its result; one that nobody will
// come back for is ended.
func TestInterruptedRuns(t *testing.T) {
	v := visited(t)
	interrupted := func(run vix.GuestRun) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		run.Started = func(vix.GuestProcess) { cancel() }
		_, err := v.RunInGuest(ctx, v.handle, v.login, run)
		return err
	}
	run := vix.GuestRun{Script: "sleep 1\necho done", Capture: true, Token: aToken()}
	noted := run
	noted.Sending = func(time.Time) error { return nil }
	if e := kind(t, failure(t, interrupted(noted), vix.CodeCancelled, vix.FieldNone), vix.ErrRunUnknown); !e.Doubt {
		t.Errorf("it goes on, and that is in no doubt: %v", e)
	}
	run.Attempt = vix.Attempt{Begun: time.Now(), Sent: 1}
	if got := v.run(t, run); string(got.Stdout) != "done\n" || len(v.guest.Starts()) != 1 {
		t.Errorf("%+v after %d starts", got, len(v.guest.Starts()))
	}
	v.leavesNothing(t)

	if e := failure(t, interrupted(vix.GuestRun{Script: "sleep 1000", Token: aToken()}), vix.CodeCancelled, vix.FieldNone); e.Doubt {
		t.Errorf("it was ended, and that is in doubt: %v", e)
	}
	v.idle(t)
	v.leavesNothing(t)

	refused := errors.New("the journal is full")
	_, err := v.RunInGuest(t.Context(), v.handle, v.login, vix.GuestRun{
		Program: "/bin/true", Token: aToken(), Sending: func(time.Time) error { return refused },
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	v.leavesNothing(t)
	if n := len(v.guest.Starts()); n != 2 {
		t.Errorf("%d starts", n)
	}
}

// TestRunsThatAreNotWaitedFor: the program goes on, is told of, and leaves nothing when it ends.
func TestRunsThatAreNotWaitedFor(t *testing.T) {
	v := visited(t)
	var started []vix.GuestProcess
	got := v.run(t, vix.GuestRun{
		Script: "sleep 1; echo x >/root/done", NoWait: true, Started: func(p vix.GuestProcess) { started = append(started, p) },
	})
	if got.Ended || got.PID == 0 || len(started) != 1 || started[0].PID != got.PID || started[0].Owner != "root" {
		t.Errorf("%+v, %+v", got, started)
	}
	v.idle(t)
	v.leavesNothing(t)
	if _, err := v.guest.ReadFile("/root/done"); err != nil {
		t.Error(err)
	}
}

// TestTickets: a ticket does what the password does, until it is given back.
func TestTickets(t *testing.T) {
	v := visited(t)
	ticket, err := v.GuestTicket(t.Context(), v.handle, v.login)
	must(t, err)
	by := vix.GuestLogin{Ticket: ticket}
	must(t, second(v.GuestProcesses(t.Context(), v.handle, by)))
	for range 2 {
		must(t, v.ReleaseGuestTicket(t.Context(), v.handle, ticket))
	}
	_, err = v.GuestProcesses(t.Context(), v.handle, by)
	says(t, kind(t, failure(t, err, vix.CodeCannotAuthenticateWithGuest, vix.FieldNone), vix.ErrGuestLoginRefused), "ticket")
	_, err = v.GuestTicket(t.Context(), v.handle, vix.GuestLogin{Username: "root", Password: guestos.Password + "x"})
	kind(t, failure(t, err, vix.CodeCannotAuthenticateWithGuest, vix.FieldNone), vix.ErrGuestLoginRefused)
}

// TestFiveSeconds: a program of five seconds with output costs few requests: the pauses between looks at it grow.
func TestFiveSeconds(t *testing.T) {
	t.Parallel()
	v := visited(t)
	v.sim.ResetRequests()
	v.run(t, vix.GuestRun{Script: "echo out; sleep 5; echo err >&2", Capture: true})
	requests := v.sim.Requests()
	t.Logf("%d requests: %v", v.sim.RequestCount(), requests)
	if n := v.sim.RequestCount(); n > 45 || requests["ListProcessesInGuest"] > 15 {
		t.Errorf("%d requests, %d lists of processes", n, requests["ListProcessesInGuest"])
	}
}

// onWait is a log that does something whenever a wait begins.
type onWait func()

func (f onWait) Enabled(context.Context, slog.Level) bool { return true }
func (f onWait) WithAttrs([]slog.Attr) slog.Handler       { return f }
func (f onWait) WithGroup(string) slog.Handler            { return f }

func (f onWait) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "waiting" {
		f()
	}
	return nil
}
