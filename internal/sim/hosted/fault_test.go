// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hostedsim_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	hostedsim "github.com/terraform-vix/terraform-provider-vix/internal/sim/hosted"
)

const transient = "Error: The operation is not supported for the specified parameters"

func TestFaultOfTheNthCall(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m, other := p.AddVM("a", hostedsim.Spec{}), p.AddVM("b", hostedsim.Spec{})
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
	p.Fault(hostedsim.Fault{Command: "listsnapshots", VM: m.Path(), From: 2, Times: 2, Answer: "Unable to connect to host.\n" + transient})
	for n, faulty := range []bool{false, true, true, false} {
		ws(t, p, "listSnapshots", other.Path()).want(t, m, "Total snapshots: 0\n", 0)
		if a := ws(t, p, "listSnapshots", m.Path()); faulty {
			a.want(t, m, "Unable to connect to host.\n"+transient+"\n", failed)
		} else {
			a.want(t, m, "Total snapshots: 0\n", 0)
		}
		if t.Failed() {
			t.Fatalf("at call %d", n+1)
		}
	}
	status := 7
	p.Fault(hostedsim.Fault{Answer: "vmrun was unable to start.", Exit: &status})
	ws(t, p, "list").want(t, m, "vmrun was unable to start.\n", 7)
	run(t, p).want(t, m, "vmrun was unable to start.\n", 7)
	p.ClearFaults()
	ws(t, p, "list").want(t, m, "Total running VMs: 0\n", 0)
	p.Fault(hostedsim.Fault{Command: "start", PostError: "Cannot open the disk 'a.vmdk'.", Answer: "Error: The operation was canceled"})
	ws(t, p, "start", m.Path(), "nogui").want(t, m, "Error: The operation was canceled\n", failed)
	log, _ := os.ReadFile(filepath.Join(m.Dir(), "vmware.log"))
	if !strings.Contains(string(log), "Msg_Post: Error\n") || !strings.Contains(string(log), "Cannot open the disk 'a.vmdk'.") {
		t.Errorf("%s", log)
	}
}

func TestNoise(t *testing.T) {
	p := product(t, hostedsim.Options{Noise: hostedsim.Noise{
		Stderr: "objc: noise\n", Before: "2026-05-04 [main] a log line", Encoding: "windows-1252", Miscount: 1,
	}, CRLF: true})
	m := p.AddVM("Übung", hostedsim.Spec{})
	a := ws(t, p, "stop", m.Path())
	path := strings.ReplaceAll(m.Path(), "Ü", "\xdc")
	if a.out != "2026-05-04 [main] a log line\r\nError: The virtual machine is not powered on: "+path+"\r\n" || a.err != "objc: noise\r\n" {
		t.Errorf("%q, %q", a.out, a.err)
	}
	m.Start()
	if a := ws(t, p, "list"); a.out != "Total running VMs: 2\r\n"+path+"\r\n" {
		t.Errorf("%q", a.out)
	}
}

