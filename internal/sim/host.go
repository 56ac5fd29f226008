// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// Host is a running simulated host.
type Host struct {
	opts  Options
	model *simulator.Model
	reg   *simulator.Registry
	dir   string // holds a directory per datacenter and in it one per datastore
	vms   *index

	server   *http.Server
	listener net.Listener
	serving  sync.WaitGroup
	running  sync.WaitGroup // tasks
	leaf     []byte         // DER of the server's certificate
	caPEM    string
	caFile   string
	scratch  string // directory of the files that Close removes

	traffic traffic
	waits   waits
	pages   pages
	quit    chan struct{} // closed by Close

	// inventory is held by whatever registers, removes or moves a VM. It comes before every lock of the
	// simulator, which keeps those from being taken in different orders.
	inventory sync.Mutex
	taskSeq   sync.Mutex
	taskLast  int
	finished  []finishedTask

	guests guests

	mu         sync.Mutex // guards what follows
	users      map[string]string
	tickets    map[string]bool
	denials    []denial
	exports    map[string]string // the directories of NFS exports, by remote path
	faults     []*Fault
	restricted bool
	hangGuests bool
	pruned     time.Time // events from before are no more
	onRequest  func(method string, body []byte)
	noScreens  bool
	onTask     func(ctx context.Context, method string)
	cancels    map[moref]context.CancelFunc
	identities map[fileKey]identity
	snapshots  map[fileKey]*keptSnapshots
	tools      map[string]bool
	questions  map[moref]*asked
	busy       map[moref]moref // the task that has a VM alone
	holdTools  bool
	powerOns   int
	manualDRS  bool
	sleepless  bool // PowerOffVM_Task takes a suspended VM
	unplaced   map[moref]types.BaseMethodFault
	clients    []*govmomi.Client
	closed     bool
}

// creating holds the creation of models apart: the simulator initializes package variables in it.
var creating sync.Mutex

// Start starts a simulated host.
func Start(opts Options) (*Host, error) {
	h := &Host{
		opts:       opts.withDefaults(),
		users:      map[string]string{},
		tickets:    map[string]bool{},
		identities: map[fileKey]identity{},
		snapshots:  map[fileKey]*keptSnapshots{},
		tools:      map[string]bool{},
		questions:  map[moref]*asked{},
		busy:       map[moref]moref{},
		unplaced:   map[moref]types.BaseMethodFault{},
		quit:       make(chan struct{}),
	}
	h.users[h.opts.Username] = h.opts.Password
	h.vms = newIndex(h)
	h.guests.init()
	if err := h.start(); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Host) start() error {
	if err := h.makeDirs(); err != nil {
		return err
	}
	creating.Lock()
	err := h.build()
	creating.Unlock()
	if err != nil {
		return fmt.Errorf("creating the inventory: %w", err)
	}
	h.correct()
	if err := h.layoutInitial(); err != nil {
		return err
	}
	if err := h.listen(); err != nil {
		return err
	}
	if h.opts.Bare {
		return nil
	}
	return h.certify()
}

func (h *Host) makeDirs() error {
	var err error
	// The files are small, many, and gone at the end: memory is the place for them where there is such.
	parent := ""
	if info, serr := os.Stat("/dev/shm"); serr == nil && info.IsDir() {
		parent = "/dev/shm"
	}
	if h.scratch, err = os.MkdirTemp(parent, "vixsim-"); err != nil {
		if h.scratch, err = os.MkdirTemp("", "vixsim-"); err != nil {
			return err
		}
	}
	h.dir = h.opts.Dir
	if h.dir == "" {
		h.dir = filepath.Join(h.scratch, "datastores")
	}
	return os.MkdirAll(h.dir, 0o700)
}

func (h *Host) listen() error {
	svc := h.model.Service
	l, err := net.Listen("tcp", h.opts.Addr)
	if err != nil {
		return err
	}
	h.listener = l
	scheme := "http"
	if !h.opts.PlainHTTP {
		scheme = "https"
		var cert tls.Certificate
		if h.opts.Certificate != nil {
			cert = *h.opts.Certificate
			h.caPEM = certPEM(cert.Certificate[len(cert.Certificate)-1])
		} else if cert, h.caPEM, err = newCertificate(); err != nil {
			return err
		}
		h.leaf = cert.Certificate[0]
		h.caFile = filepath.Join(h.scratch, "ca.pem")
		if err := os.WriteFile(h.caFile, []byte(h.caPEM), 0o600); err != nil {
			return err
		}
		config := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
		l = tls.NewListener(l, config)
		h.reg.SessionManager().TLS = func() *tls.Config { return config }
	}
	addr := h.listener.Addr().String()
	// The simulator compares logins with this URL's user and asks ValidLogin when there is one.
	svc.Listen = &url.URL{Scheme: scheme, Host: addr, Path: "/sdk", User: url.UserPassword(h.opts.Username, h.opts.Password)}
	h.reg.SessionManager().ServiceHostName = addr
	h.reg.SessionManager().ValidLogin = h.validLogin

	h.server = &http.Server{Handler: h.handler(), ReadHeaderTimeout: time.Minute, ConnState: h.traffic.connState, ErrorLog: quiet}
	h.serving.Go(func() { _ = h.server.Serve(l) })
	return nil
}

// Close ends the host: waits that a client left behind, connections, tasks and files. It returns within seconds.
func (h *Host) Close() {
	h.mu.Lock()
	closed := h.closed
	h.closed = true
	clients := h.clients
	h.clients = nil
	h.mu.Unlock()
	if closed {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, c := range clients {
		_ = c.Logout(ctx)
		c.CloseIdleConnections()
	}
	close(h.quit)
	h.cancelAll()
	h.waits.close()
	if h.server != nil {
		_ = h.server.Close()
	} else if h.listener != nil {
		_ = h.listener.Close()
	}
	h.closeDoors()
	done := make(chan struct{})
	go func() {
		h.serving.Wait()
		h.traffic.active.Wait()
		h.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
	}
	h.closeGuests()
	if h.model != nil && h.model.Service != nil {
		h.model.Remove()
	}
	if h.scratch != "" {
		_ = os.RemoveAll(h.scratch)
	}
}

// URL returns the address of the SDK, without user information.
func (h *Host) URL() string {
	u := *h.model.Service.Listen
	u.User = nil
	return u.String()
}

// Username returns the name of the first user, who may do everything.
func (h *Host) Username() string { return h.opts.Username }

// Password returns the password of the first user.
func (h *Host) Password() string { return h.opts.Password }

// CAFile returns the path of a PEM file that verifies the server, empty without TLS.
func (h *Host) CAFile() string { return h.caFile }

// CAPEM returns the text of the PEM file that verifies the server, empty without TLS.
func (h *Host) CAPEM() string { return h.caPEM }

// InstanceUUID returns about.instanceUuid.
func (h *Host) InstanceUUID() string { return h.opts.InstanceUUID }

// context returns a context of the simulator for work inside the process. Locks of the simulator belong to a
// context, so every piece of work takes its own.
func (h *Host) context() *simulator.Context {
	c := *h.model.Service.Context
	return &c
}
