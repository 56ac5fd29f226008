// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Terraform and the provider are killed while the host registers the VM: the
// registration is there, and no state knows of it. The next apply finishes.
func TestProcessKilledWhileRegistering(t *testing.T) {
	a := laidOut(t, sim.Options{})
	w := newWorkspace(t, a, registers)

	registering := make(chan struct{})
	release := make(chan struct{})
	var once, free sync.Once
	defer free.Do(func() { close(release) })
	asked := false
	var mu sync.Mutex
	a.Host.OnRequest(func(method string, _ []byte) {
		mu.Lock()
		after := asked
		asked = asked || method == "RegisterVM_Task"
		mu.Unlock()
		if after {
			// The next request asks what became of the task; it gets no answer.
			once.Do(func() { close(registering) })
			<-release
		}
	})
	cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	select {
	case <-registering:
	case <-time.After(30 * time.Second):
		t.Error("the provider did not register")
	}
	must(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL))
	_ = cmd.Wait()
	if t.Failed() {
		t.Fatal(out)
	}
	a.Host.OnRequest(nil)
	free.Do(func() { close(release) })
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := a.Host.VM("DC0", webPath); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the host did not register the VM")
		}
	}

	finished := w.run(t, nil, "apply", "-no-color", "-auto-approve")
	for _, want := range []string{"is registered already, by an apply that was interrupted", "1 added"} {
		if !strings.Contains(finished, want) {
			t.Errorf("%q does not occur in:\n%s", want, finished)
		}
	}
	if shown := w.run(t, nil, "show", "-json"); !strings.Contains(shown, webUUID) || !strings.Contains(shown, `"adopted":false`) {
		t.Errorf("state:\n%s", shown)
	}
	// It was ours, so a destroy unregisters it.
	w.run(t, nil, "destroy", "-no-color", "-auto-approve")
	gone(t, a, webPath)
}
