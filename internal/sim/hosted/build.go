// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"

	// What is built at run time is no part of a test's cache key. With this the result of a test is not kept when vmrun changes.
	_ "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/vmrun"
)

// source is the command that the stand-in vmrun is built of.
const source = "github.com/terraform-vix/terraform-provider-vix/internal/sim/cmd/vmrun"

// start is how the process was started: tests change folder and environment before they make a product.
var start = func() (s struct {
	dir    string
	env    []string
	goTool string
}) {
	s.dir, _ = os.Getwd()
	s.env = os.Environ()
	s.goTool, _ = exec.LookPath("go") // without one, building says so
	return s
}()

// executable is the stand-in vmrun, built once for a process and kept in memory, so that nothing is left behind.
var executable = sync.OnceValues(build)

func build() ([]byte, error) {
	dir, err := os.MkdirTemp("", "vmrun-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, vmrunName())
	// Without symbols it is linked faster and is smaller.
	cmd := exec.Command(start.goTool, "build", "-ldflags=-s -w", "-o", path, source) //nolint:gosec // the go command, and a path of ours
	cmd.Dir, cmd.Env = start.dir, start.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("building the stand-in vmrun: %w\n%s", err, bytes.TrimSpace(out)), os.RemoveAll(dir))
	}
	text, err := os.ReadFile(path)
	return text, errors.Join(err, os.RemoveAll(dir))
}

// install writes the stand-in vmrun to a path.
func install(path string) error {
	text, err := executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	// A process that is started elsewhere meanwhile would have our file open, and a file that is open for writing
	// cannot be executed.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, text, 0o700) //nolint:gosec // it is to be executed
}

func vmrunName() string {
	if runtime.GOOS == "windows" {
		return "vmrun.exe"
	}
	return "vmrun"
}
