// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"sync"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// terraformsParallelism is how many operations Terraform runs at a time.
const terraformsParallelism = 10

// inventory starts a host with v VMs, spread over d datacenters whose datastores
// all have one name: the hardest case for a path, which names no datacenter.
func inventory(t testing.TB, v, d int, change ...func(*sim.Options)) *sim.Host {
	t.Helper()
	options := sim.Options{Datacenters: d, VMs: v / d, PlainHTTP: true}
	for _, f := range change {
		f(&options)
	}
	return simulated(t, options)
}

// inventoryPaths are the paths of n of the VMs that inventory makes, from all
// datacenters in turn. There may be fewer VMs than n; then they repeat.
func inventoryPaths(t testing.TB, n, v, d int) []vix.Path {
	t.Helper()
	out := make([]vix.Path, n)
	for i := range out {
		name := fmt.Sprintf("DC%d_VM%d", i%d, (i/d)%(v/d))
		out[i] = pathOf(t, fmt.Sprintf("[LocalDS_0] %s/%s.vmx", name, name))
	}
	return out
}

// tenAtATime does something for each item, as Terraform would.
func tenAtATime[T any](items []T, do func(int, T)) {
	var workers sync.WaitGroup
	work := make(chan int)
	for range terraformsParallelism {
		workers.Go(func() {
			for i := range work {
				do(i, items[i])
			}
		})
	}
	for i := range items {
		work <- i
	}
	close(work)
	workers.Wait()
}
