// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"os/exec"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/windows"
)

// group makes a command and whatever it starts end together when its context is done: they are in one job. Ctrl-C does
// not reach them: whoever started them decides. What it returns is to be called when the command runs, and gives what
// is to be called when it has ended. A job that is closed leaves its processes alone: a VM that was started goes on.
func group(cmd *exec.Cmd) (started func() (release func())) {
	var job atomic.Uintptr // a windows.Handle; 0 until the command is in it
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	cmd.Cancel = func() error {
		if handle := windows.Handle(job.Load()); handle != 0 {
			return windows.TerminateJobObject(handle, 1)
		}
		return cmd.Process.Kill()
	}
	return func() func() {
		handle, err := windows.CreateJobObject(nil, nil)
		if err != nil {
			return func() {} // then the command alone is ended
		}
		release := func() { _ = windows.CloseHandle(handle) }
		process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(cmd.Process.Pid))
		if err != nil {
			return release
		}
		defer func() { _ = windows.CloseHandle(process) }()
		if windows.AssignProcessToJobObject(handle, process) == nil {
			job.Store(uintptr(handle))
		}
		return release
	}
}
