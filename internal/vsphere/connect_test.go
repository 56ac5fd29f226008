// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// refused connects and gives the error.
func refused(t *testing.T, o vix.ConnectOptions, code vix.Code, field vix.Field) *vix.Error {
	t.Helper()
	h, err := Connect(t.Context(), o)
	if err == nil {
		_ = h.Disconnect(t.Context())
	}
	return failure(t, err, code, field)
}

func TestConnectRefusesWhatIsNoHostName(t *testing.T) {
	for name, reason := range map[string]string{
		"":                          "No host name is given.",
		"https://":                  "The URL names no host.",
		"ftp://vc.example.com":      `The scheme "ftp" is not one`,
		"https://vc:port/sdk":       "This is no usable host name",
		"https://u:secret@vc/sdk":   "The URL holds a password",
		"http://[::1/sdk":           "This is no usable host name",
		"vc.example.com/%zz":        "This is no usable host name",
		"https://:443/sdk":          "The URL names no host.",
		"vc.example.com:not-a-port": "This is no usable host name",
	} {
		e := refused(t, vix.ConnectOptions{Hostname: name}, vix.CodeInvalidHostnameSpecification, vix.FieldHostname)
		says(t, e, reason)
		if strings.Contains(e.Error(), "secret") {
			t.Errorf("the error of %q shows the password: %v", name, e)
		}
	}
}

func TestConnectToNowhere(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := closed.Addr().String()
	must(t, closed.Close())
	says(t, refused(t, vix.ConnectOptions{Hostname: address}, vix.CodeHostNetworkConnRefused, vix.FieldHostname),
		"Cannot connect to "+address, "Nothing listens at "+address, "VIX_E_HOST_NETWORK_CONN_REFUSED (14009)")
	says(t, kind(t, refused(t, vix.ConnectOptions{Hostname: "no-such-host.invalid"}, vix.CodeHostServerNotFound, vix.FieldHostname),
		vix.ErrUnknownName), "The name no-such-host.invalid cannot be resolved")
}

func TestConnectToSomethingElse(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a web page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello</html>")) },
		"not found":  http.NotFound,
		"no XML":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(answer)
			defer web.Close()
			says(t, refused(t, vix.ConnectOptions{Hostname: web.URL, Insecure: true}, vix.CodeNetHTTPGeneric, vix.FieldHostname),
				"is not a vCenter or ESXi", "The vSphere API is at https://HOST/sdk.")
		})
	}
}

func TestConnectGivesUpOnASilentHost(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer silent.Close()
	e := refused(t, vix.ConnectOptions{Hostname: "http://" + silent.Addr().String(), Insecure: true, RequestTimeout: 300 * time.Millisecond},
		vix.CodeNetHTTPOperationTimedout, vix.FieldHostname)
	says(t, kind(t, e, vix.ErrSlow), "no answer within 300ms")
}

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	s := simulated(t, sim.Options{})
	o := optionsFor(s)
	o.Password = "not it"
	s.ResetRequests()
	says(t, refused(t, o, vix.CodeHostUserPermissions, vix.FieldPassword),
		"The host refuses the user name or the password", "The login was tried once", "the host says: InvalidLogin")
	if n := s.Requests()["Login"]; n != 1 {
		t.Errorf("%d logins were tried", n)
	}
}

