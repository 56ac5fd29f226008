// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// cli is a terraform or tofu binary and the environment to run it in.
type cli struct {
	path    string
	version string // "Terraform v1.11.4"
	env     []string
}

// commandError is a command that ended otherwise than it should have.
type commandError struct {
	command string
	reason  string
	output  string
}

func (e *commandError) Error() string { return e.command + ": " + e.reason }

// release is how a CLI calls itself.
var release = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v\S+`)

// findCLI finds terraform or tofu: the one that the tests run, else one on PATH,
// else the one that `make test` downloads.
func findCLI(ctx context.Context, root string) (*cli, error) {
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	for _, name := range []string{"terraform", "tofu"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		out, err := goCommand(ctx, filepath.Join(root, "tools"), "run", "./terraform", filepath.Join(root, ".tools"))
		if err != nil {
			return nil, err
		}
		path = strings.TrimSpace(out)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	c := &cli{path: path, env: environment(os.Environ())}
	out, err := c.run(ctx, root, 0, "version")
	if err != nil {
		return nil, err
	}
	if c.version = release.FindString(out); c.version == "" {
		return nil, &commandError{"terraform version", path + " is neither terraform nor tofu", out}
	}
	return c, nil
}

// name is what a user types.
func (c *cli) name() string {
	if c.isTofu() {
		return "tofu"
	}
	return "terraform"
}

func (c *cli) isTofu() bool { return strings.HasPrefix(c.version, "OpenTofu") }

// registry is the name space in which this CLI resolves terraform-vix/vix.
func (c *cli) registry() string {
	if c.isTofu() {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}

// environment is what of the user's environment terraform may see: neither
// their own settings of terraform nor their vCenter.
func environment(of []string) []string {
	var out []string
	for _, variable := range of {
		name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
		if strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "VIX_") || strings.HasPrefix(name, "VSPHERE_") {
			continue
		}
		out = append(out, variable)
	}
	return append(out, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
}

// set adds a variable to the environment. Secrets go this way, never as arguments.
func (c *cli) set(name, value string) { c.env = append(c.env, name+"="+value) }

// run runs the CLI in a folder and gives what it wrote. Another exit status than
// the one expected is an error that holds all of that.
func (c *cli) run(ctx context.Context, dir string, status int, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir, cmd.Env = dir, c.env
	return output(cmd, "terraform "+args[0], status)
}

// goCommand runs the go command.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", &commandError{"go " + args[0], err.Error(), stderr.String()}
	}
	return string(out), nil
}

// output runs a command to its end. An interrupt lets it end by itself.
func output(cmd *exec.Cmd, name string, status int) (string, error) {
	if runtime.GOOS != "windows" {
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	}
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		return "", &commandError{name, err.Error(), out.String()}
	}
	if got != status {
		return "", &commandError{name, fmt.Sprintf("exit status %d, not %d", got, status), out.String()}
	}
	return out.String(), nil
}
