// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vix

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Guest works in the guests of VMs whose VMware Tools run: what VIX does between VixVM_LoginInGuest and
// VixVM_LogoutFromGuest. The context of each call bounds it. An agent that is busy, or not ready yet, is asked again
// within GuestLogin.Patience; a login that is refused is tried once (ErrGuestLoginRefused): whoever has the same login in the same guest
// waits for the first answer to it, and has its error; an answer that got lost is asked for again only where that does nothing twice.
type Guest interface {
	// CheckGuest says what would make an operation fail for certain, without a login and without the guest: privileges that are
	// lacking, guest operations that the VM is set up not to take. What many ask for is asked of the host together.
	CheckGuest(ctx context.Context, handle Handle, op GuestOp) error

	// RunInGuest runs a program or a script: VixVM_RunProgramInGuest, VixVM_RunScriptInGuest. A program that ends with
	// any exit code is no error. An error with Doubt may have left a program that runs.
	RunInGuest(ctx context.Context, handle Handle, login GuestLogin, run GuestRun) (*GuestResult, error)

	// GuestProcesses lists what runs: VixVM_ListProcessesInGuest.
	GuestProcesses(ctx context.Context, handle Handle, login GuestLogin) ([]GuestProcess, error)

	// GuestFile tells of a file, a folder or a link: VixVM_GetFileInfoInGuest. Nil if there is none.
	GuestFile(ctx context.Context, handle Handle, login GuestLogin, path string) (*GuestFile, error)

	// GuestFiles lists a folder by name, all of it: VixVM_ListDirectoryInGuest. match is a glob of names; empty means all.
	// CodeNotADirectory, or CodeFileNotFound, if there is no such folder.
	GuestFiles(ctx context.Context, handle Handle, login GuestLogin, path, match string) ([]GuestFile, error)

	// ReadGuestFile streams a file's content: VixVM_CopyFileFromGuestToHost. It tells of the file as it was then.
	ReadGuestFile(ctx context.Context, handle Handle, login GuestLogin, path string, to io.Writer) (*GuestFile, error)

	// WriteGuestFile puts a file in its place: written beside, checked, moved over the name. A reader in the guest sees
	// the old file or the new one; what failed leaves the old one, and nothing beside it.
	WriteGuestFile(ctx context.Context, handle Handle, login GuestLogin, file GuestWrite) (*GuestFile, error)

	// RemoveGuestFile deletes a file: VixVM_DeleteFileInGuest. What is not there is no error; a folder is CodeNotAFile.
	RemoveGuestFile(ctx context.Context, handle Handle, login GuestLogin, path string) error

	// CopyToGuest copies a file or a folder from this machine: VixVM_CopyFileFromHostToGuest.
	CopyToGuest(ctx context.Context, handle Handle, login GuestLogin, job GuestCopy) (*GuestCopied, error)

	// CopyFromGuest copies a file or a folder to this machine: VixVM_CopyFileFromGuestToHost.
	CopyFromGuest(ctx context.Context, handle Handle, login GuestLogin, job GuestCopy) (*GuestCopied, error)
}

// GuestTickets are logins that hold for a while and say no password.
type GuestTickets interface {
	// GuestTicket logs in and gives a ticket in the place of the password: vSphere's AcquireCredentialsInGuest.
	GuestTicket(ctx context.Context, handle Handle, login GuestLogin) (ticket string, err error)

	// ReleaseGuestTicket makes a ticket void. One that is void already is no error.
	ReleaseGuestTicket(ctx context.Context, handle Handle, ticket string) error
}

// GuestOp is what can be done in a guest, as far as privileges tell it apart.
type GuestOp string

// What can be done in a guest.
const (
	GuestQuery   GuestOp = "query"   // lists, reads, tickets: VirtualMachine.GuestOperations.Query
	GuestModify  GuestOp = "modify"  // files that are written, moved, deleted: VirtualMachine.GuestOperations.Modify
	GuestExecute GuestOp = "execute" // programs that are started and ended: VirtualMachine.GuestOperations.Execute
)

// GuestLogin is who works in a guest: VixVM_LoginInGuest. Its texts are secret but for Username.
type GuestLogin struct {
	Username, Password string
	// Ticket, if it is set, stands for both.
	Ticket string
	// Interactive works in the desktop session of the user, who must be logged in there:
	// VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT.
	Interactive bool
	// Patience is how long an agent that is busy, or not ready yet, is asked again; zero means as long as the context lasts.
	Patience time.Duration
}

// IsZero reports that there is no login at all.
func (l GuestLogin) IsZero() bool { return l.Username == "" && l.Password == "" && l.Ticket == "" }

// String hides what is secret, whoever prints it.
func (l GuestLogin) String() string {
	if l.Ticket != "" {
		return "by a ticket"
	}
	return fmt.Sprintf("as %q", l.Username)
}

// GoString is String: %#v prints no password either.
func (l GuestLogin) GoString() string { return l.String() }

// GuestScriptLimit is how many bytes an interpreter and its script may have together, as VIX has it.
const GuestScriptLimit = 60536

// GuestOutputLimit is how many bytes of each output are kept.
const GuestOutputLimit = 1 << 20

