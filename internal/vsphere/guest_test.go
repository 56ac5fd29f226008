// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// inside is the guest of a VM that is on, and a connection to its host.
type inside struct {
	*host
	sim    *sim.Host
	guest  *sim.Guest
	handle vix.Handle
	path   string
	login  vix.GuestLogin
}

var root = vix.GuestLogin{Username: "root", Password: guestos.Password}

// visited is the guest of a VM on a vCenter.
func visited(t testing.TB, vm ...sim.VMX) *inside {
	t.Helper()
	s := simulated(t, single)
	v := &inside{sim: s, path: "[LocalDS_0] web/web.vmx", login: root}
	p := laid(t, s, "DC0", v.path, vm...)
	_, err := s.Register(t.Context(), "DC0", v.path)
	must(t, err)
	must(t, s.SetTools("DC0", v.path, true, true))
	must(t, s.SetPower("DC0", v.path, "poweredOn"))
	v.guest, err = s.Guest("DC0", v.path)
	must(t, err)
	v.host = connected(t, s)
	opened, err := v.Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	v.handle = opened.Handle()
	return v
}

// aToken is a run's.
func aToken() string { return rand.Text() }

// run runs a program, and fails the test if that cannot be done.
func (v *inside) run(t testing.TB, run vix.GuestRun) *vix.GuestResult {
	t.Helper()
	if run.Token == "" {
		run.Token = aToken()
	}
	result, err := v.RunInGuest(t.Context(), v.handle, v.login, run)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// leavesNothing fails the test if anything of a run is left in the guest.
func (v *inside) leavesNothing(t testing.TB) {
	t.Helper()
	for _, folder := range []string{"/var/tmp", "/tmp"} {
		disk, err := v.guest.Real(folder)
		must(t, err)
		entries, err := os.ReadDir(disk)
		must(t, err)
		for _, entry := range entries {
			if strings.Contains(entry.Name(), "vix-") {
				t.Errorf("%s is left in %s of the guest", entry.Name(), folder)
			}
		}
	}
}

// idle fails the test if anything goes on running in the guest; what was ended takes a moment to go.
func (v *inside) idle(t testing.TB) {
	t.Helper()
	for range 6000 {
		if v.guest.Running() == 0 {
			return
		}
		wire.Pause(t.Context(), 20*time.Millisecond)
	}
	t.Errorf("in the guest there still run: %+v", v.guest.Processes())
}

// TestRunsInAGuest: the exit code and what a program writes come back as they are, and nothing else is left in the guest.
func TestRunsInAGuest(t *testing.T) {
	t.Parallel()
	v := visited(t)
	for name, c := range map[string]struct {
		run            vix.GuestRun
		code           int
		stdout, stderr string
	}{
		"a program with arguments of a shell": {
			run: vix.GuestRun{Program: "/bin/echo", Arguments: `"two  words" 'a b' $HOME; echo more # and a remark`}, stdout: "two  words a b /root\nmore\n",
		},
		"both outputs and a code": {
			run: vix.GuestRun{Program: "/bin/sh", Arguments: `-c 'echo out; echo err >&2; exit 7'`}, code: 7, stdout: "out\n", stderr: "err\n",
		},
		"a script": {run: vix.GuestRun{Script: "echo \"it's $0\" | sed 's/vix-.*script/X/'\nexit 3\n"}, code: 3, stdout: "it's /var/tmp/X\n"},
		"another interpreter": {
			run: vix.GuestRun{Script: "[[ a == a ]] && echo ${BASH_VERSION:+bash}", Interpreter: "/bin/bash"}, stdout: "bash\n",
		},
		"a signal":                 {run: vix.GuestRun{Program: "/bin/sh", Arguments: `-c 'kill -9 $$'`}, code: 137},
		"a working directory":      {run: vix.GuestRun{Program: "/bin/pwd", WorkingDirectory: "/etc"}, stdout: "/etc\n"},
		"an environment":           {run: vix.GuestRun{Script: "echo $GREETING; command -v ls", Environment: map[string]string{"GREETING": "a 'b' $c"}}, stdout: "a 'b' $c\n/usr/bin/ls\n"},
		"a quote that never ends":  {run: vix.GuestRun{Program: "/bin/echo", Arguments: `'never`}, code: 2, stderr: "unexpected EOF"},
		"a script that ends early": {run: vix.GuestRun{Script: "exec /bin/true"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.run.Capture = true
			got := v.run(t, c.run)
			if !got.Ended || got.ExitCode != c.code || string(got.Stdout) != c.stdout || got.PID == 0 || got.VM.Name == "" ||
				!strings.Contains(string(got.Stderr), c.stderr) || c.stderr == "" && len(got.Stderr) > 0 {
				t.Errorf("%+v\nout: %q\nerr: %q", got, got.Stdout, got.Stderr)
			}
			v.leavesNothing(t)
		})
	}
}

// TestAMuchSayingProgram: of ten megabytes the first is kept, and the rest is said to be cut.
func TestAMuchSayingProgram(t *testing.T) {
	v := visited(t)
	got := v.run(t, vix.GuestRun{Script: "yes 0123456 | head -c 10000000", Capture: true})
	if len(got.Stdout) != vix.GuestOutputLimit || !got.StdoutCut || got.StderrCut || !bytes.HasPrefix(got.Stdout, []byte("0123456\n0123456\n")) {
		t.Errorf("%d bytes, cut %v", len(got.Stdout), got.StdoutCut)
	}
	v.leavesNothing(t)
}

// TestAProgramThatNeverEnds is ended when its time runs out, with what it has started.
func TestAProgramThatNeverEnds(t *testing.T) {
	t.Parallel()
	v := visited(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	_, err := v.RunInGuest(ctx, v.handle, v.login, vix.GuestRun{
		Script: "trap '' TERM; sleep 1000 & sleep 1000; sleep 1000", Capture: true, Token: aToken(), Sending: func(time.Time) error { return nil },
	})
	kind(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), vix.ErrRunUnended)
	if n := len(v.guest.Starts()); n != 1 {
		t.Errorf("%d starts", n)
	}
	v.idle(t)
	v.leavesNothing(t)
}
