// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

// A provider that is killed cannot end the vmrun that it waits for: the system does.
func TestProcessHostedAKilledProviderLeavesNoVMRun(t *testing.T) {
	p := hostedsim.New(t, hostedsim.Options{})
	m := p.AddVM("web", hostedsim.Spec{})
	m.Start()
	p.Fault(hostedsim.Fault{Command: "getguestipaddress", Hang: true, IgnoreTerm: true})
	w := deskOf(t, p, nil, opensAt(m.Path()), "VIX_REQUEST_TIMEOUT=10m")
	cmd, out := w.command(nil, "plan", "-no-color")
	must(t, cmd.Start())
	for len(p.Hanging()) == 0 && t.Context().Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", cmd.Process.Pid))
	must(t, err)
	killed := 0
	for _, at := range children {
		text, _ := os.ReadFile(at) // a thread may have ended
		for pid := range strings.FieldsSeq(string(text)) {
			n, err := strconv.Atoi(pid)
			must(t, err)
			must(t, syscall.Kill(n, syscall.SIGKILL))
			killed++
		}
	}
	_ = cmd.Wait() // it fails: its provider is gone
	for range 1000 {
		if len(p.Alive()) == 0 && killed > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d providers were killed, and processes are left: %+v\n%s", killed, p.Alive(), out)
}
