// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/bench/memory"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

const recoveryConfig = `
module "recovery" {
  source     = "./recover-datastore"
  datastores = ["LocalDS_0", "LocalDS_1", "LocalDS_2"]
  hosts      = %s
  on_destroy = var.on_destroy
}

variable "on_destroy" {
  type    = string
  default = "keep"
}
`

// The most requests for each VM, if none shared any with another: how many do
// depends on how fast this machine's terraform comes with them. Each plan reads
// each file. A registration is a task, the list of tasks, a wait, a read, and a
// share of the looks whether paths are free. A tenth is what the run costs once.
const (
	mostToRegister = 1 + 5
	mostToRefresh  = 1 + 1 + 0.1
)

// recovery is a landscape to recover, and what each step of it cost.
type recovery struct {
	*bench
	vms   []string // the paths, DATACENTER:[datastore] file
	texts map[string][]byte
	each  float64 // requests for each VM of the last step
}

// step runs the CLI and prints what it cost the host, and the provider in memory.
func (r *recovery) step(name string, status int, args ...string) string {
	r.t.Helper()
	r.host.ResetRequests()
	begun, peak := time.Now(), memory.Watch(os.Getpid())
	out := r.run(status, args...)
	took, used, requests := time.Since(begun), peak(), r.host.RequestCount()
	r.each = float64(requests) / float64(len(r.vms))
	r.t.Logf("%-34s %6.1f s  %6d requests, %5.2f a VM  provider %7s  %4d registered",
		name, took.Seconds(), requests, r.each, memory.Text(used), r.count())
	return out
}

// bounded fails if there were more requests for each VM than there may be. Of a
// sample it says nothing: there, what a run costs once is most of it.
func (r *recovery) bounded(what string, each, most float64) {
	r.t.Helper()
	if len(r.vms) >= 1000 && each > most {
		r.t.Errorf("%s: %.2f requests a VM, at most %.2f are allowed: %v", what, each, most, r.host.Requests())
	}
}

func split(vm string) (datacenter, at string) {
	datacenter, at, _ = strings.Cut(vm, ":")
	return datacenter, at
}

// count counts the VMs that the inventory has.
func (r *recovery) count() int {
	n := 0
	for _, vm := range r.vms {
		if r.registered(split(vm)) {
			n++
		}
	}
	return n
}

// newRecovery lays out the VMs in 4 datacenters, on 12 datastores.
func newRecovery(t *testing.T, n int) *recovery {
	t.Helper()
	b := newBench(t, sim.Options{Datacenters: 4, Datastores: 3, ClusterHosts: 3, StandaloneHosts: -1, InvalidAsFault: true})
	r := &recovery{bench: b, texts: map[string][]byte{}}
	var hosts []string
	for i := range n {
		vm := fmt.Sprintf("DC%d:[LocalDS_%d] vm-%04d/vm-%04d.vmx", i%4, i/4%3, i, i)
		dc, at := split(vm)
		b.lay(dc, at, sim.VMX{InstanceUUID: fmt.Sprintf("52000000-0000-4000-8000-%012d", i)})
		r.vms = append(r.vms, vm)
	}
	for dc := range 4 {
		for h := range 3 {
			hosts = append(hosts, fmt.Sprintf("%q", fmt.Sprintf("/DC%d/host/DC%d_C0/DC%d_C0_H%d", dc, dc, dc, h)))
		}
	}
	b.folder(recoverModule, "recover-datastore")
	b.file("main.tf", source+fmt.Sprintf(recoveryConfig, "["+strings.Join(hosts, ", ")+"]"))
	b.run(0, "init")
	return r
}

// damage breaks a file, and repair mends it.
func (r *recovery) damage(vm string) {
	dc, at := split(vm)
	text, err := r.host.ReadFile(dc, at)
	r.must(err)
	r.texts[vm] = text
	r.must(r.host.WriteFile(dc, at, []byte{0, 1, 2}))
}

func (r *recovery) repair() {
	for vm, text := range r.texts {
		dc, at := split(vm)
		r.must(r.host.WriteFile(dc, at, text))
	}
}

// TestRecovery recovers what RECOVERY_VMS says: 1,000 VMs in make recovery, a
// sample in make test.
func TestRecovery(t *testing.T) {
	n := 30
	if text := os.Getenv("RECOVERY_VMS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 12 {
			t.Fatalf("RECOVERY_VMS = %q is no number from 12 on", text)
		}
	}
	r := newRecovery(t, n)
	before := r.hashes()
	r.recover(n)
	r.live(n)
	r.unchanged(before)
	r.destroy(n)
	r.unchanged(before)
	if r.host.Sessions() > 0 {
		t.Errorf("%d sessions are left", r.host.Sessions())
	}
}

