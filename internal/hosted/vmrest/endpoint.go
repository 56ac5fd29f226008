// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrest

import (
	"encoding/base64"
	"net"
	"net/url"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Endpoint is where a vmrest is, and who asks it.
type Endpoint struct {
	URL string
	// Username and Password are vmrest's own login.
	Username, Password string
	// Insecure accepts any certificate, and http:// over a network.
	Insecure bool
}

// Authorization is how a login is sent: a password in another form.
func Authorization(username, password string) string {
	if password == "" {
		return ""
	}
	return base64.StdEncoding.EncodeToString([]byte(username + ":" + password))
}

// base is the URL of the calls.
func (o Endpoint) base() (*url.URL, error) {
	e := &vix.Error{Op: "connect to", Object: "vmrest", Code: vix.CodeInvalidHostnameSpecification, Field: vix.FieldVMRestURL}
	u, err := url.Parse(strings.TrimSpace(o.URL))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		e.Reason = "The address is no URL of a vmrest, such as http://127.0.0.1:8697."
		return nil, e
	}
	e.Object = "vmrest at " + u.Host
	if u.User != nil {
		e.Kind, e.Reason = vix.ErrPasswordInURL, "The URL holds a login, and URLs end up in logs."
		return nil, e
	}
	if u.Scheme == "http" && !o.Insecure && !isLoopback(u.Hostname()) {
		e.Code, e.Kind = vix.CodeNetHTTPSSLSecurity, vix.ErrPlaintext
		e.Reason = "http:// sends the password in clear to whoever listens on the way; only to this very machine there is no way."
		return nil, e
	}
	path := strings.TrimSuffix(u.Path, "/")
	if !strings.HasSuffix(path, "/api") {
		path += "/api"
	}
	u.Path = path
	return u, nil
}

// isLoopback reports a name that means this machine and no other.
func isLoopback(name string) bool {
	if strings.EqualFold(strings.TrimSuffix(name, "."), "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
