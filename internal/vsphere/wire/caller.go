// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// caller carries every call to the host. It bounds each in time; it logs in
// again, once, when the host has forgotten the session, and repeats the call,
// which is safe for writes too, because a call that is not authenticated is not
// executed; and it repeats a call that the line swallowed where that does no
// harm (see safety): a read, or whatever never left this machine.
type caller struct {
	next    soap.RoundTripper
	timeout time.Duration
	login   func(context.Context) error
	typed   func(error) error
	log     *slog.Logger

	mu sync.Mutex
	// generation counts the logins, so that of many calls that find the session
	// expired only the first logs in.
	generation int
	// refused is set when logging in again failed; it is not tried twice.
	refused error
	// over is set when the connection ends: a straggler must not log in again, and
	// leave a session that nobody ends.
	over bool
	// renewing is the login under way.
	renewing *renewal
	// lost is since when no call has reached the host, zero while calls do; missed
	// is when the last did not.
	lost, missed time.Time
}

// renewal is a login that all who need it wait for.
type renewal struct {
	done chan struct{}
	end  outcome
}

// outcome is how an attempt at a call ended.
type outcome struct {
	err error
	// repeatable is set where the attempt may be repeated: the line failed, and
	// repeating does no harm.
	repeatable bool
	// doubtful is set where the line failed after the host may have begun.
	doubtful bool
}

func newCaller(next soap.RoundTripper, timeout time.Duration, login func(context.Context) error) *caller {
	return &caller{
		next: next, timeout: timeout, login: login,
		typed: func(err error) error { return err }, log: slog.New(slog.DiscardHandler),
	}
}

// The pauses between attempts; they double.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
)

// RoundTrip implements soap.RoundTripper.
func (c *caller) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	return c.typed(c.repeat(ctx, called(req), c.limit(req), func(ctx context.Context) outcome {
		empty(res)
		return c.attempt(ctx, req, res)
	}))
}

// repeat makes attempts at a call, by that name in the log, until one succeeds or must not be followed by
// another, or until limit.
func (c *caller) repeat(
	ctx context.Context, name string, limit time.Duration, attempt func(context.Context) outcome,
) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, tooSlowError{limit})
	defer cancel()
	c.resume()
	rest := firstPause
	var (
		broke error     // how the line failed before
		from  time.Time // and since when: another call may have reached the host meanwhile
	)
	for tries := 1; ; tries++ {
		o := attempt(ctx)
		since := c.note(o)
		switch {
		case o.err == nil:
			return nil
		case o.doubtful:
			return doubtfulError{o.err}
		case broke != nil && isTooSlow(o.err):
			// The time of the whole call has run out in this attempt. What kept the call from being answered is that the line broke.
			return persistentError{broke, tries, time.Since(from)}
		case !o.repeatable:
			return o.err
		}
		broke, from = o.err, since
		// The wait is one for all calls: a run of a thousand reads does not wait a
		// thousand times for a host that is down.
		if until := since.Add(c.timeout); time.Until(until) < rest || !before(ctx, rest) {
			return persistentError{o.err, tries, time.Since(since)}
		}
		c.log.WarnContext(ctx, "retry", "call", name, "attempt", tries, "pause", rest.String(), "error", WithoutSession(o.err))
		if Pause(ctx, rest); ctx.Err() != nil && !isTooSlow(context.Cause(ctx)) {
			return context.Cause(ctx)
		}
		rest = min(2*rest, longestPause)
	}
}

// before reports that ctx has more than d to go.
func before(ctx context.Context, d time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > d
}

// empty empties an answer: the first must not shine through the second.
func empty(res soap.HasFault) { reflect.ValueOf(res).Elem().SetZero() }

// Pause waits, or less if ctx ends.
func Pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// resume forgets an outage that nobody has met for longer than those who wait for
// its end would leave it alone: what comes now is another one.
func (c *caller) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.missed) > 2*longestPause {
		c.lost = time.Time{}
	}
}

// note keeps since when the line has been down.
func (c *caller) note(o outcome) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch _, _, isFault := faultOf(o.err); {
	case o.err == nil || isFault:
		c.lost = time.Time{}
	case o.repeatable:
		c.missed = time.Now()
		if c.lost.IsZero() {
			c.lost = c.missed
		}
	}
	return c.lost
}

// attempt makes one call, and once more if a new login was needed.
func (c *caller) attempt(ctx context.Context, req, res soap.HasFault) outcome {
	generation, refused := c.current()
	if refused != nil {
		return outcome{err: refused}
	}
	o := c.send(ctx, req, res)
	expired := sessionExpired(res, o.err)
	if o.err == nil && isEmpty(res) {
		// Hosts are known that answer so when the session has ended; a call that is
		// never empty tells.
		var now methods.CurrentTimeBody
		confirmed := c.send(ctx, &methods.CurrentTimeBody{Req: &types.CurrentTime{This: vim25.ServiceInstance}}, &now)
		if expired = sessionExpired(&now, confirmed.err); confirmed.err != nil && !expired {
			return confirmed
		}
	}
	if !expired || safetyOf(req) == farewell {
		return o
	}
	if o := c.loginAgain(ctx, generation); o.err != nil {
		return o
	}
	empty(res)
	return c.send(ctx, req, res)
}

