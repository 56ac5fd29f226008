// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// ValidateCredentialsInGuest checks a login.
func (m *guestAuth) ValidateCredentialsInGuest(ctx *simulator.Context, r *types.ValidateCredentialsInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.ValidateCredentialsInGuestBody{}
	if _, _, body.Fault_ = m.h.enterGuest(ctx, r.Vm, r.Auth); body.Fault_ == nil {
		body.Res = &types.ValidateCredentialsInGuestResponse{}
	}
	return body
}

// AcquireCredentialsInGuest gives a ticket for a password. There is no SSPI.
func (m *guestAuth) AcquireCredentialsInGuest(ctx *simulator.Context, r *types.AcquireCredentialsInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.AcquireCredentialsInGuestBody{}
	g, fault := m.h.guestVM(ctx, r.Vm)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	a, ok := r.RequestedAuth.(*types.NamePasswordAuthentication)
	if !ok {
		body.Fault_ = faultOf(guestos.ErrNotSupported)
		return body
	}
	ticket, err := g.AcquireTicket(a.Username, a.Password, a.InteractiveSession)
	if body.Fault_ = faultOf(err); body.Fault_ == nil {
		body.Res = &types.AcquireCredentialsInGuestResponse{Returnval: &types.TicketedSessionAuthentication{
			GuestAuthentication: types.GuestAuthentication{InteractiveSession: a.InteractiveSession}, Ticket: ticket,
		}}
	}
	return body
}

// ReleaseCredentialsInGuest makes a ticket void.
func (m *guestAuth) ReleaseCredentialsInGuest(ctx *simulator.Context, r *types.ReleaseCredentialsInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.ReleaseCredentialsInGuestBody{}
	g, fault := m.h.guestVM(ctx, r.Vm)
	if fault != nil {
		body.Fault_ = soapFaultOf(fault)
		return body
	}
	a, ok := r.Auth.(*types.TicketedSessionAuthentication)
	if !ok {
		body.Fault_ = soapFaultOf(&types.InvalidArgument{InvalidProperty: "auth"})
		return body
	}
	if body.Fault_ = faultOf(g.ReleaseTicket(a.Ticket)); body.Fault_ == nil {
		body.Res = &types.ReleaseCredentialsInGuestResponse{}
	}
	return body
}
