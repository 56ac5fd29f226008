// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// AnswerError is a vmrun that did not do what was asked of it, and what it said.
type AnswerError struct {
	// Command is what was asked: "list".
	Command string
	// Code is what the text means in VIX's terms; CodeFail where nobody knows it.
	Code vix.Code
	// Reason is what the text means, in full sentences; empty where nobody knows it.
	Reason string
	// Text is all that vmrun said, as text, in one line and without secrets.
	Text string
	// Calls is how often it was asked.
	Calls int
	// Vague is set where the text does not say why: the VM's log may.
	Vague bool

	paused bool
}

// pausedText is what vmrun says of most that is asked of a paused VM.
const pausedText = "The virtual machine is paused"

// Paused reports that the VM is paused.
func (f *AnswerError) Paused() bool { return f.paused }

// Error implements error.
func (f *AnswerError) Error() string { return fmt.Sprintf("vmrun %s: %s", f.Command, f.Text) }

// meaning is what one of vmrun's texts means.
type meaning struct {
	text string
	code vix.Code
	// reason is for people, in full sentences.
	reason string
	// passing is set where the same call may work right after.
	passing bool
	// vague is set where the text names no cause.
	vague bool
}

// meanings are the texts of vmrun without the paths in them; the first one that is in a text counts.
var meanings = []meaning{
	{text: "was specified, but not installed", code: vix.CodeWrapperServiceproviderNotFound,
		reason: "The product that was asked for is not installed on this machine; another one of VMware's is."},
	{text: "The specified version was not found", code: vix.CodeWrapperVersionNotFound,
		reason: "This vmrun is older than the product that is installed."},
	{text: "Unable to connect to host", code: vix.CodeCannotConnectToHost,
		reason: "The product does not let vmrun in, and does not say why."},
	{text: "The virtual machine cannot be found", code: vix.CodeVMNotFound, reason: "There is no VM at this path."},
	{text: "Cannot read the virtual machine configuration file", code: vix.CodeCannotReadVMConfig, passing: true,
		reason: "The product cannot read the VM's configuration file."},
	{text: "A password is required for this operation", code: vix.CodeNeedKey, reason: "The VM is encrypted, and needs its password."},
	{text: "Incorrect password", code: vix.CodeAuthenticationFail, reason: "The VM is encrypted, and the password is not its."},
	{text: "Authentication for encrypted virtual machine failed", code: vix.CodeAuthenticationFail,
		reason: "The VM is encrypted, and the product refuses this with the password."},
	{text: "unknown file suffix", code: vix.CodeInvalidArg, reason: "The file is no configuration of a VM."},
	{text: "is not powered on", code: vix.CodeVMNotRunning, reason: "The VM is not powered on."},
	{text: "should not be powered on", code: vix.CodeVMIsRunning, reason: "The VM is powered on."},
	{text: pausedText, code: vix.CodeObjectIsBusy, reason: "The VM is paused."},
	{text: "Tools are not running", code: vix.CodeToolsNotRunning, reason: "VMware Tools do not run in the guest."},
	{text: "Unable to get the IP address", code: vix.CodeToolsNotRunning, reason: "VMware Tools tell no address."},
	{text: "Invalid user name or password for the guest OS", code: vix.CodeCannotAuthenticateWithGuest,
		reason: "The guest refuses the login."},
	{text: "Insufficient permissions in the host operating system", code: vix.CodeHostUserPermissions,
		reason: "The VM belongs to another user of this machine, or its files do."},
	{text: "already in use", code: vix.CodeFileAlreadyLocked, passing: true,
		reason: "Another program, such as the product's window, has the VM."},
	{text: "This VM is in use", code: vix.CodeFileAlreadyLocked, reason: "Another program, such as the product's window, has the VM."},
	{text: "not supported for the specified parameters", code: vix.CodeNotSupported, passing: true,
		reason: "The product is busy with something else, or the VM belongs to another user of this machine."},
	{text: "The operation is not supported", code: vix.CodeNotSupported, reason: "The product does not support this."},
	{text: "One of the parameters was invalid", code: vix.CodeInvalidArg, reason: "The product does not take what was asked of it."},
	{text: "The operation was canceled", code: vix.CodeCancelled, vague: true,
		reason: "The product has given up, as it does where it would ask a question in its window."},
	{text: "Unknown error", code: vix.CodeFail, vague: true, reason: "The product does not say why."},
	{text: "A file was not found", code: vix.CodeFileNotFound, reason: "A file is missing."},
	{text: "vmrun was unable to start", code: vix.CodeFail,
		reason: "vmrun is not installed as it should be, or the machine is overloaded."},
	{text: "Unrecognized command", code: vix.CodeNotSupported, reason: "This vmrun does not know the command."},
}

// answerError says what a failed process means, by what it said and not by what of that is shown.
func (r *Runner) answerError(command string, out output, calls int) *AnswerError {
	f := &AnswerError{Command: command, Code: vix.CodeFail, Text: r.shown(out), Calls: calls}
	if m := meaningOf(out); m != nil {
		f.Code, f.Reason, f.Vague, f.paused = m.code, m.reason, m.vague, m.text == pausedText
	}
	return f
}

// meaningOf is what a failed process means; nil where nobody knows.
func meaningOf(out output) *meaning {
	text, ok := out.fault()
	if !ok {
		text = strings.TrimSpace(out.text)
	}
	text = withoutPath(text)
	for i := range meanings {
		if strings.Contains(text, meanings[i].text) {
			return &meanings[i]
		}
	}
	return nil
}

// withoutPath takes the path out of a text: vmrun spells it in its own way, and a folder may bear the name of an error. It stands
// between "Cannot open VM: " and the last comma, or behind the text and a colon.
func withoutPath(text string) string {
	if rest, ok := strings.CutPrefix(text, "Cannot open VM: "); ok {
		if i := strings.LastIndex(rest, ", "); i >= 0 {
			return rest[i+2:]
		}
	}
	if before, after, ok := strings.Cut(text, ": "); ok && strings.HasSuffix(strings.ToLower(after), ".vmx") {
		return before
	}
	return text
}

// maxShown is how much of a text an error repeats, in bytes.
const maxShown = 600

// shown is what a process said, in one line that people can read, and without secrets.
func (r *Runner) shown(out output) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(r.mask.Hide(out.text), "\uFFFD")), " ")
	if i := strings.Index(text, " Usage: vmrun"); i >= 0 {
		text = text[:i] // who reads an error does not need all commands
	}
	if len(text) > maxShown {
		cut := maxShown
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	if text == "" {
		return fmt.Sprintf("nothing, with exit status %d", out.status)
	}
	return text
}
