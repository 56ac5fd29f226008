// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstall does what the README says: make install, what it prints as the CLI's configuration, terraform
// init, and after another make install an init that upgrades.
func TestInstall(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make")
	}
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cli, err := findCLI(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	mirror, dir := t.TempDir(), t.TempDir()
	install := func(version string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "make", "-s", "-C", root, "install", "VERSION="+version, "MIRROR="+mirror).CombinedOutput()
		if err != nil {
			t.Fatalf("make install: %v\n%s", err, out)
		}
		_, config, ok := strings.Cut(string(out), "\n\nprovider_installation")
		if !ok {
			t.Fatalf("it prints no configuration:\n%s", out)
		}
		return "provider_installation" + config
	}
	settings := filepath.Join(t.TempDir(), "cli.tfrc")
	write(t, settings, install("0.0.1"))
	write(t, filepath.Join(dir, "main.tf"), source)
	cli.set("TF_CLI_CONFIG_FILE", settings)
	installs := func(version string, args ...string) {
		t.Helper()
		out, err := cli.run(t.Context(), dir, 0, args...)
		if failed, ok := errors.AsType[*commandError](err); ok {
			out = failed.output
		}
		if err != nil || !strings.Contains(out, "Installed terraform-vix/vix v"+version) {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	installs("0.0.1", "init", "-no-color")
	install("0.0.2")
	installs("0.0.2", "init", "-no-color", "-upgrade")
	// make install without a version gives each build its own.
	if config := install("dev"); !strings.Contains(config, `path    = "`) {
		t.Errorf("the configuration names no path:\n%s", config)
	}
	found, err := filepath.Glob(filepath.Join(mirror, "*", "terraform-vix", "vix", "*"))
	if err != nil || len(found) != 2 || filepath.Base(found[0]) != filepath.Base(found[1]) || len(filepath.Base(found[0])) < len("0.0.20260101000000") {
		t.Errorf("after an install without a version there are %q, %v", found, err)
	}
}
