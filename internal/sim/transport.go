// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// traffic counts what passes the HTTP front.
type traffic struct {
	active sync.WaitGroup

	mu       sync.Mutex
	requests map[string]int
	total    int
	bytesOut int64
	conns    int
}

func (t *traffic) count(method string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.requests == nil {
		t.requests = map[string]int{}
	}
	t.requests[method]++
	t.total++
}

func (t *traffic) sent(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytesOut += int64(n)
}

func (t *traffic) connState(_ net.Conn, s http.ConnState) {
	if s == http.StateNew {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.conns++
	}
}

// Requests returns how often each method was called since the start or the last ResetRequests, by SOAP name;
// requests for files count as "HTTP GET" and so on.
func (h *Host) Requests() map[string]int {
	h.traffic.mu.Lock()
	defer h.traffic.mu.Unlock()
	return maps.Clone(h.traffic.requests)
}

// RequestCount returns the sum of Requests.
func (h *Host) RequestCount() int {
	h.traffic.mu.Lock()
	defer h.traffic.mu.Unlock()
	return h.traffic.total
}

// BytesOut returns how many bytes of answers were sent.
func (h *Host) BytesOut() int64 {
	h.traffic.mu.Lock()
	defer h.traffic.mu.Unlock()
	return h.traffic.bytesOut
}

// Connections returns how many connections clients have opened.
func (h *Host) Connections() int {
	h.traffic.mu.Lock()
	defer h.traffic.mu.Unlock()
	return h.traffic.conns
}

// ResetRequests sets all counters to zero.
func (h *Host) ResetRequests() {
	h.traffic.mu.Lock()
	defer h.traffic.mu.Unlock()
	h.traffic.requests, h.traffic.total, h.traffic.bytesOut, h.traffic.conns = nil, 0, 0, 0
}

// OnRequest sets a function that is called with every request before it is answered; nil removes it. It may block,
// which holds up that request only.
func (h *Host) OnRequest(f func(method string, body []byte)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onRequest = f
}

func (h *Host) handler() http.Handler { return h.front(h.model.Service.ServeMux) }

// front counts what passes and does to it what a test has ordered.
func (h *Host) front(to http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.traffic.active.Add(1)
		defer h.traffic.active.Done()
		method, body := "HTTP "+r.Method, []byte(nil)
		if strings.HasPrefix(r.URL.Path, "/sdk") && r.Method == http.MethodPost {
			var err error
			if body, err = io.ReadAll(r.Body); err != nil {
				return
			}
			method = soapMethod(body)
			r.Body = io.NopCloser(bytes.NewReader(saidPermissions(method, body)))
		}
		h.traffic.count(method)
		h.mu.Lock()
		hook := h.onRequest
		h.mu.Unlock()
		if hook != nil {
			hook(method, body)
		}
		pause(r.Context(), h.opts.Latency)
		h.answer(w, r, method, body, to)
	})
}

// answer lets the simulator answer a request, with the faults that a test has ordered.
func (h *Host) answer(w http.ResponseWriter, r *http.Request, method string, body []byte, to http.Handler) {
	user := h.userOf(r)
	if h.opts.EmptyWhenExpired && user == "" && method == "RetrievePropertiesEx" && expired(r) {
		n, _ := io.WriteString(w, emptyAnswer)
		h.traffic.sent(n)
		return
	}
	if h.unknownMethod(method) {
		h.refuseMethod(w, method)
		return
	}
	f := h.takeFault(method, user, false)
	if f != nil {
		pause(r.Context(), f.Delay)
		if f.first() {
			fail(w, f)
			return
		}
		if f.Task != nil && user != "" {
			h.failingTask(w, method, body, user, f.Task)
			return
		}
	}
	out := &recorder{h: h, w: w, method: method, user: user}
	if body != nil {
		done := h.waits.watch(r, method, body)
		defer done()
	} else {
		out.plain = true
	}
	if f == nil {
		to.ServeHTTP(out, r)
		return
	}
	if f.After {
		out.withheld = f
	}
	if f.Bytes > 0 {
		out.cut, out.left = true, f.Bytes
		r.Body = io.NopCloser(&cutReader{r.Body, f.Bytes})
	}
	to.ServeHTTP(out, r)
	if f.After {
		if f.Hang {
			select {
			case <-r.Context().Done():
			case <-h.quit:
			}
		}
		fail(w, f)
	}
}

