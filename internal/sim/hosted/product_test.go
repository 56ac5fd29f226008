// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"os/exec"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// run starts the product's vmrun and returns what it wrote and its exit status.
func run(t *testing.T, p *hostedsim.Product, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.Command(p.VMRun(), args...)
	var out, err writer
	cmd.Stdout, cmd.Stderr = &out, &err
	if problem := cmd.Run(); problem != nil && cmd.ProcessState == nil {
		t.Fatal(problem)
	}
	return string(out), string(err), cmd.ProcessState.ExitCode()
}

type writer []byte

func (w *writer) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}

func TestSmoke(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web 01", hostedsim.Spec{})
	for _, args := range [][]string{{}, {"-T", "ws", "list"}, {"-T", "ws", "start", m.Path(), "nogui"}, {"-T", "ws", "list"}, {"-T", "player", "list"},
		{"-T", "ws", "getGuestIPAddress", m.Path()}, {"-T", "ws", "snapshot", m.Path(), "a"}, {"-T", "ws", "listSnapshots", m.Path()}, {"-T", "ws", "suspend", m.Path()}, {"-T", "ws", "checkToolsState", m.Path()}} {
		out, err, st := run(t, p, args...)
		t.Logf("%q -> %d\n%s--\n%s", args, st, out, err)
	}
}
