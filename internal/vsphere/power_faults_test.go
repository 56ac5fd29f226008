// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// clustered are VMs that DRS places.
func clustered(t *testing.T, n int) (*sim.Host, *host, []vix.Handle) {
	t.Helper()
	s := simulated(t, sim.Options{StandaloneHosts: -1, PlainHTTP: true})
	return s, connected(t, s), machines(t, s, "DC0", n)
}

// One that is not placed fails by itself; the others go on.
func TestOfManyEachFailsByItself(t *testing.T) {
	s, h, handles := clustered(t, 6)
	must(t, s.SetUnplaced("DC0", "[LocalDS_0] m002/m002.vmx", &types.InsufficientMemoryResourcesFault{}))
	s.Deny("", privilegePowerOn, handles[4].ManagedObjectID)
	tenAtATime(handles, func(i int, handle vix.Handle) {
		done, err := h.SetPower(t.Context(), handle, on(vix.WaitForTools))
		switch i {
		case 2:
			e := failure(t, err, vix.CodeVMInsufficientHostMemory, vix.FieldNone)
			says(t, e, "Cannot power on the VM m002 ([LocalDS_0] m002/m002.vmx)", "the host says: InsufficientMemoryResourcesFault")
		case 4:
			says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), "Cannot power on the VM m004", privilegePowerOn)
		default:
			if err != nil || done.State != vix.PoweredOn {
				t.Errorf("%d: %+v, %v", i, done, err)
			}
		}
	})
	if r := s.Requests(); r["PowerOnVM_Task"] > 0 || r["PowerOnMultiVM_Task"] > 3 {
		t.Errorf("%v", r)
	}
}

func TestManualDRSIsSaid(t *testing.T) {
	s, h, handles := clustered(t, 1)
	s.SetManualDRS(true)
	_, err := h.SetPower(t.Context(), handles[0], on(vix.WaitForNothing))
	says(t, failure(t, err, vix.CodeCannotPowerOnVM, vix.FieldNone),
		"Cannot power on the VM m000", "DRS of the cluster is manual", "Power on virtual machine", "Approve the recommendation")
}

// Of a VM under DRS no task is told; that it fails shows all the same.
func TestATaskThatIsNotToldIsFound(t *testing.T) {
	s, h, handles := clustered(t, 1)
	must(t, s.AskAtPowerOn("DC0", machinePath, sim.MovedOrCopied))
	_, err := h.SetPower(t.Context(), handles[0], vix.PowerOrder{Op: vix.PowerOpOn, Answers: vix.Answers{"msg.uuid.altered": "Cancel"}})
	says(t, failure(t, err, vix.CodeCancelled, vix.FieldNone), "Cannot power on the VM m000", "The task was cancelled")
}

