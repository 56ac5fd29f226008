// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// mediaType is that of everything vmrest takes and gives.
const mediaType = "application/vnd.vmware.vmw.rest-v1+json"

// VMRest is the stand-in for a vmrest that somebody started beside the product.
type VMRest struct {
	Username, Password string // what it wants

	p      *Product
	server *httptest.Server

	library  sync.Mutex // while it is changed
	mu       sync.Mutex
	requests []Request
	faults   []RESTFault
	spell    func(string) string
	under    int // requests that are being answered
	parallel int // requests that came while another one was being answered
}

// Request is one that was answered.
type Request struct {
	Method, Path       string // the path without /api
	Status             int
	Username, Password string // of the login that it had
}

// RESTFault is an answer in place of the right one.
type RESTFault struct {
	Method, Path string // "" for each; the path without /api
	Skip         int    // so many requests pass first
	Times        int    // 0 for all that follow
	Status       int
	Body         string
	Drop         bool // the line is cut instead
	Late         bool // after what was asked for is done
	Delay        time.Duration
}

// VMRest starts one. It is reached by URL, until Close or the end of the test.
func (p *Product) VMRest() *VMRest {
	v := &VMRest{Username: "vmrest", Password: "Vmrest-Passw0rd!", p: p, spell: func(s string) string { return s }}
	v.server = httptest.NewServer(v)
	if t, ok := p.t.(interface{ Cleanup(func()) }); ok {
		t.Cleanup(v.server.Close)
	}
	return v
}

// URL is its address: what vmrest_url is in a configuration.
func (v *VMRest) URL() string { return v.server.URL }

// Close ends it; what asks later is refused.
func (v *VMRest) Close() { v.server.Close() }

// Fault adds a fault.
func (v *VMRest) Fault(f RESTFault) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = append(v.faults, f)
}

// Spell makes answers spell paths in another way.
func (v *VMRest) Spell(spell func(string) string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.spell = spell
}

// Requests are all that were answered, in order.
func (v *VMRest) Requests() []Request {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.requests)
}

// Count is how many requests there were of a method and a path; "" is any.
func (v *VMRest) Count(method, path string) int {
	n := 0
	for _, r := range v.Requests() {
		if (method == "" || r.Method == method) && (path == "" || r.Path == path) {
			n++
		}
	}
	return n
}

// Parallel is how many requests came while another one was being answered, which vmrest does not stand.
func (v *VMRest) Parallel() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.parallel
}

// Under is how many requests are being answered.
func (v *VMRest) Under() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.under
}

// Violations are the requests that change or delete VMs, which nothing but a person should send.
func (v *VMRest) Violations() []Request {
	return slices.DeleteFunc(v.Requests(), func(r Request) bool {
		return r.Method == http.MethodGet || r.Method == http.MethodPost && r.Path == "/vms/registration"
	})
}

// ServeHTTP implements http.Handler.
func (v *VMRest) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	alone := v.enter()
	defer v.leave()
	status := &recorder{ResponseWriter: w}
	fault, hit := v.faultOf(r.Method, path)
	if hit && fault.Delay > 0 {
		select {
		case <-r.Context().Done():
		case <-time.After(fault.Delay):
		}
	}
	switch {
	case hit && fault.Late:
		v.answer(&recorder{ResponseWriter: httptest.NewRecorder()}, r, path, alone)
		v.strike(status, fault)
	case hit && (fault.Status != 0 || fault.Drop):
		v.strike(status, fault)
	default:
		v.answer(status, r, path, alone)
	}
	user, password, _ := r.BasicAuth()
	v.mu.Lock()
	v.requests = append(v.requests, Request{Method: r.Method, Path: path, Status: status.status, Username: user, Password: password})
	v.mu.Unlock()
	if hit && fault.Drop {
		panic(http.ErrAbortHandler)
	}
}

func (v *VMRest) enter() (alone bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.under++
	if v.under > 1 {
		v.parallel++
	}
	return v.under == 1
}

func (v *VMRest) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.under--
}

// faultOf is the first fault that is about a request and whose turn it is.
func (v *VMRest) faultOf(method, path string) (RESTFault, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range v.faults {
		f := &v.faults[i]
		if f.Method != "" && f.Method != method || f.Path != "" && f.Path != path || f.Times < 0 {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		hit := *f
		if f.Times == 1 {
			f.Times = -1
		} else if f.Times > 1 {
			f.Times--
		}
		return hit, true
	}
	return RESTFault{}, false
}

func (v *VMRest) strike(w *recorder, f RESTFault) {
	if f.Drop {
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body)) // whoever asked may be gone
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
