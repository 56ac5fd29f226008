// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Many VMs are imported by identity, ten at a time as Terraform does, for what a refresh of them costs: neither grows with
// each of them. IMPORTS says how many.
func TestManyImportsAreAsFlatAsARefresh(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("IMPORTS"))
	if err != nil {
		n = 150
	}
	w := newSimWorld(t, sim.Options{VMs: n})
	objects := make([]*object, n)
	counts := map[string]int{}
	tenAtATime := func(what string, do func(i int)) {
		w.restart()
		w.configure(w.login(nil)).none(t)
		w.sim.ResetRequests()
		work := make(chan int)
		var hands sync.WaitGroup
		for range 10 {
			hands.Go(func() {
				for i := range work {
					do(i)
				}
			})
		}
		for i := range n {
			work <- i
		}
		close(work)
		hands.Wait()
		counts[what] = w.sim.RequestCount()
	}
	ids := make([]string, n)
	for i := range n {
		vm, err := w.sim.VM("DC0", fmt.Sprintf("[LocalDS_0] DC0_VM%d/DC0_VM%d.vmx", i, i))
		w.must(err)
		ids[i] = vm.Config.InstanceUuid
	}
	tenAtATime("import", func(i int) {
		o, diags := w.importing("", args{"server": w.sim.InstanceUUID(), "id": ids[i]})
		diags.none(t)
		objects[i] = o
	})
	tenAtATime("refresh", func(i int) {
		_, diags := w.read(objects[i])
		diags.none(t)
	})
	t.Logf("%d VMs: requests %v", n, counts)
	if most := 10 + n*3/10; counts["import"] > most || counts["refresh"] > most {
		t.Errorf("at most %d of each", most)
	}
}
