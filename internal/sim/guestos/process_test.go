// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"
)

func TestTheClockOfTheGuestTellsWhenAFileWasChanged(t *testing.T) {
	g := fresh(t, Options{})
	g.SetClock(-48 * time.Hour)
	if err := g.WriteFile("/tmp/f", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if one, err := g.Stat("/tmp/f"); err != nil || time.Since(one.Modified) < 47*time.Hour {
		t.Errorf("it was changed at %v, %v", one.Modified, err)
	}
	when := time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := g.ChangeAttributes("root", "/tmp/f", Change{Modified: &when}); err != nil {
		t.Fatal(err)
	}
	if one, err := g.Stat("/tmp/f"); err != nil || !one.Modified.Equal(when) {
		t.Errorf("after the change at %v, %v", one.Modified, err)
	}
}

func TestTheProgramsOfThisMachineAreNotTheGuestsToChange(t *testing.T) {
	if !namespaces() {
		t.Skip("programs share the directories of this machine here")
	}
	g := fresh(t, Options{})
	if p := run(t, g, Spec{Path: "/bin/sh", Arguments: "-c 'touch /usr/vixsim-test'"}); p.ExitCode == 0 {
		_ = os.Remove("/usr/vixsim-test")
		t.Error("a program wrote there")
	}
	if err := g.WriteFile("/usr/x", nil, 0o600); err == nil {
		t.Error("a file was written there")
	}
}

func TestHowAProgramEnds(t *testing.T) {
	for line, want := range map[string]int{
		"-c 'exit 42'": 42, "-c 'kill -9 $$'": -1, "-c 'sh -c \"kill -9 \\$\\$\"; exit $?'": 137, "-c nonsense-command": 127,
		"-c 'read x || exit 9'": 9, // its input is at its end
	} {
		modes(t, func(t *testing.T, g *Guest) {
			if p := run(t, g, Spec{Path: "/bin/sh", Arguments: line}); p.ExitCode != want {
				t.Errorf("%s: exit code %d, not %d", line, p.ExitCode, want)
			}
		})
	}
}

func TestWhatAProgramSeesAroundIt(t *testing.T) {
	modes(t, func(t *testing.T, g *Guest) {
		run(t, g, Spec{User: "tester", Path: "/bin/sh", Arguments: `-c 'echo here >place; echo "$HOME $USER $X" >/tmp/env'`})
		if got := content(t, g, "/home/tester/place"); got != "here\n" {
			t.Errorf("in the home directory: %q", got)
		}
		if got := content(t, g, "/tmp/env"); got != "/home/tester tester \n" {
			t.Errorf("the environment is %q", got)
		}
		run(t, g, Spec{Path: "/bin/sh", Arguments: `-c 'pwd >/tmp/pwd'`, WorkingDirectory: "/opt"})
		if got := content(t, g, "/tmp/pwd"); got != "/opt\n" {
			t.Errorf("the working directory is %q", got)
		}
		run(t, g, Spec{Path: "/bin/sh", Arguments: `-c 'echo "$HOME|$X" >env'`, WorkingDirectory: "/opt", Environment: []string{"X=a b"}})
		if got := content(t, g, "/opt/env"); got != "|a b\n" {
			t.Errorf("the environment that was asked for is not all there is: %q", got)
		}
		run(t, g, Spec{Path: "/bin/sh", Arguments: `-c 'echo "$PATH" >/tmp/path'`, Environment: []string{"PATH=/opt:/usr/bin:/bin"}})
		if got := content(t, g, "/tmp/path"); got != "/opt:/usr/bin:/bin\n" {
			t.Errorf("with a PATH of its own: %q", got)
		}
		if got := g.Environment("tester", "USER", "NONE"); !slices.Equal(got, []string{"USER=tester"}) {
			t.Errorf("variables: %q", got)
		}
	})
}

func TestAProgramThatIsNotThereIsNotStarted(t *testing.T) {
	g := fresh(t, Options{})
	if err := g.WriteFile("/tmp/text", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    Spec
		want error
	}{
		{Spec{Path: "/bin/none"}, fs.ErrNotExist},
		{Spec{Path: "sh"}, fs.ErrNotExist},
		{Spec{Path: ""}, ErrInvalid},
		{Spec{Path: "/tmp/text"}, fs.ErrPermission},
		{Spec{Path: "/bin/sh", WorkingDirectory: "/none"}, fs.ErrNotExist},
		{Spec{Path: "/bin/sh", WorkingDirectory: "/tmp/text"}, ErrNotDirectory},
	} {
		c.s.User = "root"
		if _, err := g.Start(c.s); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.s, err)
		}
	}
	if n := len(g.Starts()); n != 0 {
		t.Errorf("%d were started", n)
	}
}

