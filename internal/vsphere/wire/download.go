// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
)

// NotGivenError is a file that the host answered it does not give.
type NotGivenError struct{ status int }

func (e NotGivenError) Error() string { return statusError{status: e.status}.Error() }

// Denied reports that the user lacks a privilege: hosts answer 401 to that, as they do
// to a session that has ended, and this one lives.
func (e NotGivenError) Denied() bool { return e.status == http.StatusUnauthorized }

// maxStatus is how often a file is asked for that the host answers with an HTTP
// status of its own: it may be overloaded, or the file is locked and will stay so.
const maxStatus = 3

// Download reads a file of at most limit bytes, and of a longer one a byte more.
// An error that the host gave for this file is a NotGivenError.
func (l *Line) Download(ctx context.Context, u *url.URL, limit int64) ([]byte, error) {
	session, _ := l.caller.current()
	text, err := l.download(ctx, u, limit)
	if refused, ok := errors.AsType[NotGivenError](err); !ok || refused.status != http.StatusUnauthorized {
		return text, err
	}
	// The session may have expired; a call logs in again, and then once more.
	if _, err := methods.GetCurrentTime(ctx, l.Client); err != nil {
		return nil, err
	}
	if now, _ := l.caller.current(); now == session {
		return nil, err
	}
	return l.download(ctx, u, limit)
}

func (l *Line) download(ctx context.Context, u *url.URL, limit int64) ([]byte, error) {
	var (
		text    []byte
		status  int
		answers int
	)
	err := l.caller.repeat(ctx, "GET "+u.Path, l.Options.RequestTimeout, func(ctx context.Context) outcome {
		traced, trip := watched(ctx)
		begun := time.Now()
		body, _, err := l.Client.Download(traced, u, &soap.DefaultDownload)
		if err == nil {
			text, err = io.ReadAll(io.LimitReader(body, limit+1))
			_ = body.Close()
		}
		l.caller.tell(ctx, "GET "+u.Path, begun, err)
		o := trip.judge(ctx, err, read)
		if status = int(trip.status.Load()); status >= http.StatusBadRequest {
			answers++
			o.repeatable = o.repeatable && answers < maxStatus
		}
		return o
	})
	if err != nil && status >= http.StatusBadRequest && ctx.Err() == nil {
		return nil, NotGivenError{status}
	}
	return text, l.Typed(err)
}
