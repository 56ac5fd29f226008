// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package vmrun

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/secret"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// script makes a runner of a shell script that stands for vmrun; "$HERE" in it is a folder of its own.
func script(t *testing.T, text string, secrets ...string) (r *Runner, here string) {
	t.Helper()
	here = t.TempDir()
	at := filepath.Join(here, "vmrun")
	text = "#!/bin/sh\nHERE='" + here + "'\n" + text
	if err := os.WriteFile(at, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	r = New(at, "ws", time.Minute, slog.New(slog.DiscardHandler), secret.NewMask(secrets...))
	r.pause = time.Millisecond
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	return r, here
}

// counted is a script that counts its calls and then does text.
func counted(text string) string { return `echo >> "$HERE/calls"` + "\n" + text }

func calls(t *testing.T, here string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(here, "calls"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

func TestArgumentsReachTheProgramAsTheyAreFlagsFirst(t *testing.T) {
	r, here := script(t, `for a in "$@"; do printf '<%s>' "$a"; done`)
	vm := "/vms/a b/$(touch " + here + "/shell) '\"\\ `id`;*.vmx"
	got, err := r.Do(t.Context(), Call{Command: "snapshot", VM: vm, Args: []string{"two words", "", "-x"}, Password: "p w"})
	want := "<-T><ws><-vp><p w><snapshot><" + vm + "><two words><><-x>"
	if err != nil || got != want {
		t.Errorf("got  %s\nwant %s\n%v", got, want, err)
	}
}

func TestAProcessIsEndedWithAllThatItStarted(t *testing.T) {
	const stubborn = `trap '' TERM INT HUP
sh -c 'trap "" TERM INT HUP; echo $$ > "$0/pid.new"; mv "$0/pid.new" "$0/pid"; while :; do sleep 1; done' "$HERE" &
while :; do sleep 1; done`
	for name, end := range map[string]func(r *Runner, cancel func()){
		"its time is over":       func(r *Runner, _ func()) {},
		"the call is cancelled":  func(_ *Runner, cancel func()) { cancel() },
		"the connection is over": func(r *Runner, _ func()) { _ = r.Close(context.Background()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, here := script(t, stubborn)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if name == "its time is over" {
				r.timeout = 5 * time.Second
			}
			done := make(chan error, 1)
			go func() {
				_, err := r.Do(ctx, Call{Command: "list"})
				done <- err
			}()
			child := pidIn(t, filepath.Join(here, "pid"))
			end(r, cancel)
			err := <-done
			if err == nil || IsSlow(err) != (name == "its time is over") {
				t.Errorf("got %v", err)
			}
			awaitGone(t, child)
		})
	}
}

// pidIn waits for the number of a process in a file.
func pidIn(t *testing.T, at string) int {
	t.Helper()
	for t.Context().Err() == nil {
		if text, err := os.ReadFile(at); err == nil {
			pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the process has not begun")
	return 0
}

// awaitGone waits until a process is no more, or waits to be buried.
func awaitGone(t *testing.T, pid int) {
	t.Helper()
	for range 500 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || err == nil && strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the process %d is still there", pid)
}

// lines are what is logged, a line each; none has a time.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// A vmrun that hangs, as one does that shows a window, is in the log with what it is to do before it ends.
func TestACallIsToldWhenItBegins(t *testing.T) {
	r, here := script(t, `echo $$ > "$HERE/pid.new"; mv "$HERE/pid.new" "$HERE/pid"; while [ ! -e "$HERE/go" ]; do sleep 0.01; done`)
	log := make(lines, 10)
	r.log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == "ms" {
			return slog.Attr{}
		}
		return a
	}}))
	done := make(chan error, 1)
	go func() {
		_, err := r.Do(t.Context(), Call{Command: "start", VM: "/vms/a.vmx", Args: []string{"nogui"}, Password: "p w", Changes: true})
		done <- err
	}()
	pidIn(t, filepath.Join(here, "pid"))
	if got, want := <-log, "level=DEBUG msg=waiting command=start vm=/vms/a.vmx\n"; got != want || len(log) != 0 {
		t.Errorf("got  %swant %s, and %d lines more", got, want, len(log))
	}
	if err := os.WriteFile(filepath.Join(here, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, want := <-log, "level=DEBUG msg=vmrun command=start vm=/vms/a.vmx call=1\n"; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestWhatMayPassIsAskedForFiveTimesAtMostAndAllElseOnce(t *testing.T) {
	const transient = "The operation is not supported for the specified parameters"
	for _, test := range []struct {
		name, answers string // an answer a line; the last one goes on
		changes       bool
		calls         int
		code          vix.Code
	}{
		{"passes at the third call", "Error: " + transient + "|Error: " + transient + "|fine", false, 3, vix.CodeOK},
		{"with a line before it", "Unable to connect to host.~Error: " + transient + "|fine", true, 2, vix.CodeOK},
		{"does not pass", "Error: " + transient, false, 5, vix.CodeNotSupported},
		{"in use", "Error: The file is already in use|fine", true, 2, vix.CodeOK},
		{"after a suspend", "Error: Cannot open VM: /x/y.vmx, Cannot read the virtual machine configuration file|fine", false, 2, vix.CodeOK},
		{"not supported at all", "Error: The operation is not supported|fine", false, 1, vix.CodeNotSupported},
		{"canceled", "Error: The operation was canceled|fine", true, 1, vix.CodeCancelled},
		{"no such VM", "Error: Cannot open VM: /x/y.vmx, The virtual machine cannot be found|fine", true, 1, vix.CodeVMNotFound},
		{"a folder that bears the name of an error", "Error: Cannot open VM: /a/already in use/b, c.vmx, Incorrect password|fine", true, 1,
			vix.CodeAuthenticationFail},
		{"another one", "Error: The virtual machine is not powered on: /already in use/y.vmx|fine", true, 1, vix.CodeVMNotRunning},
		{"nobody knows", "Error: something new|fine", true, 1, vix.CodeFail},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, here := script(t, counted(`n=$(wc -l < "$HERE/calls"); line=$(sed -n "${n}p" "$HERE/answers")
[ -n "$line" ] || line=$(tail -n 1 "$HERE/answers")
printf '%s\n' "$line" | tr '~' '\n'
case $line in *Error:*) exit 255;; esac`))
			if err := os.WriteFile(filepath.Join(here, "answers"), []byte(strings.ReplaceAll(test.answers, "|", "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := r.Do(t.Context(), Call{Command: "start", VM: "/x/y.vmx", Changes: test.changes})
			code := vix.CodeOK
			if f, ok := errors.AsType[*AnswerError](err); ok {
				code = f.Code
				if f.Calls != test.calls {
					t.Errorf("the failure tells %d calls", f.Calls)
				}
			}
			if n := calls(t, here); n != test.calls || code != test.code || (err == nil) != (strings.TrimSpace(out) == "fine") {
				t.Errorf("%d calls, %q, %v; want %d calls, %v", n, out, err, test.calls, test.code)
			}
		})
	}
}

func TestWhatIsPrintedIsReadBeforeTheStatus(t *testing.T) {
	for _, test := range []struct {
		name, script string
		want         string // of the output, or of the failure
		failed       bool
	}{
		{"line ends of Windows", `printf 'a\r\nb\r\n'`, "a\nb\n", false},
		{"an error with status 0", `echo 'Error: Unknown error'`, "Error: Unknown error", true},
		{"the last error counts", `printf 'Error: The operation was canceled\nError: Incorrect password\nbye\n'; exit 255`,
			"Error: The operation was canceled Error: Incorrect password bye", true},
		{"the error stream, where nothing else is", `echo 'Error: Incorrect password' >&2; exit 255`, "Error: Incorrect password", true},
		{"noise on the error stream", `echo fine; echo 'Error: noise' >&2`, "fine\n", false},
		{"nothing at all", `exit 3`, "nothing, with exit status 3", true},
		{"bytes that are no text", `printf 'Error: Cannot open VM: /\344\326/x.vmx, Incorrect password\n'; exit 255`,
			"Error: Cannot open VM: /\uFFFD/x.vmx, Incorrect password", true},
	} {
		r, _ := script(t, test.script)
		out, err := r.Do(t.Context(), Call{Command: "list"})
		if f, ok := errors.AsType[*AnswerError](err); ok {
			out = f.Text
		}
		if (err != nil) != test.failed || out != test.want {
			t.Errorf("%s: %q, %v", test.name, out, err)
		}
	}
}

func TestAFloodIsAnErrorAndIsNotKept(t *testing.T) {
	r, _ := script(t, `head -c 3000000 /dev/zero | tr '\0' x`)
	if _, err := r.Do(t.Context(), Call{Command: "list"}); err == nil || len(err.Error()) > 200 {
		t.Errorf("got %.300v", err)
	}
}

func TestOneCommandAtATimeIsAboutAVM(t *testing.T) {
	r, here := script(t, counted(`mkdir "$HERE/$(basename "$4")" || { echo 'Error: two at once'; exit 255; }
sleep 0.05; rmdir "$HERE/$(basename "$4")"`))
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, err := r.Do(t.Context(), Call{Command: "start", VM: fmt.Sprintf("/vm%d.vmx", i%2)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := calls(t, here); n != 12 || len(r.vms.vms) != 0 {
		t.Errorf("%d calls, and %d VMs are still held", n, len(r.vms.vms))
	}
}

func TestSecretsAreInNoTextAndInNoEnvironment(t *testing.T) {
	t.Setenv("VSPHERE_PASSWORD", "of a vCenter")
	r, _ := script(t, `echo "Error: bad $4 for '$VSPHERE_PASSWORD'"; exit 255`, "se$cret", "")
	_, err := r.Do(t.Context(), Call{Command: "start", VM: "/x.vmx", Password: "se$cret"})
	if err == nil || strings.Contains(err.Error(), "se$cret") || strings.Contains(err.Error(), "vCenter") || !strings.Contains(err.Error(), "(hidden)") {
		t.Errorf("got %v", err)
	}
}

func TestAChangeIsNotBoundByTheTimeOfASingleCall(t *testing.T) {
	r, _ := script(t, `sleep 0.3; echo fine`)
	r.timeout = time.Millisecond
	if _, err := r.Do(t.Context(), Call{Command: "clone", VM: "/x.vmx", Changes: true}); err != nil {
		t.Error(err)
	}
	if _, err := r.Do(t.Context(), Call{Command: "getGuestIPAddress", VM: "/x.vmx"}); !IsSlow(err) {
		t.Errorf("a call that reads: %v", err)
	}
}

// A process that only reads leaves nothing behind; what one has started that changes something goes on: it may be a VM.
func TestWhatAReadLeavesBehindIsEndedWithIt(t *testing.T) {
	for _, changes := range []bool{false, true} {
		r, here := script(t, `sleep 600 & echo $! > "$HERE/pid.new"; mv "$HERE/pid.new" "$HERE/pid"; echo done`)
		if out, err := r.Do(t.Context(), Call{Command: "x", Changes: changes}); err != nil || out != "done\n" {
			t.Fatalf("%q, %v", out, err)
		}
		child := pidIn(t, filepath.Join(here, "pid"))
		if !changes {
			awaitGone(t, child)
			continue
		}
		if err := syscall.Kill(child, 0); err != nil {
			t.Errorf("what was started is gone: %v", err)
		}
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
}

func TestTheListHasAsManyLinesAsItSays(t *testing.T) {
	for _, test := range []struct {
		text string
		want int // -1: an error
	}{
		{"Total running VMs: 0\n", 0},
		{"a line of a log\nTotal running VMs: 2\n/a b/c.vmx\n/d\xe4.vmx\n", 2},
		{"Total running VMs: 2\n/a.vmx\n", -1},
		{"Total running VMs: 1\n/a.vmx\n/b.vmx\n", -1},
		{"Total running VMs: many\n", -1},
		{"Total running VMs: -1\n", -1},
		{"", -1},
		{"Total running VMs: 2\n  /a b/c.vmx \t\nc:\\vms\\d.VMX\n", 2},
		{"Total running VMs: 1\n\"/a.vmx\"\n", -1},
		{"Total running VMs: 1\n[warn] something\n", -1},
		{"Total running VMs: 1\nvms/a.vmx\n", -1},
		{"Total running VMs: 1\n/vms/a.vmx is busy\n", -1},
	} {
		got, err := new(Runner).parseList(test.text)
		if (err != nil) != (test.want < 0) || err == nil && len(got) != test.want {
			t.Errorf("%q: %q, %v", test.text, got, err)
		}
	}
}

// A password that is a word of what vmrun says changes nothing of what that means: it is hidden where it is shown.
func TestAPasswordHidesNothingOfWhatIsRead(t *testing.T) {
	for _, password := range []string{"vault", "1", "Total", "vmrun", "running", "Error"} {
		r, _ := script(t, `case "$*" in
*list) printf 'Total running VMs: 1\n/vms/vault/vault.vmx\n' ;;
*suspend*) echo "Error: The virtual machine is paused: the vault of 1, running"; exit 255 ;;
*) printf '\nvmrun version 1.17.0 build-7\n\nUsage: vmrun\n'; exit 255 ;;
esac`, password)
		if v, err := r.Ask(t.Context()); err != nil || v.String() != "1.17.0 build-7" {
			t.Errorf("%s: the version is %v, %v", password, v, err)
		}
		if paths, err := r.List(t.Context()); err != nil || len(paths) != 1 || paths[0] != "/vms/vault/vault.vmx" {
			t.Errorf("%s: listed %q, %v", password, paths, err)
		}
		_, err := r.Do(t.Context(), Call{Command: "suspend", VM: "/x.vmx"})
		if f, ok := errors.AsType[*AnswerError](err); !ok || f.Code != vix.CodeObjectIsBusy || !f.Paused() || strings.Contains(f.Text, password) {
			t.Errorf("%s: %v", password, err)
		}
	}
}

func TestTheVersionIsAskedForAndHeldAgainstWhatIsNeeded(t *testing.T) {
	r, _ := script(t, `printf '\nvmrun version 1.17.0 build-7\n\nUsage: vmrun [AUTHENTICATION-FLAGS] COMMAND\n'; exit 255`)
	if v, err := r.Ask(t.Context()); err != nil || v.String() != "1.17.0 build-7" {
		t.Errorf("got %v, %v", v, err)
	}
	for text, code := range map[string]vix.Code{
		`echo 'vmrun version 1.14.2 build-1'`: vix.CodeNotSupported,
		`echo 'hello'`:                        vix.CodeFail,
	} {
		r, here := script(t, text)
		_, err := r.Ask(t.Context())
		e, ok := errors.AsType[*vix.Error](err)
		if !ok || e.Code != code || e.Field != vix.FieldVMRunPath || e.Object != filepath.Join(here, "vmrun") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNothingBeginsAfterTheEnd(t *testing.T) {
	r, here := script(t, counted(`echo fine`))
	for range 2 {
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Do(t.Context(), Call{Command: "list"}); !errors.Is(err, context.Canceled) || calls(t, here) != 0 {
		t.Errorf("after the end: %v, %d calls", err, calls(t, here))
	}
}
