// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The pauses between looks at a program that runs; they grow by a third.
const (
	firstLook   = 300 * time.Millisecond
	longestLook = 10 * time.Second
)

// follow waits for the end of a program that was started.
func (r *run) follow(ctx context.Context, t *told) (_ *vix.GuestResult, err error) {
	r.began = t.startedAt
	if t.ended {
		return r.result(ctx, t)
	}
	if !r.NoWait {
		defer r.line.Waiting(ctx, "wait", "wait", r.ref.Value, "for", "the end of the program "+r.mark)(&err)
	}
	known := false
	for rest, misses := firstLook, 0; ; rest = min(rest*4/3, longestLook) {
		p, err := r.process(ctx, r.pid)
		if err != nil {
			return nil, r.interrupted(ctx, err)
		}
		if p != nil {
			r.pid, r.began = p.Pid, p.StartTime
			if !known {
				known = true
				r.begun(*p)
			}
			if r.NoWait {
				return &vix.GuestResult{VM: r.vm, PID: r.pid}, nil
			}
		}
		if p == nil || p.EndTime != nil {
			end, err := r.end(ctx, p)
			if end != nil || err != nil {
				return end, err
			}
			// It may be about to tell, or be a process with another number: nobody else has its mark.
			if r.pid, misses = 0, misses+1; misses >= maxMisses {
				return nil, r.unknown(errVanished)
			}
		}
		if wire.Pause(ctx, rest); ctx.Err() != nil {
			return nil, r.interrupted(ctx, r.line.Typed(ctx.Err()))
		}
	}
}

// process is the wrapper's: what it runs may have the mark in its command line too.
func (r *run) process(ctx context.Context, pid int64) (*types.GuestProcessInfo, error) {
	return r.marked(ctx, pid, r.mark+r.os.separator()+"run")
}

// maxMisses is how often a program is looked for that was started and is not there.
const maxMisses = 3

var errVanished = &vix.Error{
	Code: vix.CodeNoSuchProcess,
	Reason: "The guest has no such process any more, and it left no word of its end: the guest was restarted, or somebody ended " +
		"the process.",
}

// end is what came of a program whose process has ended, or is not there; nil if nothing tells.
func (r *run) end(ctx context.Context, p *types.GuestProcessInfo) (*vix.GuestResult, error) {
	t, err := r.look(ctx)
	if err != nil {
		return nil, r.interrupted(ctx, err)
	}
	switch {
	case t != nil && t.ended:
		if p != nil && p.EndTime != nil {
			t.startedAt, t.endedAt = p.StartTime, *p.EndTime
		}
		return r.result(ctx, t)
	case p == nil || p.ExitCode < 0 || p.ExitCode == noPermit:
		return nil, nil
	case r.NoWait:
		return &vix.GuestResult{VM: r.vm, PID: p.Pid}, nil
	case t == nil && r.Capture:
		return nil, r.unknown(&vix.Error{
			Code:   vix.CodeFileNotFound,
			Reason: fmt.Sprintf("It ended with the exit code %d; what it wrote is gone from the guest.", p.ExitCode),
		})
	case t == nil:
		t = &told{}
	}
	// The disk was full, say, and the agent remembers it.
	t.startedAt, t.endedAt, t.code = p.StartTime, *p.EndTime, int(p.ExitCode)
	return r.result(ctx, t)
}

// byProcess looks for a program of an earlier attempt that has left no folder.
func (r *run) byProcess(ctx context.Context) (*vix.GuestResult, error) {
	p, err := r.process(ctx, 0)
	if err != nil {
		return nil, r.unknown(err)
	}
	if p == nil {
		return nil, r.unknown(errVanished)
	}
	return r.follow(ctx, &told{started: true})
}

// begun tells of a program that is known to run.
func (r *run) begun(p types.GuestProcessInfo) {
	r.tell(fmt.Sprintf("the program runs as process %d", p.Pid))
	if r.Started != nil {
		r.Started(running(p))
	}
}

