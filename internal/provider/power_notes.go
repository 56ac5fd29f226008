// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// powerNotes remember in which state a VM was found by a vix_power that has not come into a state
// yet: what the first try has changed, the next one finds changed.
type powerNotes struct{ notes }

// powerNote is one of them.
type powerNote struct {
	Server   string         `json:"server"`
	VMID     string         `json:"vm_id"`
	Previous vix.PowerState `json:"previous"`
}

func newPowerNotes() powerNotes { return powerNotes{newNotes("vix-power")} }

// previous is the state that an earlier try has found; empty if there was none.
func (n powerNotes) previous(server, vmID string) vix.PowerState {
	noted, err := read[powerNote](n.fileOf(server, vmID))
	if err != nil || noted.Server != server || noted.VMID != vmID {
		return ""
	}
	return noted.Previous
}

// begin notes the state that a try has found, unless an earlier one has.
func (n powerNotes) begin(ctx context.Context, server, vmID string, found vix.PowerState) {
	if !n.usable() || n.previous(server, vmID) != "" {
		return
	}
	if err := n.write(n.fileOf(server, vmID), powerNote{Server: server, VMID: vmID, Previous: found}); err != nil {
		tflog.Warn(ctx, "cannot note the power state that was found", map[string]any{"error": err.Error()})
	}
}

// end forgets it: a state has it.
func (n powerNotes) end(ctx context.Context, server, vmID string) {
	if err := os.Remove(n.fileOf(server, vmID)); err != nil && !os.IsNotExist(err) {
		tflog.Warn(ctx, "cannot forget the power state that was found", map[string]any{"error": err.Error()})
	}
}