func TestTrust(t *testing.T) {
	s := simulated(t, sim.Options{})
	file := filepath.Join(t.TempDir(), "ca.pem")
	must(t, os.WriteFile(file, []byte(s.CAPEM()), 0o600))
	base := optionsFor(s)
	base.CA = ""
	for name, set := range map[string]func(*vix.ConnectOptions){
		"CA text": func(o *vix.ConnectOptions) { o.CA = s.CAPEM() },
		"CA file": func(o *vix.ConnectOptions) { o.CA = file },
		"SHA-256": func(o *vix.ConnectOptions) { o.Thumbprint = s.Thumbprint() },
		"SHA-1":   func(o *vix.ConnectOptions) { o.Thumbprint = s.ThumbprintSHA1() },
		"thumbprint in lower case": func(o *vix.ConnectOptions) {
			o.Thumbprint = strings.ToLower(strings.ReplaceAll(s.Thumbprint(), ":", ""))
		},
		"insecure": func(o *vix.ConnectOptions) { o.Insecure = true },
	} {
		o := base
		set(&o)
		h, err := Connect(t.Context(), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		must(t, h.Disconnect(t.Context()))
	}
	e := kind(t, refused(t, base, vix.CodeNetHTTPSSLSecurity, vix.FieldHostname), vix.ErrUntrusted)
	if says(t, e, "signed by an authority that is not trusted"); e.Thumbprint != s.Thumbprint() {
		t.Errorf("the thumbprint that was seen is %q, want %q", e.Thumbprint, s.Thumbprint())
	}
	wrong := base
	wrong.Thumbprint = strings.Repeat("AB:", 31) + "AB"
	says(t, refused(t, wrong, vix.CodeNetHTTPSSLSecurity, vix.FieldThumbprint),
		"The server shows another certificate", "Its SHA-256 thumbprint is "+s.Thumbprint(), "somebody stands between")
	missing := base
	missing.CA = filepath.Join(t.TempDir(), "none.pem")
	says(t, refused(t, missing, vix.CodeFileError, vix.FieldCA), "The file cannot be read")
	empty := base
	empty.CA = filepath.Join(t.TempDir(), "empty.pem")
	must(t, os.WriteFile(empty.CA, []byte("nothing"), 0o600))
	says(t, refused(t, empty, vix.CodeInvalidArg, vix.FieldCA), "There is no PEM certificate in")
	if n := s.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}

// certificate makes a certificate that is its own authority.
func certificate(t *testing.T, name string, until time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: until.Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(name); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestCertificatesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		host  string
		until time.Time
		parts []string
	}{
		"another name": {"vc.example.com", time.Now().Add(time.Hour), []string{"The certificate is not for this name", "Use a name that the certificate holds"}},
		"expired":      {"127.0.0.1", time.Now().Add(-time.Hour), []string{"The certificate is not valid now", "Renew it on the server"}},
	} {
		t.Run(name, func(t *testing.T) {
			cert, authority := certificate(t, c.host, c.until)
			s := simulated(t, sim.Options{Certificate: &cert})
			o := optionsFor(s)
			o.CA = authority
			e := refused(t, o, vix.CodeNetHTTPSSLSecurity, vix.FieldHostname)
			if says(t, kind(t, e, vix.ErrUntrusted), c.parts...); e.Thumbprint != s.Thumbprint() {
				t.Errorf("the thumbprint that was seen is %q, want %q", e.Thumbprint, s.Thumbprint())
			}
		})
	}
}

