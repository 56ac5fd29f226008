// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vmrun

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted/desktop"
)

// The exit statuses.
const (
	statusOK     = 0
	statusError  = -1 // 255, or 4294967295 on Windows
	statusUnsure = -2 // 254, or 4294967294
)

// process is one run.
type process struct {
	d      *desktop.Desktop
	self   string // path of the executable
	number int    // of the call

	flags   flags
	command string   // as it was written
	params  []string // that follow it

	out, err printer
	status   int

	vmx   string // absolute path of the VM that the command is about
	fault desktop.Fault
}

// ended is what ends a process in the middle of a command.
type ended struct{}

// Run does what vmrun does with these arguments, without the name of the program, and returns the exit status.
func Run(self string, args []string, stdout, stderr io.Writer) int {
	if resolved, err := filepath.EvalSymlinks(self); err == nil {
		self = resolved
	}
	d, err := desktop.Find(self)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, err)
		return statusError
	}
	if child := os.Getenv(childVariable); child != "" {
		return hang(d.Root, child == ignoring)
	}
	p := &process{d: d, self: self}
	p.out, p.err = p.printer(stdout), p.printer(stderr)
	if err := p.run(args); err != nil {
		// The stand-in itself is broken; no text of vmrun's looks like that.
		_, _ = fmt.Fprintln(stderr, "stand-in:", err)
		return statusError
	}
	return p.status
}

func (p *process) run(args []string) (err error) {
	problem := p.parse(args)
	cmd, known := p.lookup()
	if known && cmd.vm && len(p.params) > 0 {
		if p.vmx, err = filepath.Abs(p.params[0]); err != nil {
			return err
		}
	}
	call := desktop.Call{Command: p.name(), Args: args, PID: os.Getpid()}
	if p.vmx != "" {
		call.VM = desktop.Real(p.vmx)
	}
	if p.number, err = p.d.Begin(call); err != nil {
		return err
	}
	defer func() {
		if stop := recover(); stop != nil && stop != any(ended{}) {
			panic(stop)
		}
		p.err.raw(p.d.Persona().Stderr + p.d.Config.Noise.Stderr)
		err = errors.Join(err, p.flush(), p.d.End(p.number, p.status))
	}()
	p.delay()
	p.fault, _ = p.d.FaultOf(p.name(), p.vmx)
	if !p.fault.Midway && !p.fault.Late {
		p.strike()
	}
	if err = p.understood(p.perform(problem, cmd, known)); err != nil {
		return err
	}
	if p.fault.Late {
		p.strike()
	}
	if p.fault.Exit != nil {
		p.status = *p.fault.Exit
	}
	return nil
}

// name is the command as faults and delays name it.
func (p *process) name() string {
	if p.command == "" {
		return "version"
	}
	return strings.ToLower(p.command)
}

// understood answers what went wrong with files in vmrun's words.
func (p *process) understood(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return p.fail(desktop.ErrPermission.Error())
	case errors.Is(err, fs.ErrNotExist):
		return p.fail("A file was not found")
	}
	return err
}

// perform carries out the command.
func (p *process) perform(problem string, cmd command, known bool) error {
	switch {
	case problem != "":
		p.out.line(problem)
		return p.usage()
	case p.command == "":
		return p.usage()
	case !known:
		return p.fail("Unrecognized command: " + p.command)
	case cmd.takes == nil || !cmd.takes(len(p.params)), p.lateFlag(cmd):
		return p.usage()
	}
	if ok, err := p.connect(); !ok {
		return err
	}
	if !cmd.vm {
		return cmd.run(p, nil)
	}
	return p.onVM(cmd)
}

// onVM opens the VM of a command and carries it out.
func (p *process) onVM(cmd command) error {
	release, busy, err := p.d.Occupy(p.vmx, p.number)
	if err != nil {
		return err
	}
	defer release()
	vm, err := p.d.Load(p.vmx, p.flags.vmPassword)
	switch {
	case errors.Is(err, desktop.ErrPermission):
		return p.fail(err.Error())
	case err != nil:
		return p.fail("Cannot open VM: " + p.echo() + ", " + err.Error())
	}
	if p.taken(cmd, vm, busy) {
		return nil
	}
	if err := cmd.run(p, vm); err != nil {
		return err
	}
	if cmd.changes && p.status == statusOK && p.out.empty() && p.d.Switch("chatty") == "text" {
		p.out.line("The command succeeded.")
	}
	return nil
}

// taken says whether something else has a VM, so that the command cannot; then it is answered here.
func (p *process) taken(cmd command, vm *desktop.VM, busy bool) bool {
	r, on := p.d.Running(vm.Path)
	switch {
	case cmd.changes && busy && p.d.Switch("busy") == "transient", on && r.User != "":
		_ = p.unsupportedNow()
	case cmd.changes && !on && p.name() == "deletevm" && desktop.InWindow(vm.Path):
		_ = p.fail("This VM is in use.")
	case cmd.changes && (busy || !on && desktop.InWindow(vm.Path)):
		_ = p.fail("The file is already in use")
	case on && r.Paused && !cmd.paused:
		_ = p.fail("The virtual machine is paused: " + p.echo())
	default:
		return false
	}
	return true
}

// unsupportedNow is what vmrun says when something else has the VM, and often for no reason that anybody knows.
func (p *process) unsupportedNow() error {
	p.problem("Unable to connect to host.")
	return p.fail("The operation is not supported for the specified parameters")
}

// connect holds -T to the product that is installed.
func (p *process) connect() (bool, error) {
	want, own := p.flags.hostType, p.d.Persona().Type
	names := map[string]string{"ws": "WORKSTATION", "player": "PLAYER", "fusion": "FUSION"}
	if want == "" {
		want = own
		if own == "ws" && !p.d.Persona().Windows {
			want = p.d.Switch("no-type")
		}
	}
	switch {
	case want == own || want == "own":
		return true, nil
	case want == "player" && own == "ws" && p.d.Switch("player-on-workstation") == "works":
		return true, nil
	case names[want] == "", (want == "fusion") != (own == "fusion") && p.d.Switch("wrong-type") == "usage":
		return false, p.usage()
	}
	p.problem("Unable to connect to host.")
	return false, p.fail("Service type VIX_SERVICEPROVIDER_VMWARE_" + names[want] + " was specified, but not installed")
}

// echo is the VM's path as errors spell it.
func (p *process) echo() string {
	if p.d.Switch("echo") == "real" {
		return desktop.Real(p.vmx)
	}
	return p.vmx
}
