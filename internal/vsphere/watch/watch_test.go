// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package watch

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

const file = "[LocalDS_0] web/web.vmx"

// world is a host with a VM that is on, and a watch of it.
func world(t *testing.T) (*sim.Host, *Watch, reference) {
	t.Helper()
	s, err := sim.Start(sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.WriteVM("DC0", file, sim.VMX{}); err != nil {
		t.Fatal(err)
	}
	id, err := s.Register(t.Context(), "DC0", file)
	if err != nil {
		t.Fatal(err)
	}
	power(t, s, "poweredOn")
	line, err := wire.Dial(t.Context(), vix.ConnectOptions{
		Hostname: s.URL(), Username: s.Username(), Password: s.Password(), CA: s.CAPEM(), RequestTimeout: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w := New(line)
	t.Cleanup(func() { _ = line.Close(context.Background(), w.Destroy) })
	return s, w, reference{Type: "VirtualMachine", Value: id}
}

func power(t *testing.T, s *sim.Host, state string) {
	t.Helper()
	if err := s.SetPower("DC0", file, state); err != nil {
		t.Fatal(err)
	}
}

func isOff(vm VM) bool { return vm.Power == types.VirtualMachinePowerStatePoweredOff }

// What is known of an object from an earlier wait may be over.
func TestAnEarlierStateIsNotBelieved(t *testing.T) {
	s, w, vm := world(t)
	for range 3 {
		power(t, s, "poweredOff")
		if _, err := w.Until(t.Context(), vm, "it", isOff); err != nil {
			t.Fatal(err)
		}
		power(t, s, "poweredOn")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if last, err := w.Until(ctx, vm, "it", isOff); err == nil {
			t.Fatalf("a VM that is on counts as off: %+v", last)
		}
		cancel()
	}
	if n := s.Requests()["CreatePropertyCollector"]; n != 1 {
		t.Errorf("%d collectors", n)
	}
}

// Several may wait for different things of one VM.
func TestManyWaitForOneVM(t *testing.T) {
	s, w, vm := world(t)
	on := make(chan error, 1)
	off := make(chan error, 1)
	go func() {
		_, err := w.Until(t.Context(), vm, "it", isOff)
		off <- err
	}()
	go func() {
		_, err := w.Until(t.Context(), vm, "it", func(vm VM) bool { return vm.Power == types.VirtualMachinePowerStatePoweredOn })
		on <- err
	}()
	if err := <-on; err != nil {
		t.Error(err)
	}
	power(t, s, "poweredOff")
	if err := <-off; err != nil {
		t.Error(err)
	}
}

func TestAVMThatIsUnregisteredIsGone(t *testing.T) {
	s, w, vm := world(t)
	power(t, s, "poweredOff")
	seen := make(chan struct{}, 1)
	end := make(chan error, 1)
	go func() {
		_, err := w.Until(t.Context(), vm, "it", func(VM) bool {
			select {
			case seen <- struct{}{}:
			default:
			}
			return false
		})
		end <- err
	}()
	<-seen
	if err := s.Unregister(t.Context(), "DC0", file); err != nil {
		t.Fatal(err)
	}
	if err := <-end; !wire.IsGone(err) {
		t.Errorf("got %v", err)
	}
}

// A task's state and its result may come one after the other.
func TestWhatIsReportedOfATaskIsAccumulated(t *testing.T) {
	_, w, _ := world(t)
	ref := reference{Type: "Task", Value: "task-1"}
	there := &kept{listed: map[reference]bool{ref: true}, known: map[reference]properties{}}
	var got types.TaskInfo
	one := &waiter{end: make(chan error, 1), content: func(known properties) bool {
		got = infoOf(known)
		return got.State == types.TaskInfoStateSuccess
	}}
	w.waiters[ref] = []*waiter{one}
	w.take(there, types.ObjectUpdate{Obj: ref, ChangeSet: []types.PropertyChange{{Name: "info.result", Val: "it"}}})
	w.take(there, types.ObjectUpdate{Obj: ref, ChangeSet: []types.PropertyChange{{Name: "info.state", Val: types.TaskInfoStateSuccess}}})
	if err := <-one.end; err != nil || got.Result != "it" {
		t.Errorf("the result is %v, %v", got.Result, err)
	}
}

// Where the state came without a result, and the result in no update before the wait was over, it is read once more.
func TestAResultThatDidNotComeIsRead(t *testing.T) {
	s, w, _ := world(t)
	const other = "[LocalDS_0] other/other.vmx"
	if err := s.WriteVM("DC0", other, sim.VMX{}); err != nil {
		t.Fatal(err)
	}
	id, err := s.Register(t.Context(), "DC0", other)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.resultOf(t.Context(), s.LastTask(), types.TaskInfo{State: types.TaskInfoStateSuccess}, nil)
	if registered, ok := got.(reference); err != nil || !ok || registered.Value != id {
		t.Errorf("the result is %v, %v, want %s", got, err, id)
	}
}

// What a call met that was under way before somebody began to wait says nothing to him: the fault may be over.
func TestWhoBeginsAfterAFailedCallWaits(t *testing.T) {
	_, w, vm := world(t)
	done := make(chan struct{})
	before := &waiter{nth: 1, end: make(chan error, 1), content: func(properties) bool { return false }}
	after := &waiter{nth: 2, end: make(chan error, 1), content: func(properties) bool { return true }}
	w.tell(func() {
		defer close(done)
		w.begun = 2
		w.waiters[vm] = []*waiter{before, after}
		w.broken = rewatch
		w.breaks(nil, context.DeadlineExceeded, 1)
	})
	<-done
	if err := <-before.end; err == nil {
		t.Error("who waited before hears nothing of it")
	}
	if err := <-after.end; err != nil {
		t.Errorf("who began afterwards has failed: %v", err)
	}
}

// A host names what belongs to a session with its key, also where it does not know it any more.
func TestABrokenWatchTellsNoSession(t *testing.T) {
	_, w, _ := world(t)
	var log bytes.Buffer
	w.line.Options.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	done := make(chan struct{})
	w.tell(func() {
		defer close(done)
		w.breaks(nil, errors.New("the object vim.view.ListView:session[5227a13c]52e0 has been deleted"), 0)
	})
	<-done
	if text := log.String(); !strings.Contains(text, "ListView:session52e0 has been deleted") {
		t.Errorf("the log: %s", text)
	}
}
