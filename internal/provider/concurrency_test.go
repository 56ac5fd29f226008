// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

const crowd = 6

func crowdPath(i int) string { return fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i) }

// crowded is a host with several VMs that are not registered, and a configuration
// that registers them all.
func crowded(t *testing.T, arguments string) (*vixtest.Acceptance, string) {
	t.Helper()
	a := laidOut(t, sim.Options{})
	for i := range crowd {
		must(t, a.Host.WriteVM("DC0", crowdPath(i), sim.VMX{InstanceUUID: fmt.Sprintf("50201e5a-0000-4000-8000-00000000010%d", i)}))
	}
	return a, fmt.Sprintf(`
resource "vix_registration" "vm" {
  count    = %d
  vmx_path = "[LocalDS_0] vm${count.index}/vm${count.index}.vmx"
%s}
`, crowd, arguments)
}

// registered counts how many of the VMs are registered.
func registered(a *vixtest.Acceptance) int {
	n := 0
	for i := range crowd {
		if _, err := a.Host.VM("DC0", crowdPath(i)); err == nil {
			n++
		}
	}
	return n
}

// TestTwoRunsAgainstOneHost lets two configurations want the same VMs at the same
// time: each VM is one's, and the other says so.
func TestTwoRunsAgainstOneHost(t *testing.T) {
	a, config := crowded(t, "")
	before, err := a.Host.Files("DC0", "LocalDS_0")
	must(t, err)
	runs := []*workspace{newWorkspace(t, a, config), newWorkspace(t, a, config)}
	outputs := make([]string, len(runs))
	var both sync.WaitGroup
	for i, w := range runs {
		both.Go(func() {
			cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
			_ = cmd.Run()
			outputs[i] = out.String()
		})
	}
	both.Wait()
	if n := registered(a); n != crowd {
		t.Errorf("%d of %d VMs are registered", n, crowd)
	}
	owned := map[int]int{}
	for i, w := range runs {
		state := w.run(t, nil, "show", "-json")
		for vm := range crowd {
			if strings.Contains(state, fmt.Sprintf("50201e5a-0000-4000-8000-00000000010%d", vm)) {
				owned[vm]++
			}
		}
		for _, block := range strings.Split(outputs[i], "Error: ")[1:] {
			if !strings.Contains(block, "VIX_E_ALREADY_EXISTS") {
				t.Errorf("another error than that somebody has it: %s", block)
			}
		}
	}
	for vm := range crowd {
		if owned[vm] != 1 {
			t.Errorf("%s is in %d states", crowdPath(vm), owned[vm])
		}
	}
	for _, w := range runs {
		// To refresh, a destroy makes a whole plan first, which says again what the
		// other run has.
		w.run(t, nil, "destroy", "-no-color", "-auto-approve", "-refresh=false")
	}
	if n := registered(a); n != 0 {
		t.Errorf("%d VMs are registered after both destroys", n)
	}
	if after, err := a.Host.Files("DC0", "LocalDS_0"); err != nil || !maps.Equal(before, after) {
		t.Errorf("files before: %v, after: %v, %v", before, after, err)
	}
}

// human works on the VMs beside us until ctx ends.
func human(ctx context.Context, t *testing.T, a *vixtest.Acceptance, folder string) {
	client, err := a.Host.Client(ctx)
	if err != nil {
		t.Error(err)
		return
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := 0; ctx.Err() == nil; n++ {
		path := crowdPath(random.IntN(crowd))
		// Whatever fails was not to be done just then.
		switch random.IntN(4) {
		case 0:
			_, _ = a.Host.Register(ctx, "DC0", path)
		case 1:
			_ = a.Host.Unregister(ctx, "DC0", path)
		case 2:
			_ = a.Host.Rename(ctx, "DC0", path, fmt.Sprintf("by hand %d", n))
		case 3:
			if vm, err := a.Host.VM("DC0", path); err == nil {
				_, _ = methods.MoveIntoFolder_Task(ctx, client.Client, &types.MoveIntoFolder_Task{
					This: types.ManagedObjectReference{Type: "Folder", Value: folder}, List: []types.ManagedObjectReference{vm.Self},
				})
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(random.IntN(30)) * time.Millisecond):
		}
	}
}

// TestARunBesideAHuman applies while somebody registers, renames, moves and
// unregisters the same VMs. Every apply ends well or with errors that say what
// is the matter; when the other is gone, one apply puts everything right.
func TestARunBesideAHuman(t *testing.T) {
	a, config := crowded(t, `  if_registered = "adopt"
`)
	folder, err := a.Host.AddFolder("DC0", "by hand")
	must(t, err)
	names := func() map[string]bool {
		files, err := a.Host.Files("DC0", "LocalDS_0")
		must(t, err)
		out := map[string]bool{}
		for name := range files { // a rename writes a .vmx
			out[name] = true
		}
		return out
	}
	before := names()
	w := newWorkspace(t, a, config)
	ctx, cancel := context.WithCancel(t.Context())
	var other sync.WaitGroup
	other.Go(func() { human(ctx, t, a, folder) })
	for range 5 {
		cmd, out := w.command(nil, "apply", "-no-color", "-auto-approve")
		if err := cmd.Run(); err == nil {
			continue
		}
		text := out.String()
		blocks := strings.Split(text, "Error: ")[1:]
		for _, block := range blocks {
			// What a plan says comes true, or Terraform refuses to apply it.
			if !strings.Contains(block, "VIX_E_") && !strings.HasPrefix(block, "Provider produced inconsistent final plan") {
				t.Errorf("an error that is none of ours: %s", block)
			}
		}
		if len(blocks) == 0 || strings.Contains(text, "panic") || strings.Contains(text, "inconsistent result") {
			t.Errorf("it failed with\n%s", text)
		}
	}
	cancel()
	other.Wait()
	w.run(t, nil, "apply", "-no-color", "-auto-approve")
	if n := registered(a); n != crowd {
		t.Errorf("%d of %d VMs are registered", n, crowd)
	}
	w.run(t, nil, "plan", "-no-color", "-detailed-exitcode")
	if after := names(); !maps.Equal(before, after) {
		t.Errorf("files before: %v, after: %v", before, after)
	}
}
