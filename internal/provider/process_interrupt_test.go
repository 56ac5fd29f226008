// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Ctrl-C in the middle of many registrations, on a host that does not answer any
// more: the apply ends all the same, and what the host has registered by then is
// in the state, neither more nor less. The next apply does the rest.
func TestProcessInterruptedWhileRegistering(t *testing.T) {
	const files, before, ten = 40, 25, 10
	a := laidOut(t, sim.Options{})
	path := func(i int) string { return fmt.Sprintf("[LocalDS_0] many%d/many%d.vmx", i, i) }
	for i := range files {
		must(t, a.Host.WriteVM("DC0", path(i), sim.VMX{NoDisk: true}))
	}
	w := newWorkspace(t, a, fmt.Sprintf(`
resource "vix_registration" "many" {
  count    = %d
  vmx_path = "[LocalDS_0] many${count.index}/many${count.index}.vmx"
}
`, files))

	var (
		mu      sync.Mutex
		asked   int
		enough  = make(chan struct{})
		release = make(chan struct{})
	)
	let := sync.OnceFunc(func() { close(release) })
	defer let()
	a.Host.OnRequest(func(method string, _ []byte) {
		if method != "RegisterVM_Task" {
			return
		}
		mu.Lock()
		asked++
		n := asked
		mu.Unlock()
		if n == before+ten-1 {
			close(enough) // each of Terraform's ten operations waits here: what was asked before has been answered
		}
		if n >= before {
			<-release
		}
	})
	cmd, out := w.command([]string{"VIX_REQUEST_TIMEOUT=5s"}, "apply", "-no-color", "-auto-approve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal sends Ctrl-C to all in the group
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-enough:
	case err := <-ended:
		t.Fatalf("terraform ended before it was interrupted: %v\n%s", err, out)
	}
	begun := time.Now()
	must(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT))
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		t.Fatalf("terraform did not end:\n%s", out)
	}
	t.Logf("ended %v after Ctrl-C", time.Since(begun).Round(time.Millisecond))
	state := w.run(t, nil, "show", "-json")
	registered := 0
	for i := range files {
		_, err := a.Host.VM("DC0", path(i))
		if err == nil {
			registered++
		}
		if known := strings.Contains(state, fmt.Sprintf("%q", path(i))); known != (err == nil) {
			t.Errorf("%s: registered %v, in state %v", path(i), err == nil, known)
		}
	}
	if registered == 0 || registered == files {
		t.Errorf("%d are registered, so that this test proves nothing", registered)
	}
	if strings.Contains(out.String(), "panic") {
		t.Errorf("terraform said:\n%s", out)
	}

	a.Host.OnRequest(nil)
	let()
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	if n := strings.Count(w.run(t, nil, "state", "list"), "vix_registration.many["); n != files {
		t.Errorf("%d of %d are in the state after the next apply", n, files)
	}
}
