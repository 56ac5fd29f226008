// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const (
	// maxCalls is how often what may pass is asked for, in all.
	maxCalls = 5
	// firstPause is the pause before the second call; each one is twice the one before it, up to longestPause.
	firstPause, longestPause = 500 * time.Millisecond, 2 * time.Second
	// atOnce is how many processes run at a time. Each of them loads the product's libraries.
	atOnce = 4
	// afterEnd is how long what a process has started may keep the pipes after it has ended.
	afterEnd = 2 * time.Second
)

// Runner runs vmrun.
type Runner struct {
	path, kind string
	// timeout bounds a process that changes nothing.
	timeout time.Duration
	pause   time.Duration
	mask    secret.Mask
	log     *slog.Logger

	slots chan struct{}
	vms   busy

	life    context.Context
	end     context.CancelFunc
	closing sync.Mutex
}

// New makes a Runner of the vmrun at a path, for a kind of host as -T names it: ws, player, fusion. A process that
// changes nothing ends after timeout. What mask hides is not shown, whoever has printed it. The log is told of
// each process, and never of an argument but the VM.
func New(path, kind string, timeout time.Duration, log *slog.Logger, mask secret.Mask) *Runner {
	r := &Runner{
		path: path, kind: kind, timeout: timeout, log: log, pause: firstPause, slots: make(chan struct{}, atOnce), mask: mask,
	}
	r.life, r.end = context.WithCancel(context.Background())
	return r
}

// Close ends what runs, and waits for that until ctx is done.
func (r *Runner) Close(ctx context.Context) error {
	r.end()
	r.closing.Lock() // two that each have some of the slots would wait for ever
	defer r.closing.Unlock()
	for range atOnce { // whoever has every slot knows that nothing runs
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-ctx.Done():
			return fmt.Errorf("a vmrun has not ended: %w", ctx.Err())
		}
	}
	return nil
}

// Call is a command of vmrun.
type Call struct {
	Command string
	// VM is the canonical path of the .vmx that it is about; empty for none. One command at a time is about a VM.
	VM string
	// Args stand behind the VM.
	Args []string
	// Password is that of an encrypted VM; empty for others.
	Password string
	// Changes is set where the command changes something: then its time is the context's alone.
	Changes bool
}

// argv is the argument vector: flags first. It holds passwords, and nobody logs it.
func (r *Runner) argv(c Call) []string {
	args := []string{"-T", r.kind}
	if c.Password != "" {
		args = append(args, "-vp", c.Password)
	}
	args = append(args, c.Command)
	if c.VM != "" {
		args = append(args, c.VM)
	}
	return append(args, c.Args...)
}

// Do runs a command and gives what it printed. What may pass is tried again, everything else once. The error is a
// *AnswerError where vmrun has answered, else an error of the context or of the operating system.
func (r *Runner) Do(ctx context.Context, c Call) (string, error) {
	r.log.DebugContext(ctx, "waiting", "command", c.Command, "vm", c.VM) // one that hangs ends late, or never
	unlock, err := r.vms.hold(ctx, c.VM)
	if err != nil {
		return "", err
	}
	defer unlock()
	pause := r.pause
	for calls := 1; ; calls++ {
		begun := time.Now()
		out, err := r.once(ctx, r.argv(c), c.Changes)
		r.tell(ctx, c, calls, begun, out, err)
		if err != nil {
			return "", err
		}
		if !out.failed() {
			return out.text, nil
		}
		if m := meaningOf(out); m == nil || !m.passing || calls == maxCalls {
			return "", r.answerError(c.Command, out, calls)
		}
		if err := wait(ctx, pause); err != nil {
			return "", err
		}
		pause = min(2*pause, longestPause)
	}
}

// tell logs a process that has ended.
func (r *Runner) tell(ctx context.Context, c Call, call int, begun time.Time, out output, err error) {
	fields := []any{"command", c.Command, "vm", c.VM, "call", call, "ms", time.Since(begun).Milliseconds()}
	switch {
	case err != nil:
		fields = append(fields, "error", err.Error())
	case out.failed():
		fields = append(fields, "status", out.status, "says", r.shown(out))
	}
	r.log.DebugContext(ctx, "vmrun", fields...)
}

// errSlow is the cause of a process that took longer than a single call may.
var errSlow = errors.New("vmrun did not answer in time")

// IsSlow reports that a single call took longer than it may.
func IsSlow(err error) bool { return errors.Is(err, errSlow) }

// once runs one process to its end, or ends it. Its time begins when it is its turn.
func (r *Runner) once(ctx context.Context, argv []string, changes bool) (output, error) {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return output{}, context.Cause(ctx)
	}
	if r.life.Err() != nil {
		return output{}, context.Canceled
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	//nolint:contextcheck // the life of the connection ends what runs, too, beside the context of the call
	defer context.AfterFunc(r.life, func() { cancel(context.Canceled) })()
	if !changes {
		var expire context.CancelFunc
		ctx, expire = context.WithTimeoutCause(ctx, r.timeout, errSlow)
		defer expire()
	}
	out, err := r.process(ctx, argv, changes)
	if ctx.Err() != nil {
		return output{}, context.Cause(ctx)
	}
	return out, err
}

// process runs vmrun with an argument vector until it ends or ctx does. What a process that changes nothing leaves behind, with the
// pipes in its hands, ends with it; of one that starts a VM it is the VM.
func (r *Runner) process(ctx context.Context, argv []string, changes bool) (output, error) {
	runtime.LockOSThread() // the system tells a process of the end of the thread that has started it: see group
	defer runtime.UnlockOSThread()
	var stdout, stderr capture
	cmd := exec.CommandContext(ctx, r.path, argv...) //nolint:gosec // the program that the user named; no shell reads the arguments
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.WaitDelay = &stdout, &stderr, environment(os.Environ()), afterEnd
	started := group(cmd)
	if err := cmd.Start(); err != nil {
		return output{}, fmt.Errorf("%s cannot be run: %s", r.path, reason(err))
	}
	release := started()
	err := cmd.Wait()
	if !changes && errors.Is(err, exec.ErrWaitDelay) {
		_ = cmd.Cancel() // what is left may have ended by now
	}
	release()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && !exit.Exited() {
		return output{}, fmt.Errorf("vmrun was ended from outside: %s", exit.String())
	} else if err != nil && !ok && !errors.Is(err, exec.ErrWaitDelay) {
		return output{}, err
	}
	out := newOutput(&stdout, &stderr, cmd.ProcessState.ExitCode())
	if out.over {
		return output{}, fmt.Errorf("vmrun printed more than %d bytes", maxOutput)
	}
	return out, nil
}

// environment is the process's own without what is secret in it: a program that is given a password has it in its arguments.
func environment(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasSuffix(name, "_PASSWORD")
	})
}

// wait waits a while, or until the context is done.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Ask has vmrun tell its version, which proves that it can be run, and that it is new enough.
func (r *Runner) Ask(ctx context.Context) (Version, error) {
	e := &vix.Error{Op: "use", Object: r.path, Code: vix.CodeFail, Field: vix.FieldVMRunPath}
	out, err := r.once(ctx, nil, false)
	if err != nil {
		return Version{}, err
	}
	version, ok := parseVersion(out.text)
	switch {
	case !ok:
		e.Reason = "The program does not tell the version of a vmrun. It says: " + r.shown(out)
		return Version{}, e
	case version.tooOld():
		e.Code = vix.CodeNotSupported
		e.Reason = fmt.Sprintf("This is vmrun %s, and %s or a newer one is needed.", version, oldest())
		return Version{}, e
	}
	return version, nil
}
