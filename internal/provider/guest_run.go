// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	tfpath "github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// This is what runs and files in guests share, of resources and actions.

// checkGuestPath says that a path in a guest is not absolute, for VIX knows no folder that it could be relative to, or that no host
// can be told of it.
func checkGuestPath(diags *diag.Diagnostics, name string, value types.String) {
	text := value.ValueString()
	checkSayable(diags, tfpath.Root(name), text)
	if value.IsNull() || value.IsUnknown() || strings.HasPrefix(text, "/") || vix.IsWindowsGuestPath(text) {
		return
	}
	diags.AddAttributeError(tfpath.Root(name), "Not an absolute path in the guest", coded(vix.CodeInvalidArg, fmt.Sprintf(
		"%s is %q. A path in a guest begins with a slash, or on Windows with a drive: /usr/bin/id, C:\\Windows\\notepad.exe.", name, text)))
}

// checkGuestFamily says that the guest of a VM has no such paths: a Windows guest those with a drive or a server, any other those
// with a slash.
func (c *connection) checkGuestFamily(diags *diag.Diagnostics, vm *vix.Registration, name string, value types.String) {
	text := value.ValueString()
	if value.IsNull() || value.IsUnknown() || vix.IsPathOfFamily(text, c.vms.family(vm.ID)) {
		return
	}
	is := "is no Windows guest, and its paths begin with a slash: /etc/motd."
	if !vix.IsWindowsGuestPath(text) {
		is = "is a Windows guest, and its paths begin with a drive or a server: C:\\Windows\\win.ini."
	}
	diags.AddAttributeError(tfpath.Root(name), "Not a path of this guest", coded(vix.CodeInvalidArg, fmt.Sprintf(
		"%s is %q. The guest of %s (%s) %s", name, text, vm.Name, vm.Path, is)))
}

// numbered is a number of things.
func numbered(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// knownTexts are the texts of a map that are known.
func knownTexts(m types.Map) map[string]string { return answersOf(m) }

// privileges says which privileges are lacking for what is going to be done in a guest. What is switched off altogether is said once.
func privileges(ctx context.Context, guest vix.Guest, vm *vix.Registration, diags *diag.Diagnostics, ops ...vix.GuestOp) {
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	var names []string
	for _, op := range ops {
		names = append(names, string(op))
	}
	each(names, diags, func(op string, diags *diag.Diagnostics) {
		if err := guest.CheckGuest(ctx, vm.Handle(), vix.GuestOp(op)); err != nil {
			addErrorAt(diags, tfpath.Empty(), err)
		}
	})
}

// checkRun says what a run has that the guest of a VM cannot have.
func (c *connection) checkRun(ctx context.Context, vm *vix.Registration, run guestRunArgs, diags *diag.Diagnostics) {
	c.checkGuestFamily(diags, vm, "program", run.Program)
	c.checkGuestFamily(diags, vm, "working_directory", run.WorkingDirectory)
	c.checkEnvironment(ctx, vm, run.Environment, diags)
}

// checkEnvironment finds variables that a guest which is known to be Windows takes for one. Only what may be such is worth a look at
// the VM; where nobody knows yet, the run says so before anything is started.
func (c *connection) checkEnvironment(ctx context.Context, vm *vix.Registration, environment types.Map, diags *diag.Diagnostics) {
	name, other := vix.OneOnWindows(knownTexts(environment))
	if name == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	if is, err := c.host.Read(ctx, vm.Handle()); err == nil && is.HasWindowsGuest() {
		diags.AddAttributeError(tfpath.Root("environment"), "Two environment variables are one to Windows", coded(vix.CodeInvalidArg,
			fmt.Sprintf("%s and %s differ in case alone, and the guest of %s (%s) is Windows. Give the variable once.",
				name, other, vm.Name, vm.Path)))
	}
}

// textOf makes an output text: what is no UTF-8 becomes U+FFFD, byte by byte, and a character that the cut has halved goes.
func textOf(raw []byte, cut bool) string {
	for n := 1; cut && n < utf8.UTFMax && n <= len(raw); n++ {
		if tail := raw[len(raw)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				raw = raw[:len(raw)-n]
			}
			break
		}
	}
	return string([]rune(string(raw)))
}

// warnCut says that an output is longer than what is kept of it.
func warnCut(diags *diag.Diagnostics, result *vix.GuestResult) {
	if result.StdoutCut || result.StderrCut {
		diags.AddWarning("The output of a program is cut", coded(vix.CodeBufferTooSmall, fmt.Sprintf(
			"A program in the guest of %s (%s) has written more than the %d bytes of each output that are kept. Let it write into a "+
				"file of the guest, and copy that.", result.VM.Name, result.VM.Path, vix.GuestOutputLimit)))
	}
}

// exitError is the error of a program that has ended with another exit code than those that are no failure; nil if it has not.
func exitError(what string, result *vix.GuestResult, success []int64) error {
	if !result.Ended || slices.Contains(success, int64(result.ExitCode)) {
		return nil
	}
	e := &vix.Error{
		Op: "run", Object: fmt.Sprintf("%s in the guest of %s (%s)", what, result.VM.Name, result.VM.Path), Code: vix.CodeFail,
		Reason: fmt.Sprintf("It ended with exit code %d, and success_exit_codes has %s.", result.ExitCode, listed(success)),
	}
	if end := endOf(textOf(result.Stderr, false)); end != "" {
		e.Reason += " The end of stderr:\n\n" + end
	}
	return e
}

// listed are numbers in a row.
func listed(numbers []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(numbers), " ", ", "), "[]")
}

// whatRuns names a run in an error: never by a script's text, which may hold a secret.
func whatRuns(run vix.GuestRun) string {
	if run.Program != "" {
		return run.Program
	}
	return "the script"
}

// The end of an output, as an error shows it.
const (
	shownLines = 20
	shownBytes = 4096
)

// endOf is the end of an output, from the beginning of a line where that is possible.
func endOf(text string) string {
	text = strings.TrimRight(text, "\r\n \t")
	if len(text) > shownBytes {
		text = strings.ToValidUTF8(text[len(text)-shownBytes:], "")
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if len(lines) > shownLines {
		lines = lines[len(lines)-shownLines:]
	}
	return strings.Join(lines, "\n")
}
