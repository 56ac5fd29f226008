// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// parseEndpoint reads the host name as VIX did: a bare name or IP, host:port, or
// a URL; https and /sdk are implied.
func parseEndpoint(o vix.ConnectOptions) (*url.URL, error) {
	bad := func(reason string) error {
		return &vix.Error{
			Op: "connect to", Object: strconv.Quote(o.ShownHostname()), Code: vix.CodeInvalidHostnameSpecification,
			Field: vix.FieldHostname, Reason: reason,
			Remedy: "Give a name, NAME:PORT or a URL such as https://vcenter.example.com/sdk.",
		}
	}
	if o.Hostname == "" {
		return nil, bad("No host name is given.")
	}
	name := o.Hostname
	if address, err := netip.ParseAddr(name); err == nil && address.Is6() {
		name = "[" + strings.ReplaceAll(name, "%", "%25") + "]" // as a URL has it
	}
	u, err := soap.ParseURL(name)
	if err != nil {
		return nil, bad("This is no usable host name or URL.")
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, bad("The scheme " + strconv.Quote(u.Scheme) + " is not one that a vCenter or ESXi speaks.")
	case u.Hostname() == "":
		return nil, bad("The URL names no host.")
	}
	if password, _ := u.User.Password(); password != "" {
		return nil, &vix.Error{
			Op: "connect to", Object: u.Host, Code: vix.CodeInvalidHostnameSpecification, Field: vix.FieldHostname,
			Kind:   vix.ErrPasswordInURL,
			Reason: "The URL holds a password, and URLs end up in logs.",
		}
	}
	if u.Scheme == "http" && !o.Insecure {
		return nil, &vix.Error{
			Op: "connect to", Object: u.Host, Code: vix.CodeNetHTTPSSLSecurity, Field: vix.FieldHostname,
			Kind:   vix.ErrPlaintext,
			Reason: "http:// sends the password in clear to whoever listens on the way.",
			Remedy: "Write https://, or leave the scheme out.",
		}
	}
	u.User = nil
	if o.Port != 0 {
		u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(o.Port))
	}
	return u, nil
}

// withUser is a copy of u that carries user.
func withUser(u *url.URL, user *url.Userinfo) *url.URL {
	c := *u
	c.User = user
	return &c
}
