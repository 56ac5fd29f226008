// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

// interrupted is one cell.
func interrupted(t *testing.T, c row, way interrupt) *vixtest.Acceptance {
	a := laidOut(t, sim.Options{})
	const theirs = "[LocalDS_0] theirs/theirs.vmx"
	must(t, a.Host.WriteVM("DC0", theirs, sim.VMX{}))
	_, err := a.Host.Register(t.Context(), "DC0", theirs)
	must(t, err)
	w := newWorkspace(t, a, "")
	if c.step == afterCreate {
		w.holds(t)
	}
	if c.from != "" {
		w.configure(t, c.from)
		w.run(t, nil, "apply", "-no-color", "-auto-approve")
	}
	if c.power != "" {
		must(t, a.Host.SetPower("DC0", webPath, c.power))
	}
	w.configure(t, c.to)
	before := files(t, a)

	reached, release := holdAt(t.Context(), a.Host, w, c)
	cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	select {
	case <-reached:
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		t.Fatalf("%s was not reached\n%s", c.step, out)
	}
	if c.step == afterCreate && (w.inState() || len(w.notes(t)) != 1) {
		t.Errorf("in the state: %v, notes: %v, so that this proves nothing", w.inState(), w.notes(t))
	}
	provider := childOf(cmd.Process.Pid)
	way.do(t, cmd.Process.Pid, provider)
	time.Sleep(50 * time.Millisecond)
	if c.step != afterCreate || !way.abrupt { // an action goes on for as long as it likes
		release()
	}
	waitOrKill(t, cmd)
	release()

	// Whatever is left of the provider must not be needed, and must not do harm.
	left, _ := os.ReadFile(filepath.Join(w.dir, "terraform.tfstate"))
	if len(left) == 0 && c.from != "" && putBack(t, w) {
		emptied.Add(1)
	}
	unsaved := c.step == afterCreate && !w.inState()
	if unsaved {
		unfinished.Add(1)
	} else if c.step == afterCreate && way.name == "SIGKILL of terraform" {
		t.Errorf("the state has the VM, so that this proves nothing:\n%s\n%s", out, left)
	}
	_ = os.Remove(filepath.Join(w.dir, holding))
	cmd, again := w.command(nil, "apply", "-no-color", "-auto-approve")
	if err := cmd.Run(); err != nil {
		t.Fatalf("the next apply: %v\n%s\nafter an interrupted one\n%s\nthat left the state\n%s", err, again, out, left)
	}
	if provider != 0 && syscall.Kill(provider, 0) == nil && !exits(provider, 3*time.Second) {
		t.Errorf("the provider outlives terraform")
		_ = syscall.Kill(provider, syscall.SIGKILL)
	}
	if unsaved && (!strings.Contains(again.String(), "by an apply that was interrupted") || !w.actionRan()) {
		t.Errorf("it does not say that it finishes the interrupted apply, or its action does not run: %v\n%s", w.actionRan(), again)
	}
	vm, err := a.Host.VM("DC0", webPath)
	switch {
	case c.registered && err != nil:
		t.Errorf("it is not registered: %v\n%s\n%s", err, out, again)
	case !c.registered && err == nil:
		t.Errorf("it is still registered\n%s\n%s", out, again)
	case c.vmName != "" && vm.Name != c.vmName:
		t.Errorf("its name is %q\n%s\n%s", vm.Name, out, again)
	}
	if n := a.Host.PowerOns(); n != c.powerOns {
		t.Errorf("it was powered on %d times\n%s\n%s", n, out, again)
	}
	if n := clonesOf(t, a); n != c.clones {
		t.Errorf("there are %d clones\n%s\n%s", n, out, again)
	}
	if c.clones > 0 && !strings.Contains(w.run(t, nil, "show", "-json"), `"registered_path":"[LocalDS_0] test/test.vmx"`) {
		t.Errorf("the clone is not in the state\n%s\n%s", out, again)
	}
	if c.powerOns > 0 && !strings.Contains(w.run(t, nil, "show", "-json"), `"previous_state":"off"`) {
		t.Errorf("what was found before is forgotten\n%s\n%s", out, again)
	}
	if err == nil && vm.Snapshot != nil && countSnapshots(vm.Snapshot.RootSnapshotList) != c.snapshots ||
		err == nil && vm.Snapshot == nil && c.snapshots > 0 {
		t.Errorf("its snapshots are %+v, not %d\n%s\n%s", vm.Snapshot, c.snapshots, out, again)
	}
	if _, err := a.Host.VM("DC0", theirs); err != nil {
		t.Errorf("somebody else's registration is gone: %v", err)
	}
	planning, planned := w.command(nil, "plan", "-no-color", "-detailed-exitcode")
	if err := planning.Run(); err != nil {
		t.Errorf("the next plan is not empty: %v\n%s", err, planned)
	}
	if state := w.run(t, nil, "show", "-json"); strings.Contains(state, webUUID) != c.registered ||
		strings.Contains(state, `"adopted":false`) != c.registered {
		t.Errorf("state:\n%s", state)
	}
	if notes := w.notes(t); len(notes) > 0 {
		t.Errorf("notes that have no end: %v\n%s\n%s", notes, out, again)
	}
	if after := files(t, a); !maps.Equal(before, after) {
		t.Errorf("files before: %v, after: %v", before, after)
	}
	return a
}

