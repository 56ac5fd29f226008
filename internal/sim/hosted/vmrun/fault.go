// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

const (
	// childVariable makes the program one that does nothing but hang, as a child of another.
	childVariable = "VMRUN_STANDIN_CHILD"
	ignoring      = "ignoring"

	// forgotten is when a process that hangs ends by itself, if the product's folder is still there then.
	forgotten = 10 * time.Minute
)

// delay is how long the product takes for a command.
func (p *process) delay() {
	d, ok := p.d.Config.Delays[p.name()]
	if !ok {
		d = p.d.Config.Delays[""]
	}
	pause(d)
}

func pause(d time.Duration) {
	if d > 0 {
		<-time.After(d)
	}
}

// strike does what the fault of this call says. It returns if there is none, or if the command is to be carried out.
func (p *process) strike() {
	f := p.fault
	pause(f.Delay)
	if f.PostError != "" && p.vmx != "" {
		_ = desktop.PostError(p.vmx, f.PostError)
	}
	p.err.raw(f.Stderr)
	if f.Answer != "" {
		p.out.text.Reset()
		p.answer(f.Answer)
	}
	if f.Hang {
		if f.IgnoreTerm {
			// Before anybody reads the answer and sends one.
			signal.Ignore(os.Interrupt, syscall.SIGTERM)
		}
		_ = p.flush()
		if f.Child {
			p.hangChild(f.IgnoreTerm)
		} else {
			p.hang(f.IgnoreTerm)
		}
	}
	if f.Exit != nil {
		p.status = *f.Exit
	}
	if f.Answer != "" || f.Hang || f.Midway {
		panic(ended{})
	}
}

// answer prints the text of a fault and sets the status that goes with it.
func (p *process) answer(text string) {
	p.status = statusOK
	for l := range strings.Lines(strings.TrimSuffix(text, "\n") + "\n") {
		p.out.line(strings.TrimSuffix(l, "\n"))
		if strings.HasPrefix(l, "Error:") {
			p.status = statusError
		}
	}
}

// midway is called by a change that is half done.
func (p *process) midway() {
	if p.fault.Midway {
		p.strike()
	}
}

// hang does not come back until it is killed.
func (p *process) hang(ignoreTerm bool) {
	if err := p.d.Hang(p.number); err != nil {
		p.err.line(err.Error())
	}
	p.status = hang(p.d.Root, ignoreTerm)
}

func hang(root string, ignoreTerm bool) int {
	if ignoreTerm {
		signal.Ignore(os.Interrupt, syscall.SIGTERM)
	}
	for began := time.Now(); time.Since(began) < forgotten && !desktop.Gone(root); {
		pause(time.Second)
	}
	return statusError
}

// hangChild is a hang of a child that has our pipes: whoever waits for their end waits for it, too.
func (p *process) hangChild(ignoreTerm bool) {
	c := exec.Command(p.self) //nolint:gosec // it is ourselves
	c.Env = append(os.Environ(), childVariable+"=yes")
	if ignoreTerm {
		c.Env = append(os.Environ(), childVariable+"="+ignoring)
	}
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Start(); err != nil {
		p.err.line(err.Error())
		return
	}
	if err := errors.Join(p.d.Bear(p.number, c.Process.Pid), p.d.Hang(p.number)); err != nil {
		p.err.line(err.Error())
	}
	_ = c.Wait()
}
