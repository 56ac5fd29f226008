// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package guestos is the guest of a simulated VM: a directory that plays its disk, in which files really move and
// programs really run. It knows nothing of vSphere; internal/sim says in vSphere's words what it answers.
//
// # The disk
//
// A path of the guest is looked up below the directory, component by component, with the guest's own links, and
// opened with os.Root: neither ".." nor a link leads out of it. /usr and its kin, where programs and libraries lie, are
// those of this machine, and cannot be written.
//
// # Programs
//
// A Linux guest starts a program as open-vm-tools does: bash -c '"PROGRAM" ARGUMENTS', with standard input and outputs at
// /dev/null, in the home directory unless told otherwise. Where the machine grants user namespaces, root or not, the
// program sees the directory as its root.
//
// Elsewhere (Options.Rewrite, or VIXSIM_GUEST_REWRITE in the environment) absolute paths that begin with a top directory of
// the guest, such as /tmp or /etc, are replaced by real ones in the command line, the environment, and, while it runs, in the
// script that it names and those beside it. When the program has ended, real paths in what was written meanwhile become
// paths of the guest again. So a path that is put together while a script runs ("/t" and "mp") leads to this machine, and
// a list of "/" shows this machine's.
//
// Programs run as the user who runs the tests, whoever logged in: the rights of other users are checked for calls only.
//
// A Windows guest runs no foreign program. It plays cmd.exe with batch files, a few statements of PowerShell, and programs that
// a test has put there (SetProgram); what is left out stands at the head of batch.go and powershell.go.
//
// Pids are real ones. When a guest closes, resets or goes off, every process of it is killed: those of the
// program's process group and, on Linux, those that have its mark in their environment.
package guestos