// begin starts a vmrun that hangs and waits until it has answered a line.
func begin(t *testing.T, p *hostedsim.Product, args ...string) (cmd *exec.Cmd, out io.Reader) {
	t.Helper()
	cmd = exec.Command(p.VMRun(), args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	reader := bufio.NewReader(pipe)
	if line, err := reader.ReadString('\n'); err != nil || line != "wait\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd, reader
}

// ignores says whether a process ignores a signal, where the system tells.
func ignores(t *testing.T, pid int, signal syscall.Signal) bool {
	t.Helper()
	if runtime.GOOS != "linux" {
		return true
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, mask, _ := strings.Cut(string(text), "SigIgn:\t")
	bits, err := strconv.ParseUint(strings.Fields(mask)[0], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return bits&(1<<(signal-1)) != 0
}

func TestHangs(t *testing.T) {
	p := product(t, hostedsim.Options{})
	p.Fault(hostedsim.Fault{Command: "list", Answer: "wait", Hang: true, Times: 1})
	p.Fault(hostedsim.Fault{Command: "list", Answer: "wait", Hang: true, IgnoreTerm: true})
	cmd, _ := begin(t, p, "list")
	if alive := p.Alive(); len(alive) != 1 || alive[0].PID != cmd.Process.Pid {
		t.Errorf("%+v", alive)
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if _ = cmd.Wait(); cmd.ProcessState.String() != "signal: terminated" {
		t.Error(cmd.ProcessState)
	}
	cmd, _ = begin(t, p, "list")
	if !ignores(t, cmd.Process.Pid, syscall.SIGTERM) || !ignores(t, cmd.Process.Pid, syscall.SIGINT) {
		t.Error("a signal would end it")
	}
	_ = cmd.Process.Kill()
	if _ = cmd.Wait(); cmd.ProcessState.String() != "signal: killed" {
		t.Error(cmd.ProcessState)
	}
	if alive := p.Alive(); len(alive) != 0 {
		t.Errorf("%+v", alive)
	}
}

// A child of vmrun has its pipes: who kills vmrun alone waits for their end in vain.
func TestHangsInAChild(t *testing.T) {
	p := product(t, hostedsim.Options{})
	p.Fault(hostedsim.Fault{Command: "list", Answer: "wait", Hang: true, Child: true})
	cmd, _ := begin(t, p, "list")
	var child int
	for child == 0 {
		child = p.Calls()[0].Child
	}
	_ = cmd.Process.Kill()
	_, _ = cmd.Process.Wait()
	if alive := p.Alive(); len(alive) != 1 {
		t.Errorf("%+v", alive)
	}
	process, err := os.FindProcess(child)
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Kill(); err != nil {
		t.Error(err)
	}
}

func TestFaultMidway(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	dst := filepath.Join(p.VMs(), "b", "b.vmx")
	p.Fault(hostedsim.Fault{Command: "clone", Midway: true, Answer: "Error: Unknown error", Times: 1})
	ws(t, p, "clone", m.Path(), dst, "full").want(t, m, "Error: Unknown error\n", failed)
	if half := strings.Join(names(t, p.VM(dst)), " "); half != "b.vmdk" {
		t.Errorf("%q is there", half)
	}
	p.Fault(hostedsim.Fault{Command: "start", Late: true, Answer: "Error: Unknown error", Times: 1})
	ws(t, p, "start", m.Path(), "nogui").want(t, m, "Error: Unknown error\n", failed)
	if m.State() != "on" {
		t.Error("the change was not made")
	}
}

func TestCallsAreRecorded(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m := p.AddVM("a", hostedsim.Spec{})
	run(t, p)
	ws(t, p, "-vp", "secret", "Start", m.Path(), "nogui")
	ws(t, p, "stop", m.Path())
	ws(t, p, "stop", m.Path())
	calls := p.Calls()
	if p.Count() != 4 || p.Count("version") != 1 || p.Count("start", "stop") != 3 || calls[1].VM != m.Path() || calls[1].Args[3] != "secret" ||
		calls[3].Exit != -1 || !calls[3].Ended {
		t.Errorf("%+v", calls)
	}
}

// A second process on a VM is told so, and the test can count them.
func TestOverlap(t *testing.T) {
	p := product(t, hostedsim.Options{})
	m, other := p.AddVM("a", hostedsim.Spec{}), p.AddVM("b", hostedsim.Spec{})
	p.Fault(hostedsim.Fault{Command: "start", VM: m.Path(), Midway: true, Answer: "wait", Hang: true})
	cmd, _ := begin(t, p, "-T", "ws", "start", m.Path(), "nogui")
	ws(t, p, "start", other.Path(), "nogui").silent(t)
	ws(t, p, "snapshot", m.Path(), "s").want(t, m, "Error: The file is already in use\n", failed)
	ws(t, p, "listSnapshots", m.Path()).want(t, m, "Total snapshots: 0\n", 0)
	if o := p.Overlaps(); len(o) != 2 || o[0].First != 1 || o[0].Second != 3 || o[0].VM != m.Path() {
		t.Errorf("%+v", o)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	ws(t, p, "snapshot", m.Path(), "s").silent(t)
}
