// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux

package provider_test

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// change is what an apply is doing when it is interrupted.
type change struct {
	name, method string
	from, to     string // the configuration before and after
	power        string // the VM's power state before it
	// task is set where the host answers before it has done it.
	task bool
	// wanted is what the host must have in the end.
	registered bool
	vmName     string
	// powerOns is how often the VM has been powered on, and clones how often cloned, in the end; snapshots is how many it has.
	powerOns, clones, snapshots int
}

const (
	renames = `
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
  name     = "renamed"
}
`
	powersOn = `
resource "vix_power" "web" {
  vm_id = vix_registration.web.id
  state = "on"
}
`
	takesSnapshot = `
resource "vix_snapshot" "base" {
  vm_id = vix_registration.web.id
  name  = "base"
}
`
	clones = `
resource "vix_clone" "test" {
  vm_id = vix_registration.web.id
  name  = "test"
}
`
	registersToPowerOff = `
resource "vix_registration" "web" {
  vmx_path             = "[LocalDS_0] web/web.vmx"
  power_off_on_destroy = "hard"
}
`
)

var changes = []change{
	{name: "create", method: "RegisterVM_Task", to: registers, task: true, registered: true},
	{name: "update", method: "Rename_Task", from: registers, to: renames, task: true, registered: true, vmName: "renamed"},
	{name: "delete", method: "UnregisterVM", from: registers},
	{
		name: "power on", method: "PowerOnMultiVM_Task", from: registers, to: registers + powersOn, task: true, registered: true,
		powerOns: 1,
	},
	{
		name: "snapshot", method: "CreateSnapshot_Task", from: registers, to: registers + takesSnapshot, task: true, registered: true,
		snapshots: 1,
	},
	{
		name: "snapshot removed", method: "RemoveSnapshot_Task", from: registers + takesSnapshot, to: registers, task: true,
		registered: true,
	},
	{name: "clone", method: "CloneVM_Task", from: registers, to: registers + clones, task: true, registered: true, clones: 1},
	{name: "delete, powering off", method: "PowerOffVM_Task", from: registersToPowerOff, power: "poweredOn", task: true},
}

// row is a change and the moment at which it is interrupted.
type row struct {
	change
	step string
}

func (r row) cell(interrupt string) string {
	return strings.Join([]string{r.name, r.step, interrupt}, "/")
}

// rows are every change at every step, and the one step that only a create has.
func rows() []row {
	var all []row
	for i, c := range changes {
		for _, step := range []string{"before the task", "task running", "task done, state not saved"} {
			all = append(all, row{c, step})
		}
		if i == 0 {
			c.to = registersAndActs
			all = append(all, row{c, afterCreate})
		}
	}
	return all
}

// interrupt is a way to interrupt a change.
type interrupt struct {
	name string
	// abrupt is set where terraform ends although an action goes on.
	abrupt bool
	do     func(t *testing.T, terraform, provider int)
}

var interrupts = []interrupt{
	{"SIGINT once", false, func(_ *testing.T, terraform, _ int) { _ = syscall.Kill(-terraform, syscall.SIGINT) }},
	{"SIGINT twice", true, func(_ *testing.T, terraform, _ int) {
		_ = syscall.Kill(-terraform, syscall.SIGINT)
		time.Sleep(100 * time.Millisecond)
		_ = syscall.Kill(-terraform, syscall.SIGINT)
	}},
	{"SIGKILL of terraform", true, func(_ *testing.T, terraform, _ int) { _ = syscall.Kill(terraform, syscall.SIGKILL) }},
	{"SIGKILL of the provider", false, func(t *testing.T, _, provider int) {
		if provider == 0 {
			t.Error("there is no provider to kill")
			return
		}
		_ = syscall.Kill(provider, syscall.SIGKILL)
	}},
}

// TestInterruptionMatrix interrupts every change at every step in every way. A
// plain apply afterwards ends with what is wanted. One cell of each four, and every
// one during after_create, is tried once, unless INTERRUPTION_RUNS says how often each is to be.
func TestInterruptionMatrix(t *testing.T) {
	runs, err := strconv.Atoi(cmp.Or(os.Getenv("INTERRUPTION_RUNS"), "0"))
	must(t, err)
	without := withoutActionsInState(t)
	var mu sync.Mutex
	good := map[string]int{}
	t.Run("cells", func(t *testing.T) {
		for i, r := range rows() {
			for k, way := range interrupts {
				if runs == 0 && r.step != afterCreate && (i+k)%4 != 0 {
					continue // a sample: each change and each way at least twice
				}
				if r.step == afterCreate && without != "" {
					continue
				}
				cell := r.cell(way.name)
				for range max(runs, 1) {
					t.Run(cell, func(t *testing.T) {
						a := interrupted(t, r, way)
						// Only a provider that is killed cannot log out.
						if n := a.Host.Sessions(); n != 0 && way.name != "SIGKILL of the provider" {
							t.Errorf("%d sessions are left", n)
						}
						if !t.Failed() {
							mu.Lock()
							defer mu.Unlock()
							good[cell]++
						}
					})
				}
			}
		}
	})
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	head := "change\tstep"
	for _, way := range interrupts {
		head += "\t" + way.name
	}
	_, _ = fmt.Fprintln(out, head)
	total := 0
	for _, r := range rows() {
		line := r.name + "\t" + r.step
		for _, way := range interrupts {
			if r.step == afterCreate && without != "" {
				line += "\t-"
				continue
			}
			n := good[r.cell(way.name)]
			line += fmt.Sprintf("\t%d", n)
			total += n
		}
		_, _ = fmt.Fprintln(out, line)
	}
	_ = out.Flush()
	if without != "" {
		table.WriteString("-: not tried: " + without + "\n")
	}
	t.Logf("how often each cell ended right, of %d tries each cell that is tried\n%s%d interruptions ended right; "+
		"in %d of them Terraform itself left an empty state file, and its backup was put back; "+
		"%d of those during after_create left a registered VM that no state had",
		max(runs, 1), table.String(), total, emptied.Load(), unfinished.Load())
}
