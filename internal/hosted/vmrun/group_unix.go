// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package vmrun

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// group makes a command and whatever it starts end together when its context is done, also what ignores signals. A
// group of its own gets no Ctrl-C from the terminal either: whoever started it decides; where the system can, it ends the command
// when that one is killed. What it returns is to be called
// when the command runs, and gives what is to be called when it has ended.
func group(cmd *exec.Cmd) (started func() (release func())) {
	cmd.SysProcAttr = attributes()
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
	return func() func() { return func() {} }
}
