// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// restarting is a host that goes down for a while: nothing listens, then a proxy
// without anything behind it answers 503, then the host is back and has forgotten
// every session.
type restarting struct {
	refuses, answers, back time.Time
	session                bool
	sent                   map[string]int
	logins                 int
}

func (r *restarting) RoundTrip(ctx context.Context, req, _ soap.HasFault) error {
	if now := time.Now(); now.Before(r.refuses) {
		return &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	} else if now.Before(r.answers) {
		had(ctx)
		ctx.Value(tripKey{}).(*trip).status.Store(503)
		return errors.New("503 Service Unavailable")
	} else if now.Before(r.back) {
		had(ctx)
		return io.EOF
	}
	had(ctx)
	if !r.session {
		return soap.WrapVimFault(&types.NotAuthenticated{})
	}
	if _, write := req.(*methods.UnregisterVMBody); write {
		r.sent["UnregisterVM"]++
	}
	return nil
}

func (r *restarting) login(ctx context.Context) error {
	had(ctx)
	r.logins++
	r.session = true
	return nil
}

// had tells the trace of a call that it has a connection.
func had(ctx context.Context) {
	if trace := httptrace.ContextClientTrace(ctx); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// A vCenter that restarts for 20 seconds is survived by reads, within the
// request_timeout of a minute; a write that reached it may have been carried out.
func TestVCenterRestartsFor20Seconds(t *testing.T) {
	for name, c := range map[string]struct {
		refuses, unavailable, resets time.Duration
		req, res                     soap.HasFault
		recovers                     bool
	}{
		"a read":                               {8 * time.Second, 8 * time.Second, 4 * time.Second, &methods.RetrievePropertiesExBody{}, &methods.RetrievePropertiesExBody{}, true},
		"a write that is never sent":           {20 * time.Second, 0, 0, &methods.UnregisterVMBody{}, &methods.UnregisterVMBody{}, true},
		"a write that a proxy may have passed": {8 * time.Second, 12 * time.Second, 0, &methods.UnregisterVMBody{}, &methods.UnregisterVMBody{}, false},
		"a write whose answer is lost":         {0, 0, 20 * time.Second, &methods.UnregisterVMBody{}, &methods.UnregisterVMBody{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				host := &restarting{sent: map[string]int{}}
				host.refuses = start.Add(c.refuses)
				host.answers = host.refuses.Add(c.unavailable)
				host.back = host.answers.Add(c.resets)
				err := newCaller(host, time.Minute, host.login).RoundTrip(t.Context(), c.req, c.res)
				took := time.Since(start)
				if c.recovers && (err != nil || took < 20*time.Second || took > 23*time.Second || host.logins != 1) {
					t.Errorf("after %v and %d logins: %v", took, host.logins, err)
				}
				if _, doubtful := errors.AsType[doubtfulError](err); !c.recovers && (!doubtful || took > 12*time.Second) {
					t.Errorf("after %v: %v; want an error that leaves open whether it was done", took, err)
				}
				if n := host.sent["UnregisterVM"]; n > 1 || safetyOf(c.req) == write && c.recovers != (n == 1) {
					t.Errorf("the write was carried out %d times", n)
				}
			})
		})
	}
}

// A host that stays down costs a run one request_timeout, however many calls it makes.
func TestAnOutageIsWaitedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		host := &restarting{refuses: start.Add(time.Hour)}
		c := newCaller(host, time.Minute, host.login)
		for range 100 {
			err := c.RoundTrip(t.Context(), &methods.FindAllByUuidBody{}, &methods.FindAllByUuidBody{})
			if _, ok := errors.AsType[persistentError](err); !ok || !errors.Is(err, syscall.ECONNREFUSED) {
				t.Fatalf("got %v", err)
			}
		}
		if took := time.Since(start); took > time.Minute {
			t.Errorf("100 calls waited %v", took)
		}
	})
}

func TestAnInterruptEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := &restarting{refuses: time.Now().Add(time.Hour)}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		err := newCaller(host, time.Minute, host.login).RoundTrip(ctx, &methods.FindAllByUuidBody{}, &methods.FindAllByUuidBody{})
		if took := time.Since(start); took != 10*time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

// A login whose answer is lost may have been refused: it is not repeated. One
// that was never sent is.
func TestALoginIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			reaches bool
			logins  int
		}{"its answer is lost": {true, 1}, "it is never sent": {false, 2}} {
			host := &restarting{}
			logins := 0
			login := func(ctx context.Context) error {
				if logins++; logins > 1 {
					return host.login(ctx)
				}
				if c.reaches {
					had(ctx)
				}
				return &net.OpError{Op: "read", Err: syscall.ECONNRESET}
			}
			err := newCaller(host, time.Minute, login).RoundTrip(t.Context(), &methods.FindAllByUuidBody{}, &methods.FindAllByUuidBody{})
			if logins != c.logins || (err == nil) != (c.logins == 2) {
				t.Errorf("%s: %d logins, %v", name, logins, err)
			}
		}
	})
}

// breaking is a host that cuts the line at first, and then says nothing, but to others.
type breaking struct {
	cuts   int
	others func()
}

func (b *breaking) RoundTrip(ctx context.Context, _, _ soap.HasFault) error {
	had(ctx)
	if b.cuts--; b.cuts >= 0 {
		return io.EOF
	}
	b.others()
	<-ctx.Done()
	return ctx.Err()
}

// Where the time of a call runs out in an attempt that is not the first, the error is what broke the others: the host is not slow. Where
// it is the first, it is.
func TestTimeThatRunsOutInALaterAttempt(t *testing.T) {
	for cuts, tries := range map[int]int{0: 0, 1: 2, 3: 4} {
		synctest.Test(t, func(t *testing.T) {
			host := &breaking{cuts: cuts}
			c := newCaller(host, 5*time.Second, nil)
			host.others = func() { c.note(outcome{}) }
			err := c.RoundTrip(t.Context(), &methods.FindAllByUuidBody{}, &methods.FindAllByUuidBody{})
			broke, persistent := errors.AsType[persistentError](err)
			if persistent != (tries > 0) || broke.tries != tries || errors.Is(err, io.EOF) != persistent || isTooSlow(err) == persistent {
				t.Errorf("after %d cuts: %v, %d tries", cuts, err, broke.tries)
			}
			if broke.lost > 5*time.Second {
				t.Errorf("the host has not answered for %v", broke.lost)
			}
		})
	}
}