func TestAProgramIsRememberedForAWhile(t *testing.T) {
	g := fresh(t, Options{})
	g.SetClock(-48 * time.Hour)
	before := g.Now()
	p := run(t, g, Spec{Path: "/bin/sh", Arguments: "-c true"})
	if p.Started.Before(before) || p.Started.After(before.Add(time.Hour)) || p.Ended.Before(p.Started) {
		t.Errorf("by the guest's clock it ran from %v to %v, after %v", p.Started, p.Ended, before)
	}
	if p.Command != `"/bin/sh" -c true` {
		t.Errorf("the command line is %s", p.Command)
	}
	if len(g.Processes()) != 1 || len(g.Processes(p.PID, 1<<30)) != 1 || len(g.Processes(1<<30)) != 0 {
		t.Error("it is not listed alone")
	}
	g.SetMemory(0)
	if list := g.Processes(p.PID); len(list) != 0 {
		t.Errorf("it is still listed: %+v", list)
	}
}

// long starts a program with a child, both of which do not end.
func long(t *testing.T, g *Guest, user string) int64 {
	t.Helper()
	pid, err := g.Start(Spec{User: user, Path: "/bin/sh", Arguments: `-c 'sleep 700 & touch /tmp/began; wait'`})
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := g.Stat("/tmp/began"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return pid
}

func TestTerminateEndsTheProgramAlone(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("children are not known here")
	}
	modes(t, func(t *testing.T, g *Guest) {
		pid := long(t, g, "tester")
		sleeps := func() bool { // what says that it has begun is a child before
			return slices.ContainsFunc(g.Processes(), func(p Process) bool { return p.Command == "sleep 700" })
		}
		for i := 0; i < 3000 && !sleeps(); i++ {
			time.Sleep(10 * time.Millisecond)
		}
		if err := g.Terminate(t.Context(), "other", pid); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("by another user: %v", err)
		}
		if err := g.Terminate(t.Context(), "tester", pid); err != nil {
			t.Fatal(err)
		}
		if p := ended(t, g, pid); p.ExitCode != -1 {
			t.Errorf("it ended with %d", p.ExitCode)
		}
		if err := g.Terminate(t.Context(), "tester", pid); !errors.Is(err, ErrNoProcess) {
			t.Errorf("again: %v", err)
		}
		var child Process
		for _, p := range g.Processes() { // what says that it has begun may still be ending
			if p.Command == "sleep 700" {
				child = p
			}
		}
		if child.Name != "sleep" || !child.Ended.IsZero() {
			t.Fatalf("the child is %+v", child)
		}
		if err := g.Terminate(t.Context(), "root", child.PID); err != nil {
			t.Errorf("the child: %v", err)
		}
	})
}

func TestAStubbornProgramIsKilled(t *testing.T) {
	g := fresh(t, Options{})
	g.SetPatience(0)
	pid, err := g.Start(Spec{User: "root", Path: "/bin/sh", Arguments: `-c 'trap "" TERM; touch /tmp/ready; while :; do sleep 0.01; done'`})
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := g.Stat("/tmp/ready"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := g.Terminate(t.Context(), "root", pid); err != nil {
		t.Fatal(err)
	}
	if p := ended(t, g, pid); p.ExitCode != -1 {
		t.Errorf("it ended with %d", p.ExitCode)
	}
}

func TestAnAgentThatRestartsForgetsWhatEnded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other processes are not known here")
	}
	g := fresh(t, Options{})
	over := run(t, g, Spec{Path: "/bin/sh", Arguments: "-c true"})
	pid := long(t, g, "root")
	g.RestartAgent()
	if list := g.Processes(over.PID); len(list) != 0 {
		t.Errorf("what ended is listed: %+v", list)
	}
	if list := g.Processes(pid); len(list) != 1 || !list[0].Ended.IsZero() {
		t.Errorf("what runs is listed as %+v", list)
	}
	if err := g.Terminate(t.Context(), "root", pid); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if len(g.Processes(pid)) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("its end is known")
}

func TestNothingOutlivesAGuest(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes of other sessions are not known here")
	}
	modes(t, func(t *testing.T, g *Guest) {
		run(t, g, Spec{Path: "/bin/sh", Arguments: `-c 'setsid sleep 800 >/dev/null 2>&1 & exit 0'`})
		for range 3000 { // until the new session has begun
			if g.Running() == 1 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if n := g.Running(); n != 1 {
			t.Fatalf("%d run", n)
		}
		g.Close()
		for range 3000 {
			if len(g.others(nil, true)) == 0 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("it runs on")
	})
}
