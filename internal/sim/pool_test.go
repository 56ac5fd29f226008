// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/simulator"
)

// A pool's summary is its own, also beside another host of the process: the simulator's pools share one.
func TestPoolsHaveTheirOwnSummary(t *testing.T) {
	one, other := sit(t, Options{}), sit(t, Options{})
	refs := map[string]string{}
	for _, name := range []string{"gold", "silver"} {
		ref, err := one.AddPool("DC0", "DC0_C0", name)
		if err != nil {
			t.Fatal(err)
		}
		refs[ref] = name
	}
	if _, err := other.AddPool("DC0", "DC0_C0", "lead"); err != nil {
		t.Fatal(err)
	}
	if _, err := one.AddPool("DC0", "DC0_C0", "gold"); err == nil {
		t.Error("there are two pools of a name")
	}
	for ref, name := range refs {
		pool, ok := one.reg.Get(moref{Type: "ResourcePool", Value: ref}).(*simulator.ResourcePool)
		if !ok || pool.Name != name || pool.Summary.GetResourcePoolSummary().Name != name {
			t.Errorf("%s is %+v, want %s", ref, pool.Summary, name)
		}
	}
}
