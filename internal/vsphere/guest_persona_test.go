// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const system32 = `C:\Windows\System32\`

// windows is the guest of a VM whose guest is Windows.
func windows(t testing.TB) *inside {
	t.Helper()
	v := visited(t, sim.VMX{GuestOS: "windows2019srv-64"})
	v.login = vix.GuestLogin{Username: `CORP\Administrator`, Password: guestos.Password}
	must(t, v.guest.SetProgram(`C:\Tools\args.exe`, func(c *guestos.Call) int {
		fmt.Fprint(c.Stdout, "<"+c.Arguments+">")
		fmt.Fprint(c.Stderr, c.Environment["GREETING"])
		return 5
	}))
	return v
}

// TestRunsInAWindowsGuest: what cmd.exe would make of arguments, and what a batch makes of them, they are not.
func TestRunsInAWindowsGuest(t *testing.T) {
	t.Parallel()
	v := windows(t)
	for name, c := range map[string]struct {
		run    vix.GuestRun
		code   int
		stdout string
		stderr string
	}{
		"plain arguments": {run: vix.GuestRun{Program: `C:\Tools\args.exe`, Arguments: "a b"}, code: 5, stdout: "<a b>"},
		"what a prompt would act on": {
			run: vix.GuestRun{Program: `C:\Tools\args.exe`, Arguments: `a&b |c >d ^e %PATH% 100% "q & r %x%" (f)`}, code: 5,
			stdout: `<a&b |c >d ^e %PATH% 100% "q & r %x%" (f)>`,
		},
		"an environment": {
			run:  vix.GuestRun{Program: `C:\Tools\args.exe`, Environment: map[string]string{"greeting": "hello"}},
			code: 5, stdout: "<>", stderr: "hello",
		},
		"a program of the system": {run: vix.GuestRun{Program: system32 + "cmd.exe", Arguments: "/c echo hi& exit 9"}, code: 9, stdout: "hi\r\n"},
		"a batch":                 {run: vix.GuestRun{Script: "@echo off\necho one\nexit 4\n"}, code: 4, stdout: "one\r\n"},
		"PowerShell": {
			run: vix.GuestRun{Script: "Write-Output 'two'\nexit 6", Interpreter: system32 + `WindowsPowerShell\v1.0\powershell.exe`}, code: 6, stdout: "two\r\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.run.Capture = true
			got := v.run(t, c.run)
			if !got.Ended || got.ExitCode != c.code || string(got.Stdout) != c.stdout || string(got.Stderr) != c.stderr {
				t.Errorf("%+v\nout: %q\nerr: %q", got, got.Stdout, got.Stderr)
			}
			disk, err := v.guest.Real(`C:\Users\Administrator\AppData\Local\Temp`)
			must(t, err)
			left, err := os.ReadDir(disk)
			must(t, err)
			for _, entry := range left {
				if strings.Contains(entry.Name(), "vix-") {
					t.Errorf("%s is left in the guest", entry.Name())
				}
			}
		})
	}
}

// TestInterpretersOfAWindowsGuest: one that is not there is an error before anything is started, whether or not it is waited for, and so are two
// variables that are one there; one that is a name is found as Windows finds it.
func TestInterpretersOfAWindowsGuest(t *testing.T) {
	t.Parallel()
	v := windows(t)
	for _, name := range []string{"nosuch.exe", "nosuch", `C:\Tools\none.exe`, `C:\Tools\args.exe -x`} {
		for _, noWait := range []bool{false, true} {
			_, err := v.RunInGuest(t.Context(), v.handle, v.login, vix.GuestRun{Script: "x", Interpreter: name, NoWait: noWait, Token: aToken()})
			e := failure(t, err, vix.CodeFileNotFound, vix.FieldNone)
			if e.Doubt {
				t.Errorf("it is in doubt: %v", err)
			}
			says(t, e, name, "Nothing was started.")
		}
	}
	_, err := v.RunInGuest(t.Context(), v.handle, v.login, vix.GuestRun{
		Script: "x", Environment: map[string]string{"foo": "1", "FOO": "2"}, Token: aToken(),
	})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), "FOO and foo are one to Windows")
	if n := len(v.guest.Starts()); n != 0 {
		t.Errorf("%d programs were started", n)
	}
	for name, environment := range map[string]map[string]string{"CMD": nil, "powershell.exe": nil, "args": {"path": `C:\none;"C:\Tools"`}} {
		v.run(t, vix.GuestRun{Script: "exit 0\n", Interpreter: name, Environment: environment})
	}
}