// send makes one call.
func (c *caller) send(ctx context.Context, req, res soap.HasFault) outcome {
	traced, trip := watched(ctx)
	begun := time.Now()
	err := c.next.RoundTrip(traced, req, res)
	c.tell(ctx, called(req), begun, err)
	return trip.judge(ctx, err, safetyOf(req))
}

// tell logs a call that was answered, or was not.
func (c *caller) tell(ctx context.Context, name string, begun time.Time, err error) {
	fields := []any{"call", name, "ms", time.Since(begun).Milliseconds()}
	if err != nil {
		fields = append(fields, "error", WithoutSession(err))
	}
	c.log.DebugContext(ctx, "call", fields...)
}

// ofSession is how a host names what belongs to a session: with its key, which is as good
// as a password while it lasts.
var ofSession = regexp.MustCompile(`session\[[^\]]*\]`)

// WithoutSession is the text of an error for a log: without the keys of sessions.
func WithoutSession(err error) string { return ofSession.ReplaceAllString(err.Error(), "session") }

// called is a call as the log names it: the method, and what it is called on.
func called(req soap.HasFault) string {
	body := reflect.Indirect(reflect.ValueOf(req))
	name := strings.TrimSuffix(body.Type().Name(), "Body")
	if sent := reflect.Indirect(body.FieldByName("Req")); sent.IsValid() {
		if this, ok := reflect.TypeAssert[types.ManagedObjectReference](sent.FieldByName("This")); ok {
			name += " " + ofSession.ReplaceAllString(this.Value, "session")
		}
	}
	return name
}

// current is the number of the session in use.
func (c *caller) current() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.generation, c.refused
}

// loginAgain logs in unless somebody did since generation, or is about to.
func (c *caller) loginAgain(ctx context.Context, generation int) outcome {
	c.mu.Lock()
	if c.over {
		defer c.mu.Unlock()
		return outcome{err: context.Canceled}
	}
	if c.refused != nil || c.generation != generation {
		defer c.mu.Unlock()
		return outcome{err: c.refused}
	}
	login := c.renewing
	if login == nil {
		login = &renewal{done: make(chan struct{})}
		c.renewing = login
		go c.renew(context.WithoutCancel(ctx), login)
	}
	c.mu.Unlock()
	select {
	case <-login.done:
		return login.end
	case <-ctx.Done():
		return outcome{err: context.Cause(ctx)}
	}
}

// end lets nobody log in any more, and waits for who is just doing that.
func (c *caller) end(ctx context.Context) {
	c.mu.Lock()
	c.over = true
	login := c.renewing
	c.mu.Unlock()
	if login == nil {
		return
	}
	select {
	case <-login.done:
	case <-ctx.Done():
	}
}

// renew logs in, for all who wait: one caller's cancellation must not cost the
// others the session. A login that may have reached the host is not repeated,
// because hosts lock accounts.
func (c *caller) renew(ctx context.Context, r *renewal) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, tooSlowError{c.timeout})
	defer cancel()
	traced, trip := watched(ctx)
	err := c.login(traced)
	r.end = trip.judge(ctx, err, write)
	r.end.doubtful = false // nothing is in doubt: the call that needed it was not executed
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil:
		c.generation++
	case fault.Is(err, &types.InvalidLogin{}):
		c.refused = err
	}
	c.renewing = nil
	close(r.done)
}

// limit is how long a call may take; a wait gets its own time on top.
func (c *caller) limit(req soap.HasFault) time.Duration {
	wait, ok := req.(*methods.WaitForUpdatesExBody)
	if !ok || wait.Req == nil || wait.Req.Options == nil || wait.Req.Options.MaxWaitSeconds == nil {
		return c.timeout
	}
	return c.timeout + time.Duration(*wait.Req.Options.MaxWaitSeconds)*time.Second
}

// tooSlowError is a call that took longer than request_timeout.
type tooSlowError struct{ after time.Duration }

func (e tooSlowError) Error() string { return "no answer within " + e.after.String() }

func isTooSlow(err error) bool {
	_, slow := errors.AsType[tooSlowError](err)
	return slow
}

// isEmpty reports an answer to a read that names no object: nothing matched, or
// the host only seems to answer.
func isEmpty(res soap.HasFault) bool {
	switch body := res.(type) {
	case *briefBody:
		return body.Fault_ == nil && (body.First == nil || len(body.First.Objects) == 0) && body.Next == nil
	case *methods.RetrievePropertiesExBody:
		return body.Fault_ == nil && (body.Res == nil || body.Res.Returnval == nil || len(body.Res.Returnval.Objects) == 0)
	}
	return false
}

// sessionExpired reports that the host does not know the session any more. Reads
// say so in their MissingSet rather than by a fault.
func sessionExpired(res soap.HasFault, err error) bool {
	if err != nil {
		return fault.Is(err, &types.NotAuthenticated{})
	}
	if brief, ok := res.(*briefBody); ok {
		return brief.expired()
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