// GuestRun is a program, or a script, that is to be run in a guest.
type GuestRun struct {
	// Program is absolute; Arguments are one text, as the guest's agent takes it.
	Program, Arguments string
	// Script is run instead by Interpreter: "" is the guest's usual one.
	Script, Interpreter string
	WorkingDirectory    string
	Environment         map[string]string
	// NoWait returns when the program has started: VIX_RUNPROGRAM_RETURN_IMMEDIATELY.
	NoWait bool
	// Capture keeps the outputs.
	Capture bool
	// Token is known to nobody else, has letters and digits only, and is the same for each attempt at one run: by it the run is found again
	// in the guest.
	Token string
	// Attempt is an earlier attempt at this very run that never reported its end, or zero. Its program is looked for before
	// anything is started: one that is found is waited for; one of which nothing tells whether it was started is an error with Doubt.
	Attempt Attempt
	// Sending, if it is set, is told the host's time right before the program is started: from then on it may have been.
	// What it fails with ends the run before anything is started.
	Sending func(now time.Time) error
	// Started, if it is set, is told of the program once it is known to run.
	Started func(GuestProcess)
	// Progress, if it is set, is told what happens, in a few words. It must not block.
	Progress func(vm *VM, what string)
}

// OneOnWindows are two names of environment variables that differ in case alone, which Windows takes for one; empty if there are
// none.
func OneOnWindows(environment map[string]string) (name, other string) {
	spelled := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		if other, twice := spelled[strings.ToUpper(name)]; twice {
			return other, name
		}
		spelled[strings.ToUpper(name)] = name
	}
	return "", ""
}

// GuestResult is what came of a run.
type GuestResult struct {
	VM  *VM
	PID int64
	// Ended is false with NoWait, and nothing below is told then.
	Ended    bool
	ExitCode int
	// Stdout and Stderr are as the guest wrote them, at most GuestOutputLimit bytes each.
	Stdout, Stderr       []byte
	StdoutCut, StderrCut bool
	Elapsed              time.Duration
}

// GuestProcess is a process of a guest. Its Started is by the guest's clock, and zero if it is not told.
type GuestProcess struct {
	PID         int64
	Name, Owner string
	Command     string
	Started     time.Time
}

// GuestFileType is what a path of a guest leads to.
type GuestFileType string

// The types.
const (
	GuestRegular   GuestFileType = "file"
	GuestDirectory GuestFileType = "directory"
	GuestSymlink   GuestFileType = "symlink"
)

// GuestFile is what a guest tells of a file.
type GuestFile struct {
	// Path is the path that was asked for; of a list, Name is what is below it.
	Path, Name string
	Type       GuestFileType
	// Size is in bytes, 0 for what is no file.
	Size     int64
	Modified time.Time
	// Permissions are POSIX's, in octal, of three or four digits; empty where the guest has none.
	Permissions string
	// LinkTarget is empty for what is no link.
	LinkTarget string
	// SHA256 is in hexadecimal; known only to who has read or written the whole content.
	SHA256 string
}

// GuestWrite is a file that is to be written.
type GuestWrite struct {
	Path string
	// Open gives the content from its beginning, again for each attempt, which is closed; Size is how long it is, in bytes.
	Open func() (io.ReadCloser, error)
	Size int64
	// Permissions are POSIX's, in octal; empty leaves them to the guest, or as they were.
	Permissions string
	// Overwrite replaces a file that is there, which is CodeFileAlreadyExists otherwise.
	Overwrite bool
	// CreateDirectories makes the folders above that there are not.
	CreateDirectories bool
	// Validate is a program and its arguments, in which %s is the new file: anything but exit code 0 leaves the old file.
	Validate string
	// Secret is that nobody may see the content: what Validate says of it is in no error then.
	Secret bool
	// Left are what earlier attempts at this file, which were cut short, have left beside it: they are deleted first.
	Left []string
	// Beside, if it is set, is told the path that the file has until it takes its name, before anything is there.
	Beside func(temporary string)
	// Progress, if it is set, is told what happens, in a few words. It must not block.
	Progress func(vm *VM, what string)
}

// GuestCopy is a copy of a file, or of a folder with what is in it. A folder that is there is merged.
type GuestCopy struct {
	// Source and Destination name the thing itself, one on this machine and one in the guest.
	Source, Destination string
	// Overwrite replaces files that are there, each of which is CodeFileAlreadyExists otherwise.
	Overwrite bool
	// Verify compares the SHA-256 of what has arrived.
	Verify bool
	// Progress, if it is set, is told how far it is, in a few words, at least every ten seconds. It must not block.
	Progress func(vm *VM, what string)
}

// GuestCopied is what was copied.
type GuestCopied struct {
	VM           *VM
	Files, Bytes int64
}

// unheard are the codes of a guest that was not asked what is in it, or could not tell.
var unheard = []Code{
	CodeVMNotRunning, CodeToolsNotRunning, CodeGuestOperationsProhibited, CodeCannotAuthenticateWithGuest,
	CodeGuestUserPermissions, CodeInteractiveSessionNotPresent, CodeUnrecognizedCommandInGuest, CodeOpNotSupportedOnGuest,
}

// GuestUnheard reports that an error says nothing of what is in a guest: a file is neither there nor gone by it.
func GuestUnheard(err error) bool {
	for _, kind := range []Kind{ErrGuestBusy, ErrGuestLoginRefused, ErrToolsNeeded, ErrAsked, ErrGuestLate} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return slices.Contains(unheard, CodeOf(err))
}
