// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guestos

import (
	"context"
	"io"
	"maps"
	"path"
	"strings"
	"syscall"
)

// Program plays a program of a Windows guest. It returns the exit code, and soon after its context ends.
type Program func(c *Call) int

// Call is how a played program is called.
type Call struct {
	Context        context.Context //nolint:containedctx // it is the life of the process
	Guest          *Guest
	User           string
	Path           string
	Arguments      string // as they stand in the command line
	Directory      string
	Environment    map[string]string // by name in upper case
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// killed is the exit code of a process that was terminated.
const killed = -1

// SetProgram puts a program on the disk of a Windows guest; by is what it does.
func (g *Guest) SetProgram(name string, by Program) error {
	if err := g.WriteFile(name, []byte("MZ"), 0o755); err != nil {
		return err
	}
	at, err := g.resolve(name, true)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.programs[at] = by
	return nil
}

// play runs a program of a Windows guest.
func (g *Guest) play(s Spec) (int64, error) {
	by := g.program(s.Path)
	if by == nil {
		return 0, of(s.Path, ErrNotProgram)
	}
	if s.WorkingDirectory == "" {
		s.WorkingDirectory = `C:\Windows\System32`
	}
	c := &Call{
		Guest: g, User: s.User, Path: s.Path, Arguments: s.Arguments, Directory: s.WorkingDirectory,
		Environment: map[string]string{}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
	}
	for _, v := range g.environment(s) {
		name, value, _ := strings.Cut(v, "=")
		c.Environment[strings.ToUpper(name)] = value
	}
	return g.spawn(c, by).PID, nil
}

// program finds what a file does, nil for one that is no program.
func (g *Guest) program(name string) Program {
	at, err := g.resolve(name, true)
	if err != nil {
		return nil
	}
	g.mu.Lock()
	by := g.programs[at]
	g.mu.Unlock()
	if by != nil {
		return by
	}
	switch base := strings.ToLower(path.Base(at)); {
	case base == "cmd.exe":
		return commandPrompt
	case base == "powershell.exe":
		return powerShell
	case path.Ext(base) == ".cmd", path.Ext(base) == ".bat":
		return batchFile
	}
	return nil
}

// spawn makes a process of a Windows guest. It lives on when the one ends that started it.
func (g *Guest) spawn(c *Call, by Program) *process {
	ctx, cancel := context.WithCancel(context.Background())
	call := *c
	call.Context, call.Environment = ctx, maps.Clone(c.Environment)
	end := func(sig syscall.Signal) {
		if sig == syscall.SIGTERM || sig == syscall.SIGKILL {
			cancel()
		}
	}
	p := &process{
		Process: Process{
			Name: path.Base(g.slashed(c.Path)), Owner: c.User,
			Command: Spec{Path: c.Path, Arguments: c.Arguments}.Command(),
		},
		over: make(chan struct{}), end: end, endAll: end,
	}
	g.mu.Lock()
	g.lastPID += 4
	p.PID = g.lastPID
	closed := g.closed
	p.Started = g.now()
	g.processes = append(g.processes, p)
	g.mu.Unlock()
	if closed {
		cancel()
	}
	g.running.Go(func() {
		defer cancel()
		code := by(&call)
		if ctx.Err() != nil {
			code = killed
		}
		g.finish(p, code)
	})
	return p
}
