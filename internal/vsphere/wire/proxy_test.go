// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A proxy that is down or refuses is not the vCenter's fault.
func TestAProxyIsNamed(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := closed.Addr().String()
	_ = closed.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refusing.Close()
	refuses := strings.TrimPrefix(refusing.URL, "http://")
	for address, want := range map[string]string{
		dead:    "The proxy " + dead + " on the way to vc.example.com cannot be reached: connection refused.",
		refuses: "The proxy " + refuses + " refuses to connect to vc.example.com: 403 Forbidden.",
	} {
		endpoint := &url.URL{Scheme: "https", Host: "vc.example.com", Path: "/sdk"}
		c := soap.NewClient(endpoint, true)
		trust{insecure: true}.configure(c)
		c.DefaultTransport().Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: address})
		_, err := methods.GetServiceContent(t.Context(), c)
		l := &Line{Endpoint: endpoint, Client: &vim25.Client{Client: c}}
		var e *vix.Error
		if !errors.As(l.connectError(err), &e) {
			t.Fatalf("got %v", err)
		}
		if e.Reason != want || e.Remedy != proxyRemedy || e.Code != vix.CodeCannotConnectToHost {
			t.Errorf("got %v\nwant %s", e, want)
		}
	}
}
