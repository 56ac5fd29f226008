// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// run is a program that is to run once in a guest.
type run struct {
	*Guest
	vix.GuestRun

	// mark tells the run from all others: it is the name of its folder.
	mark, folder string
	// there is set once the folder is, uploaded where this attempt has put into it what it needs.
	there, uploaded bool
	// sent is set once the host was asked to start it.
	sent bool
	pid  int64
	// began is told with the outcome, by the guest's clock; zero while it is not known.
	began time.Time
}

// Run runs a program or a script, once: StartProgramInGuest, ListProcessesInGuest.
func (g *Guest) Run(ctx context.Context, spec vix.GuestRun) (*vix.GuestResult, error) {
	r := &run{Guest: g, GuestRun: spec, mark: "vix-" + cmp.Or(spec.Token, rand.Text())}
	if err := r.check(); err != nil {
		return nil, g.failed(err)
	}
	result, err := r.carryOut(ctx)
	if err != nil {
		err = g.failed(r.judged(err))
		if e, ok := errors.AsType[*vix.Error](err); ok && e.Doubt {
			return nil, err // what is there tells the next attempt
		}
	}
	if r.there && (!spec.NoWait || err != nil) {
		r.clear(ctx)
	}
	return result, err
}

// carryOut finds out what earlier attempts have left, starts the program if nothing has, and follows it to its end.
func (r *run) carryOut(ctx context.Context) (*vix.GuestResult, error) {
	t, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	if t == nil {
		return r.byProcess(ctx)
	}
	for starts := 1; !t.started; starts++ {
		if t.permit != 0 {
			// An earlier request to start it may still be on its way: it is voided, or has won.
			if t, err = r.settle(ctx, t.permit); err != nil {
				return nil, err
			}
			continue
		}
		if starts > maxStarts {
			return nil, &vix.Error{
				Code: vix.CodeProgramNotStarted, Kind: vix.ErrGuestBusy,
				Reason: fmt.Sprintf("The host was asked %d times to start the program, its answer got lost each time, and the "+
					"program was not started.", maxStarts),
			}
		}
		if t, err = r.launch(ctx, t.last+1); err != nil {
			return nil, err
		}
	}
	return r.follow(ctx, t)
}

// maxStarts is how often in all a program is to be started whose start is proved not to have happened.
const maxStarts = 5

// open makes the folder of the run, or reads what an earlier attempt has left in it. Nil is an attempt that has left none.
func (r *run) open(ctx context.Context) (*told, error) {
	places, err := r.places(ctx)
	if err != nil {
		return nil, err
	}
	if !r.Attempt.IsZero() {
		r.tell("looking for what an earlier attempt has left in the guest")
		return r.find(ctx, places)
	}
	if err := r.startable(ctx); err != nil {
		return nil, err
	}
	return r.make(ctx, places)
}

// launch has the program started, as the start of a number. What it gives is what has become of that.
func (r *run) launch(ctx context.Context, n int) (*told, error) {
	spec, err := r.prepare(ctx, n)
	if err != nil {
		return nil, err
	}
	if r.Sending != nil {
		now, err := r.now(ctx)
		if err == nil {
			err = r.Sending(now)
		}
		if err != nil {
			return nil, err
		}
	}
	r.tell("starting the program")
	r.sent = true
	r.pid, err = r.start(ctx, spec)
	if err == nil {
		return &told{last: n, started: true}, nil
	}
	if e, ok := errors.AsType[*vix.Error](err); !ok || !wire.Lost(err) && !e.Doubt {
		return nil, err // it was refused
	}
	r.tell("the answer got lost: finding out whether the program was started")
	within, cancel := ctx, func() {}
	if ctx.Err() != nil {
		within, cancel = afterwards(ctx)
	}
	defer cancel()
	t, failed := r.settle(within, n)
	switch {
	case failed != nil:
		return nil, r.unknown(failed)
	case !t.started && (ctx.Err() != nil || !wire.Lost(err)):
		return nil, notBegun{err}
	}
	return t, nil
}

