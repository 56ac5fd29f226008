// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// transfers are the clients for the ESXi hosts that hand files of guests in and out.
type transfers struct {
	trust trust

	mu      sync.Mutex
	clients map[transferKey]*http.Transport
}

// Carrier is an ESXi host that files of guests go by way of, as its vCenter tells it; zero for the connection's own host.
type Carrier struct {
	// Thumbprint is of its certificate.
	Thumbprint string
	// Address is where it is, if its name cannot be resolved here.
	Address string
}

// transferKey is a host with its port, and what the vCenter tells of it.
type transferKey struct {
	host string
	Carrier
}

// TransferURL is a URL of a file transfer, with the host that is meant where it says "the one you asked".
func (l *Line) TransferURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("the host gave a URL for the file that is none") // it holds a token
	}
	if u.Hostname() == "*" {
		u.Host = l.Endpoint.Host
	}
	return u, nil
}

// Send puts size bytes to a URL that the host has given for one file. Who answers there shows the certificate
// that is told of the carrier, or one that is trusted as the connection's own is. Once it returns, content is not
// read any more.
func (l *Line) Send(ctx context.Context, u *url.URL, by Carrier, content io.Reader, size int64) error {
	lent := &loan{of: content}
	defer lent.end()
	response, err := l.transfer(ctx, http.MethodPut, u, by, lent, size)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// Fetch gets what a URL that the host has given for one file leads to. Reading is bounded like a call: it may
// take as long as it goes on.
func (l *Line) Fetch(ctx context.Context, u *url.URL, by Carrier) (io.ReadCloser, error) {
	response, err := l.transfer(ctx, http.MethodGet, u, by, http.NoBody, 0)
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

func (l *Line) transfer(
	ctx context.Context, method string, u *url.URL, by Carrier, content io.Reader, size int64,
) (_ *http.Response, err error) {
	begun := time.Now()
	defer func() { l.caller.tell(ctx, method+" guest file at "+u.Host, begun, err) }()
	ctx, guard := guarded(ctx, l.Options.RequestTimeout)
	defer func() {
		if err != nil {
			guard.stop()
		}
	}()
	if size == 0 {
		content = http.NoBody
	} else {
		content = guard.reader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), content)
	if err != nil {
		return nil, err
	}
	request.ContentLength = size
	request.Header.Set("User-Agent", l.Options.UserAgent)
	if method == http.MethodPut {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	// Unlike a client's, a transport's errors do not show the URL, whose token is as good as a password while it lasts.
	response, err := l.transfers.to(l.Client.DefaultTransport(), u.Host, by).RoundTrip(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		_ = response.Body.Close()
		return nil, statusError{status: response.StatusCode}
	}
	response.Body = guardedBody{guard.reader(response.Body), response.Body, guard}
	return response, nil
}

// to is the way to a host.
func (t *transfers) to(like *http.Transport, host string, by Carrier) *http.Transport {
	key := transferKey{host, by}
	t.mu.Lock()
	defer t.mu.Unlock()
	if client := t.clients[key]; client != nil {
		return client
	}
	client := like.Clone()
	client.TLSClientConfig = t.trust.orThumbprint(normalThumbprint(by.Thumbprint))
	if by.Address != "" {
		dial := client.DialContext
		client.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if _, port, err := net.SplitHostPort(address); err == nil && address == host { // else it is a proxy's
				address = net.JoinHostPort(by.Address, port)
			}
			return dial(ctx, network, address)
		}
	}
	if t.clients == nil {
		t.clients = map[transferKey]*http.Transport{}
	}
	t.clients[key] = client
	return client
}

func (t *transfers) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, client := range t.clients {
		client.CloseIdleConnections()
	}
}

// orThumbprint is t, and trusts the certificate of a thumbprint besides; none if that is empty.
func (t trust) orThumbprint(told string) *tls.Config {
	own := t.config()
	if told == "" || t.insecure && t.thumbprint == "" {
		return own
	}
	config := own.Clone()
	config.InsecureSkipVerify = true // it is verified below
	config.VerifyConnection = func(state tls.ConnectionState) error {
		leaf := state.PeerCertificates[0]
		if told == soap.ThumbprintSHA1(leaf) || told == soap.ThumbprintSHA256(leaf) {
			return nil
		}
		if t.thumbprint != "" {
			return own.VerifyConnection(state)
		}
		options := x509.VerifyOptions{DNSName: state.ServerName, Roots: t.roots, Intermediates: x509.NewCertPool()}
		for _, between := range state.PeerCertificates[1:] {
			options.Intermediates.AddCert(between)
		}
		if _, err := leaf.Verify(options); err != nil {
			return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
		}
		return nil
	}
	return config
}

// loan is content that a transport reads until it is given back: it would go on reading after it has returned, where the host
// answered before it had all of it.
type loan struct {
	of io.Reader

	mu    sync.Mutex
	ended bool
}

var errLoanEnded = errors.New("the transfer is over")

func (l *loan) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return 0, errLoanEnded
	}
	return l.of.Read(p)
}

// end waits for a read that is under way, and lets none follow.
func (l *loan) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

// guard ends a transfer that stands still.
type guard struct {
	limit time.Duration
	timer *time.Timer
	end   context.CancelCauseFunc
	why   func() error
}

func guarded(ctx context.Context, limit time.Duration) (context.Context, *guard) {
	ctx, end := context.WithCancelCause(ctx)
	return ctx, &guard{
		limit: limit, timer: time.AfterFunc(limit, func() { end(tooSlowError{limit}) }), end: end,
		why: func() error { return context.Cause(ctx) },
	}
}

func (g *guard) stop() {
	g.timer.Stop()
	g.end(nil)
}

// reader is one whose reads show that the transfer goes on.
func (g *guard) reader(r io.Reader) io.Reader { return guardedReader{g, r} }

type guardedReader struct {
	guard *guard
	io.Reader
}

func (r guardedReader) Read(p []byte) (int, error) {
	r.guard.timer.Reset(r.guard.limit)
	n, err := r.Reader.Read(p)
	if why := r.guard.why(); err != nil && !errors.Is(err, io.EOF) && why != nil {
		err = why
	}
	return n, err
}

type guardedBody struct {
	io.Reader
	body  io.Closer
	guard *guard
}

func (b guardedBody) Close() error {
	defer b.guard.stop()
	return b.body.Close()
}

// TransferFailed explains why a file did not get to or from a guest by way of a host.
func (l *Line) TransferFailed(step Step, host string, err error) error {
	if typed := certificateError(host, err); typed != nil {
		typed.Op, typed.Object = step.Op, step.Object
		typed.Reason = fmt.Sprintf("The file goes by way of the ESXi host %s, whose certificate is not the one that its vCenter tells, "+
			"and is not trusted otherwise. ", host) + typed.Reason
		return typed
	}
	e := &vix.Error{Op: step.Op, Object: step.Object, Cause: err}
	transportError(e, host, err)
	return e
}
