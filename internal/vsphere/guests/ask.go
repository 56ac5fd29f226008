// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The pauses before an agent is asked again; they grow by half. An agent takes no more than some three calls a
// second.
const (
	firstRest   = 350 * time.Millisecond
	longestRest = 5 * time.Second
)

// repeats is what becomes of a call whose answer got lost.
type repeats bool

const (
	again repeats = true  // it does nothing twice, and is made again
	once  repeats = false // who made it finds out what came of it
)

// ask has the agent do something, again while it is busy or starting: it has begun nothing then. Every call that says the login goes
// by here, so that one that was refused is not tried again.
func (g *Guest) ask(ctx context.Context, lost repeats, call func(context.Context) error) (err error) {
	begun := time.Now()
	var loss losses
	ended := func(*error) {}
	defer func() { ended(&err) }()
	for rest := firstRest; ; rest = min(rest*3/2, longestRest) {
		err = g.attempts.try(ctx, g.login.Patience, call)
		switch {
		case err == nil || ctx.Err() != nil && !wire.GuestBusy(err):
			return err
		case wire.GuestBusy(err) && g.vm.ToolsState == vix.ToolsNotInstalled:
			return g.noTools(err)
		case !wire.GuestBusy(err) && (lost == once || !wire.Lost(err)), g.tooLong(&loss, err):
			return err
		}
		if patience := g.login.Patience; patience > 0 && time.Since(begun)+rest > patience {
			return g.stillBusy(err, time.Since(begun))
		}
		if rest == firstRest {
			ended = g.line.Waiting(ctx, "wait", "wait", g.ref.Value, "for", "an agent in the guest that takes orders")
		}
		if wire.Pause(ctx, rest); errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return g.stillBusy(err, time.Since(begun))
		} else if ctx.Err() != nil {
			return g.line.Typed(ctx.Err())
		}
	}
}

// losses is since when answers get lost.
type losses struct{ since time.Time }

// tooLong reports that answers have been getting lost for longer than a call may take: that line is not waited for.
func (g *Guest) tooLong(l *losses, err error) bool {
	if !wire.Lost(err) {
		l.since = time.Time{}
		return false
	}
	if l.since.IsZero() {
		l.since = time.Now()
	}
	return time.Since(l.since) > g.line.Options.RequestTimeout
}

// stillBusy is the error of an agent that takes no orders for all the time that there is.
func (g *Guest) stillBusy(err error, waited time.Duration) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || !wire.GuestBusy(err) {
		return err
	}
	late := *e
	late.Kind, late.Cause, late.Doubt = vix.ErrGuestBusy, err, false
	late.Reason = fmt.Sprintf("The agent in the guest has not taken the order for %s. Nothing was begun. %s",
		waited.Round(100*time.Millisecond), e.Reason)
	return &late
}

// noTools is the error of a guest that has no agent, for which nobody need wait.
func (g *Guest) noTools(err error) error {
	return &vix.Error{
		Code: vix.CodeToolsNotRunning, Kind: vix.ErrToolsNeeded, Fault: wire.FaultOf(err), Cause: err,
		Reason: "VMware Tools are not installed in the guest, so that nothing can be done there.", Remedy: "Install VMware Tools.",
	}
}

// failed gives an error the operation that it is of, and the words of a guest.
func (g *Guest) failed(err error) error { return g.failedAt("", err) }

// failedAt is failed, at a path in the guest; empty where it is about none.
func (g *Guest) failedAt(path string, err error) error {
	if err == nil {
		return nil
	}
	what := g.what
	if path != "" {
		what.Object = fmt.Sprintf("%s in the guest of %s", path, what.Object)
	}
	typed := g.line.Failed(what, err)
	e, ok := errors.AsType[*vix.Error](typed)
	if !ok {
		return typed
	}
	g.inGuestsWords(e, err)
	return typed
}

// inGuestsWords corrects what a fault means at a host, where a guest gave it.
func (g *Guest) inGuestsWords(e *vix.Error, err error) {
	var (
		none     *types.FileNotFound
		exists   *types.FileAlreadyExists
		access   *types.CannotAccessFile
		locked   *types.FileLocked
		full     *types.NoDiskSpace
		disabled *types.OperationDisabledByGuest
		not      *types.OperationNotSupportedByGuest
	)
	switch {
	case e.Kind == vix.ErrRunUnknown, e.Kind == vix.ErrRunUnended: // what they were met by is said already
	case e.Kind == vix.ErrGuestLoginRefused && g.login.Ticket != "":
		e.Code = vix.CodeCannotAuthenticateWithGuest
		e.Reason = "The guest refuses the ticket: it has ended, or was given back, or is another guest's."
		e.Remedy = "Take another ticket."
	case e.Kind == vix.ErrGuestLoginRefused:
		e.Reason = fmt.Sprintf("The guest refuses the login %s. It was tried once and is not repeated, because guests lock accounts.",
			g.login)
	case as(err, &none):
		e.Reason = fmt.Sprintf("There is no %s in the guest.", none.File)
	case as(err, &exists):
		e.Kind, e.Reason = vix.ErrGuestFileExists, fmt.Sprintf("There is a file already in the guest: %s.", exists.File)
	case as(err, &access):
		e.Reason, e.Remedy = fmt.Sprintf("The user of the guest may not use %s.", access.File), "Look at its permissions in the guest."
	case as(err, &locked):
		e.Reason, e.Remedy = fmt.Sprintf("A program in the guest has it open: %s.", locked.File), ""
	case as(err, &full):
		e.Reason, e.Remedy = "A disk of the guest is full.", "Free some space in the guest."
	case as(err, &disabled) && g.prohibited:
		e.Code = vix.CodeGuestOperationsProhibited
	case as(err, &not) && g.login.Interactive:
		e.Code = vix.CodeInteractiveSessionNotPresent
		e.Reason = fmt.Sprintf("The work is to be done in the desktop session of the user, and the guest has none %s now.", g.login)
		e.Remedy = "Log the user in at the guest's console, or work without a desktop."
	}
}

// as is fault.As for its truth alone.
func as[T any](err error, target *T) bool {
	_, ok := fault.As(err, target)
	return ok
}
