// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"net/url"

	"github.com/google/uuid"
	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// AddUser lets a further user log in. Users may do everything that Deny does not take from them.
func (h *Host) AddUser(name, password string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users[name] = password
}

func (h *Host) validLogin(r *types.Login) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	password, ok := h.users[r.UserName]
	return ok && r.UserName != "" && password == r.Password
}

// Client returns a client of its own that is logged in as the first user: somebody else who works on the host.
// Close logs it out.
func (h *Host) Client(ctx context.Context) (*govmomi.Client, error) {
	return h.ClientAs(ctx, h.opts.Username, h.opts.Password)
}

// ClientAs is Client for another user.
func (h *Host) ClientAs(ctx context.Context, name, password string) (*govmomi.Client, error) {
	u, err := url.Parse(h.URL())
	if err != nil {
		return nil, err
	}
	sc := soap.NewClient(u, false)
	if h.caFile != "" {
		if err := sc.SetRootCAs(h.caFile); err != nil {
			return nil, err
		}
	}
	vc, err := vim25.NewClient(ctx, sc)
	if err != nil {
		sc.CloseIdleConnections()
		return nil, err
	}
	c := &govmomi.Client{Client: vc, SessionManager: session.NewManager(vc)}
	if err := c.Login(ctx, url.UserPassword(name, password)); err != nil {
		sc.CloseIdleConnections()
		return nil, err
	}
	h.mu.Lock()
	h.clients = append(h.clients, c)
	h.mu.Unlock()
	return c, nil
}

// contextAs returns a context for work inside the process on behalf of a user.
func (h *Host) contextAs(user string) *simulator.Context {
	c := h.context()
	c.Session = &simulator.Session{
		UserSession: types.UserSession{Key: uuid.NewString(), UserName: user},
		Registry:    simulator.NewRegistry(),
		Map:         h.reg,
	}
	return c
}

func (h *Host) sessionList() []types.UserSession {
	// The simulator shows the list only through a session's view of the session manager.
	view, ok := h.contextAs("").Session.Get(h.reg.SessionManager().Self).(*simulator.SessionManager)
	if !ok {
		return nil
	}
	return view.SessionList
}

// Sessions returns how many sessions are logged in.
func (h *Host) Sessions() int { return len(h.sessionList()) }

// SessionKeys returns the keys of the sessions that are logged in, which are what the session cookies hold.
func (h *Host) SessionKeys() []string {
	var keys []string
	for _, s := range h.sessionList() {
		keys = append(keys, s.Key)
	}
	return keys
}

// ExpireSessions ends every session, as an idle timeout or a restart of the host does: the next call of each is
// answered with NotAuthenticated.
func (h *Host) ExpireSessions() {
	for _, key := range h.SessionKeys() {
		h.reg.SessionManager().TerminateSession(h.contextAs("root"), &types.TerminateSession{SessionId: []string{key}})
	}
}

// sessions corrects the SessionManager.
type sessions struct{ standIn }

// AcquireGenericServiceTicket remembers the ticket, so that a request for a file can be checked against it.
func (s *sessions) AcquireGenericServiceTicket(ctx *simulator.Context, r *types.AcquireGenericServiceTicket) soap.HasFault {
	s.enter(ctx)
	res := s.h.reg.SessionManager().AcquireGenericServiceTicket(r)
	if id := ticketOf(res); id != "" {
		s.h.mu.Lock()
		s.h.tickets[id] = true
		s.h.mu.Unlock()
	}
	return res
}
