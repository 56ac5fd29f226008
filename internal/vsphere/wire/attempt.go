// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync/atomic"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/xml"
)

// safety is what making a call twice may do.
type safety int

const (
	// write may change something twice: repeated only where the first attempt
	// never left this machine. Whatever is not known is one.
	write safety = iota
	// read does no harm, or makes what is of no use to anybody and ends with the session.
	read
	// once only reads, but its answer is given once: whoever uses it begins anew.
	once
	// farewell is not worth waiting for the host at all.
	farewell
)

func safetyOf(req soap.HasFault) safety {
	switch req.(type) {
	case *methods.LogoutBody:
		return farewell
	case *methods.ContinueRetrievePropertiesExBody, *methods.WaitForUpdatesExBody:
		return once
	case *methods.RetrievePropertiesExBody, *methods.RetrievePropertiesBody, *methods.RetrieveServiceContentBody,
		*methods.CurrentTimeBody,
		*methods.FindByDatastorePathBody, *methods.FindByInventoryPathBody, *methods.FindByUuidBody, *methods.FindAllByUuidBody,
		*methods.FindChildBody,
		*methods.HasPrivilegeOnEntityBody, *methods.HasPrivilegeOnEntitiesBody, *methods.HasUserPrivilegeOnEntitiesBody,
		*methods.FetchUserPrivilegeOnEntitiesBody,
		*methods.QueryEventsBody,
		*methods.ListProcessesInGuestBody, *methods.ListFilesInGuestBody, *methods.ReadEnvironmentVariableInGuestBody,
		*methods.ValidateCredentialsInGuestBody,
		// A URL that nobody uses ends by itself.
		*methods.InitiateFileTransferFromGuestBody, *methods.InitiateFileTransferToGuestBody,
		// Tasks that search and change nothing.
		*methods.SearchDatastore_TaskBody, *methods.SearchDatastoreSubFolders_TaskBody,
		// What belongs to the session alone.
		*methods.CreatePropertyCollectorBody, *methods.CreateFilterBody, *methods.CreateListViewBody:
		return read
	}
	return write
}

// trip is what became of one request on its way.
type trip struct {
	// had is set once there was a connection to send the request over. Before
	// that nothing of it can have reached the host.
	had atomic.Bool
	// status is the answer's, 0 without one.
	status atomic.Int32
}

type tripKey struct{}

// watched makes ctx tell what becomes of the request that it is for.
func watched(ctx context.Context) (context.Context, *trip) {
	t := &trip{}
	ctx = context.WithValue(ctx, tripKey{}, t)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { t.had.Store(true) },
	}), t
}

// statusNoted notes the status of each answer: the API's own errors do not tell it.
type statusNoted struct{ http.RoundTripper }

func (n statusNoted) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := n.RoundTripper.RoundTrip(r)
	if t, ok := r.Context().Value(tripKey{}).(*trip); ok && err == nil {
		t.status.Store(int32(response.StatusCode)) //nolint:gosec // three digits
	}
	return response, err
}

// judge says how an attempt at a call ended.
func (t *trip) judge(ctx context.Context, err error, k safety) outcome {
	if err == nil {
		return outcome{}
	}
	doubtful := k == write && t.had.Load()
	if ctx.Err() != nil {
		// Out of time, or interrupted: either way there is no time to repeat.
		if slow, ok := errors.AsType[tooSlowError](context.Cause(ctx)); ok {
			err = slow
		}
		return outcome{err: err, doubtful: doubtful}
	}
	if _, _, isFault := faultOf(err); isFault || soap.IsSoapFault(err) {
		return outcome{err: err}
	}
	status := int(t.status.Load())
	if status >= http.StatusInternalServerError {
		err = statusError{status, err}
	}
	if !lineFailed(err, status) {
		return outcome{err: err, doubtful: doubtful}
	}
	return outcome{err: err, repeatable: k == read || k != farewell && !t.had.Load(), doubtful: doubtful}
}

// lineFailed reports that an error is one of the connection rather than of what
// was asked, and that the same request may be answered a moment later.
func lineFailed(err error, status int) bool {
	if noted, ok := errors.AsType[statusError](err); ok {
		status = noted.status
	}
	if certificateError("", err) != nil {
		return false // it is refused, now and later
	}
	switch status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return !lookup.IsNotFound
	}
	if cut, ok := errors.AsType[*xml.SyntaxError](err); ok {
		return cut.Msg == "unexpected EOF"
	}
	_, network := errors.AsType[*net.OpError](err)
	_, header := errors.AsType[textproto.ProtocolError](err) // one that was cut
	return network || header || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// statusError is an answer with an HTTP status that no SOAP fault explains.
type statusError struct {
	status int
	err    error
}

func (e statusError) Error() string {
	return fmt.Sprintf("HTTP %d %s", e.status, http.StatusText(e.status))
}
func (e statusError) Unwrap() error { return e.err }

// persistentError is a failure of the line that lasted longer than a call may take.
type persistentError struct {
	error
	tries int
	lost  time.Duration
}

func (e persistentError) Unwrap() error { return e.error }

// doubtfulError is a failure of the line after the host may have begun a write.
type doubtfulError struct{ error }

func (e doubtfulError) Unwrap() error { return e.error }

// Lost reports that a call may have been carried out although its answer never came.
func Lost(err error) bool {
	_, lost := errors.AsType[doubtfulError](err)
	return lost
}

// LineFailed reports that an error is one of the connection rather than of what
// was asked.
func LineFailed(err error) bool { return err != nil && lineFailed(err, 0) }

// CertificateRefused reports that the host shows a certificate that is not trusted.
func CertificateRefused(err error) bool { return certificateError("", err) != nil }
