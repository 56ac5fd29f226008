// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vms

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// An id that has been read with the inventory waits for no company: in every such wait some of those who go
// together come apart. What the index has may be out of date, and is held against what the VM says.
func TestAnIDThatIsIndexedIsNotWaitedFor(t *testing.T) {
	s, v := world(t, sim.Options{VMs: 3})
	w, err := v.wholeInventory(t.Context(), time.Time{})
	must(t, err)
	waits := 0
	run := v.ids.batch.Run
	v.ids.batch.Run = func(ctx context.Context, ids []string) map[string]Answer[[]types.ManagedObjectReference] {
		waits++
		return run(ctx, ids)
	}
	var last string
	for id, refs := range w.byID {
		found, err := v.ByID(t.Context(), strings.ToUpper(id), &v.Reads, nil)
		if err != nil || len(found) != 1 || found[0].VM.Self != refs[0] {
			t.Errorf("%s: %+v, %v", id, found, err)
		}
		last = id
	}
	if waits != 0 || len(w.byID) == 0 {
		t.Errorf("%d ids were waited for %d times", len(w.byID), waits)
	}
	r, err := v.Reads.Get(t.Context(), w.byID[last][0])
	must(t, err)
	must(t, s.Unregister(t.Context(), "DC0", r.Path().String()))
	if found, err := v.ByID(t.Context(), last, &v.Reads, nil); err != nil || len(found) != 0 {
		t.Errorf("what is gone: %+v, %v", found, err)
	}
	if _, err := v.ByID(t.Context(), "52ffffff-0000-4000-8000-000000000000", &v.Reads, nil); err != nil || waits != 1 {
		t.Errorf("an id that no index has: %v after %d", err, waits)
	}
}
