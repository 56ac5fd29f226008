// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vixtest"
)

func TestMain(m *testing.M) {
	// The cells of the fault matrix wait more than they compute.
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() == "" {
		_ = flag.Set("test.parallel", "8")
	}
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		// The fault-injecting proxy leaves some of its own behind when a connection is cut.
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"),
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).read"),
		goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2.(*ToxicLink).write"),
		// The simulated host is not under test: a wait that a fault cut off can outlast its bounded Close.
		goleak.IgnoreAnyFunction("net/http.(*conn).serve"),
		goleak.IgnoreAnyFunction("github.com/terraform-vix/terraform-provider-vix/internal/sim.(*waits).watch.func2"),
		goleak.IgnoreAnyFunction("github.com/terraform-vix/terraform-provider-vix/internal/sim.(*Host).Close.func1"))
}

// simulated starts a host for one test.
func simulated(t testing.TB, options sim.Options) *sim.Host {
	t.Helper()
	s, err := sim.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// optionsFor are the arguments that reach s. The simulator is slow on a busy machine: what is to run out sets a time of its own.
func optionsFor(s *sim.Host) vix.ConnectOptions {
	return vix.ConnectOptions{
		Hostname: s.URL(), Username: s.Username(), Password: s.Password(), CA: s.CAPEM(), Insecure: strings.HasPrefix(s.URL(), "http://"),
		RequestTimeout: time.Minute, UserAgent: "terraform-provider-vix/test",
	}
}

// connected is a connection to s.
func connected(t testing.TB, s *sim.Host, change ...func(*vix.ConnectOptions)) *host {
	t.Helper()
	options := optionsFor(s)
	for _, f := range change {
		f(&options)
	}
	opened, err := Connect(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Disconnect(context.Background()) })
	return opened.(*host)
}

// timed is a context whose time is up when a test says so, however long the machine takes until then.
type timed struct {
	context.Context //nolint:containedctx // it is one
	up              chan struct{}
}

// runsOut is a context, and what ends its time.
func runsOut(t testing.TB) (ctx context.Context, end func()) {
	out := timed{t.Context(), make(chan struct{})}
	return out, sync.OnceFunc(func() { close(out.up) })
}

func (c timed) Done() <-chan struct{} { return c.up }

func (c timed) Err() error {
	select {
	case <-c.up:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// laid lays out an unregistered VM at a path.
func laid(t testing.TB, s *sim.Host, datacenter, path string, vm ...sim.VMX) vix.Path {
	t.Helper()
	v := sim.VMX{}
	if len(vm) > 0 {
		v = vm[0]
	}
	if err := s.WriteVM(datacenter, path, v); err != nil {
		t.Fatal(err)
	}
	return pathOf(t, path)
}

func pathOf(t testing.TB, text string) vix.Path {
	t.Helper()
	p, err := vix.ParsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// registered lays out a VM and lets somebody else register it.
func registered(t *testing.T, s *sim.Host, datacenter, path string, vm ...sim.VMX) (vix.Path, string) {
	t.Helper()
	p := laid(t, s, datacenter, path, vm...)
	moref, err := s.Register(t.Context(), datacenter, path)
	if err != nil {
		t.Fatal(err)
	}
	return p, moref
}

// must fails the test on an error of something that the test does itself.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// failure is the *vix.Error of err, complete and with the code and the field.
func failure(t *testing.T, err error, code vix.Code, field vix.Field) *vix.Error {
	t.Helper()
	var e *vix.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v (%T), want an *vix.Error", err, err)
	}
	if e.Code != code || e.Field != field {
		t.Fatalf("got %s at %q, want %s at %q:\n%v", e.Code, e.Field, code, field, err)
	}
	if e.Op == "" || e.Reason == "" {
		t.Errorf("the error does not say what was tried and why it failed: %+v", e)
	}
	return e
}

// kind fails unless the error is of that kind.
func kind(t *testing.T, e *vix.Error, want vix.Kind) *vix.Error {
	t.Helper()
	if e.Kind != want {
		t.Errorf("the kind of the error is %q, want %q:\n%v", e.Kind, want, e)
	}
	return e
}

// says fails unless the whole text of the error has all the parts.
func says(t *testing.T, e *vix.Error, parts ...string) {
	t.Helper()
	text := e.Summary() + "\n" + e.Detail()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error does not say %q:\n%s", part, text)
		}
	}
}

func TestContractOnVCenter(t *testing.T) {
	t.Parallel()
	vixtest.Contract(t, func(t *testing.T) vixtest.World {
		return world(t, sim.Options{Clusters: 1, StandaloneHosts: -1}, "DC0")
	})
}

func TestContractOnESXi(t *testing.T) {
	t.Parallel()
	vixtest.Contract(t, func(t *testing.T) vixtest.World { return world(t, sim.Options{ESX: true}, "ha-datacenter") })
}

// world is a simulated host for the contract.
func world(t *testing.T, options sim.Options, datacenter string) vixtest.World {
	s := simulated(t, options)
	w := vixtest.World{
		Connect: Connect, Options: optionsFor(s), Missing: "[LocalDS_0] none/none.vmx",
		Names: []string{"Web server", "db", "name with spaces"},
		Paths: []string{"[LocalDS_0] web/web.vmx", "[LocalDS_0] db/db.vmx", "[LocalDS_0] with spaces/100%.vmx"},
		Register: func(t *testing.T, path string) {
			_, err := s.Register(t.Context(), datacenter, path)
			must(t, err)
		},
		Unregister:   func(t *testing.T, path string) { must(t, s.Unregister(t.Context(), datacenter, path)) },
		PowerOn:      func(t *testing.T, path string) { must(t, s.SetPower(datacenter, path, "poweredOn")) },
		AskAtPowerOn: func(t *testing.T, path string) { must(t, s.AskAtPowerOn(datacenter, path, sim.MovedOrCopied)) },
		Withhold:     func(*testing.T) { s.Deny(s.Username(), "VirtualMachine.Inventory.Unregister", "") },
		Logins:       s.Sessions,
		GuestUp: func(t *testing.T, path string) {
			must(t, s.SetTools(datacenter, path, true, true))
			must(t, s.SetPower(datacenter, path, "poweredOn"))
		},
		GuestLogin: root, GuestFolder: "/var/tmp", GuestSeparator: "/", GuestEcho: "/bin/echo",
		Fingerprint: func(t *testing.T) string {
			files, err := s.Files(datacenter, "LocalDS_0")
			must(t, err)
			var b strings.Builder
			for _, name := range slices.Sorted(maps.Keys(files)) {
				fmt.Fprintln(&b, name, files[name])
			}
			return b.String()
		},
	}
	for i, path := range w.Paths {
		must(t, s.WriteVM(datacenter, path, sim.VMX{DisplayName: w.Names[i]}))
	}
	return w
}
