// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// CheckPower implements vix.Power. It changes nothing.
func (h *host) CheckPower(ctx context.Context, handle vix.Handle, order vix.PowerOrder) error {
	what := wire.To(orderNames[order.Op], "the VM "+handle.ID)
	r, err := h.lately(ctx, what, handle, &h.Powers)
	if err != nil {
		return err
	}
	p, err := h.powering(ctx, r, order)
	if err != nil {
		return err
	}
	needs := p.privileges()
	if len(needs) == 0 {
		return nil
	}
	if order.Op == vix.PowerOpSuspend && order.Mode != vix.PowerHard && p.was.StaysOnInStandby {
		return staysOn(p.what)
	}
	return h.mayDo(ctx, p.what, p.vm, needs...)
}

// privileges are what carrying out the order needs on the VM; none where it is carried out already.
func (p *powering) privileges() []string {
	if p.order.Op != vix.PowerOpReset && p.order.Aim() == p.was.PowerState {
		return nil
	}
	var needs []string
	switch p.order.Op {
	case vix.PowerOpOn:
		needs = []string{privilegePowerOn}
	case vix.PowerOpOff:
		needs = []string{privilegePowerOff}
		if p.was.PowerState == vix.Suspended {
			needs = append(needs, privilegePowerOn)
		}
	case vix.PowerOpSuspend:
		needs = []string{privilegeSuspend}
	case vix.PowerOpReset:
		needs = []string{privilegeReset}
	}
	if len(p.order.Answers) > 0 {
		needs = append(needs, privilegeAnswer)
	}
	return needs
}

// CheckAnswer implements vix.Power. It changes nothing.
func (h *host) CheckAnswer(ctx context.Context, handle vix.Handle) error {
	what := wire.To("answer", "the VM "+handle.ID)
	r, err := h.lately(ctx, what, handle, &h.Powers)
	if err != nil {
		return err
	}
	return h.mayDo(ctx, wire.To(what.Op, shown(r.Opened())), r.VM.Self, privilegeAnswer)
}
