// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// soapMethod returns the name of the first element in the body of an envelope. Decoding the whole request for that
// would cost more than many a call.
func soapMethod(body []byte) string {
	_, rest, ok := bytes.Cut(body, []byte("Body"))
	if !ok {
		return "unknown"
	}
	_, rest, ok = bytes.Cut(rest, []byte("<"))
	if !ok {
		return "unknown"
	}
	if i := bytes.IndexAny(rest, " />\n\r\t"); i >= 0 {
		rest = rest[:i]
	}
	if i := bytes.LastIndexByte(rest, ':'); i >= 0 {
		rest = rest[i+1:]
	}
	return string(rest)
}

// soapThis returns the object that a request calls.
func soapThis(body []byte) types.ManagedObjectReference {
	_, rest, _ := bytes.Cut(body, []byte("<_this"))
	return types.ManagedObjectReference{Type: between(rest, `type="`, `"`), Value: between(rest, ">", "<")}
}

func between(text []byte, from, to string) string {
	_, rest, ok := bytes.Cut(text, []byte(from))
	if !ok {
		return ""
	}
	found, _, ok := bytes.Cut(rest, []byte(to))
	if !ok {
		return ""
	}
	return string(found)
}

// waits ends waits for updates whose client has gone. The simulator would keep them for ever.
type waits struct {
	mu      sync.Mutex
	closed  bool
	pending map[string]map[*simulator.PropertyCollector]int
}

func waitKey(session, collector string) string { return session + " " + collector }

// begin notes a wait; the function it returns ends the note.
func (w *waits) begin(key string, pc *simulator.PropertyCollector) func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pending == nil {
		w.pending = map[string]map[*simulator.PropertyCollector]int{}
	}
	if w.pending[key] == nil {
		w.pending[key] = map[*simulator.PropertyCollector]int{}
	}
	w.pending[key][pc]++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.pending[key][pc]--; w.pending[key][pc] <= 0 {
			delete(w.pending[key], pc)
		}
		if len(w.pending[key]) == 0 {
			delete(w.pending, key)
		}
	}
}

func (w *waits) cancel(key string) {
	w.mu.Lock()
	var pcs []*simulator.PropertyCollector
	for pc := range w.pending[key] {
		pcs = append(pcs, pc)
	}
	w.mu.Unlock()
	for _, pc := range pcs {
		pc.CancelWaitForUpdates(&types.CancelWaitForUpdates{})
	}
}

// close ends every wait, and those that are about to begin.
func (w *waits) close() {
	w.mu.Lock()
	w.closed = true
	var keys []string
	for key := range w.pending {
		keys = append(keys, key)
	}
	w.mu.Unlock()
	for _, key := range keys {
		w.cancel(key)
	}
}

// watch ends the wait of a request when its client goes. It tries again until the request is over, because the
// wait may only be about to begin.
func (w *waits) watch(r *http.Request, method string, body []byte) func() {
	if method != "WaitForUpdatesEx" && method != "WaitForUpdates" {
		return func() {}
	}
	session := ""
	if c, err := r.Cookie(soap.SessionCookieName); err == nil {
		session = c.Value
	}
	key := waitKey(session, soapThis(body).Value)
	over, finish := context.WithCancel(context.Background())
	go func() {
		select {
		case <-over.Done():
			return
		case <-r.Context().Done():
		}
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		// A request's context ends with the request, too: then it is the next wait of the same collector
		// that would be cancelled.
		for over.Err() == nil {
			w.cancel(key)
			select {
			case <-over.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return finish
}