func TestNoPasswordInClear(t *testing.T) {
	s := simulated(t, sim.Options{PlainHTTP: true})
	o := optionsFor(s)
	o.Insecure = false
	s.ResetRequests()
	says(t, kind(t, refused(t, o, vix.CodeNetHTTPSSLSecurity, vix.FieldHostname), vix.ErrPlaintext), "sends the password in clear")
	if n := s.RequestCount(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	o.Insecure = true
	h, err := Connect(t.Context(), o)
	must(t, err)
	must(t, h.Disconnect(t.Context()))
}

// Old hosts answer a read of a session that has ended with nothing at all.
func TestAnEmptyAnswerIsConfirmed(t *testing.T) {
	s := simulated(t, sim.Options{EmptyWhenExpired: true})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	if _, err := h.Info(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.ResetRequests()
	s.ExpireSessions()
	found, err := h.Find(t.Context(), vix.Query{})
	if err != nil || len(found) != 1 || found[0].Path != p {
		t.Errorf("found %v, %v", found, err)
	}
	if n := s.Requests()["Login"]; n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestExpiredSessionIsRenewedOnce(t *testing.T) {
	s := simulated(t, sim.Options{})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	q := laid(t, s, "DC0", "[LocalDS_0] db/db.vmx")
	h := connected(t, s)
	spec := vix.RegisterSpec{Path: p, Cluster: "DC0_C0"}
	if _, err := h.Register(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	s.ResetRequests()
	s.ExpireSessions()
	vm, err := h.Open(t.Context(), vix.Locator{Path: p})
	if err != nil || vm.Path != p {
		t.Fatalf("open after the session expired: %+v, %v", vm, err)
	}
	if n := s.Requests()["Login"]; n != 1 {
		t.Errorf("%d logins", n)
	}
	// What the session kept for waiting is gone too, and a write goes through once.
	spec.Path = q
	if _, err := h.Register(t.Context(), spec); err != nil {
		t.Fatalf("register after the session expired: %v", err)
	}
	if n := s.Requests()["RegisterVM_Task"]; n != 1 {
		t.Errorf("RegisterVM_Task was sent %d times", n)
	}
	s.ExpireSessions()
	s.Fault(sim.Fault{Method: "Login", Times: -1, SOAP: &types.InvalidLogin{}})
	s.ResetRequests()
	for range 3 {
		_, err = h.Open(t.Context(), vix.Locator{Path: p})
		failure(t, err, vix.CodeHostUserPermissions, vix.FieldPassword)
	}
	if n := s.Requests()["Login"]; n != 1 {
		t.Errorf("a refused login was tried %d times", n)
	}
}

func TestCallsAreBounded(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 2 * time.Second })
	s.Fault(sim.Fault{Method: "FindByDatastorePath", After: true, Hang: true})
	_, err := h.Open(t.Context(), vix.Locator{Path: p})
	says(t, failure(t, err, vix.CodeNetHTTPOperationTimedout, vix.FieldNone), "gave no answer within 2s")
	s.Fault(sim.Fault{Method: "FindByDatastorePath", Cut: true, Times: -1})
	_, err = h.Open(t.Context(), vix.Locator{Path: p})
	says(t, failure(t, err, vix.CodeHostConnectionLost, vix.FieldNone), "The connection to", "broke", "It was tried ")
	s.ClearFaults()
	s.Fault(sim.Fault{Method: "FindByDatastorePath", Status: http.StatusServiceUnavailable, Times: -1})
	_, err = h.Open(t.Context(), vix.Locator{Path: p})
	says(t, failure(t, err, vix.CodeCannotConnectToHost, vix.FieldNone), "503", "The host is starting or overloaded")
	s.ClearFaults()
	if _, err = h.Open(t.Context(), vix.Locator{Path: p}); err != nil {
		t.Errorf("when the host answers again: %v", err)
	}
}

func TestInfo(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, DatacenterFolders: 1, Datastores: 2})
	h := connected(t, s)
	info, err := h.Info(t.Context())
	must(t, err)
	if info.InstanceUUID != s.InstanceUUID() || info.ServiceProvider != vix.VIServer || info.Username != s.Username() {
		t.Errorf("info = %+v", info)
	}
	if len(info.Datacenters) != 2 || info.Datacenters[0].Path != "/DC0" || info.Datacenters[1].Path != "/F0/DC1" {
		t.Fatalf("datacenters = %+v", info.Datacenters)
	}
	if ds := info.Datacenters[1].Datastores; len(ds) != 2 || ds[0].Name != "LocalDS_0" || ds[0].URL == "" || !ds[0].Accessible {
		t.Errorf("datastores = %+v", ds)
	}
	esx := connected(t, simulated(t, sim.Options{ESX: true}))
	info, err = esx.Info(t.Context())
	if err != nil || info.InstanceUUID == "" || len(info.Datacenters) != 1 || info.Datacenters[0].Path != "/ha-datacenter" {
		t.Errorf("info of an ESXi = %+v, %v", info, err)
	}
}

func TestDisconnectLogsOutOnce(t *testing.T) {
	s := simulated(t, sim.Options{})
	h := connected(t, s)
	if n := s.Sessions(); n != 1 {
		t.Errorf("%d sessions", n)
	}
	for range 2 {
		must(t, h.Disconnect(context.Background()))
	}
	if n := s.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if n := s.Requests()["Logout"]; n != 1 {
		t.Errorf("%d logouts", n)
	}
}

// A call that comes when the connection is over must not bring it back.
func TestNobodyLogsInAfterDisconnect(t *testing.T) {
	s := simulated(t, sim.Options{})
	p, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	must(t, h.Disconnect(t.Context()))
	if _, err := h.Open(t.Context(), vix.Locator{Path: p}); err == nil {
		t.Error("it was opened all the same")
	}
	// A straggler: a call that does not hang on the connection's life.
	if _, err := methods.GetCurrentTime(t.Context(), h.Client); err == nil {
		t.Error("it was answered all the same")
	}
	if n := s.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
