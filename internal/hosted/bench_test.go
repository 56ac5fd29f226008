// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package hosted

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// hundred are a hundred VMs, of which five run.
func hundred(b *testing.B) (p *hostedsim.Product, paths []string) {
	b.Helper()
	p = hostedsim.New(b, hostedsim.Options{})
	for i := range 100 {
		m := p.AddVM(fmt.Sprintf("vm %03d", i), hostedsim.Spec{})
		if i%20 == 0 {
			m.Start()
		}
		paths = append(paths, m.Path())
	}
	return p, paths
}

// report tells how many processes an iteration started.
func report(b *testing.B, p *hostedsim.Product) {
	b.ReportMetric(float64(len(p.Calls()))/float64(b.N), "processes/op")
}

// BenchmarkOpenAHundred opens a hundred VMs with one connection, as a plan does.
func BenchmarkOpenAHundred(b *testing.B) {
	p, paths := hundred(b)
	for b.Loop() {
		h, err := Connect(vix.Workstation)(b.Context(), optionsFor(p, nil))
		if err != nil {
			b.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, path := range paths {
			wg.Go(func() {
				if _, err := h.Open(b.Context(), vix.Locator{Path: vix.Path{File: path}}); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
		if err := h.Disconnect(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	report(b, p)
}

// BenchmarkShellLoop is what people write: for each VM, is it in the list, and if so, what is its address?
func BenchmarkShellLoop(b *testing.B) {
	p, paths := hundred(b)
	const loop = `while read -r vmx; do
  if "$0" -T ws list | grep -qxF "$vmx"; then echo "$vmx: on, $("$0" -T ws getGuestIPAddress "$vmx")"; else echo "$vmx: off"; fi
done`
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "sh", "-c", loop, p.VMRun())
		cmd.Stdin = strings.NewReader(strings.Join(paths, "\n") + "\n")
		if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), ": o") != len(paths) {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	report(b, p)
}
