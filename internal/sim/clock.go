// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// A host has a clock of its own, which may be minutes or an hour away from the client's. All that it dates, tasks and
// events, is dated by that.

// now is the host's time.
func (h *Host) now() time.Time { return time.Now().Add(h.opts.ClockAhead) }

// service corrects ServiceInstance: the simulator's own tells this machine's time.
type service struct{ standIn }

// CurrentTime tells the host's time.
func (s *service) CurrentTime(ctx *simulator.Context, _ *types.CurrentTime) soap.HasFault {
	s.enter(ctx)
	return &methods.CurrentTimeBody{Res: &types.CurrentTimeResponse{Returnval: s.h.now()}}
}
