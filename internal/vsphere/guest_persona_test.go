// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"os"
	"strings"
	"testing"

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
			real, err := v.guest.Real(`C:\Users\Administrator\AppData\Local\Temp`)
			must(t, err)
			left, err := os.ReadDir(real)
			must(t, err)
			for _, entry := range left {
				if strings.Contains(entry.Name(), "vix-") {
					t.Errorf("%s is left in the guest", entry.Name())
				}
			}
		})
	}
}
