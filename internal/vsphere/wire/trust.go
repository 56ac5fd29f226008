// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// connections bounds what one process opens to the host: Terraform's ten
// operations at a time, and the two that wait for tasks and log in again.
const connections = 12

// trust is how the server's certificate is judged.
type trust struct {
	insecure   bool
	roots      *x509.CertPool // nil: the system's
	thumbprint string
}

// newTrust reads the arguments on trust. A CA takes the place of the system's
// own, as in every client of vSphere: who names the authority of his vCenter does
// not want a hundred others to be able to stand in for it, and need not wait for
// them to be read. A thumbprint trusts that one certificate and no other, whoever
// signed it.
func newTrust(o vix.ConnectOptions) (trust, error) {
	t := trust{insecure: o.Insecure, thumbprint: normalThumbprint(o.Thumbprint)}
	if o.CA == "" {
		return t, nil
	}
	text, source := o.CA, "the text given"
	if !strings.Contains(text, "-----BEGIN") {
		source = o.CA
		data, err := os.ReadFile(o.CA)
		if err != nil {
			return t, &vix.Error{
				Op: "read the CA bundle", Object: o.CA, Code: vix.CodeFileError, Field: vix.FieldCA,
				Reason: "The file cannot be read: " + err.Error() + ".",
				Remedy: "Give the path of a PEM bundle, or the PEM text itself.", Cause: err,
			}
		}
		text = string(data)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(text)) {
		return t, &vix.Error{
			Op: "read the CA bundle", Object: "", Code: vix.CodeInvalidArg, Field: vix.FieldCA,
			Reason: "There is no PEM certificate in " + source + ".",
			Remedy: "Give the path of a PEM bundle, or the PEM text itself.",
		}
	}
	t.roots = roots
	return t, nil
}

// configure makes the client judge certificates by t and keep its connections.
func (t trust) configure(c *soap.Client) {
	transport := c.DefaultTransport()
	// govmomi's own dialer does not honour a context; net/http's does.
	transport.DialTLSContext = nil
	transport.TLSClientConfig = t.config()
	transport.OnProxyConnectResponse = judgeProxy
	transport.MaxIdleConns = connections
	transport.MaxIdleConnsPerHost = connections
	transport.MaxConnsPerHost = connections
	transport.IdleConnTimeout = 90 * time.Second
	c.Transport = statusNoted{drained{transport}}
}

// drained reads each answer to its end. An XML decoder stops at the last tag,
// before the last chunk, and net/http closes a connection whose answer was not
// read to the end rather than keep it.
type drained struct{ http.RoundTripper }

func (d drained) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = drainedBody{response.Body}
	}
	return response, err
}

type drainedBody struct{ io.ReadCloser }

// maxDrain bounds what is read for the connection's sake alone.
const maxDrain = 64 << 10

func (b drainedBody) Close() error {
	_, _ = io.CopyN(io.Discard, b.ReadCloser, maxDrain) // its error is Close's too
	return b.ReadCloser.Close()
}

func (t trust) config() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: t.roots}
	switch {
	case t.thumbprint != "":
		// The chain is not asked; the one certificate is compared instead.
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error {
			leaf := state.PeerCertificates[0]
			if t.thumbprint == soap.ThumbprintSHA256(leaf) || t.thumbprint == soap.ThumbprintSHA1(leaf) {
				return nil
			}
			return &thumbprintError{seen: leaf}
		}
	case t.insecure:
		config.InsecureSkipVerify = true
	}
	return config
}

// thumbprintError is a certificate other than the one that was trusted.
type thumbprintError struct{ seen *x509.Certificate }

func (e *thumbprintError) Error() string {
	return "the certificate's thumbprint is " + soap.ThumbprintSHA256(e.seen)
}

// normalThumbprint makes AA:BB:… of any way to write hexadecimal digits.
func normalThumbprint(text string) string {
	digits := strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(text))
	var pairs []string
	for ; len(digits) >= 2; digits = digits[2:] {
		pairs = append(pairs, digits[:2])
	}
	return strings.Join(pairs, ":")
}

// certificateError explains a refused certificate and shows the thumbprint that
// was seen; nil if err is about something else.
func certificateError(server string, err error) *vix.Error {
	e := &vix.Error{Op: "connect to", Object: server, Code: vix.CodeNetHTTPSSLSecurity, Cause: err}
	if mismatch, ok := errors.AsType[*thumbprintError](err); ok {
		e.Field = vix.FieldThumbprint
		e.Reason = fmt.Sprintf("The server shows another certificate than the one that is trusted. Its SHA-256 thumbprint is %s, "+
			"for %s, issued by %s.", soap.ThumbprintSHA256(mismatch.seen), mismatch.seen.Subject, mismatch.seen.Issuer)
		e.Remedy = "If the certificate was renewed, verify the new one on the server and trust that. " +
			"If it was not, somebody stands between you and the server."
		return e
	}
	var refused *tls.CertificateVerificationError
	if !errors.As(err, &refused) || len(refused.UnverifiedCertificates) == 0 {
		return nil
	}
	leaf := refused.UnverifiedCertificates[0]
	e.Field, e.Kind, e.Thumbprint = vix.FieldHostname, vix.ErrUntrusted, soap.ThumbprintSHA256(leaf)
	var (
		unknown x509.UnknownAuthorityError
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &name):
		e.Reason = fmt.Sprintf("The certificate is not for this name: %s.", name.Error())
		e.Remedy = "Use a name that the certificate holds."
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Reason = fmt.Sprintf("The certificate is not valid now: it is for %s to %s.",
			leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339))
		e.Remedy = "Renew it on the server."
	case errors.As(err, &unknown):
		e.Reason = fmt.Sprintf("The certificate is signed by an authority that is not trusted: %s.", leaf.Issuer)
		e.Remedy = "Trust the authority: a vCenter offers its certificate at https://" + server + "/certs/download.zip."
	default:
		e.Reason = "The certificate is refused: " + refused.Err.Error() + "."
		e.Remedy = "Renew it on the server."
	}
	return e
}