// TestFilesOfAWindowsGuest: paths, a tree both ways, and names that Windows does not have.
func TestFilesOfAWindowsGuest(t *testing.T) {
	v := windows(t)
	ctx := t.Context()
	file := text(`C:\Data\deep\a b.txt`, "content")
	file.CreateDirectories = true
	must(t, second(v.WriteGuestFile(ctx, v.handle, v.login, file)))
	v.hasFile(t, file.Path, "content")
	if is, err := v.GuestFile(ctx, v.handle, v.login, `c:/data/DEEP/A B.TXT`); err != nil || is == nil || is.Size != 7 || is.Permissions != "" {
		t.Errorf("%+v, %v", is, err)
	}
	if is, err := v.GuestFile(ctx, v.handle, v.login, `C:\`); err != nil || is == nil || is.Type != vix.GuestDirectory {
		t.Errorf("%+v, %v", is, err)
	}
	here := filepath.Join(t.TempDir(), "tree")
	for name, content := range map[string]string{"one.txt": "1", "sub dir/two %x% & co.txt": "2", "sub dir/größe.txt": "", "3.txt": "3", "4.txt": "4", "5.txt": "5"} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(here, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(here, name), []byte(content), 0o644))
	}
	must(t, second(v.CopyToGuest(ctx, v.handle, v.login, vix.GuestCopy{Source: here, Destination: `C:\Data\tree`, Verify: true})))
	v.hasFile(t, `C:\Data\tree\sub dir\two %x% & co.txt`, "2")
	back := filepath.Join(t.TempDir(), "back")
	must(t, second(v.CopyFromGuest(ctx, v.handle, v.login, vix.GuestCopy{Source: `C:\Data\tree`, Destination: back, Verify: true})))
	if runtime.GOOS != "windows" {
		sameTrees(t, here, back)
		must(t, os.WriteFile(filepath.Join(here, "what?"), nil, 0o644))
		_, err := v.CopyToGuest(ctx, v.handle, v.login, vix.GuestCopy{Source: here, Destination: `C:\Data\names`})
		says(t, failure(t, err, vix.CodeFileNameInvalid, vix.FieldNone), "what?", "Nothing was copied")
	}
}

// TestNeverTwiceOnWindows: a batch claims its permit as a shell does.
func TestNeverTwiceOnWindows(t *testing.T) {
	for i := range 16 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			v := windows(t)
			v.host = connected(t, v.sim, func(o *vix.ConnectOptions) { o.RequestTimeout = 2 * time.Second })
			must(t, second(v.GuestProcesses(t.Context(), v.handle, v.login)))
			run := vix.GuestRun{Script: "@echo off\necho x>>C:\\starts.txt\nexit 3\n", Capture: true, Token: aToken()}
			switch i {
			case 0, 1:
				v.sim.Fault(sim.Fault{Method: "StartProgramInGuest", Cut: true, After: i == 1})
			default:
				v.sim.Fault(sim.Fault{Method: "*", Skip: i, Times: -1, Cut: true, After: i%2 == 0})
			}
			a := v.try(t.Context(), v.host, run, vix.Attempt{})
			v.sim.ClearFaults()
			if a.err != nil {
				a = v.try(t.Context(), connected(t, v.sim), run, a.attempt)
			}
			starts, _ := v.guest.ReadFile(`C:\starts.txt`)
			if a.err != nil || a.result.ExitCode != 3 || strings.Count(string(starts), "x") != 1 {
				t.Errorf("%+v, %v, started %q", a.result, a.err, starts)
			}
		})
	}
}
