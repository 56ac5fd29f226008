// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// Fault is something that goes wrong with a call. One field says what; Delay may stand beside any other.
type Fault struct {
	Method string // SOAP name such as "RegisterVM_Task"; "HTTP GET", "HTTP PUT", ... for files; "*" for any
	Skip   int    // calls that go well first
	Times  int    // calls that go wrong; 0 stands for one, a negative number for all until ClearFaults
	User   string // only calls of this user; empty for any

	SOAP   types.BaseMethodFault // the call itself fails
	Task   types.BaseMethodFault // the call returns a task, which fails without having done anything
	Cut    bool                  // the connection is cut instead of an answer
	Status int                   // the answer is this HTTP status
	Body   string                // with Status: and this body
	After  bool                  // with Cut or Status: only after the call was executed
	Bytes  int64                 // with Cut, of a guest's file: once so many bytes have passed
	Hang   bool                  // with After: and only when the client has gone
	Delay  time.Duration         // the call takes this much longer
}

// first reports a fault that leaves nothing of the call.
func (f *Fault) first() bool { return !f.After && f.Bytes == 0 && (f.Cut || f.Status != 0) }

// Fault adds a fault. Of several that match a call the one that was added first and is not used up counts.
func (h *Host) Fault(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, &f)
}

// ClearFaults removes every fault.
func (h *Host) ClearFaults() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = nil
}

// takeFault returns the fault for a call and counts it as used. SOAP faults are taken apart from the others: by the
// dispatcher, which knows how to write them, where the rest belongs to the HTTP front.
func (h *Host) takeFault(method, user string, soap bool) *Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.faults {
		if (f.SOAP != nil) != soap || f.Times == 0 || f.Method != "*" && f.Method != method || f.User != "" && f.User != user {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f
	}
	return nil
}

// pause waits, or returns early when the client has gone.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