// notBegun is an error of which it is proved that it has begun nothing.
type notBegun struct{ error }

func (e notBegun) Unwrap() error { return e.error }

// judged takes the doubt from an error that has begun nothing.
func (r *run) judged(err error) error {
	none, proved := errors.AsType[notBegun](err)
	if e, ok := errors.AsType[*vix.Error](err); ok && e.Doubt && (proved || !r.sent && r.Attempt.IsZero()) {
		clean := *e
		clean.Doubt = false
		clean.Cause = err
		if proved {
			clean.Reason += " The program was not started."
		}
		return &clean
	}
	if proved {
		return none.error
	}
	return err
}

// settle finds out what has become of a start whose answer got lost. The permit is taken back: either that succeeds, and the
// program cannot be started by it any more, or it was taken already.
func (r *run) settle(ctx context.Context, n int) (*told, error) {
	if t, err := r.aboutToStart(ctx); t != nil || err != nil {
		return t, err
	}
	permit, void := r.numbered(permitName, n), r.numbered(voidName, n)
	for {
		err := r.moveFolder(ctx, permit, void)
		var none *types.FileNotFound
		switch {
		case err == nil:
			return &told{last: n}, nil
		case as(err, &none):
			t, err := r.look(ctx)
			if err == nil && t == nil {
				err = &vix.Error{Code: vix.CodeFileNotFound, Doubt: true, Reason: "The folder " + r.folder + " of the run has gone from the guest."}
			}
			return t, err
		case !wire.Lost(err) || ctx.Err() != nil:
			return nil, err
		}
		wire.Pause(ctx, firstRest)
	}
}

// aboutToStart waits a little for a wrapper that runs, and has not come to the program yet; nil if there is none.
func (r *run) aboutToStart(ctx context.Context) (*told, error) {
	for range maxMisses {
		p, err := r.process(ctx, 0)
		if err != nil || p == nil || p.EndTime != nil {
			return nil, err
		}
		t, err := r.look(ctx)
		if err != nil || t != nil && t.started {
			return t, err
		}
		wire.Pause(ctx, firstLook)
	}
	return nil, nil
}

func (r *run) numbered(name string, n int) string { return r.os.join(r.folder, fmt.Sprint(name, n)) }

// tell tells of progress.
func (r *run) tell(what string) {
	if r.Progress != nil {
		r.Progress(r.vm, what)
	}
}

// unknown is the error of a run of which nothing tells how it ended.
func (r *run) unknown(why error) error {
	e := &vix.Error{
		Code: vix.CodeOf(why), Kind: vix.ErrRunUnknown, Doubt: true, Cause: why, Fault: wire.FaultOf(why),
		Reason: "The program may have been started, and whether it ran, or how it ended, is not known.",
		Remedy: "Look in the guest for what it does or has done, before it is run again.",
	}
	switch {
	case r.pid != 0 && !r.began.IsZero():
		e.Reason = fmt.Sprintf("The program was started (process %d, at %s by the guest's clock), and how it ended is not known.",
			r.pid, r.began.UTC().Format(time.RFC3339))
	case r.pid != 0:
		e.Reason = fmt.Sprintf("The program was started (process %d), and how it ended is not known.", r.pid)
	case !r.began.IsZero():
		e.Reason = fmt.Sprintf("The program was started (at %s by the guest's clock), and how it ended is not known.", r.began.UTC().Format(time.RFC3339))
	case !r.Attempt.IsZero():
		e.Reason = fmt.Sprintf("An earlier attempt at %s may have started the program, and whether it ran, or how it ended, is not known.",
			r.Attempt.Begun.UTC().Format(time.RFC3339))
	}
	if below, ok := errors.AsType[*vix.Error](why); ok && below.Reason != "" {
		e.Reason += " " + below.Reason
	}
	e.Reason += fmt.Sprintf(" What the guest still has of it is in %s.", r.folder)
	return e
}