// A power-on that was interrupted goes on, and the next order joins it: it powers on once.
func TestAnInterruptedPowerOnIsJoined(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	release, begun := make(chan struct{}), make(chan struct{}, 1)
	b.OnTask(func(_ context.Context, method string) {
		if method == "PowerOnVM_Task" {
			begun <- struct{}{}
			<-release
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := b.h.SetPower(ctx, b.handle, on(vix.WaitForNothing))
		ended <- err
	}()
	<-begun
	cancel()
	failure(t, <-ended, vix.CodeCancelled, vix.FieldNone)
	if n := b.made("CancelTask"); n > 0 {
		t.Errorf("the task was cancelled %d times", n)
	}
	// The next run is another process.
	next := connected(t, b.Host)
	joined := make(chan string, 10)
	order := on(vix.WaitForTools)
	order.Progress = func(_ *vix.VM, what string) { joined <- what }
	go func() {
		_, err := next.SetPower(t.Context(), b.handle, order)
		ended <- err
	}()
	for what := range joined {
		if what == "joining a task that is under way" {
			break
		}
	}
	close(release)
	must(t, <-ended)
	if n := b.PowerOns(); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
}

// What nobody asks for any more is not begun.
func TestAPowerOnThatWasGivenUpIsNotBegun(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	_, err := b.h.Read(t.Context(), b.handle)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	order := on(vix.WaitForNothing)
	order.Found = func(vix.PowerState) { cancel() }
	_, err = b.h.SetPower(ctx, b.handle, order)
	failure(t, err, vix.CodeCancelled, vix.FieldNone)
	if n := b.made("PowerOnMultiVM_Task"); n > 0 || b.state() != vix.PoweredOff {
		t.Errorf("it was begun %d times, and is %s", n, b.state())
	}
}

// The question that an earlier run left is answered by the next, which joins the power-on.
func TestAPendingQuestionIsAnsweredByTheNextOrder(t *testing.T) {
	for _, options := range []sim.Options{{}, {ESX: true}, {StandaloneHosts: -1}} {
		b := oneMachine(t, options)
		datacenter := "DC0"
		if options.ESX {
			datacenter = "ha-datacenter"
		}
		must(t, b.AskAtPowerOn(datacenter, machinePath, sim.MovedOrCopied))
		_, err := b.within(time.Minute, on(vix.WaitForTools))
		e := kind(t, failure(t, err, vix.CodeVMXMsgDialogAndNoUI, vix.FieldNone), vix.ErrAsked)
		says(t, e, "m000", "msg.uuid.altered", "moved or copied", `"1": button.uuid.movedTheVM (or "moved")`)
		next := connected(t, b.Host)
		order := on(vix.WaitForTools)
		order.Answers = vix.Answers{"msg.uuid.altered": "moved"}
		if _, err := next.SetPower(t.Context(), b.handle, order); err != nil {
			t.Error(err)
		}
		if b.PowerOns() != 1 || b.made("AnswerVM") != 1 {
			t.Errorf("it was powered on %d times: %v", b.PowerOns(), b.Requests())
		}
	}
}

// A VM that is busy is waited for, whether the call says so or its task.
func TestAPowerOperationOnABusyVMIsWaitedFor(t *testing.T) {
	for name, fault := range map[string]sim.Fault{
		"call": {SOAP: &types.TaskInProgress{}, Times: 2}, "task": {Task: &types.TaskInProgress{}, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := oneMachine(t, sim.Options{ESX: true})
			for _, step := range []struct {
				method string
				order  vix.PowerOrder
			}{
				{"PowerOnVM_Task", on(vix.WaitForTools)}, {"ResetVM_Task", to(vix.PowerOpReset, vix.PowerHard)},
				{"SuspendVM_Task", to(vix.PowerOpSuspend, vix.PowerHard)}, {"", on(vix.WaitForTools)},
				{"PowerOffVM_Task", to(vix.PowerOpOff, vix.PowerHard)}, {"", on(vix.WaitForTools)},
			} {
				if f := fault; step.method != "" {
					f.Method = step.method
					b.Fault(f)
				}
				b.order(step.order)
			}
			soft := sim.Fault{Method: "ShutdownGuest", SOAP: &types.TaskInProgress{}}
			b.Fault(soft)
			b.order(to(vix.PowerOpOff, vix.PowerSoft))
		})
	}
}

// Two orders to one VM come one after the other.
func TestTwoOrdersToOneVM(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	b.order(on(vix.WaitForTools))
	var held atomic.Bool
	other := make(chan error, 1)
	b.OnTask(func(_ context.Context, method string) {
		if method == "ResetVM_Task" && !held.Swap(true) {
			go func() {
				_, err := b.h.SetPower(context.WithoutCancel(t.Context()), b.handle, to(vix.PowerOpOff, vix.PowerHard))
				other <- err
			}()
			for b.made("PowerOffVM_Task") == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	})
	b.order(to(vix.PowerOpReset, vix.PowerHard))
	must(t, <-other)
	b.OnTask(nil)
	if b.state() != vix.PoweredOff {
		t.Errorf("it is %s", b.state())
	}
}

func TestATemplateIsNotPoweredOn(t *testing.T) {
	s := simulated(t, single)
	p := laid(t, s, "DC0", "[LocalDS_0] t/t.vmtx")
	_, err := s.RegisterTemplate(t.Context(), "DC0", p.String())
	must(t, err)
	h := connected(t, s)
	vm, err := h.Open(t.Context(), vix.Locator{Path: p})
	must(t, err)
	_, err = h.SetPower(t.Context(), vm.Handle(), on(vix.WaitForNothing))
	failure(t, err, vix.CodeTemplateVM, vix.FieldNone)
	failure(t, h.CheckPower(t.Context(), vm.Handle(), on(vix.WaitForNothing)), vix.CodeTemplateVM, vix.FieldNone)
}

// Each refusal of the installer has VIX's own code.
func TestTheInstallersRefusals(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	install := func(step vix.ToolsStep) error { return b.h.InstallTools(t.Context(), b.handle, step, "") }
	failure(t, install(vix.ToolsUpgrade), vix.CodeVMNotRunning, vix.FieldNone)
	b.HoldTools(true)
	b.order(on(vix.WaitForNothing))
	failure(t, install(vix.ToolsUpgrade), vix.CodeToolsInstallGuestNotReady, vix.FieldNone)
	must(t, install(vix.ToolsMount))
	failure(t, install(vix.ToolsMount), vix.CodeToolsInstallInProgress, vix.FieldNone)
	must(t, install(vix.ToolsUnmount))
	must(t, b.SetTools("DC0", machinePath, true, true))
	for fault, code := range map[types.BaseMethodFault]vix.Code{
		&types.VmToolsUpgradeFault{}: vix.CodeToolsInstallNoImage, &types.NotSupported{}: vix.CodeToolsInstallAutoNotSupported,
		&types.VmConfigFault{}: vix.CodeToolsInstallNoDevice,
	} {
		b.Fault(sim.Fault{Method: "UpgradeTools_Task", Task: fault})
		failure(t, install(vix.ToolsUpgrade), code, vix.FieldNone)
	}
	must(t, install(vix.ToolsUpgrade))
	s := b.Host
	s.Deny("", privilegeTools, b.handle.ManagedObjectID)
	says(t, failure(t, connected(t, s).CheckTools(t.Context(), b.handle, vix.ToolsMount), vix.CodeHostUserPermissions, vix.FieldNone), privilegeTools)
}

// heldLook is a line on which the answer to one look at a VM takes longer than what happens meanwhile.
type heldLook struct {
	soap.RoundTripper
	looked    chan struct{}
	meanwhile func()
	once      sync.Once
}

func (l *heldLook) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	err := l.RoundTripper.RoundTrip(ctx, req, res)
	read, ok := req.(*methods.RetrievePropertiesExBody)
	if ok && slices.Contains(read.Req.SpecSet[0].PropSet[0].PathSet, "guest.guestOperationsReady") {
		l.once.Do(func() {
			close(l.looked)
			l.meanwhile()
		})
	}
	return err
}

// What was read of a VM before it was powered on may arrive when it is on: it has not gone off.
func TestAnOldLookIsNotTakenForNews(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	b.order(on(vix.WaitForTools)) // from now on a wait for it begins with a look
	b.order(to(vix.PowerOpOff, vix.PowerHard))
	other := connected(t, b.Host)
	line := &heldLook{RoundTripper: b.h.Client.RoundTripper, looked: make(chan struct{}), meanwhile: func() {
		for now, err := other.Read(t.Context(), b.handle); err == nil && now.PowerState != vix.PoweredOn; {
			now, err = other.Read(t.Context(), b.handle)
		}
		time.Sleep(200 * time.Millisecond) // in which the end of the task arrives
	}}
	b.h.Client.RoundTripper = line
	b.OnTask(func(_ context.Context, method string) {
		if strings.HasPrefix(method, "PowerOn") {
			<-line.looked
		}
	})
	b.order(on(vix.WaitForTools))
	select {
	case <-line.looked:
	default:
		t.Error("nobody has looked at the VM, so that this test proves nothing")
	}
}
