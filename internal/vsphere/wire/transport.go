// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/vmware/govmomi/vim25/xml"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// transportError explains an error below the API: no answer, or not one of a
// vSphere host.
func transportError(e *vix.Error, server string, err error) {
	set := func(code vix.Code, kind vix.Kind, reason, remedy string) {
		e.Code, e.Kind, e.Reason, e.Remedy = code, kind, reason, remedy
	}
	var (
		slow   tooSlowError
		lookup *net.DNSError
		status statusError
		broken *url.Error
		proxy  proxyError
	)
	defer func() { e.Reason += aside(err) }()
	_, e.Doubt = errors.AsType[doubtfulError](err)
	switch {
	case errors.Is(err, context.Canceled):
		set(vix.CodeCancelled, vix.ErrPassing, "The operation was interrupted.", "")
	case errors.As(err, &proxy):
		set(vix.CodeCannotConnectToHost, "",
			fmt.Sprintf("The proxy %s refuses to connect to %s: %s.", proxy.name, server, proxy.status), proxyRemedy)
	case isProxy(err):
		set(vix.CodeCannotConnectToHost, "", fmt.Sprintf("The proxy%s on the way to %s cannot be reached: %s.", proxyAddress(err), server,
			strings.TrimSuffix(rootText(err), ".")), proxyRemedy)
	case errors.As(err, &slow):
		set(vix.CodeNetHTTPOperationTimedout, vix.ErrSlow, fmt.Sprintf("%s gave %s.", server, slow.Error()),
			"Look whether the host is overloaded or unreachable.")
	case errors.Is(err, context.DeadlineExceeded):
		set(vix.CodeNetHTTPOperationTimedout, "", server+" did not finish in time.",
			"Raise the operation's timeout, or find out what the host waits for.")
	case errors.As(err, &status):
		set(vix.CodeCannotConnectToHost, vix.ErrSilent, fmt.Sprintf("%s answers %s, and says nothing more.", server, status),
			"The host is starting or overloaded, or a proxy on the way does not reach it.")
	case errors.As(err, &lookup):
		set(vix.CodeHostServerNotFound, vix.ErrUnknownName,
			fmt.Sprintf("The name %s cannot be resolved: %s.", lookup.Name, lookup.Err), "Check the name, and DNS.")
	case errors.Is(err, syscall.ECONNREFUSED):
		set(vix.CodeHostNetworkConnRefused, "", "Nothing listens at "+server+".", "Check hostname and port, and whether the host is up.")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		set(vix.CodeHostConnectionLost, vix.ErrSilent, "The connection to "+server+" broke.", "")
	case isNoSOAP(err):
		set(vix.CodeNetHTTPGeneric, vix.ErrSilent,
			fmt.Sprintf("What %s answers is damaged: %s.", server, strings.TrimSuffix(rootText(err), ".")),
			"Look at proxies on the way: they must let answers through as they are.")
	case errors.As(err, &broken):
		set(vix.CodeCannotConnectToHost, "", fmt.Sprintf("The call to %s failed: %s.", server, broken.Err),
			"Look at the host, and at proxies and firewalls on the way.")
	default:
		set(vix.CodeFail, "", "The call to "+server+" failed: "+err.Error()+".", "")
	}
}

// aside says what else is known of a failed call: for how long it was tried, and
// whether the host may have done it all the same.
func aside(err error) string {
	text := ""
	if p, ok := errors.AsType[persistentError](err); ok && p.tries > 1 {
		text += fmt.Sprintf(" It was tried %d times; the host has not answered for %s.", p.tries, p.lost.Round(100*time.Millisecond))
	}
	if _, ok := errors.AsType[doubtfulError](err); ok {
		text += " The host may have carried out the call all the same; it was sent once and is not repeated."
	}
	return text
}

// isNoSOAP reports that an answer is not what a vSphere host writes.
func isNoSOAP(err error) bool {
	_, syntax := errors.AsType[*xml.SyntaxError](err)
	_, other := errors.AsType[xml.UnmarshalError](err)
	return syntax || other
}

// connectError explains why Connect failed.
func (l *Line) connectError(err error) error {
	server := l.Endpoint.Host
	if errors.Is(err, context.DeadlineExceeded) {
		err = tooSlowError{l.Options.RequestTimeout}
	}
	var e *vix.Error
	if !errors.As(l.Failed(To("connect to", server), err), &e) {
		return err
	}
	if e.Field == vix.FieldNone && e.Code != vix.CodeCancelled && e.Code != vix.CodeFileError {
		e.Field = vix.FieldHostname
	}
	_, starting := errors.AsType[statusError](err)
	_, viaProxy := errors.AsType[proxyError](err)
	if _, _, isFault := faultOf(err); !isFault && !starting && !viaProxy && e.Code != vix.CodeFileError && answeredOtherwise(e.Code, err) {
		e.Code, e.Kind = vix.CodeNetHTTPGeneric, ""
		e.Reason = fmt.Sprintf("What answers at %s is not a vCenter or ESXi: %s.",
			l.Endpoint.Redacted(), strings.TrimSuffix(rootText(err), "."))
		e.Remedy = "Check hostname and port. The vSphere API is at https://HOST/sdk."
	}
	return e
}

// answeredOtherwise reports that a server answered, but not as a vSphere host does:
// with an HTTP status, or with a body that is no SOAP, which reads as one that
// ends too early.
func answeredOtherwise(code vix.Code, err error) bool {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return false
	}
	var transport *url.Error
	return code == vix.CodeFail || code == vix.CodeCannotConnectToHost || code == vix.CodeNetHTTPGeneric ||
		code == vix.CodeHostConnectionLost && !errors.As(err, &transport)
}

// rootText is the innermost error's text.
func rootText(err error) string {
	for {
		below := errors.Unwrap(err)
		if below == nil {
			return err.Error()
		}
		err = below
	}
}

// OrUnknown is text, or that there is none.
func OrUnknown(text string) string {
	if text == "" {
		return "(not named)"
	}
	return text
}
