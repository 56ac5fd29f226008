// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

func TestEndpointImpliesWhatVIXImplied(t *testing.T) {
	for _, c := range []struct {
		name string
		port int
		want string
	}{
		{"vc", 0, "https://vc/sdk"},
		{"vc:8443", 0, "https://vc:8443/sdk"},
		{"vc:8443", 9443, "https://vc:9443/sdk"},
		{"https://vc/sdk/", 0, "https://vc/sdk"},
		{"http://10.0.0.1:8989/sdk", 0, "http://10.0.0.1:8989/sdk"},
		{"[fe80::1]", 8443, "https://[fe80::1]:8443/sdk"},
		{"2001:db8::1", 0, "https://[2001:db8::1]/sdk"},
		{"2001:db8::1", 8443, "https://[2001:db8::1]:8443/sdk"},
		{"::1", 0, "https://[::1]/sdk"},
		{"[::1]:443", 0, "https://[::1]:443/sdk"},
		{"fe80::1%eth0", 0, "https://[fe80::1%25eth0]/sdk"},
		{"https://user@vc", 0, "https://vc/sdk"},
	} {
		u, err := parseEndpoint(vix.ConnectOptions{Hostname: c.name, Port: c.port, Insecure: true})
		if err != nil || u.String() != c.want {
			t.Errorf("parseEndpoint(%q, %d) = %v, %v; want %s", c.name, c.port, u, err, c.want)
		}
	}
}

// FuzzParseEndpoint proves that no host name makes the parser panic, and that
// what it accepts is one https or http host without a password.
func FuzzParseEndpoint(f *testing.F) {
	for _, seed := range []string{
		"vc.example.com", "vc:8443", "https://vc/sdk", "http://[::1]:80/sdk", "https://u:s3cret@vc/sdk", "https://u:s3cret@vc:port/sdk", "u:s3cret@", "[fe80::1%25eth0]", "vc/%zz",
		"ftp://vc", "https://", "vc\x00", "https://vc/sdk?x=1#y", "//vc", "user@vc", "https://vc:99999/", strings.Repeat("a", 1<<16),
	} {
		f.Add(seed, 0)
		f.Add(seed, 8443)
	}
	f.Fuzz(func(t *testing.T, name string, port int) {
		u, err := parseEndpoint(vix.ConnectOptions{Hostname: name, Port: port})
		if err != nil {
			var e *vix.Error
			if !errors.As(err, &e) || e.Reason == "" || e.Field != vix.FieldHostname {
				t.Fatalf("%q gave %v", name, err)
			}
			if strings.Contains(name, "s3cret@") && strings.Contains(err.Error(), "s3cret") {
				t.Fatalf("the password in %q is in %v", name, err)
			}
			return
		}
		if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
			t.Fatalf("%q gave %v", name, u)
		}
		if strings.ContainsFunc(u.String(), unicode.IsControl) {
			t.Fatalf("%q gave %q", name, u)
		}
	})
}
