// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"context"
	"errors"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"syscall"
	"time"
)

// Spec is a program that is asked for.
type Spec struct {
	User             string
	Path, Arguments  string
	WorkingDirectory string   // the user's home if it is empty
	Environment      []string // NAME=VALUE; if there is any, it is all the program gets
}

// Command is the command line as the agent makes it and lists it.
func (s Spec) Command() string {
	line := `"` + s.Path + `"`
	if s.Arguments != "" {
		line += " " + s.Arguments
	}
	return line
}

// Process is what the agent tells of a process.
type Process struct {
	PID            int64
	Name, Owner    string
	Command        string
	Started, Ended time.Time // by the guest's clock, in seconds; Ended is zero while it runs
	ExitCode       int       // -1 for one that a signal ended
}

type process struct {
	Process
	over   chan struct{}        // closed when it has ended
	end    func(syscall.Signal) // sends a signal to the program alone
	endAll func(syscall.Signal) // and to its process group
	ended  time.Time            // by this machine's clock
	forgot bool                 // by an agent that was restarted
}

// Start starts a program. fs.ErrNotExist if there is none, or no such working directory; fs.ErrPermission if it may not be executed.
func (g *Guest) Start(s Spec) (int64, error) {
	if err := g.checkProgram(s); err != nil {
		return 0, err
	}
	g.mu.Lock()
	hook := g.onStart
	if g.closed {
		g.mu.Unlock()
		return 0, ErrClosed
	}
	g.starts = append(g.starts, s)
	g.mu.Unlock()
	if hook != nil {
		hook(s)
	}
	if g.opts.Windows {
		return g.play(s)
	}
	return g.execute(s)
}

// checkProgram looks for a program and its working directory.
func (g *Guest) checkProgram(s Spec) error {
	if s.Path == "" {
		return of(s.Path, ErrInvalid)
	}
	at, err := g.resolve(s.Path, true)
	if err != nil {
		return err
	}
	info, err := g.lstat(at)
	if err != nil {
		return of(s.Path, err)
	}
	if !g.opts.Windows && info.Mode()&0o111 == 0 || !g.may(s.User, at, false) {
		return of(s.Path, fs.ErrPermission)
	}
	if s.WorkingDirectory == "" {
		return nil
	}
	if at, err = g.resolve(s.WorkingDirectory, true); err != nil {
		return err
	}
	if info, err = g.lstat(at); err == nil && !info.IsDir() {
		err = ErrNotDirectory
	}
	return of(s.WorkingDirectory, err)
}

// environment is what a program gets, with the guest's mark.
func (g *Guest) environment(s Spec) []string {
	if len(s.Environment) > 0 {
		return append(slices.Clone(s.Environment), g.mark)
	}
	if g.opts.Windows {
		return []string{
			`SystemRoot=C:\Windows`, `ComSpec=C:\Windows\System32\cmd.exe`, `PATH=C:\Windows\System32;C:\Windows`,
			"USERNAME=" + g.account(s.User), "USERPROFILE=" + g.Home(s.User), "TEMP=" + g.temporary(s.User),
			"COMPUTERNAME=" + g.opts.Hostname,
		}
	}
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + g.Home(s.User), "USER=" + s.User,
		"LOGNAME=" + s.User, "LANG=C", g.mark,
	}
}

// execute runs a program of a Linux guest.
func (g *Guest) execute(s Spec) (int64, error) {
	if s.WorkingDirectory == "" {
		s.WorkingDirectory = g.Home(s.User)
	}
	cmd, restore := g.command(s)
	if err := cmd.Start(); err != nil {
		restore()
		return 0, of(s.Path, err)
	}
	pid := cmd.Process.Pid
	p := &process{
		Process: Process{PID: int64(pid), Name: path.Base(s.Path), Owner: s.User, Command: s.Command()},
		over:    make(chan struct{}),
		end:     func(sig syscall.Signal) { _ = cmd.Process.Signal(sig) },
		endAll:  func(sig syscall.Signal) { signalGroup(pid, sig) },
	}
	g.begin(p)
	g.running.Go(func() {
		err := cmd.Wait()
		restore()
		code := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			code = exit.ExitCode() // -1 for a signal, as the agent has it
		}
		g.finish(p, code)
	})
	return p.PID, nil
}

