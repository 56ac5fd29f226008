// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"reflect"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// caller carries every call to the host: it bounds each in time and, when the
// host has forgotten the session, logs in again once and repeats the call. That
// is safe for writes too: a call that is not authenticated is not executed.
type caller struct {
	next    soap.RoundTripper
	timeout time.Duration
	login   func(context.Context) error

	mu sync.Mutex
	// generation counts the logins, so that of many calls that find the session
	// expired only the first logs in.
	generation int
	// refused is set when logging in again failed; it is not tried twice.
	refused error
}

func newCaller(next soap.RoundTripper, timeout time.Duration, login func(context.Context) error) *caller {
	return &caller{next: next, timeout: timeout, login: login}
}

// RoundTrip implements soap.RoundTripper.
func (c *caller) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	generation, refused := c.current()
	if refused != nil {
		return refused
	}
	err := c.bounded(ctx, req, res)
	if !sessionExpired(res, err) || isLogout(req) {
		return err
	}
	if err := c.again(ctx, generation); err != nil {
		return err
	}
	reflect.ValueOf(res).Elem().SetZero() // the first answer must not shine through the second
	return c.bounded(ctx, req, res)
}

// current is the number of the session in use.
func (c *caller) current() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation, c.refused
}

// again logs in unless somebody did since generation.
func (c *caller) again(ctx context.Context, generation int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refused != nil {
		return c.refused
	}
	if c.generation != generation {
		return nil
	}
	// A session that one caller's cancellation left half made would cost the
	// others theirs.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
	defer cancel()
	if err := c.login(ctx); err != nil {
		if fault.Is(err, &types.InvalidLogin{}) {
			c.refused = err
		}
		return err
	}
	c.generation++
	return nil
}

// bounded makes one call, no longer than the timeout; a wait gets its own time
// on top.
func (c *caller) bounded(ctx context.Context, req, res soap.HasFault) error {
	timeout := c.timeout
	if wait, ok := req.(*methods.WaitForUpdatesExBody); ok && wait.Req != nil && wait.Req.Options != nil &&
		wait.Req.Options.MaxWaitSeconds != nil {
		timeout += time.Duration(*wait.Req.Options.MaxWaitSeconds) * time.Second
	}
	bounded, cancel := context.WithTimeoutCause(ctx, timeout, tooSlowError{timeout})
	defer cancel()
	err := c.next.RoundTrip(bounded, req, res)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		return context.Cause(bounded)
	}
	return err
}

// tooSlowError is a call that took longer than request_timeout.
type tooSlowError struct{ after time.Duration }

func (e tooSlowError) Error() string { return "no answer within " + e.after.String() }

// sessionExpired reports that the host does not know the session any more. Reads
// say so in their MissingSet rather than by a fault.
func sessionExpired(res soap.HasFault, err error) bool {
	if err != nil {
		return fault.Is(err, &types.NotAuthenticated{})
	}
	body, ok := res.(*methods.RetrievePropertiesExBody)
	if !ok || body.Res == nil || body.Res.Returnval == nil {
		return false
	}
	for _, object := range body.Res.Returnval.Objects {
		for _, missing := range object.MissingSet {
			if _, ok := missing.Fault.Fault.(*types.NotAuthenticated); ok {
				return true
			}
		}
	}
	return false
}

func isLogout(req soap.HasFault) bool {
	_, ok := req.(*methods.LogoutBody)
	return ok
}
