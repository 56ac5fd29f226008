// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere"
)

// simWorld is a world whose host is the simulated one.
type simWorld struct {
	*world
	sim *sim.Host
}

const simPath = "[LocalDS_0] web/web.vmx"

// newSimWorld is a simulated host with one VM laid out, and a provider that is
// connected to it.
func newSimWorld(t *testing.T, options sim.Options) *simWorld {
	t.Helper()
	h, err := sim.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	w := &simWorld{world: newBareWorld(t), sim: h}
	w.connector = vsphere.Connect
	w.restart()
	w.must(h.WriteVM("DC0", simPath, sim.VMX{InstanceUUID: "50201e5a-0000-4000-8000-000000000001"}))
	w.configure(w.login(nil)).none(t)
	return w
}

// login is the configuration that reaches the simulated host.
func (w *simWorld) login(more args) args {
	config := args{
		"hostname": w.sim.URL(), "username": w.sim.Username(), "password": w.sim.Password(), "ca_file": w.sim.CAPEM(),
		"request_timeout": "2s", // reads are repeated for so long when the line breaks
	}
	maps.Copy(config, more)
	return config
}

// What connecting to a host can fail with: each at its attribute, with what to
// do next.
func TestConnectFaults(t *testing.T) {
	w := newSimWorld(t, sim.Options{})
	for name, test := range map[string]struct {
		config args
		want   []string
	}{
		"unknown host":       {args{"hostname": "no-such-host.invalid"}, []string{"ERROR at AttributeName(\"hostname\"): Cannot connect to", "no-such-host.invalid", "VIX_E_HOST_SERVER_NOT_FOUND"}},
		"nothing listens":    {args{"hostname": "https://127.0.0.1:1/sdk"}, []string{"ERROR at AttributeName(\"hostname\")", "VIX_E_HOST_NETWORK_CONN_REFUSED"}},
		"unknown authority":  {args{"ca_file": nil}, []string{"ERROR at AttributeName(\"hostname\")", "VIX_E_NET_HTTP_SSL_SECURITY", w.sim.Thumbprint()}},
		"another thumbprint": {args{"ca_file": nil, "thumbprint": strings.Repeat("AB:", 31) + "AB"}, []string{"ERROR at AttributeName(\"thumbprint\")", "VIX_E_NET_HTTP_SSL_SECURITY", w.sim.Thumbprint()}},
		"wrong password":     {args{"password": "wrong"}, []string{"ERROR: Cannot connect to", "InvalidLogin"}},
		"no such CA file":    {args{"ca_file": "/no/such/file.pem"}, []string{"ERROR at AttributeName(\"ca_file\")", "/no/such/file.pem"}},
		"thumbprint":         {args{"ca_file": nil, "thumbprint": w.sim.ThumbprintSHA1()}, nil},
		"insecure":           {args{"ca_file": nil, "insecure": true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			diags := w.configure(w.login(test.config))
			if test.want == nil {
				diags.none(t)
			}
			diags.has(t, test.want...)
			if strings.Contains(diags.text(), w.sim.Password()) {
				t.Error("the password is in the diagnostics")
			}
		})
	}
	w.t = t
	// A wrong password is tried once: hosts lock accounts.
	w.sim.ResetRequests()
	w.configure(w.login(args{"password": "wrong"})).has(t, "ERROR: Cannot connect to")
	if n := w.sim.Requests()["Login"]; n != 1 {
		t.Errorf("%d logins", n)
	}
	w.must(w.provider.Close(context.Background()))
	if n := w.sim.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

func TestConnectToSomethingElse(t *testing.T) {
	w := newSimWorld(t, sim.Options{})
	w.sim.Fault(sim.Fault{Method: "RetrieveServiceContent", Status: 404, Times: -1})
	w.configure(w.login(nil)).has(t, "ERROR at AttributeName(\"hostname\")", "VIX_E_NET_HTTP_GENERIC")
}

// The certificate is right but for one thing.
func TestConnectToABadCertificate(t *testing.T) {
	for name, test := range map[string]struct {
		from, to time.Time
		name     string
		want     string
	}{
		"expired":    {time.Now().Add(-2 * time.Hour), time.Now().Add(-time.Hour), "127.0.0.1", "is not valid now"},
		"wrong name": {time.Now().Add(-time.Hour), time.Now().Add(time.Hour), "192.0.2.1", "192.0.2.1"},
	} {
		t.Run(name, func(t *testing.T) {
			certificate, authority := selfSigned(t, test.from, test.to, test.name)
			h, err := sim.Start(sim.Options{Certificate: &certificate})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(h.Close)
			w := newBareWorld(t)
			w.connector = vsphere.Connect
			w.restart()
			w.configure(args{
				"hostname": h.URL(), "username": h.Username(), "password": h.Password(), "ca_file": authority,
			}).has(t, "ERROR at AttributeName(\"hostname\")", "VIX_E_NET_HTTP_SSL_SECURITY", test.want, h.Thumbprint())
		})
	}
}

// selfSigned is a certificate that is its own authority, and that as PEM.
func selfSigned(t *testing.T, from, to time.Time, ip string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: to, IPAddresses: []net.IP{net.ParseIP(ip)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// What a plan finds out about a registration: errors at the attribute at fault.
func TestPlanFaults(t *testing.T) {
	for name, test := range map[string]struct {
		options sim.Options
		config  args
		setup   func(t *testing.T, w *simWorld)
		want    []string
	}{
		"no such datastore": {
			config: args{"vmx_path": "[LocalDS_9] web/web.vmx"},
			want:   []string{"ERROR at AttributeName(\"vmx_path\"): Cannot register [LocalDS_9] web/web.vmx", "LocalDS_0"},
		},
		"no such file": {
			config: args{"vmx_path": "[LocalDS_0] no/no.vmx"},
			want:   []string{"WARNING at AttributeName(\"vmx_path\"): A file is not there yet"},
		},
		"no right to browse": {
			setup: func(_ *testing.T, w *simWorld) { w.sim.Deny(w.sim.Username(), "Datastore.Browse", "") },
			want: []string{
				"WARNING at AttributeName(\"vmx_path\"): Whether a file is there cannot be told",
				"lacks the privilege Datastore.Browse on the datastore /DC0/datastore/LocalDS_0", "Registering does not need it",
			},
		},
		"registered already": {
			setup: func(t *testing.T, w *simWorld) { w.outside(w.sim.Register(t.Context(), "DC0", simPath)) },
			want:  []string{"ERROR at AttributeName(\"vmx_path\"): Cannot register " + simPath, "The VM is registered already", "if_registered = \"adopt\"", "terraform import"},
		},
		"no such datacenter": {config: args{"datacenter": "DC7"}, want: []string{"ERROR at AttributeName(\"datacenter\"): Cannot register " + simPath, "DC0"}},
		"no such folder":     {config: args{"folder": "Linus"}, want: []string{"ERROR at AttributeName(\"folder\"): Cannot register " + simPath, "Linus"}},
		"no such pool":       {config: args{"resource_pool": "none"}, want: []string{"ERROR at AttributeName(\"resource_pool\"): Cannot register " + simPath, "none"}},
		"no such cluster":    {config: args{"cluster": "DC0_C7"}, want: []string{"ERROR at AttributeName(\"cluster\"): Cannot register " + simPath, "DC0_C0"}},
		"no such host":       {config: args{"host": "DC0_C0_H7"}, want: []string{"ERROR at AttributeName(\"host\"): Cannot register " + simPath, "DC0_C0_H0"}},
		"host without the datastore": {
			config: args{"host": "DC0_C0_H1"},
			setup:  func(_ *testing.T, w *simWorld) { w.must(w.sim.Unmount("DC0_C0_H1", "DC0", "LocalDS_0")) },
			want:   []string{"ERROR at AttributeName(\"host\"): Cannot register " + simPath, "LocalDS_0"},
		},
		"several hosts without DRS": {
			options: sim.Options{NoDRS: true, StandaloneHosts: -1},
			want:    []string{"ERROR at AttributeName(\"host\"): Cannot register " + simPath, "DC0_C0_H0", "DC0_C0_H1"},
		},
		"several clusters": {
			options: sim.Options{Clusters: 2, StandaloneHosts: -1},
			want:    []string{"ERROR: Cannot register " + simPath, "cluster = \"/DC0/host/DC0_C0\"", "cluster = \"/DC0/host/DC0_C1\""},
		},
		"two datacenters": {
			options: sim.Options{Datacenters: 2, StandaloneHosts: -1},
			want:    []string{"ERROR at AttributeName(\"datacenter\"): Cannot register " + simPath, "/DC0", "/DC1"},
		},
		"datastore down": {
			options: sim.Options{StandaloneHosts: -1},
			setup:   func(_ *testing.T, w *simWorld) { w.must(w.sim.SetDatastoreAccessible("DC0", "LocalDS_0", false)) },
			want:    []string{"ERROR at AttributeName(\"vmx_path\"): Cannot register " + simPath, "inaccessible"},
		},
		"missing privilege": {
			options: sim.Options{StandaloneHosts: -1},
			setup:   func(_ *testing.T, w *simWorld) { w.sim.Deny("", "VirtualMachine.Inventory.Register", "/DC0/vm") },
			want:    []string{"ERROR", "Cannot register " + simPath, "VirtualMachine.Inventory.Register", "/DC0/vm", "VIX_E_HOST_USER_PERMISSIONS"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.options == (sim.Options{}) {
				test.options.StandaloneHosts = -1
			}
			w := newSimWorld(t, test.options)
			if test.setup != nil {
				test.setup(t, w)
			}
			config := args{"vmx_path": simPath}
			maps.Copy(config, test.config)
			diags := w.plan(nil, config).diags
			diags.has(t, test.want...)
			if len(diags) != 1 {
				t.Errorf("%d diagnostics:\n%s", len(diags), diags.text())
			}
		})
	}
}

// outside is the outcome of what somebody else does.
func (w *simWorld) outside(_ string, err error) {
	w.t.Helper()
	w.must(err)
}

// What an apply fails with although the plan was right.
func TestApplyFaults(t *testing.T) {
	w := newSimWorld(t, sim.Options{StandaloneHosts: -1})
	config := args{"vmx_path": simPath}
	p := w.plan(nil, config)
	p.diags.none(t)

	w.sim.SetRestricted(true)
	_, diags := w.apply(nil, p, config)
	diags.has(t, "ERROR: Cannot register "+simPath, "VIX_E_LICENSE", "RestrictedVersion")
	w.sim.SetRestricted(false)

	missing := args{"vmx_path": "[LocalDS_0] no/no.vmx"}
	o, diags := w.apply(nil, w.plan(nil, missing), missing)
	diags.has(t, "ERROR at AttributeName(\"vmx_path\"): Cannot register [LocalDS_0] no/no.vmx", "VIX_E_NOT_FOUND", "no such file")
	if !o.value.IsNull() {
		t.Errorf("state is %v", fields(o.value))
	}

	o, diags = w.apply(nil, p, config)
	diags.none(t)
	w.must(w.sim.SetPower("DC0", simPath, "poweredOn"))
	o, diags = w.read(o)
	diags.none(t)
	planning, applying := w.destroy(o)
	planning.has(t, "WARNING: A VM that runs will not be unregistered")
	applying.has(t, "ERROR: Cannot unregister "+simPath, "VIX_E_VM_IS_RUNNING", "power_off_on_destroy")

	for _, state := range []string{"inaccessible", "invalid", "orphaned", "disconnected"} {
		w.must(w.sim.SetConnectionState("DC0", simPath, state))
		after, diags := w.read(o)
		diags.none(t)
		holds(t, after.value, args{"connection_state": state, "vmx_path": simPath, "id": fields(o.value)["id"]})
		p := w.plan(after, config)
		p.same(t, after)
		_, diags = w.data("vix_vm", args{"vmx_path": simPath})
		diags.has(t, "WARNING: A VM is "+state+"\n"+simPath+": ")
	}
	w.must(w.sim.SetConnectionState("DC0", simPath, "connected"))

	// The session ends between two calls: nobody notices.
	w.sim.ExpireSessions()
	w.sim.ResetRequests()
	_, diags = w.read(o)
	diags.none(t)
	if n := w.sim.Requests()["Login"]; n != 1 {
		t.Errorf("%d logins after the session ended", n)
	}

	// The host goes in the middle: an error, and state as it was.
	w.sim.Fault(sim.Fault{Method: "*", Cut: true, Times: -1})
	after, diags := w.read(o)
	if !diags.failed() || !after.value.Equal(o.value) {
		t.Errorf("state %v, diagnostics %s", fields(after.value), diags.text())
	}
	diags.has(t, "ERROR: Cannot read the registration of "+simPath, "VIX_E_HOST_CONNECTION_LOST")
}

func TestRegisterEncryptedAndLocked(t *testing.T) {
	w := newSimWorld(t, sim.Options{StandaloneHosts: -1})
	w.must(w.sim.WriteVM("DC0", "[LocalDS_0] enc/enc.vmx", sim.VMX{Encrypted: true}))
	config := args{"vmx_path": "[LocalDS_0] enc/enc.vmx"}
	o, diags := w.apply(nil, w.plan(nil, config), config)
	if diags.failed() {
		t.Fatal(diags.text())
	}
	diags.has(t, "WARNING: A VM is encrypted and locked\n[LocalDS_0] enc/enc.vmx: ")
	holds(t, o.value, args{"connection_state": "invalid"})
}

// The task has gone through and its answer was lost: the next apply finishes.
func TestInterruptedRegistrationOnTheHost(t *testing.T) {
	w := newSimWorld(t, sim.Options{StandaloneHosts: -1})
	config := args{"vmx_path": simPath}
	p := w.plan(nil, config)
	_, diags := w.apply(nil, p, config)
	diags.none(t) // and its state is lost

	w.restart()
	w.configure(w.login(nil)).none(t)
	p = w.plan(nil, config)
	p.diags.has(t, "WARNING: A VM is registered already, by an apply that was interrupted")
	o, diags := w.apply(nil, p, config)
	diags.none(t)
	holds(t, o.value, args{"adopted": false, "registered_path": simPath})

	// The line is cut after the host has taken the call.
	w = newSimWorld(t, sim.Options{StandaloneHosts: -1})
	p = w.plan(nil, config)
	w.sim.Fault(sim.Fault{Method: "RegisterVM_Task", Cut: true, After: true})
	_, diags = w.apply(nil, p, config)
	diags.has(t, "ERROR: Cannot register "+simPath, "VIX_E_HOST_CONNECTION_LOST")
	for range 100 {
		if _, err := w.sim.VM("DC0", simPath); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	o, diags = w.apply(nil, w.plan(nil, config), config)
	diags.none(t)
	holds(t, o.value, args{"adopted": false, "registered_path": simPath})

	// Somebody else's registration is not ours, whatever the journal says.
	w = newSimWorld(t, sim.Options{StandaloneHosts: -1})
	p = w.plan(nil, config)
	w.sim.Fault(sim.Fault{Method: "RegisterVM_Task", Cut: true})
	_, diags = w.apply(nil, p, config)
	diags.has(t, "ERROR: Cannot register "+simPath)
	w.outside(w.sim.Register(t.Context(), "DC0", simPath))
	w.plan(nil, config).diags.has(t, "The VM is registered already")
}
