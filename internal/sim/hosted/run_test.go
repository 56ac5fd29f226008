// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// The exit statuses of vmrun, as a Unix has them.
const (
	failed = 255
	unsure = 254
)

// answer is what a run of vmrun gave.
type answer struct {
	out    string
	err    string
	status int
}

// run starts the product's vmrun.
func run(t *testing.T, p *hostedsim.Product, args ...string) answer {
	t.Helper()
	var a answer
	cmd := exec.Command(p.VMRun(), args...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	a.out, a.err, a.status = out.String(), stderr.String(), cmd.ProcessState.ExitCode()
	return a
}

// ws is run with the flags that everybody should give to a Workstation.
func ws(t *testing.T, p *hostedsim.Product, args ...string) answer {
	t.Helper()
	return run(t, p, append([]string{"-T", "ws"}, args...)...)
}

// want holds an answer to the words of the page that says what vmrun answers; <vmx> is the path of the VM.
func (a answer) want(t *testing.T, m *hostedsim.Machine, out string, status int) {
	t.Helper()
	if m != nil {
		out = strings.ReplaceAll(out, "<vmx>", m.Path())
	}
	if a.out != out || a.err != "" || a.status != status {
		t.Errorf("vmrun answered\n%q, status %d, stderr %q; it must answer\n%q, status %d", a.out, a.status, a.err, out, status)
	}
}

// silent is the success of a change.
func (a answer) silent(t *testing.T) {
	t.Helper()
	a.want(t, nil, "", 0)
}

func product(t *testing.T, opts hostedsim.Options) *hostedsim.Product {
	t.Helper()
	t.Parallel()
	return hostedsim.New(t, opts)
}
