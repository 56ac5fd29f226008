// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
)

// wireFault is something that goes wrong between us and the host, at the moment
// when an operation makes the call that matters.
type wireFault struct {
	name string
	// inject makes it go wrong; what it gives puts things right. Unless lasts is
	// set that happens by itself after outage.
	inject func(w *faultWorld) (heal func())
	lasts  bool
	// plain needs a connection without TLS, so that the fault hits the request
	// rather than the handshake.
	plain bool
	// patience is the request_timeout, where it is not to be the usual one.
	patience time.Duration
	// reads and writes are the outcomes; unsent is set where the host never gets
	// the call.
	reads, writes string
	unsent        bool
	// voids ends the session, so that a call may arrive that is not executed.
	voids bool
	// needsSession leaves out connecting, which has none yet; needsSOAP what is no
	// call of the API.
	needsSession, needsSOAP bool
}

const (
	recovers   = "recovers"
	clearError = "clear error"
	notMeant   = "-"
	// outage is how long a fault that passes lasts.
	outage = 150 * time.Millisecond
	// stall is how long an answer that never comes is waited for. All that does come must come sooner, on a machine that
	// has other things to do, too.
	stall = 5 * time.Second
)

// wireFaults are the columns of the matrix.
var wireFaults = []wireFault{
	{name: "connection refused", inject: refuse, reads: recovers, writes: recovers, unsent: true},
	{name: "reset in handshake", inject: toxic("reset_peer", "upstream", `{"timeout":0}`), reads: recovers, writes: recovers, unsent: true},
	{name: "reset mid-request", inject: toxic("reset_peer", "upstream", `{"timeout":0}`), plain: true, reads: recovers, writes: clearError, unsent: true},
	{name: "reset mid-response", inject: toxic("reset_peer", "downstream", `{"timeout":0}`), plain: true, reads: recovers, writes: clearError},
	{name: "answer cut short", inject: toxic("limit_data", "downstream", `{"bytes":400}`), plain: true, reads: recovers, writes: clearError},
	{name: "headers cut short", inject: toxic("limit_data", "downstream", `{"bytes":60}`), plain: true, reads: recovers, writes: clearError},
	{name: "stalled answer", inject: toxic("timeout", "downstream", `{"timeout":0}`), plain: true, lasts: true, patience: stall, reads: clearError, writes: clearError},
	{name: "slow host", inject: toxic("latency", "downstream", `{"latency":60,"jitter":20}`), lasts: true, reads: recovers, writes: recovers},
	{name: "HTTP 500", inject: status(http.StatusInternalServerError, ""), reads: recovers, writes: clearError, unsent: true},
	{name: "HTTP 502", inject: status(http.StatusBadGateway, ""), reads: recovers, writes: clearError, unsent: true},
	{name: "HTTP 503", inject: status(http.StatusServiceUnavailable, ""), reads: recovers, writes: clearError, unsent: true},
	{name: "HTTP 500, SOAP fault", inject: soapFault, lasts: true, reads: clearError, writes: clearError, unsent: true, needsSOAP: true},
	{name: "HTTP 502, SOAP fault", inject: status(http.StatusBadGateway, faultBody), reads: recovers, writes: clearError, unsent: true},
	{name: "HTTP 503, SOAP fault", inject: status(http.StatusServiceUnavailable, faultBody), reads: recovers, writes: clearError, unsent: true},
	{name: "malformed SOAP", inject: status(http.StatusOK, "<Envelope><Body><oops></Body>"), lasts: true, reads: clearError, writes: clearError, unsent: true, needsSOAP: true},
	{name: "another certificate", inject: impostor, lasts: true, reads: clearError, writes: clearError, unsent: true},
	{name: "session expired", inject: expire, lasts: true, reads: recovers, writes: recovers, needsSession: true, voids: true},
	{name: "session terminated", inject: terminate, lasts: true, reads: recovers, writes: recovers, needsSession: true, voids: true},
	{name: "vCenter restarts", inject: restart, reads: recovers, writes: recovers, unsent: true, voids: true},
}

const faultBody = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">` +
	`<soapenv:Body><soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>no backend</faultstring></soapenv:Fault>` +
	`</soapenv:Body></soapenv:Envelope>`

