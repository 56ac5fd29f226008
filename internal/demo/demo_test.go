// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// provider is a provider binary that the tests of this package share.
var provider struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	status := 1
	if provider.dir, provider.err = os.MkdirTemp("", "vix-provider-"); provider.err == nil {
		status = m.Run()
		_ = os.RemoveAll(provider.dir)
	}
	os.Exit(status)
}

// built is the folder of a provider binary that is built once, and the binary.
func built(t *testing.T) (dir, binary string) {
	t.Helper()
	binary = filepath.Join(provider.dir, exe("terraform-provider-vix"))
	provider.once.Do(func() {
		var root string
		if root, provider.err = moduleRoot(t.Context()); provider.err == nil {
			provider.err = buildProvider(t.Context(), root, binary)
		}
	})
	if provider.err != nil {
		t.Fatal(provider.err)
	}
	return provider.dir, binary
}

// TestDemo runs all of it: whatever it promises is checked by the demo itself.
func TestDemo(t *testing.T) {
	_, binary := built(t)
	var out bytes.Buffer
	if err := run(t.Context(), &console{out: &out}, binary); err != nil {
		t.Fatalf("%s\n\n%s", failure(err), out.String())
	}
	for _, line := range []string{
		`(?m)^ 4  \S+ plan +Plan: 8 to add, 0 to change, 0 to destroy\.`,
		`(?m)^ 5  \S+ apply +Apply complete! Resources: 8 added`,
		`(?m)^      running = "web-01, on, at 10\.[0-9.]+; snapshots: as restored; guestinfo\.stage: restored"$`,
		`(?m)^        "web-01 .* power on; front end`,
		`(?m)^        "mail +Mail server, restored `,
		`(?m)^      Error: Cannot open \[LocalDS_0\] web-01/web-01\.vmx$`,
		`(?m)^ 7  \S+ plan, again +No changes\.`,
		`(?m)^ 8  \S+ destroy +Destroy complete! Resources: 8 destroyed`,
		`(?m)^ 9  .* each byte for byte as before`,
		`(?m)^10  .* none( \(\d+\.\d s\))?$`,
	} {
		if !regexp.MustCompile(line).Match(out.Bytes()) {
			t.Errorf("no line like %s in:\n%s", line, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") {
		t.Error("there are escape sequences in what is no terminal")
	}
}

// TestDemoHosted runs the story of a laptop, and with it examples/laptop.
func TestDemoHosted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in has not been tried on Windows")
	}
	_, binary := built(t)
	var out bytes.Buffer
	if err := runHosted(t.Context(), &console{out: &out}, binary); err != nil {
		t.Fatalf("%s\n\n%s", failure(err), out.String())
	}
	for _, line := range []string{
		`(?m)^ 3  \S+ apply: open by path +Apply complete! Resources: 0 added`,
		`(?m)^        "build server +debian12-64 +4 CPUs,  8192 MiB, power on, 192\.168\.80\.130",`,
		`(?m)^ 4  \S+ plan, again +No changes\.`,
		`(?m)^ 5  \S+ apply: into the library +Apply complete! Resources: 1 added`,
		`(?m)^      Error: Cannot open .*vault\.vmx$`,
		`(?m)^ 7  \S+ destroy +Destroy complete! Resources: 1 destroyed`,
		`(?m)^ 8  .* each byte for byte as before`,
		`(?m)^ 9  .* none is left( \(\d+\.\d s\))?$`,
	} {
		if !regexp.MustCompile(line).Match(out.Bytes()) {
			t.Errorf("no line like %s in:\n%s", line, out.String())
		}
	}
}

// A demo that only ever says yes would prove nothing.
func TestDemoFails(t *testing.T) {
	w, err := newWorld(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.host.Close()
	if err := w.untouched(); err != nil {
		t.Error(err)
	}
	vm := w.vms[0]
	if err := w.host.WriteFile(vm.Datacenter, vm.VMXPath, []byte("changed")); err != nil {
		t.Fatal(err)
	}
	if err := w.host.WriteFile(vm.Datacenter, "[LocalDS_0] web-01/new.txt", nil); err != nil {
		t.Fatal(err)
	}
	if err := w.host.RemoveFile(vm.Datacenter, "[LocalDS_0] web-02/web-02.nvram"); err != nil {
		t.Fatal(err)
	}
	err = w.untouched()
	for _, want := range []string{"web-01.vmx has changed", "new.txt is new", "web-02.nvram is gone"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("untouched() = %v; want it to say %q", err, want)
		}
	}
	if _, err := w.host.Client(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := &demo{console: &console{out: &bytes.Buffer{}}, world: w}
	if err := d.sessions(t.Context()); err == nil {
		t.Error("a session that is left is not an error")
	}
	if _, err := output(exec.CommandContext(t.Context(), "go", "no-such-command"), "go", 0); err == nil {
		t.Error("another exit status is not an error")
	} else if !strings.Contains(failure(err), "unknown command") {
		t.Errorf("failure() = %q; want what the command said", failure(err))
	}
}

func TestEnvironmentIsNotTheUsers(t *testing.T) {
	got := environment([]string{"PATH=/bin", "TF_LOG=TRACE", "TF_CLI_ARGS=-x", "VIX_HOSTNAME=vc", "VSPHERE_PASSWORD=secret"})
	want := []string{"PATH=/bin", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1"}
	if !slices.Equal(got, want) {
		t.Errorf("environment() = %q", got)
	}
}

// The tests run the CLI as whoever runs them, whose home folder stays as it is.
func TestTheCLILeavesNothingAtHome(t *testing.T) {
	b := newBench(t, sim.Options{StandaloneHosts: -1})
	home := t.TempDir()
	for _, name := range []string{"HOME", "USERPROFILE", "APPDATA"} {
		b.cli.set(name, home)
	}
	b.lay("DC0", "[LocalDS_0] web/web.vmx", sim.VMX{})
	b.file("main.tf", source+"resource \"vix_registration\" \"web\" {\n  vmx_path = \"[LocalDS_0] web/web.vmx\"\n}\n")
	for _, args := range [][]string{{"init"}, {"apply", "-auto-approve"}, {"destroy", "-auto-approve"}} {
		b.run(0, args...)
	}
	left, err := os.ReadDir(home)
	b.must(err)
	if len(left) > 0 {
		t.Errorf("they leave %v in the home folder", left)
	}
}
