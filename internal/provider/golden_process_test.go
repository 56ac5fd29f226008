// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// goldenImage is the example of the guide, on the host of these tests.
func goldenImage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../examples/golden-image/main.tf")
	must(t, err)
	_, config, ok := strings.Cut(string(text), "# The logins come from")
	if !ok {
		t.Fatal("the example has no provider")
	}
	return "# " + strings.NewReplacer(`"DC1"`, `"DC0"`, `"Cluster1"`, `"DC0_C0"`, "[storage1] golden/golden.vmx", webPath).Replace(config)
}

// killAt kills Terraform and its providers when a method has been asked for, or right when it is, and lets the host go on.
func killAt(t *testing.T, a *vixtest.Acceptance, w *workspace, method string, right bool) {
	t.Helper()
	reached, release := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	var once sync.Once
	asked := false
	a.Host.OnRequest(func(is string, _ []byte) {
		mu.Lock()
		after := asked
		asked = asked || is == method
		mu.Unlock()
		if after || right && is == method {
			once.Do(func() { close(reached) })
			<-release
		}
	})
	cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	select {
	case <-reached:
	case <-ended:
		t.Errorf("%s was never asked for:\n%s", method, out)
	case <-time.After(2 * time.Minute):
		t.Errorf("%s was not asked for in time", method)
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	a.Host.OnRequest(nil)
	close(release)
	<-ended
	if t.Failed() {
		t.FailNow()
	}
}

// Terraform and its providers are killed at each step of the golden image, and whatever the state has of it by then: the next apply
// ends as one that nobody disturbs. The script is started once.
func TestTheGoldenImageWhereverItIsKilled(t *testing.T) {
	for _, c := range []struct {
		method string
		right  bool // when it is asked for, not afterwards
	}{
		{"RegisterVM_Task", false}, {"PowerOnMultiVM_Task", false}, {"StartProgramInGuest", true}, {"StartProgramInGuest", false},
		{"DeleteDirectoryInGuest", false}, {"ShutdownGuest", false}, {"CreateSnapshot_Task", false}, {"CloneVM_Task", false},
	} {
		name := "after " + c.method
		if c.right {
			name = "at " + c.method
		}
		t.Run(name, func(t *testing.T) {
			a := withTools(t)
			var once sync.Once
			a.Host.OnTask(func(_ context.Context, method string) {
				if method == "PowerOnMultiVM_Task" {
					once.Do(func() { must(t, a.Host.AskAtPowerOn("DC0", webPath, sim.MovedOrCopied)) })
				}
			})
			w := guestWorkspace(t, a, goldenImage(t))
			killAt(t, a, w, c.method, c.right)
			out := w.run(t, nil, "apply", "-no-color", "-auto-approve")
			tells(t, out, `"built" = "built 1.4.2"`, `"snapshot" = "golden"`)
			isInState(t, a, "poweredOff")
			vm, err := a.Host.VM("DC0", webPath)
			must(t, err)
			if vm.Snapshot == nil || len(vm.Snapshot.RootSnapshotList) != 1 {
				t.Errorf("the snapshots are %+v", vm.Snapshot)
			}
			if all := a.Host.Registered(); len(all) != 2 {
				t.Errorf("beside the image and its clone there are %+v", all)
			}
			if starts := guest(t, a).Starts(); len(starts) != 1 {
				t.Errorf("%d programs were started: %+v", len(starts), starts)
			}
			tells(t, w.run(t, nil, "plan", "-no-color", "-detailed-exitcode"), "No changes.")
		})
	}
}
