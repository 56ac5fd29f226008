// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// binaries is where binary builds; TestMain removes it.
var binaries string

// binary is the provider as it is shipped, built once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vix-provider")
	if err != nil {
		return "", err
	}
	binaries = dir
	name := "terraform-provider-vix"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "../..").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

// workspace is a folder in which the real terraform runs the real provider.
type workspace struct {
	dir, terraform string
	env            []string
}

// cli is the terraform that tests run.
func cli(t *testing.T) string {
	t.Helper()
	if terraform := os.Getenv("TF_ACC_TERRAFORM_PATH"); terraform != "" {
		return terraform
	}
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("no terraform: set TF_ACC_TERRAFORM_PATH")
	}
	return terraform
}

// notTerraform says why the CLI has not what Terraform has since a release, and OpenTofu never; empty if it has it.
func notTerraform(t *testing.T, since int, what string) string {
	t.Helper()
	return lacks(t, since, what, regexp.MustCompile(`^(Terraform) v1\.(\d+)`))
}

// olderThan says why the CLI has not what Terraform and OpenTofu have since a release; empty if it has it.
func olderThan(t *testing.T, since int, what string) string {
	t.Helper()
	return lacks(t, since, what, regexp.MustCompile(`^(Terraform|OpenTofu) v1\.(\d+)`))
}

// lacks says why the CLI is none of those that have something since a release.
func lacks(t *testing.T, since int, what string, those *regexp.Regexp) string {
	t.Helper()
	out, err := exec.Command(cli(t), "version").Output()
	must(t, err)
	is, _, _ := strings.Cut(string(out), "\n")
	if found := those.FindStringSubmatch(is); found != nil {
		minor, err := strconv.Atoi(found[2])
		must(t, err)
		if minor >= since {
			return ""
		}
	}
	return fmt.Sprintf("%s has no %s; Terraform 1.%d has", is, what, since)
}

// newWorkspace is a workspace whose provider reaches the simulated host.
func newWorkspace(t *testing.T, a *vixtest.Acceptance, config string) *workspace {
	t.Helper()
	return newWorkspaceOf(t, config, "VIX_HOSTNAME="+a.Host.URL(), "VIX_USERNAME="+a.Host.Username(),
		"VIX_PASSWORD="+a.Host.Password(), "VIX_CA_FILE="+a.Host.CAFile())
}

// newWorkspaceOf is a workspace with an environment.
func newWorkspaceOf(t *testing.T, config string, env ...string) *workspace {
	t.Helper()
	built, err := binary()
	must(t, err)
	w := &workspace{dir: t.TempDir(), terraform: cli(t)}
	rc, data := filepath.Join(w.dir, "terraformrc"), filepath.Join(w.dir, ".terraform")
	must(t, os.Mkdir(data, 0o755)) // what terraform init makes; a provider under development needs no init
	must(t, os.WriteFile(rc, fmt.Appendf(nil,
		"provider_installation {\n  dev_overrides {\n    \"terraform-vix/vix\" = %q\n  }\n  direct {}\n}\n", built), 0o600))
	w.configure(t, config)
	w.env = append(append(os.Environ(), "TF_CLI_CONFIG_FILE="+rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"), env...)
	return w
}

// configure gives the workspace another configuration.
func (w *workspace) configure(t *testing.T, config string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(w.dir, "main.tf"), []byte(`
terraform {
  required_providers {
    vix = { source = "terraform-vix/vix" }
  }
}
`+config), 0o600))
}

func (w *workspace) command(env []string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	cmd := exec.Command(w.terraform, args...)
	cmd.Dir, cmd.Env = w.dir, slices.Concat(w.env, env)
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	return cmd, out
}

func (w *workspace) run(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd, out := w.command(env, args...)
	if err := cmd.Run(); err != nil {
		t.Fatalf("terraform %v: %v\n%s", args, err, out)
	}
	return out.String()
}

// A run as users do it: it leaves no session on the host, and the password is in
// no log and no state.
func TestProcessLeavesNothingBehind(t *testing.T) {
	a := laidOut(t, sim.Options{Password: "pa55-w0rd <&> that is nowhere"})
	w := newWorkspace(t, a, registers+opens)
	before := a.Host.Sessions()
	trace := []string{"TF_LOG=TRACE"}
	var all strings.Builder
	for _, args := range [][]string{
		{"plan", "-no-color", "-out=plan"}, {"show", "-json", "plan"}, {"apply", "-no-color", "plan"}, {"plan", "-no-color", "-detailed-exitcode"},
		{"show", "-no-color"}, {"destroy", "-no-color", "-auto-approve"},
	} {
		all.WriteString(w.run(t, trace, args...))
		if after := a.Host.Sessions(); after != before {
			t.Errorf("terraform %v: %d sessions before, %d after", args, before, after)
		}
		for _, name := range []string{"terraform.tfstate", "terraform.tfstate.backup"} {
			state, err := os.ReadFile(filepath.Join(w.dir, name))
			if err == nil {
				all.Write(state)
			}
		}
	}
	out := all.String()
	for _, want := range []string{"connecting", "1 added", "No changes", "1 destroyed", a.Host.Username()} {
		if !strings.Contains(out, want) {
			t.Errorf("the log does not say %q, so that it proves nothing", want)
		}
	}
	for _, spelling := range []string{a.Host.Password(), "pa55-w0rd"} {
		if i := strings.Index(out, spelling); i >= 0 {
			t.Errorf("the password is in the output: …%s…", out[max(0, i-200):i+40])
		}
	}
	gone(t, a, webPath)
}

// The password in the configuration, too.
func TestProcessMasksAConfiguredPassword(t *testing.T) {
	a := laidOut(t, sim.Options{Password: "pa55-w0rd"})
	w := newWorkspace(t, a, `
variable "password" {
  sensitive = true
}
provider "vix" {
  password = var.password
}
data "vix_host" "this" {}
`)
	out := w.run(t, []string{"TF_LOG=TRACE", "VIX_PASSWORD=", "TF_VAR_password=pa55-w0rd"}, "apply", "-no-color", "-auto-approve")
	state, err := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	must(t, err)
	if strings.Contains(out+string(state), "pa55-w0rd") || !strings.Contains(out, "Apply complete") {
		t.Error("the password is in the output, or nothing was done")
	}
}

// fails runs terraform, which is to fail, and gives what it says.
func (w *workspace) fails(t *testing.T, args ...string) string {
	t.Helper()
	cmd, out := w.command(nil, args...)
	if err := cmd.Run(); err == nil {
		t.Errorf("terraform %v has not failed:\n%s", args, out)
	}
	return out.String()
}

// refused runs Terraform, which must fail and say each of some texts.
func (w *workspace) refused(t *testing.T, says []string, args ...string) string {
	t.Helper()
	cmd, out := w.command(nil, args...)
	err := cmd.Run()
	text := strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "│", " ")), " ")
	for _, want := range says {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("%q is not said: %s", want, text)
		}
	}
	if err == nil {
		t.Errorf("terraform %s is fine:\n%s", strings.Join(args, " "), text)
	}
	return text
}
