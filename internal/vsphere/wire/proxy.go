// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
)

// proxyRemedy is what to do about a proxy that is in the way.
const proxyRemedy = "The proxy is named in HTTPS_PROXY (HTTP_PROXY for http://). " +
	"Check it, or list the host in NO_PROXY to connect to it directly."

// proxyError is a proxy that was reached and does not connect.
type proxyError struct{ name, status string }

func (e proxyError) Error() string { return "proxy " + e.name + ": " + e.status }

// judgeProxy tells a proxy's refusal from the host's.
func judgeProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	return proxyError{proxy.Host, answer.Status}
}

// isProxy reports that the call ended at the proxy, which could not be reached.
func isProxy(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "proxyconnect"
}

// proxyAddress is the address that was tried, with a blank before; empty if there
// was none yet.
func proxyAddress(err error) string {
	op, ok := errors.AsType[*net.OpError](err)
	for ok {
		if op.Addr != nil {
			return " " + op.Addr.String()
		}
		op, ok = errors.AsType[*net.OpError](op.Err)
	}
	return ""
}
