// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const aPath = "[LocalDS_0] a/a.vmx"

// until reads a VM until it is so.
func (s *seat) until(ref moref, so func(mo.VirtualMachine) bool, props ...string) error {
	for range 1000 {
		o, err := s.read(ref, props...)
		if err != nil {
			return err
		}
		if so(o) {
			return nil
		}
		pause(s.ctx, taskPoll)
	}
	return missing("it never became so: %v", props)
}

// turned powers a VM on and waits for the task.
func (s *seat) turned(ref moref) error {
	task, err := object.NewVirtualMachine(s.c.Client, ref).PowerOn(s.ctx)
	if err != nil {
		return err
	}
	return task.Wait(s.ctx)
}

func ready(o mo.VirtualMachine) bool {
	return o.Guest != nil && o.Guest.GuestOperationsReady != nil && *o.Guest.GuestOperationsReady
}

func TestAVMDoesOneThingAtATime(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := s.AskAtPowerOn("DC0", aPath, MovedOrCopied); err != nil {
			return err
		}
		first, err := vm.PowerOn(s.ctx)
		if err != nil {
			return err
		}
		_, err = vm.PowerOn(s.ctx)
		busy, err := wants[types.TaskInProgress](err)
		if err != nil || busy.Task != first.Reference() {
			return missing("%v, %+v", err, busy)
		}
		_, err = vm.Reconfigure(s.ctx, types.VirtualMachineConfigSpec{Annotation: "x"})
		if err := all(isFault[types.TaskInProgress](err), isFault[types.TaskInProgress](vm.Unregister(s.ctx))); err != nil {
			return err
		}
		asked := func(o mo.VirtualMachine) bool { return o.Runtime.Question != nil }
		if err := s.until(ref, asked, "runtime.question"); err != nil {
			return err
		}
		if err := vm.Answer(s.ctx, MovedOrCopied.ID, "1"); err != nil {
			return err
		}
		return all(first.Wait(s.ctx), s.do(vm.PowerOff(s.ctx)), vm.Unregister(s.ctx))
	})
}

func TestAQuestionSaysItsMessageAndCancelEndsThePowerOn(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.AskAtPowerOn("DC0", aPath, MovedOrCopied); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		task, err := vm.PowerOn(s.ctx)
		if err != nil {
			return err
		}
		var q *types.VirtualMachineQuestionInfo
		if err := s.until(ref, func(o mo.VirtualMachine) bool { q = o.Runtime.Question; return q != nil }, "runtime.question"); err != nil {
			return err
		}
		label := q.Choice.ChoiceInfo[0].GetElementDescription().Label
		if len(q.Message) != 1 || q.Message[0].Id != "msg.uuid.altered" || label != "Cancel" {
			return missing("%+v", q)
		}
		if err := vm.Answer(s.ctx, q.Id, "0"); err != nil {
			return err
		}
		return isFault[types.RequestCanceled](task.Wait(s.ctx))
	})
}

func TestToolsRunAfterThePowerOnHasEnded(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := s.SetTools("DC0", aPath, true, false); err != nil {
			return err
		}
		s.HoldTools(true)
		if err := s.turned(ref); err != nil {
			return err
		}
		shutdown := func() error {
			_, err := methods.ShutdownGuest(s.ctx, s.c, &types.ShutdownGuest{This: ref})
			return err
		}
		if o, err := s.read(ref, "guest"); err != nil || ready(o) {
			return missing("ready at once: %v", err)
		}
		if err := s.StartTools("DC0", aPath); err != nil {
			return err
		}
		o, err := s.read(ref, "guest")
		if err != nil || ready(o) || o.Guest.ToolsRunningStatus != "guestToolsRunning" || o.Guest.IpAddress != "" {
			return missing("%+v, %v", o.Guest, err)
		}
		if err := isFault[types.ToolsUnavailable](shutdown()); err != nil {
			return err
		}
		s.HoldTools(false)
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := s.do(vm.Reset(s.ctx)); err != nil {
			return err
		}
		addressed := func(o mo.VirtualMachine) bool { return ready(o) && o.Guest.IpAddress != "" }
		if err := s.until(ref, addressed, "guest"); err != nil {
			return err
		}
		return all(shutdown(), vm.WaitForPowerState(s.ctx, powerOff))
	})
}

