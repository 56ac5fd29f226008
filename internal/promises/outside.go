// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package promises

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// Outside registers a VM as a user who is not Terraform.
func (w *World) Outside(ctx context.Context, user, datacenter, at string) error {
	id, err := w.Host.RegisterAs(ctx, user, datacenter, at)
	if err == nil {
		w.made[id] = &Workspace{Name: "somebody else"}
		for _, r := range w.Host.Registered() {
			if r.ManagedObjectID == id {
				w.others[id] = r
			}
		}
	}
	return err
}

// OutsideTurnsOn turns a VM on as a user who is not Terraform.
func (w *World) OutsideTurnsOn(datacenter, at string) error {
	for _, r := range w.Host.Registered() {
		if r.Path == at && r.PowerState != running && w.Host.SetPower(datacenter, at, running) == nil {
			w.turnedOn[r.ManagedObjectID] = true
			return nil
		}
	}
	return fmt.Errorf("%s is not there, or is on", at)
}

// OutsideUnregisters unregisters a VM as a user who is not Terraform.
func (w *World) OutsideUnregisters(ctx context.Context, datacenter, at string) error {
	before := w.Host.Registered()
	if err := w.Host.Unregister(ctx, datacenter, at); err != nil {
		return err
	}
	for _, r := range before {
		if strings.TrimPrefix(r.Datacenter, "/") == strings.TrimPrefix(datacenter, "/") && r.Path == at {
			w.takenOut[r.ManagedObjectID] = true
			delete(w.others, r.ManagedObjectID)
		}
	}
	return nil
}

// taken finds what somebody else has registered, maybe while the step went on, and what this step has unregistered. Only
// an address may do that whose configuration says that its VM is unregistered, and only with the file that it has.
func (w *World) taken(ws *Workspace, after map[string]sim.Registered, plan *Plan) []Finding {
	var found []Finding
	for id, r := range w.others {
		if _, ok := after[id]; ok {
			continue
		}
		delete(w.others, id)
		asked := func(c *Change) bool {
			return c.Before != nil && c.Action.takesOut() && w.explicit[ws][c.Address] && w.is(c.Before, r)
		}
		if !slices.ContainsFunc(plan.Changes, asked) {
			found = append(found, Finding{NotOurs, w.label(r) + ", which somebody else has registered, was unregistered"})
		}
	}
	return found
}

// unplugged finds the VMs that were off when a plan was made, that somebody has turned on since, and that are turned off
// and unregistered all the same.
func (w *World) unplugged(before []sim.Registered, after map[string]sim.Registered, plan *Plan) []Finding {
	var found []Finding
	for _, r := range before {
		off := func(p sim.Registered) bool { return p.ManagedObjectID == r.ManagedObjectID && p.PowerState != running }
		runs := r.PowerState == running || w.turnedOn[r.ManagedObjectID]
		_, ok := after[r.ManagedObjectID]
		if !ok && runs && !w.takenOut[r.ManagedObjectID] && slices.ContainsFunc(w.atPlan[plan], off) {
			found = append(found, Finding{Lost, w.label(r) + " was off when it was planned, and runs; its plug was pulled"})
		}
	}
	return found
}