var (
	// emptied counts how often Terraform left an empty state file.
	emptied atomic.Int32
	// unfinished counts how often it left a state without the VM for which an
	// after_create action ran.
	unfinished atomic.Int32
)

// putBack puts Terraform's own backup of the state in its place. A Terraform that
// is told twice to end does so at once, as it says, and that may be between
// emptying its state file and writing it.
func putBack(t *testing.T, w *workspace) bool {
	t.Helper()
	file := filepath.Join(w.dir, "terraform.tfstate")
	backup, err := os.ReadFile(file + ".backup")
	if err != nil {
		return false
	}
	must(t, os.WriteFile(file, backup, 0o600))
	return true
}

// holdAt keeps a change from getting beyond a step until release is called.
func holdAt(ctx context.Context, host *sim.Host, w *workspace, c row) (reached <-chan struct{}, release func()) {
	there, free := make(chan struct{}), make(chan struct{})
	arrive := sync.OnceFunc(func() { close(there) })
	wait := func() {
		arrive()
		<-free
	}
	release = sync.OnceFunc(func() {
		_ = os.WriteFile(filepath.Join(w.dir, goOn), nil, 0o600)
		host.OnRequest(nil)
		host.OnTask(nil)
		close(free)
	})
	var mu sync.Mutex
	asked := false
	switch {
	case c.step == afterCreate:
		go w.awaitHold(ctx, arrive)
	case c.step == "before the task" || c.step == "task running" && !c.task:
		if c.step == "before the task" { // it does not get as far as being executed
			host.Fault(sim.Fault{Method: c.method, Cut: true})
		}
		host.OnRequest(func(method string, _ []byte) {
			if method == c.method {
				wait()
			}
		})
	case c.step == "task running":
		host.OnTask(func(ctx context.Context, method string) {
			if method != c.method {
				return
			}
			arrive()
			select {
			case <-free:
			case <-ctx.Done():
			}
		})
	case c.task:
		// The requests that ask what became of it get no answer.
		host.OnRequest(func(method string, _ []byte) {
			mu.Lock()
			after := asked
			asked = asked || method == c.method
			mu.Unlock()
			if after {
				wait()
			}
		})
	default:
		host.Fault(sim.Fault{Method: c.method, Cut: true, After: true, Hang: true})
		host.OnRequest(func(method string, _ []byte) {
			if method == c.method {
				time.AfterFunc(150*time.Millisecond, arrive)
			}
		})
	}
	return there, release
}

// files are the files on the datastore but for the .vmx that a rename writes, for what snapshots keep, and for those of the clone.
func files(t *testing.T, a *vixtest.Acceptance) map[string]string {
	t.Helper()
	all, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	delete(all, webPath)
	maps.DeleteFunc(all, func(name, _ string) bool {
		return strings.HasPrefix(filepath.Ext(name), ".vms") || strings.HasPrefix(name, "[LocalDS_0] test/")
	})
	return all
}

// countSnapshots counts the snapshots of trees.
func countSnapshots(trees []types.VirtualMachineSnapshotTree) int {
	n := len(trees)
	for _, tree := range trees {
		n += countSnapshots(tree.ChildSnapshotList)
	}
	return n
}

// clonesOf is how many clones there are, whatever they are called.
func clonesOf(t *testing.T, a *vixtest.Acceptance) int {
	t.Helper()
	n := 0
	for _, vm := range a.Host.Registered() {
		if strings.Contains(vm.Path, "] test") {
			n++
		}
	}
	return n
}

// childOf is the provider that a terraform has started, 0 if there is none.
func childOf(terraform int) int {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", terraform))
	for _, file := range tasks {
		children, _ := os.ReadFile(file)
		for field := range strings.FieldsSeq(string(children)) {
			pid, _ := strconv.Atoi(field)
			if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && strings.Contains(string(line), "terraform-provider-vix") {
				return pid
			}
		}
	}
	return 0
}

// waitOrKill waits for an interrupted terraform.
func waitOrKill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	timer := time.AfterFunc(30*time.Second, func() {
		t.Error("the interrupted terraform does not end")
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	defer timer.Stop()
	_ = cmd.Wait()
}

// exits waits for a process that is not our child.
func exits(pid int, limit time.Duration) bool {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || slices.Contains(strings.Fields(string(stat)), "Z") {
			return true
		}
	}
	return false
}
