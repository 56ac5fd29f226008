// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMocks runs the example of the guide "Test your modules", and the idiom of the documentation
// under a mock that says nothing: neither asks a host, of which there is none here.
func TestMocks(t *testing.T) {
	cli, root := withOverride(t)
	if !cli.atLeast(1, 7) || cli.isTofu() && !cli.atLeast(1, 8) {
		t.Skipf("%s has no mock_provider; Terraform 1.7 and OpenTofu 1.8 do", cli.version)
	}
	example := filepath.Join(root, "examples", "mocks")
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(example, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for name, module := range map[string]struct{ main, test, want string }{
		"the example": {read("main.tf"), read("tests/module.tftest.hcl"), "Success! 2 passed, 0 failed."},
		"the idiom of the documentation": {source + `
resource "vix_registration" "web" {
  vmx_path = "[storage1] web/web.vmx"
}

data "vix_vm" "web" {
  vmx_path   = vix_registration.web.registered_path
  datacenter = vix_registration.web.datacenter
}
`, `
mock_provider "vix" {}

run "both" {
  assert {
    condition     = data.vix_vm.web.id != "" && vix_registration.web.vmx_path == "[storage1] web/web.vmx"
    error_message = "The VM has no id."
  }
}
`, "Success! 1 passed, 0 failed."},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "tests"), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "main.tf"), module.main)
			write(t, filepath.Join(dir, "tests", "module.tftest.hcl"), module.test)
			out, err := cli.run(t.Context(), dir, 0, "test", "-no-color")
			if err != nil {
				t.Fatal(failure(err))
			}
			if !strings.Contains(out, module.want) {
				t.Errorf("it does not say %q:\n%s", module.want, out)
			}
		})
	}
}