// recover plans, applies with five files that are damaged meanwhile, and applies
// again once they are mended.
func (r *recovery) recover(n int) {
	t := r.t
	r.says(r.step("plan", 0, "plan", "-out=plan"), fmt.Sprintf("Plan: %d to add, 0 to change, 0 to destroy.", n))
	planned := r.each
	for i := range 5 {
		r.damage(r.vms[i*n/5])
	}
	out := r.step("apply, 5 files damaged", 1, "apply", "plan")
	r.bounded("plan and apply", planned+r.each, mostToRegister)
	if failed := strings.Count(out, "Error: Cannot register"); failed != 5 {
		t.Errorf("%d errors, not 5:\n%s", failed, out)
	}
	if r.count() != n-5 {
		t.Errorf("%d are registered, not %d", r.count(), n-5)
	}
	r.repair()
	r.says(r.step("apply, repaired", 0, "apply", "-auto-approve"), "Apply complete! Resources: 5 added, 0 changed, 0 destroyed.")
	r.says(r.step("plan, again", 0, "plan", "-detailed-exitcode"), "No changes.")
	r.bounded("plan, again", r.each, mostToRefresh)
	hosts := map[string]int{}
	for _, vm := range r.vms {
		found, err := r.host.VM(split(vm))
		r.must(err)
		hosts[found.Runtime.Host.Value]++
	}
	t.Logf("spread over %d hosts: %v", len(hosts), hosts)
	if len(hosts) < 9 {
		t.Errorf("the VMs are on %d of 12 hosts only: %v", len(hosts), hosts)
	}
}

// live has things happen that must not unregister anything.
func (r *recovery) live(n int) {
	t := r.t
	dc, at := split(r.vms[1])
	r.must(r.host.SetDatastoreAccessible(dc, "LocalDS_0", false))
	r.says(r.step("plan, a datastore is down", 1, "plan"), "The datastore LocalDS_0 of /"+dc+" is inaccessible")
	r.must(r.host.SetDatastoreAccessible(dc, "LocalDS_0", true))
	r.says(r.step("plan, it is back", 0, "plan", "-detailed-exitcode"), "No changes.")

	text, err := r.host.ReadFile(dc, at)
	r.must(err)
	r.must(r.host.RemoveFile(dc, at))
	r.says(r.step("plan, a file vanished", 2, "plan", "-detailed-exitcode"), "0 to add, 0 to change, 1 to destroy.",
		"is not in for_each map", `on_destroy = "keep" -> null`)
	r.must(r.host.WriteFile(dc, at, text))
	if r.count() != n {
		t.Errorf("%d are registered, not %d", r.count(), n)
	}

	// Somebody unregisters one VM, and registers another again behind our back.
	r.must(r.host.Unregister(t.Context(), dc, at))
	r.says(r.step("plan, one was unregistered", 2, "plan", "-detailed-exitcode"), "1 to add, 0 to change, 0 to destroy.")
	r.somebody(dc, at)
	out := r.step("apply, somebody registered it", 0, "apply", "-auto-approve")
	r.says(out, "Apply complete! Resources:", "0 changed, 0 destroyed.")
}

// destroy ends it twice: VMs are kept by default, and what create did is undone on
// request, which leaves alone what somebody else registered.
func (r *recovery) destroy(n int) {
	t := r.t
	somebodys := "DC3:[LocalDS_2] theirs/theirs.vmx"
	dc, at := split(somebodys)
	r.lay(dc, at, sim.VMX{})
	r.somebody(dc, at)
	r.says(r.step("apply, somebody's VM", 0, "apply", "-auto-approve"), "Apply complete! Resources: 1 added, 0 changed, 0 destroyed.")
	r.says(r.step("destroy, which keeps", 0, "destroy", "-auto-approve"), fmt.Sprintf("Destroy complete! Resources: %d destroyed.", n+1))
	if r.count() != n || !r.registered(dc, at) {
		t.Errorf("%d are registered after a destroy that keeps, not %d", r.count(), n)
	}
	for _, vm := range r.vms[:n/2] {
		dc, at := split(vm)
		r.must(r.host.Unregister(t.Context(), dc, at))
	}
	r.file("undo.auto.tfvars", "on_destroy = null\n")
	r.says(r.step("apply, half were unregistered", 0, "apply", "-auto-approve"),
		fmt.Sprintf("Apply complete! Resources: %d added, 0 changed, 0 destroyed.", n+1))
	r.says(r.step("destroy, which undoes", 0, "destroy", "-auto-approve"), "Destroy complete!")
	if r.count() != n-n/2 || !r.registered(dc, at) {
		t.Errorf("%d are registered after a destroy that undoes what create did, not %d", r.count(), n-n/2)
	}
	r.must(r.host.Unregister(t.Context(), dc, at))
	_, file, _ := strings.Cut(at, "] ")
	r.must(r.host.RemoveFile(dc, "[LocalDS_2] "+path.Dir(file)))
}
