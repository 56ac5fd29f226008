// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// simulated is a simulated host in a process of its own.
type simulated struct {
	URL      string `json:"url"`
	Username string `json:"username"`
	Password string `json:"password"`
	cmd      *exec.Cmd
	stdin    io.Closer
}

// startHost starts a host with v VMs and some that are not registered.
func (b *bench) startHost(ctx context.Context, v, datacenters, unregistered int) (*simulated, error) {
	cmd := exec.CommandContext(ctx, b.binary("host"), "-vms", strconv.Itoa(v/datacenters),
		"-datacenters", strconv.Itoa(datacenters), "-unregistered", strconv.Itoa(unregistered))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &simulated{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, s)
	}
	if err != nil {
		s.stop()
		return nil, fmt.Errorf("the simulated host: %w", err)
	}
	return s, nil
}

func (s *simulated) stop() {
	_ = s.stdin.Close()
	_ = s.cmd.Wait()
}

// proxy stands before a host, counts what passes and adds a latency to each
// request. To the client it speaks TLS, as a host does.
type proxy struct {
	host    *simulated
	url, ca string
	server  *http.Server
	latency atomic.Int64
	serving sync.WaitGroup

	requests, bytes, connections atomic.Int64
}

func (b *bench) startProxy(ctx context.Context, s *simulated) (*proxy, error) {
	target, err := url.Parse(s.URL)
	if err != nil {
		return nil, err
	}
	certificate, ca, err := selfSigned()
	if err != nil {
		return nil, err
	}
	p := &proxy{host: s, ca: filepath.Join(b.dir, "ca.pem")}
	if err := os.WriteFile(p.ca, ca, 0o600); err != nil {
		return nil, err
	}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host },
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}
	p.server = &http.Server{
		ReadHeaderTimeout: time.Minute,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		TLSNextProto:      map[string]func(*http.Server, *tls.Conn, http.Handler){}, // HTTP/1.1, as vSphere's clients have it
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				p.connections.Add(1)
			}
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.requests.Add(1)
			timer := time.NewTimer(time.Duration(p.latency.Load()))
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
			forward.ServeHTTP(&counted{ResponseWriter: w, bytes: &p.bytes}, r)
		}),
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.url = "https://" + listener.Addr().String() + "/sdk"
	p.serving.Go(func() { _ = p.server.ServeTLS(listener, "", "") })
	return p, nil
}

func (p *proxy) stop() {
	_ = p.server.Close()
	p.serving.Wait()
}

// onHost does something with a host of its own, behind a proxy: one with v VMs
// and some that are not registered.
func (b *bench) onHost(ctx context.Context, v, datacenters, unregistered int, do func(*proxy) error) error {
	s, err := b.startHost(ctx, v, datacenters, unregistered)
	if err != nil {
		return err
	}
	defer s.stop()
	front, err := b.startProxy(ctx, s)
	if err != nil {
		return err
	}
	defer front.stop()
	return do(front)
}

// reset sets the latency, and the counters to zero.
func (p *proxy) reset(latency time.Duration) {
	p.latency.Store(int64(latency))
	p.requests.Store(0)
	p.bytes.Store(0)
	p.connections.Store(0)
}

// counted counts the bytes of an answer's body.
type counted struct {
	http.ResponseWriter
	bytes *atomic.Int64
}

// Write implements http.ResponseWriter.
func (c *counted) Write(data []byte) (int, error) {
	n, err := c.ResponseWriter.Write(data)
	c.bytes.Add(int64(n))
	return n, err
}

// Unwrap is for http.ResponseController.
func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// selfSigned is a certificate for the proxy.
func selfSigned() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "bench"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
