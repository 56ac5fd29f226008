// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

const machinePath = "[LocalDS_0] m000/m000.vmx"

// bench is a connection to a host with one VM, which has Tools.
type powerBench struct {
	*sim.Host
	t      *testing.T
	h      *host
	handle vix.Handle
}

func oneMachine(t *testing.T, options sim.Options) *powerBench {
	t.Helper()
	options.PlainHTTP = true
	s := simulated(t, options)
	datacenter := "DC0"
	if options.ESX {
		datacenter = "ha-datacenter"
	}
	handle := machines(t, s, datacenter, 1)[0]
	return &powerBench{Host: s, t: t, h: connected(t, s), handle: handle}
}

// within gives an order that has some time.
func (b *powerBench) within(limit time.Duration, order vix.PowerOrder) (*vix.Powered, error) {
	ctx, cancel := context.WithTimeout(b.t.Context(), limit)
	defer cancel()
	return b.h.SetPower(ctx, b.handle, order)
}

// order gives an order that must be carried out.
func (b *powerBench) order(order vix.PowerOrder) *vix.Powered {
	b.t.Helper()
	done, err := b.within(5*time.Minute, order)
	if err != nil || done.State != order.Aim() {
		b.t.Fatalf("%+v: %+v, %v", order, done, err)
	}
	return done
}

func (b *powerBench) state() vix.PowerState {
	b.t.Helper()
	vm, err := b.h.Read(b.t.Context(), b.handle)
	must(b.t, err)
	return vm.PowerState
}

// made is how often a method was called.
func (b *powerBench) made(method string) int { return b.Requests()[method] }

func on(wait vix.GuestWait) vix.PowerOrder { return vix.PowerOrder{Op: vix.PowerOpOn, WaitFor: wait} }

func to(op vix.PowerOp, mode vix.PowerMode) vix.PowerOrder {
	return vix.PowerOrder{Op: op, Mode: mode, SoftTimeout: 50 * time.Millisecond}
}

func TestThePowerOnWaitsForWhatIsWanted(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	if done := b.order(on(vix.WaitForTools)); done.ToolsState != vix.ToolsRunning {
		t.Errorf("%+v", done)
	}
	b.order(to(vix.PowerOpOff, vix.PowerSoft))
	if done := b.order(on(vix.WaitForIP)); !strings.HasPrefix(done.IPAddress, "10.") {
		t.Errorf("%+v", done)
	}
	b.ResetRequests()
	if done := b.order(on(vix.WaitForIP)); done.IPAddress == "" {
		t.Errorf("on already: %+v", done)
	}
	if done := b.order(on(vix.WaitForNothing)); done.IPAddress == "" || done.ToolsState != vix.ToolsRunning {
		t.Errorf("on already, and nothing is waited for: %+v", done)
	}
	if n := b.made("PowerOnMultiVM_Task"); n > 0 {
		t.Errorf("it was powered on %d times more", n)
	}
}

func TestAnESXiPowersOnOneByOne(t *testing.T) {
	b := oneMachine(t, sim.Options{ESX: true})
	b.order(on(vix.WaitForTools))
	if b.made("PowerOnMultiVM_Task") != 0 || b.made("PowerOnVM_Task") != 1 {
		t.Errorf("%v", b.Requests())
	}
}

// A guest that does not come up is said, its VM stays on, and the next order only waits.
func TestAGuestThatIsLateStaysOn(t *testing.T) {
	t.Parallel()
	b := oneMachine(t, sim.Options{})
	b.HoldTools(true)
	for _, wait := range []vix.GuestWait{vix.WaitForTools, vix.WaitForIP} {
		ctx, end := runsOut(t)
		order := on(wait)
		order.Progress = func(_ *vix.VM, what string) {
			if what == "is on" {
				end()
			}
		}
		done, err := b.h.SetPower(ctx, b.handle, order)
		e := kind(t, failure(t, err, vix.CodeTimeoutWaitingForTools, vix.FieldNone), vix.ErrGuestLate)
		says(t, e, "Cannot power on the VM m000 ("+machinePath+")", "The VM is on, and", "VMware Tools were last seen as not_running.")
		if done == nil || done.State != vix.PoweredOn || b.state() != vix.PoweredOn {
			t.Errorf("%+v", done)
		}
	}
	b.HoldTools(false)
	must(t, b.SetTools("DC0", machinePath, true, true))
	b.order(on(vix.WaitForTools))
	if n := b.made("PowerOnMultiVM_Task"); n != 1 {
		t.Errorf("it was powered on %d times", n)
	}
}

// Tools that run and take no orders yet are waited for.
func TestASoftOrderWaitsForToolsThatHaveJustStarted(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	b.HoldTools(true)
	b.order(on(vix.WaitForNothing))
	must(t, b.StartTools("DC0", machinePath))
	b.Fault(sim.Fault{Method: "ShutdownGuest", SOAP: &types.ToolsUnavailable{}})
	var once sync.Once
	b.OnRequest(func(method string, _ []byte) {
		if method == "ShutdownGuest" {
			once.Do(func() { go func() { _ = b.SetTools("DC0", machinePath, true, true) }() })
		}
	})
	b.order(to(vix.PowerOpOff, vix.PowerSoft))
	b.OnRequest(nil)
	if n := b.made("ShutdownGuest"); n < 2 || b.made("PowerOffVM_Task") > 0 {
		t.Errorf("%v", b.Requests())
	}
}