// expired reports that a request carries a session, which its host does not know.
func expired(r *http.Request) bool {
	_, err := r.Cookie(soap.SessionCookieName)
	return err == nil
}

// emptyAnswer is a read that matches nothing, as vSphere writes it.
const emptyAnswer = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>` +
	`<RetrievePropertiesExResponse xmlns="urn:vim25"></RetrievePropertiesExResponse></soapenv:Body></soapenv:Envelope>`

func fail(w http.ResponseWriter, f *Fault) {
	if f.Status != 0 && !f.Cut {
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
		return
	}
	panic(http.ErrAbortHandler)
}

// failingTask answers with a task that does nothing but fail.
func (h *Host) failingTask(w http.ResponseWriter, method string, body []byte, user string, fault types.BaseMethodFault) {
	ref := h.startTask(h.contextAs(user), soapThis(body), method, "", doNothing(fault))
	text := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><%[1]sResponse xmlns="urn:vim25">`+
		`<returnval type="Task">%[2]s</returnval></%[1]sResponse></soapenv:Body></soapenv:Envelope>`, method, ref.Value)
	n, _ := io.WriteString(w, text) //nolint:gosec // SOAP, with names that the simulator made
	h.traffic.sent(n)
}

// userOf returns the name of the user whose session a request carries, empty without a session.
func (h *Host) userOf(r *http.Request) string {
	c, err := r.Cookie(soap.SessionCookieName)
	if err != nil {
		return ""
	}
	for _, s := range h.sessionList() {
		if s.Key == c.Value {
			return s.UserName
		}
	}
	return ""
}

// recorder passes an answer on and mends what the simulator writes: the user of a task, the texts of faults.
type recorder struct {
	h        *Host
	w        http.ResponseWriter
	method   string
	user     string
	status   int
	plain    bool   // a file: passed on as it is
	withheld *Fault // the answer is thrown away
	left     int64  // bytes of a file until the connection is cut
	cut      bool   // it will be
}

// Header implements http.ResponseWriter.
func (o *recorder) Header() http.Header { return o.w.Header() }

// WriteHeader implements http.ResponseWriter.
func (o *recorder) WriteHeader(status int) {
	o.status = status
	if o.withheld == nil && status != http.StatusOK {
		o.w.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter. The simulator writes each SOAP answer in one piece.
func (o *recorder) Write(p []byte) (int, error) {
	text := p
	if !o.plain {
		text = o.mend(p)
	}
	if o.withheld != nil {
		return len(p), nil
	}
	if o.cut && int64(len(text)) >= o.left {
		n, _ := o.w.Write(text[:o.left]) // the last of it
		o.left = 0
		return n, io.ErrClosedPipe
	}
	o.left -= int64(len(text))
	o.h.traffic.sent(len(text))
	if _, err := o.w.Write(text); err != nil {
		return 0, err
	}
	return len(p), nil
}

// cutReader is a body whose connection is cut after some bytes.
type cutReader struct {
	from io.Reader
	left int64
}

func (c *cutReader) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.from.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

func (o *recorder) mend(p []byte) []byte {
	if o.h.opts.Bare {
		return p
	}
	if o.status == http.StatusInternalServerError {
		if kind := between(p, `xsi:type="`, `"`); kind != "" {
			p = bytes.Replace(p, []byte("<faultstring></faultstring>"), []byte("<faultstring>"+textOf(kind)+"</faultstring>"), 1)
		}
		return p
	}
	if task := between(p[:min(len(p), 1024)], `<returnval type="Task">`, `<`); task != "" {
		o.h.adoptTask(task, o.user)
	}
	const crude = "<localizedMessage>*types."
	for bytes.Contains(p, []byte(crude)) {
		kind := between(p, crude, "<")
		p = bytes.Replace(p, []byte(crude+kind), []byte("<localizedMessage>"+textOf(kind)), 1)
	}
	return p
}

func doNothing(fault types.BaseMethodFault) work {
	return func(*simulator.Context) (types.AnyType, types.BaseMethodFault) { return nil, fault }
}