func refuse(w *faultWorld) func() {
	w.stop()
	return func() { w.start() }
}

// toxic makes the proxy do something to what passes, on connections made from now on.
func toxic(kind, stream, attributes string) func(*faultWorld) func() {
	return func(w *faultWorld) func() {
		text := fmt.Sprintf(`{"name":"fault","type":%q,"stream":%q,"attributes":%s}`, kind, stream, attributes)
		if _, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
			w.t.Error(err)
		}
		if w.h != nil {
			w.h.Client.CloseIdleConnections()
		}
		return func() { w.proxy.Toxics.ResetToxics(context.Background()) }
	}
}

// status makes the host answer the call with an HTTP status, once.
func status(code int, body string) func(*faultWorld) func() {
	return func(w *faultWorld) func() {
		w.sim.Fault(sim.Fault{Method: w.op.key, Status: code, Body: body})
		return w.sim.ClearFaults
	}
}

func soapFault(w *faultWorld) func() {
	w.sim.Fault(sim.Fault{Method: w.op.key, SOAP: &types.HostCommunication{}})
	return w.sim.ClearFaults
}

func expire(w *faultWorld) func() {
	w.sim.ExpireSessions()
	return func() {}
}

// terminate ends the session as an administrator does.
func terminate(w *faultWorld) func() {
	admin, err := w.sim.Client(context.Background())
	if err != nil {
		w.t.Error(err)
		return func() {}
	}
	if err := admin.SessionManager.TerminateSession(context.Background(), []string{w.session}); err != nil {
		w.t.Error(err)
	}
	return func() {}
}

// restart takes the host away and brings it back without any session.
func restart(w *faultWorld) func() {
	w.stop()
	w.sim.ExpireSessions()
	return func() { w.start() }
}

// impostor lets somebody else answer at the host's address.
func impostor(w *faultWorld) func() {
	cert, _ := certificate(w.t, "127.0.0.1", time.Now().Add(time.Hour))
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		w.t.Error(err)
		return func() {}
	}
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.t.Errorf("%s was sent to an impostor", r.URL)
	}), ErrorLog: quietLog}
	go func() { _ = server.Serve(l) }()
	host := w.proxy.Upstream
	w.stop()
	w.proxy.Upstream = l.Addr().String()
	w.start()
	return func() {
		w.proxy.Stop()
		w.proxy.Upstream = host
		w.start()
		_ = server.Close()
	}
}

// stop ends every connection and refuses new ones. What is idle here is known to
// be dead before it is used: whether a call that met its end in a connection was
// carried out is what the resets ask.
func (w *faultWorld) stop() {
	w.proxy.Stop()
	if w.h != nil {
		w.h.Client.CloseIdleConnections()
	}
}

// start lets the proxy listen, where it listened before. What it has just closed there, the system may still have for a moment.
func (w *faultWorld) start() {
	err := w.proxy.Start()
	for range 500 {
		if !errors.Is(err, syscall.EADDRINUSE) {
			break
		}
		time.Sleep(10 * time.Millisecond)
		err = w.proxy.Start()
	}
	if err != nil {
		w.t.Error(err)
	}
}

// newProxy is a proxy in front of a host.
func newProxy(t *testing.T, s *sim.Host) *toxiproxy.Proxy {
	t.Helper()
	_, upstream, _ := strings.Cut(strings.TrimSuffix(s.URL(), "/sdk"), "://")
	if _, _, err := net.SplitHostPort(upstream); err != nil {
		t.Fatal(err)
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for {
		at := fmt.Sprintf("127.0.0.1:%d", proxyPort.Add(1))
		proxy := toxiproxy.NewProxy(server, "host", at, upstream)
		if err := proxy.Start(); err == nil {
			t.Cleanup(proxy.Stop)
			return proxy
		} else if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
}

// proxyPort is where the last proxy listens. A proxy that is stopped wants its port
// back: it must not be one that the system gives to others meanwhile, nor one that
// the same test takes which runs beside this one.
var proxyPort = func() *atomic.Int32 {
	var port atomic.Int32
	port.Store(20000 + int32(os.Getpid()%20)*600)
	return &port
}()
