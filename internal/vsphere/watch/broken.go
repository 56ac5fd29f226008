// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package watch

import (
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// breaks gives up what the host keeps, and all that wait if it broke too often. The
// session ended, or the line broke: tasks and VMs outlive both. Another watch is
// set up for them. What a call met says nothing to those who began to wait after it: the
// fault may be over.
func (w *Watch) breaks(there *kept, err error, upTo int) {
	w.line.Options.Log.DebugContext(w.line.Life, "watch broken", "waits", len(w.waiters), "error", wire.WithoutSession(err))
	w.giveUp(there)
	if w.line.Life.Err() != nil || w.broken == rewatch || wire.CertificateRefused(err) {
		w.broken = 0
		w.fail(err, upTo)
		return
	}
	if w.broken++; w.broken == 1 {
		return
	}
	rest := rewatchPause << w.broken
	w.settling = true
	w.call(func() func() {
		wire.Pause(w.line.Life, rest)
		return func() { w.settling = false }
	})
}

// fail tells all that wait, up to one of them, that there is no way to learn more.
func (w *Watch) fail(err error, upTo int) {
	for ref, waiters := range w.waiters {
		w.keep(ref, slices.DeleteFunc(slices.Clone(waiters), func(one *waiter) bool {
			if one.nth > upTo {
				return false
			}
			one.end <- err
			return true
		}))
	}
}
