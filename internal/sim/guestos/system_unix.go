// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package guestos

import (
	"io/fs"
	"syscall"
)

// inode tells files apart, whatever they are called.
type inode struct{ device, number uint64 }

func inodeOf(info fs.FileInfo) (inode, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}, false
	}
	return inode{uint64(st.Dev), st.Ino}, true //nolint:unconvert // macOS has a signed device
}

// signalGroup sends a signal to a program's process group.
func signalGroup(pid int, sig syscall.Signal) { _ = syscall.Kill(-pid, sig) }

// freezing is the signal that stops a process, or lets it go on.
func freezing(on bool) syscall.Signal {
	if on {
		return syscall.SIGSTOP
	}
	return syscall.SIGCONT
}

// ownGroup gives a program a process group of its own.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