func (g *Guest) begin(p *process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p.Started = g.now()
	g.processes = append(g.processes, p)
}

func (g *Guest) finish(p *process, code int) {
	g.mu.Lock()
	p.Ended, p.ExitCode, p.ended = g.now(), code, time.Now()
	g.mu.Unlock()
	close(p.over)
}

// Processes lists processes: those of the pids, of which unknown ones are left out, or all of them. Programs that have ended are
// among them for as long as the agent remembers.
func (g *Guest) Processes(pids ...int64) []Process {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
	var found []Process
	known := map[int64]bool{}
	for _, p := range g.processes {
		if !p.forgot {
			known[p.PID] = true
			found = append(found, p.Process)
		}
	}
	for _, p := range g.others(slices.DeleteFunc(slices.Clone(pids), func(pid int64) bool { return known[pid] }), len(pids) == 0) {
		if !known[p.PID] {
			found = append(found, p)
		}
	}
	if len(pids) > 0 {
		found = slices.DeleteFunc(found, func(p Process) bool { return !slices.Contains(pids, p.PID) })
	}
	return found
}

// forget drops what ended too long ago.
func (g *Guest) forget() {
	g.processes = slices.DeleteFunc(g.processes, func(p *process) bool {
		return !p.ended.IsZero() && (p.forgot || time.Since(p.ended) >= g.memory)
	})
}

// Running returns how many processes run, children among them.
func (g *Guest) Running() int {
	n := 0
	for _, p := range g.Processes() {
		if p.Ended.IsZero() {
			n++
		}
	}
	return n
}

// Starts returns every program that was asked for and found, in order.
func (g *Guest) Starts() []Spec {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.starts)
}

// Terminate ends a process, and not its children: SIGTERM, and SIGKILL if that does not do. ErrNoProcess for one that is
// not there.
func (g *Guest) Terminate(ctx context.Context, user string, pid int64) error {
	g.mu.Lock()
	patience := g.patience
	var found *process
	for _, p := range g.processes {
		if p.PID == pid && p.ended.IsZero() {
			found = p
		}
	}
	if found == nil {
		found = g.other(pid)
	}
	g.mu.Unlock()
	if found == nil {
		return ErrNoProcess
	}
	if found.Owner != user && !g.admin(user) {
		return fs.ErrPermission
	}
	found.end(syscall.SIGTERM)
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-found.over:
	case <-ctx.Done():
	case <-limit.C:
		found.end(syscall.SIGKILL)
	}
	return nil
}

// Reset is what a guest that goes off or starts anew does to its processes: they are gone, and forgotten.
func (g *Guest) Reset() {
	g.killAll()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.processes = nil
}

// Freeze stops every process, as a suspended VM does, or lets them go on.
func (g *Guest) Freeze(on bool) {
	g.signalAll(freezing(on))
}

// RestartAgent makes the agent forget what it has started: what runs is listed as any process is, and of what has ended nothing
// is known.
func (g *Guest) RestartAgent() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.processes {
		p.forgot = true
	}
	g.forget()
}

func (g *Guest) signalAll(sig syscall.Signal) {
	g.mu.Lock()
	var alive []*process
	for _, p := range g.processes {
		if p.ended.IsZero() {
			alive = append(alive, p)
		}
	}
	g.mu.Unlock()
	for _, p := range alive {
		p.endAll(sig)
	}
	g.signalMarked(sig)
}

// killAll kills every process and waits for those that were started here.
func (g *Guest) killAll() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.running.Wait()
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		g.signalAll(syscall.SIGKILL)
		select {
		case <-done:
			g.signalMarked(syscall.SIGKILL) // what a program left behind while it was killed
			return
		case <-tick.C:
		}
	}
}
