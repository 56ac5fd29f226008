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
}

const (
	renames = `
resource "vix_registration" "web" {
  vmx_path = "[LocalDS_0] web/web.vmx"
  name     = "renamed"
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
	{name: "delete, powering off", method: "PowerOffVM_Task", from: registersToPowerOff, power: "poweredOn", task: true},
}

// steps are the moments of a change at which it is interrupted.
var steps = []string{"before the task", "task running", "task done, state not saved"}

// interrupts are the ways to interrupt it.
var interrupts = []struct {
	name string
	do   func(t *testing.T, terraform, provider int)
}{
	{"SIGINT once", func(_ *testing.T, terraform, _ int) { _ = syscall.Kill(-terraform, syscall.SIGINT) }},
	{"SIGINT twice", func(_ *testing.T, terraform, _ int) {
		_ = syscall.Kill(-terraform, syscall.SIGINT)
		time.Sleep(100 * time.Millisecond)
		_ = syscall.Kill(-terraform, syscall.SIGINT)
	}},
	{"SIGKILL of terraform", func(_ *testing.T, terraform, _ int) { _ = syscall.Kill(terraform, syscall.SIGKILL) }},
	{"SIGKILL of the provider", func(t *testing.T, _, provider int) {
		if provider == 0 {
			t.Error("there is no provider to kill")
			return
		}
		_ = syscall.Kill(provider, syscall.SIGKILL)
	}},
}

// TestInterruptionMatrix interrupts every change at every step in every way. A
// plain apply afterwards ends with what is wanted. One cell of each four is
// tried, each once, unless INTERRUPTION_RUNS says how often each is to be.
func TestInterruptionMatrix(t *testing.T) {
	runs, err := strconv.Atoi(cmp.Or(os.Getenv("INTERRUPTION_RUNS"), "0"))
	must(t, err)
	var mu sync.Mutex
	good := map[string]int{}
	t.Run("cells", func(t *testing.T) {
		for i, c := range changes {
			for j, step := range steps {
				for k, interrupt := range interrupts {
					if runs == 0 && (i+j+k)%4 != 0 {
						continue // a sample: each change, each step and each way at least twice
					}
					cell := strings.Join([]string{c.name, step, interrupt.name}, "/")
					for range max(runs, 1) {
						t.Run(cell, func(t *testing.T) {
							a := interrupted(t, c, step, interrupt.do)
							// Only a provider that is killed cannot log out.
							if n := a.Host.Sessions(); n != 0 && interrupt.name != "SIGKILL of the provider" {
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
		}
	})
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	head := "change\tstep"
	for _, interrupt := range interrupts {
		head += "\t" + interrupt.name
	}
	_, _ = fmt.Fprintln(out, head)
	total := 0
	for _, c := range changes {
		for _, step := range steps {
			row := c.name + "\t" + step
			for _, interrupt := range interrupts {
				n := good[strings.Join([]string{c.name, step, interrupt.name}, "/")]
				row += fmt.Sprintf("\t%d", n)
				total += n
			}
			_, _ = fmt.Fprintln(out, row)
		}
	}
	_ = out.Flush()
	t.Logf("how often each cell ended right, of %d tries each cell that is tried\n%s%d interruptions ended right; in %d of them Terraform itself left an empty state file, and its backup was put back",
		max(runs, 1), table.String(), total, emptied.Load())
}
