// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

// Package wire is the line to a vCenter or ESXi: login, session, retries,
// certificates, files, and property reads with their pages. What goes wrong on it
// is a *vix.Error from here on; who called says of what operation.
package wire

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/session/cache"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Line is a connection that is logged in.
type Line struct {
	Options  vix.ConnectOptions
	Endpoint *url.URL
	// Client makes calls; their errors are of type *vix.Error.
	Client *vim25.Client
	// User is who the host says is logged in.
	User types.UserSession
	// Life ends with Close: what runs for several callers at once hangs on it
	// rather than on one caller's context.
	Life context.Context //nolint:containedctx // it is the connection's own

	caller    *caller
	transfers transfers
	unknown   unknown
	sessions  *cache.Session
	end       context.CancelFunc
	once      sync.Once
}

// Step is a step of an operation: what its errors say was tried, and on what.
type Step struct{ Op, Object string }

// To is the step to do op to object.
func To(op, object string) Step { return Step{Op: op, Object: object} }

// Dial connects and logs in, once: a refused login is not repeated, because hosts
// lock accounts.
func Dial(ctx context.Context, options vix.ConnectOptions) (*Line, error) {
	if options.RequestTimeout <= 0 {
		options.RequestTimeout = vix.DefaultRequestTimeout
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	endpoint, err := parseEndpoint(options)
	if err != nil {
		return nil, err
	}
	trust, err := newTrust(options)
	if err != nil {
		return nil, err
	}
	l := &Line{Options: options, Endpoint: endpoint, Client: new(vim25.Client)}
	l.transfers.trust = trust

	// The cache reads, checks and writes sessions in govmomi's own format; with
	// Passthrough it is a plain login.
	l.sessions = &cache.Session{
		URL:         withUser(endpoint, url.UserPassword(options.Username, options.Password)),
		Insecure:    options.Insecure,
		Passthrough: !options.SessionCache,
		DirSOAP:     sessionFolder(),
		LoginSOAP: func(ctx context.Context, c *vim25.Client) error {
			if err := l.supported(c.ServiceContent.About); err != nil {
				return err
			}
			return l.login(ctx, c)
		},
	}
	dialCtx, cancel := context.WithTimeout(ctx, options.RequestTimeout)
	defer cancel()
	dialCtx, trip := watched(dialCtx)
	begun := time.Now()
	err = l.open(dialCtx, trip, func(c *soap.Client) error {
		trust.configure(c)
		c.UserAgent = options.UserAgent
		return nil
	})
	if err != nil {
		// A host that is down from the start is not waited for.
		return nil, l.connectError(trip.judge(dialCtx, err, farewell).err)
	}
	options.Log.InfoContext(ctx, "connected", "host", endpoint.Host, "ms", time.Since(begun).Milliseconds())
	if l.User.UserName == "" {
		if err := l.supported(l.Client.ServiceContent.About); err != nil {
			return nil, err
		}
		if err := l.adoptCachedSession(dialCtx); err != nil {
			return nil, l.connectError(err)
		}
	}
	l.caller = newCaller(l.Client.Client, options.RequestTimeout, func(ctx context.Context) error {
		bare := *l.Client
		bare.RoundTripper = l.Client.Client
		return l.login(ctx, &bare)
	})
	l.caller.typed, l.caller.log = l.Typed, options.Log
	l.Client.RoundTripper = l.caller
	l.Life, l.end = context.WithCancel(context.WithoutCancel(ctx))
	return l, nil
}

// login logs in with the user's name and password, and remembers who the host
// says that is. It is session.Manager.Login, which keeps that answer to itself.
func (l *Line) login(ctx context.Context, c *vim25.Client) error {
	response, err := methods.Login(ctx, c, &types.Login{
		This: *c.ServiceContent.SessionManager, UserName: l.Options.Username, Password: l.Options.Password, Locale: session.Locale,
	})
	if err == nil && l.User.UserName == "" { // a later login is the same user's
		l.User = response.Returnval
	}
	return err
}

// Close ends the connection, once: it logs out, unless the login is kept for the
// next process. Such a session keeps what it was given; tidy takes it back.
func (l *Line) Close(ctx context.Context, tidy func(context.Context)) error {
	var err error
	l.once.Do(func() {
		l.end()
		l.caller.end(ctx)
		if l.Options.SessionCache {
			tidy(ctx)
			if logins, _ := l.caller.current(); logins > 0 {
				err = l.keep(ctx) // the cached one ended; the next run has this one
			}
		} else {
			err = session.NewManager(l.Client).Logout(ctx)
			if fault.Is(err, &types.NotAuthenticated{}) {
				err = nil // the session has ended already
			}
		}
		l.Client.CloseIdleConnections()
		l.transfers.close()
	})
	return l.Failed(To("log out of", l.Endpoint.Host), err)
}

// Waiting tells the log that a wait of a name begins, and by the fields what it is for: one that hangs must show there.
// What it gives tells of the end.
func (l *Line) Waiting(ctx context.Context, name string, fields ...any) (ended func(err *error)) {
	l.Options.Log.DebugContext(ctx, "waiting", fields...)
	begun := time.Now()
	return func(err *error) {
		fields = append(fields, "ms", time.Since(begun).Milliseconds())
		if *err != nil {
			fields = append(fields, "error", WithoutSession(*err))
		}
		l.Options.Log.DebugContext(ctx, name, fields...)
	}
}

// Typed makes a *vix.Error of what went wrong on the line. It does not know of what
// operation; Failed says that.
func (l *Line) Typed(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*vix.Error](err); ok {
		return err
	}
	e := &vix.Error{Cause: err}
	method, text, ok := faultOf(err)
	if refused := certificateError(l.Endpoint.Host, err); !ok && refused != nil {
		return refused
	}
	if !ok {
		transportError(e, l.Endpoint.Host, err)
		return e
	}
	l.Explain(e, method, text)
	return e
}

// Failed gives an error the step that failed, unless it has one. A wait that was
// interrupted was on no line, and becomes a *vix.Error here.
func (l *Line) Failed(step Step, err error) error {
	typed := l.Typed(err)
	e, ok := errors.AsType[*vix.Error](typed)
	if !ok || e.Op != "" {
		return typed
	}
	named := *e
	named.Op, named.Object = step.Op, step.Object
	if outer, is := err.(*vix.Error); !is || outer != e { //nolint:errorlint // what is around it must not be lost
		named.Cause = err
	}
	return &named
}