func TestAResetTakesToolsDown(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := all(s.turned(ref), s.SetTools("DC0", aPath, true, true)); err != nil {
			return err
		}
		s.HoldTools(true)
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := s.do(vm.Reset(s.ctx)); err != nil {
			return err
		}
		if o, err := s.read(ref, "guest"); err != nil || ready(o) || o.Guest.ToolsVersionStatus2 == "guestToolsNotInstalled" {
			return missing("after the reset: %+v, %v", o.Guest, err)
		}
		if err := s.SetTools("DC0", aPath, true, true); err != nil {
			return err
		}
		s.HoldTools(false)
		before, err := s.read(ref, "runtime.bootTime")
		if err != nil {
			return err
		}
		if err := vm.RebootGuest(s.ctx); err != nil {
			return err
		}
		rebooted := func(o mo.VirtualMachine) bool { return ready(o) && !o.Runtime.BootTime.Equal(*before.Runtime.BootTime) }
		return s.until(ref, rebooted, "guest", "runtime")
	})
}

func TestASuspendedVMIsNotPoweredOff(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := all(s.turned(ref), s.do(vm.Suspend(s.ctx))); err != nil {
			return err
		}
		if err := isFault[types.InvalidPowerState](s.do(vm.PowerOff(s.ctx))); err != nil {
			return err
		}
		s.SetPowerOffOfSuspended(true)
		return s.do(vm.PowerOff(s.ctx))
	})
}

func TestStandbyMayLeaveTheVMOn(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		if err := all(s.turned(ref), s.SetTools("DC0", aPath, true, true), s.SetStandbyAction("DC0", aPath, "powerOnSuspend")); err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := vm.StandbyGuest(s.ctx); err != nil {
			return err
		}
		if o, err := s.read(ref, "runtime.powerState"); err != nil || o.Runtime.PowerState != powerOn {
			return missing("%v, %v", o.Runtime.PowerState, err)
		}
		if err := s.SetStandbyAction("DC0", aPath, "checkpoint"); err != nil {
			return err
		}
		return all(vm.StandbyGuest(s.ctx), vm.WaitForPowerState(s.ctx, powerSuspend))
	})
}

func TestTheInstallerIsMountedOnce(t *testing.T) {
	vsphere(t, Options{}, func(s *seat) error {
		ref, err := s.layoutBare("DC0", "a")
		if err != nil {
			return err
		}
		vm := object.NewVirtualMachine(s.c.Client, ref)
		if err := isFault[types.InvalidState](vm.MountToolsInstaller(s.ctx)); err != nil {
			return err
		}
		if err := isFault[types.InvalidPowerState](s.do(vm.UpgradeTools(s.ctx, ""))); err != nil {
			return err
		}
		if err := s.turned(ref); err != nil {
			return err
		}
		if err := all(vm.MountToolsInstaller(s.ctx), isFault[types.InvalidState](vm.MountToolsInstaller(s.ctx))); err != nil {
			return err
		}
		if o, err := s.read(ref, "runtime.toolsInstallerMounted"); err != nil || !o.Runtime.ToolsInstallerMounted {
			return missing("not mounted: %v", err)
		}
		if err := all(vm.UnmountToolsInstaller(s.ctx), isFault[types.ToolsUnavailable](s.do(vm.UpgradeTools(s.ctx, "")))); err != nil {
			return err
		}
		return all(s.SetTools("DC0", aPath, true, true), s.do(vm.UpgradeTools(s.ctx, "")), s.until(ref, ready, "guest"))
	})
}
