// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"
	"sync"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// vmGrants is what the user lacks on VMs. What is asked for one VM is asked for all that were read
// so far, because a plan that checks one is going to check the others; an answer counts once.
type vmGrants struct {
	batch vms.Batch[missingGrant, bool]

	mu sync.Mutex
	// read is how often each VM was read, asked as of which reading a privilege was asked for.
	read  map[reference]int
	asked map[missingGrant]int
	// foreseen are the answers that nobody has taken yet: whether the user lacks it.
	foreseen map[missingGrant]bool
}

func newVMGrants() *vmGrants {
	return &vmGrants{read: map[reference]int{}, asked: map[missingGrant]int{}, foreseen: map[missingGrant]bool{}}
}

// see notes that VMs are read, which may be asked for.
func (g *vmGrants) see(refs []reference) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, ref := range refs {
		g.read[ref]++
	}
}

// take takes the answers that are there already, of the last reading of each VM, and gives the needs that have none.
func (g *vmGrants) take(needs []missingGrant, out map[missingGrant]vms.Answer[bool]) []missingGrant {
	g.mu.Lock()
	defer g.mu.Unlock()
	var rest []missingGrant
	for _, need := range needs {
		lacking, known := g.foreseen[need]
		delete(g.foreseen, need)
		if known && g.asked[need] == g.read[need.object] {
			out[need] = vms.Answer[bool]{Value: lacking}
			continue
		}
		rest = append(rest, need)
	}
	return rest
}

// company are the needs that are to be asked for with some: of the same privileges, of VMs that were
// read since they were asked for.
func (g *vmGrants) company(needs []missingGrant) []missingGrant {
	g.mu.Lock()
	defer g.mu.Unlock()
	var privileges []string
	for _, need := range needs {
		g.asked[need] = g.read[need.object]
		if !slices.Contains(privileges, need.privilege) {
			privileges = append(privileges, need.privilege)
		}
	}
	var more []missingGrant
	for vm, times := range g.read {
		for _, privilege := range privileges {
			need := missingGrant{vm, privilege}
			if g.asked[need] < times && len(more) < vms.Bulk {
				g.asked[need] = times
				more = append(more, need)
			}
		}
	}
	return more
}

// foresee keeps the answers that nobody has asked for yet.
func (g *vmGrants) foresee(needs []missingGrant, answers map[missingGrant]vms.Answer[bool]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, need := range needs {
		if a := answers[need]; a.Err == nil {
			g.foreseen[need] = a.Value
		}
	}
}

// mayDo is the error of privileges that the user lacks on a VM, nil if there are none.
func (h *host) mayDo(ctx context.Context, what wire.Step, vm reference, privileges ...string) error {
	var needs []missingGrant
	for _, privilege := range privileges {
		needs = append(needs, missingGrant{vm, privilege})
	}
	return h.granted(ctx, what, needs, map[reference]string{vm: what.Object})
}

// granted is the error of needs that the user lacks, nil if there are none. named says what their objects are.
func (h *host) granted(ctx context.Context, what wire.Step, needs []missingGrant, named map[reference]string) error {
	var missing []missingGrant
	replies := make([]vms.Reply[bool], len(needs))
	for i, need := range needs {
		replies[i] = h.vmGrants.batch.Ask(need)
	}
	for i, need := range needs {
		lacking, err := replies[i].Wait(ctx)
		if err != nil {
			return h.Failed(what, err)
		}
		if lacking {
			missing = append(missing, need)
		}
	}
	return h.lacks(what, missing, named)
}

// readVMGrants asks for privileges on VMs with one request. A VM that is gone lacks nothing: what
// is to be done with it says so.
func (h *host) readVMGrants(ctx context.Context, wanted []missingGrant) map[missingGrant]vms.Answer[bool] {
	out := map[missingGrant]vms.Answer[bool]{}
	if wanted = h.vmGrants.take(wanted, out); len(wanted) == 0 {
		return out
	}
	more := h.vmGrants.company(wanted)
	needs := slices.Concat(wanted, more)
	for {
		missing, err := h.missing(ctx, needs)
		var gone *types.ManagedObjectNotFound
		if as(err, &gone) && slices.ContainsFunc(needs, func(n missingGrant) bool { return n.object == gone.Obj }) {
			needs = slices.DeleteFunc(needs, func(n missingGrant) bool { return n.object == gone.Obj })
			continue
		}
		lacking := map[missingGrant]bool{}
		for _, need := range missing {
			lacking[need] = true
		}
		for _, need := range needs {
			out[need] = vms.Answer[bool]{Value: lacking[need], Err: err}
		}
		h.vmGrants.foresee(more, out)
		return out
	}
}