// result is what came of a program that has ended, with what it wrote.
func (r *run) result(ctx context.Context, t *told) (*vix.GuestResult, error) {
	out := &vix.GuestResult{VM: r.vm, PID: r.pid, Ended: true, ExitCode: t.code, Elapsed: max(0, t.endedAt.Sub(t.startedAt))}
	if r.NoWait {
		return &vix.GuestResult{VM: r.vm, PID: r.pid}, nil
	}
	if (t.code == 126 || t.code == 127) && r.windowsLineEnds(ctx) {
		return nil, notBegunError{&vix.Error{
			Code: vix.CodeProgramNotStarted, Remedy: "Write it with line feeds alone.",
			Reason: fmt.Sprintf("%s is a script with Windows line ends (CR LF), so that the guest finds no interpreter of the name in its "+
				"first line.", r.Program),
		}}
	}
	for _, o := range []struct {
		name string
		size int64
		to   *[]byte
		cut  *bool
	}{{stdoutName, t.stdout, &out.Stdout, &out.StdoutCut}, {stderrName, t.stderr, &out.Stderr, &out.StderrCut}} {
		*o.to = []byte{}
		if !r.Capture || o.size == 0 {
			continue
		}
		var text bytes.Buffer
		info, err := r.get(ctx, r.os.join(r.folder, o.name), &text, vix.GuestOutputLimit)
		if err != nil {
			return nil, r.interrupted(ctx, &vix.Error{
				Code: vix.CodeOf(err), Cause: err,
				Reason: fmt.Sprintf("It ended with the exit code %d, and what it wrote could not be fetched. ", t.code) + reasonOf(err),
			})
		}
		*o.to, *o.cut = text.Bytes(), info.Size > vix.GuestOutputLimit
	}
	return out, nil
}

func reasonOf(err error) string {
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

// interrupted is the error of a program that nobody waits for any more. One whose time ran out is ended. Where an attempt was
// noted, the next one waits for the program of one that was cancelled; otherwise it is ended too.
func (r *run) interrupted(ctx context.Context, why error) error {
	late, cancelled := errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(ctx.Err(), context.Canceled)
	if noted := r.Sending != nil; r.NoWait || !late && (!cancelled || noted) {
		return r.unknown(why)
	}
	within, cancel := afterwards(ctx)
	defer cancel()
	if err := r.stop(within); err != nil {
		return r.unknown(&vix.Error{
			Code: vix.CodeCancelled, Cause: err, Reason: "Its time ran out, and it could not be ended in the guest. " + reasonOf(err),
		})
	}
	e := &vix.Error{
		Code: vix.CodeCancelled, Kind: vix.ErrRunUnended, Cause: why,
		Reason: fmt.Sprintf("The program (process %d) had not ended when the time of this operation ran out. It was ended in the guest.",
			r.pid),
	}
	if cancelled {
		e.Kind = vix.ErrPassing
		e.Reason = fmt.Sprintf("The operation was interrupted. The program (process %d) was ended in the guest.", r.pid)
	}
	return e
}

// stop ends the program with all that it has started, and sees that it has ended.
func (r *run) stop(ctx context.Context) error {
	if r.pid == 0 {
		p, err := r.process(ctx, 0)
		if err != nil || p == nil {
			return errors.Join(err, errVanished)
		}
		r.pid = p.Pid
	}
	r.tell("ending the program")
	if r.os.windows {
		// A process of Windows leaves behind what it has started.
		_, _ = r.start(ctx, types.GuestProgramSpec{
			ProgramPath: `C:\Windows\System32\taskkill.exe`, Arguments: fmt.Sprintf("/T /F /PID %d", r.pid),
		})
	}
	if err := r.terminate(ctx, r.pid); err != nil {
		return err
	}
	for rest := firstLook; ; {
		p, err := r.process(ctx, r.pid)
		if err != nil || p == nil || p.EndTime != nil {
			return err
		}
		if wire.Pause(ctx, rest); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
