// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"strings"
	"sync"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestGates keep what only reads from trying a login of the provider again that a guest has refused: a refresh of a hundred
// files would lock the account.
type guestGates struct {
	mu    sync.Mutex
	gates map[string]*guestGate
}

// guestGate is of the guest of a VM.
type guestGate struct {
	mu sync.Mutex
	// tried is that the login was tried, refused what came of that if it was refused.
	tried   bool
	refused error
}

// through asks a guest something by the provider's login. The first one goes alone; if the guest refuses the login, none
// follows, and all have its error.
func (g *guestGates) through(vmID string, ask func() error) error {
	g.mu.Lock()
	gate := g.gates[strings.ToLower(vmID)]
	if gate == nil {
		gate = new(guestGate)
		set(&g.gates, strings.ToLower(vmID), gate)
	}
	g.mu.Unlock()
	gate.mu.Lock()
	defer gate.mu.Unlock()
	if gate.refused != nil {
		return gate.refused
	}
	if gate.tried {
		gate.mu.Unlock()
		defer gate.mu.Lock()
		return ask()
	}
	err := ask()
	gate.tried = true
	if errors.Is(err, vix.ErrGuestLoginRefused) {
		gate.refused = err
	}
	return err
}
