// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

var quietLog = log.New(io.Discard, "", 0)

// faultWorld is a host behind a proxy, with a VM on it.
type faultWorld struct {
	t     *testing.T
	sim   *sim.Host
	proxy *toxiproxy.Proxy
	op    *remoteOp
	opts  vix.ConnectOptions
	h     *host
	path  vix.Path
	vm    vix.Handle
	begun time.Time
	// session is the key of our session.
	session string
}

// registrations are the VMs at the path, as the host itself sees them.
func (w *faultWorld) registrations() []*vix.Registration {
	var out []*vix.Registration
	h, err := Connect(context.Background(), optionsFor(w.sim))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = h.Disconnect(context.Background()) }()
	items, err := h.Find(context.Background(), vix.Query{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, item := range items {
		if item.Path == w.path {
			vm, err := h.OpenID(context.Background(), item.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			out = append(out, &vm.Registration)
		}
	}
	return out
}

// tripped calls at before the first call of a method, as the simulated host counts
// them: a file is no call of the API, and "HTTP GET".
type tripped struct {
	http.RoundTripper
	method string
	once   *sync.Once
	at     func()
}

func (r tripped) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(cmp.Or[io.Reader](request.Body, http.NoBody))
	if err != nil {
		return nil, err
	}
	again := request.Clone(request.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	if "HTTP "+request.Method == r.method || bytes.Contains(body, []byte("<"+r.method+" ")) {
		r.once.Do(r.at)
	}
	return r.RoundTripper.RoundTrip(again)
}

func newFaultWorld(t *testing.T, op remoteOp, f wireFault) *faultWorld {
	s := simulated(t, sim.Options{StandaloneHosts: -1, ClusterHosts: 1, PlainHTTP: f.plain})
	w := &faultWorld{t: t, sim: s, proxy: newProxy(t, s), op: &op, opts: optionsFor(s)}
	w.path = laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	must(t, second(s.AddFolder("DC0", "Linux")))
	must(t, second(s.AddPool("DC0", "DC0_C0", "front")))
	if !op.unregistered {
		moref, err := s.Register(t.Context(), "DC0", w.path.String())
		must(t, err)
		vm, err := s.VM("DC0", w.path.String())
		must(t, err)
		w.vm = vix.Handle{ID: vm.Config.InstanceUuid, ManagedObjectID: moref, Path: w.path, Datacenter: "/DC0"}
	}
	if op.running {
		must(t, s.SetTools("DC0", w.path.String(), true, true))
		must(t, s.SetPower("DC0", w.path.String(), "poweredOn"))
	}
	w.opts.Hostname = strings.Replace(s.URL(), strings.Split(strings.Split(s.URL(), "://")[1], "/")[0], w.proxy.Listen, 1)
	w.opts.RequestTimeout = cmp.Or(f.patience, time.Minute)
	if !f.plain {
		w.opts.CA, w.opts.Thumbprint = "", s.Thumbprint()
	}
	if op.name != "connect" {
		h, err := Connect(t.Context(), w.opts)
		must(t, err)
		w.h = h.(*host)
		w.session = w.h.User.Key
		// What connecting has set going is over before anything goes wrong, and is
		// asked for again by the operation.
		must(t, second(w.h.Outline(t.Context(), time.Time{})))
		w.h.Inventory = inventory.New(w.h.Line)
		t.Cleanup(func() { _ = h.Disconnect(context.Background()) })
	}
	return w
}

// files tells the files on the datastore; a rename is written into the .vmx.
func (w *faultWorld) files() string {
	all, err := w.sim.Files("DC0", "LocalDS_0")
	must(w.t, err)
	if w.op.name == "rename" {
		delete(all, w.path.String())
	}
	return fmt.Sprint(all)
}
