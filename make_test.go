// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// text is a file of the repository.
func text(t *testing.T, name string) string {
	t.Helper()
	is, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(is)
}

// make alone lists every target, and README and CONTRIBUTING name none that there is not.
func TestMakeListsEveryTarget(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("there is no make")
	}
	out, err := exec.CommandContext(t.Context(), "make", "-s").CombinedOutput()
	if err != nil {
		t.Fatalf("make: %v\n%s", err, out)
	}
	targets := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^([a-z][a-z0-9-]*):(?:[^=]|$)`).FindAllStringSubmatch(text(t, "GNUmakefile"), -1) {
		targets[found[1]] = true
		if !regexp.MustCompile(`(?m)^  ` + found[1] + ` +\S`).Match(out) {
			t.Errorf("make does not list the target %s:\n%s", found[1], out)
		}
	}
	if len(targets) < 20 {
		t.Errorf("%d targets were found", len(targets))
	}
	for _, page := range []string{"README.md", "CONTRIBUTING.md"} {
		for _, found := range regexp.MustCompile("(?m)(?:^    |`)make ([a-z][a-z0-9-]*)").FindAllStringSubmatch(text(t, page), -1) {
			if !targets[found[1]] {
				t.Errorf("%s names make %s, which there is not", page, found[1])
			}
		}
	}
	for _, target := range []string{"demo", "demo-hosted", "sim", "test", "install"} {
		if !strings.Contains(text(t, "README.md"), "make "+target) {
			t.Errorf("README.md does not name make %s", target)
		}
	}
}

// The workflow runs the tests with each Terraform that the documentation says something of, and with the newest.
func TestTheWorkflowsTestWhatTheDocumentationNames(t *testing.T) {
	_, matrix, _ := strings.Cut(text(t, ".github/workflows/test.yml"), "name: Terraform ${{ matrix.version }}")
	list := regexp.MustCompile(`version: \[(.*)\]`).FindStringSubmatch(matrix)
	if list == nil {
		t.Fatal("the workflow has no list of versions of Terraform")
	}
	for _, version := range []string{"1.5", "1.8", "1.11", "1.12", "1.14", "1.16"} {
		if !strings.Contains(list[1], `"`+version+`.*"`) {
			t.Errorf("the workflow does not test Terraform %s: %s", version, list[1])
		}
	}
}
