// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"sync"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/vim25/types"
)

// pages keeps what is left of answers that come page by page. Each page is given once, to the session that began.
type pages struct {
	mu   sync.Mutex
	left map[string][]types.ObjectContent
}

// begin gives the first page and the token of the next.
func (p *pages) begin(session string, objects []types.ObjectContent, size int) ([]types.ObjectContent, string) {
	token := uuid.NewString()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == nil {
		p.left = map[string][]types.ObjectContent{}
	}
	p.left[session+token] = objects[size:]
	return objects[:size], token
}

// next gives a page, and the token of the one after it if there is one.
func (p *pages) next(session, token string, size int) ([]types.ObjectContent, string, bool) {
	p.mu.Lock()
	left, ok := p.left[session+token]
	delete(p.left, session+token)
	p.mu.Unlock()
	if !ok || len(left) <= size {
		return left, "", ok
	}
	objects, after := p.begin(session, left, size)
	return objects, after, true
}