func TestAGuestThatDoesNotListen(t *testing.T) {
	t.Parallel()
	b := oneMachine(t, sim.Options{})
	b.order(on(vix.WaitForTools))
	b.SetGuestsHang(true)
	for _, op := range []vix.PowerOp{vix.PowerOpOff, vix.PowerOpSuspend} {
		_, err := b.within(3*time.Second, to(op, vix.PowerSoft))
		kind(t, failure(t, err, vix.CodeVMIsRunning, vix.FieldNone), vix.ErrGuestIdle)
		if b.state() != vix.PoweredOn {
			t.Errorf("after %s it is %s", op, b.state())
		}
	}
	waiting := to(vix.PowerOpReset, vix.PowerSoft)
	waiting.WaitFor = vix.WaitForTools
	_, err := b.within(3*time.Second, waiting)
	kind(t, failure(t, err, vix.CodeVMIsRunning, vix.FieldNone), vix.ErrGuestIdle)
	b.order(to(vix.PowerOpReset, vix.PowerSoftThenHard))
	must(t, b.SetTools("DC0", machinePath, true, true))
	b.order(to(vix.PowerOpSuspend, vix.PowerSoftThenHard))
	b.order(on(vix.WaitForTools))
	b.order(to(vix.PowerOpOff, vix.PowerSoftThenHard))
	if b.made("ResetVM_Task") != 1 || b.made("SuspendVM_Task") != 1 || b.made("PowerOffVM_Task") != 1 {
		t.Errorf("%v", b.Requests())
	}
}

// Off from suspended: the guest is asked where it is to be, and hard gets there on every host.
func TestASuspendedVMGoesOff(t *testing.T) {
	for name, test := range map[string]struct {
		mode             vix.PowerMode
		accepts          bool
		resumed, pulled  int
		shutDownsAtLeast int
	}{
		"soft":                           {vix.PowerSoft, false, 1, 0, 1},
		"soft, and the host would pull":  {vix.PowerSoft, true, 1, 0, 1},
		"hard, and the host refuses":     {vix.PowerHard, false, 1, 2, 0},
		"hard, and the host takes it":    {vix.PowerHard, true, 0, 1, 0},
		"soft first, and that is enough": {vix.PowerSoftThenHard, false, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := oneMachine(t, sim.Options{})
			b.order(on(vix.WaitForTools))
			b.order(to(vix.PowerOpSuspend, vix.PowerHard))
			b.SetPowerOffOfSuspended(test.accepts)
			b.ResetRequests()
			order := to(vix.PowerOpOff, test.mode)
			order.SoftTimeout = time.Minute
			b.order(order)
			resumed, pulled, asked := b.made("PowerOnMultiVM_Task"), b.made("PowerOffVM_Task"), b.made("ShutdownGuest")
			if resumed != test.resumed || pulled != test.pulled || asked < test.shutDownsAtLeast || test.shutDownsAtLeast == 0 && asked > 0 {
				t.Errorf("%v", b.Requests())
			}
		})
	}
}

func TestStandbyThatLeavesTheVMOnIsRefused(t *testing.T) {
	b := oneMachine(t, sim.Options{})
	b.order(on(vix.WaitForTools))
	must(t, b.SetStandbyAction("DC0", machinePath, "powerOnSuspend"))
	kind(t, failure(t, b.h.CheckPower(t.Context(), b.handle, to(vix.PowerOpSuspend, vix.PowerSoft)), vix.CodeNotSupported, vix.FieldNone), vix.ErrStaysOn)
	_, err := b.within(time.Minute, to(vix.PowerOpSuspend, vix.PowerSoft))
	kind(t, failure(t, err, vix.CodeNotSupported, vix.FieldNone), vix.ErrStaysOn)
	must(t, b.h.CheckPower(t.Context(), b.handle, to(vix.PowerOpSuspend, vix.PowerHard)))
	b.order(to(vix.PowerOpSuspend, vix.PowerHard))
}

func TestAResetWaitsForTheGuestToComeUpAgain(t *testing.T) {
	for _, mode := range []vix.PowerMode{vix.PowerSoft, vix.PowerHard, vix.PowerSoftThenHard} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			b := oneMachine(t, sim.Options{})
			b.order(on(vix.WaitForTools))
			b.HoldTools(true)
			order := vix.PowerOrder{Op: vix.PowerOpReset, Mode: mode, SoftTimeout: time.Minute, WaitFor: vix.WaitForTools}
			_, err := b.within(3*time.Second, order)
			kind(t, failure(t, err, vix.CodeTimeoutWaitingForTools, vix.FieldNone), vix.ErrGuestLate)
			must(t, b.SetTools("DC0", machinePath, true, true))
			b.order(on(vix.WaitForTools))
			order.WaitFor = vix.WaitForNothing
			b.order(order)
			if soft := b.made("RebootGuest"); (soft > 0) == (mode == vix.PowerHard) {
				t.Errorf("%v", b.Requests())
			}
		})
	}
}
