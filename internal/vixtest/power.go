// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vixtest

import (
	"errors"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

var powerClauses = []clause{
	{"OnAndOffAreSeen", vix.FeaturePower, onAndOffAreSeen},
	{"WhatIsSoAlreadyIsDone", vix.FeaturePower, whatIsSoAlreadyIsDone},
	{"ASuspendedVMRunsOnAndGoesOff", vix.FeaturePower, aSuspendedVMRunsOnAndGoesOff},
	{"OnlyARunningVMIsSuspendedOrReset", vix.FeaturePower, onlyARunningVMIsSuspendedOrReset},
	{"AGuestWithoutToolsIsLeftAlone", vix.FeaturePower, aGuestWithoutToolsIsLeftAlone},
	{"CheckPowerChangesNothing", vix.FeaturePower, checkPowerChangesNothing},
	{"AQuestionIsNeverGuessed", vix.FeaturePower, aQuestionIsNeverGuessed},
	{"ToolsAreInstalledInARunningVMOnly", vix.FeatureInstallTools, toolsAreInstalledInARunningVMOnly},
}

// order gives an order, and fails unless it is carried out.
func (s *subject) order(t *testing.T, handle vix.Handle, op vix.PowerOp) *vix.Powered {
	t.Helper()
	done, err := s.power.SetPower(s.ctx, handle, vix.PowerOrder{Op: op, Mode: vix.PowerHard})
	if err != nil {
		t.Fatalf("%s: %v", op, err)
	}
	return done
}

// is fails unless the host says that a VM is in a state.
func (s *subject) is(t *testing.T, handle vix.Handle, state vix.PowerState) {
	t.Helper()
	vm, err := s.host.Read(s.ctx, handle)
	if err != nil || vm.PowerState != state || vm.IsRunning != (state == vix.PoweredOn) {
		t.Fatalf("the VM is %+v, %v; want %s", vm, err, state)
	}
}

func onAndOffAreSeen(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	var found []vix.PowerState
	order := vix.PowerOrder{Op: vix.PowerOpOn, Found: func(state vix.PowerState) { found = append(found, state) }}
	done, err := s.power.SetPower(s.ctx, handle, order)
	if err != nil || done.State != vix.PoweredOn || done.VM.ID != handle.ID {
		t.Fatalf("%+v, %v", done, err)
	}
	if len(found) != 1 || found[0] != vix.PoweredOff {
		t.Errorf("it was found %q", found)
	}
	s.is(t, handle, vix.PoweredOn)
	if done := s.order(t, handle, vix.PowerOpOff); done.State != vix.PoweredOff {
		t.Errorf("%+v", done)
	}
	s.is(t, handle, vix.PoweredOff)
}

func whatIsSoAlreadyIsDone(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.order(t, handle, vix.PowerOpOff)
	s.PowerOn(t, s.Paths[0])
	if done := s.order(t, handle, vix.PowerOpOn); done.State != vix.PoweredOn || done.VM.PowerState != vix.PoweredOn {
		t.Errorf("%+v", done)
	}
	s.order(t, handle, vix.PowerOpReset)
	s.order(t, handle, vix.PowerOpSuspend)
	s.order(t, handle, vix.PowerOpSuspend)
	s.is(t, handle, vix.Suspended)
}

func aSuspendedVMRunsOnAndGoesOff(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.PowerOn(t, s.Paths[0])
	s.order(t, handle, vix.PowerOpSuspend)
	s.order(t, handle, vix.PowerOpOn)
	s.is(t, handle, vix.PoweredOn)
	s.order(t, handle, vix.PowerOpSuspend)
	s.order(t, handle, vix.PowerOpOff)
	s.is(t, handle, vix.PoweredOff)
}

func onlyARunningVMIsSuspendedOrReset(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	for _, op := range []vix.PowerOp{vix.PowerOpSuspend, vix.PowerOpReset} {
		for _, mode := range []vix.PowerMode{vix.PowerSoft, vix.PowerHard, vix.PowerSoftThenHard} {
			_, err := s.power.SetPower(s.ctx, handle, vix.PowerOrder{Op: op, Mode: mode})
			wantCode(t, err, vix.CodeVMNotRunning)
		}
	}
	s.is(t, handle, vix.PoweredOff)
}

func aGuestWithoutToolsIsLeftAlone(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	s.PowerOn(t, s.Paths[0])
	for _, op := range []vix.PowerOp{vix.PowerOpOff, vix.PowerOpSuspend, vix.PowerOpReset} {
		done, err := s.power.SetPower(s.ctx, handle, vix.PowerOrder{Op: op, Mode: vix.PowerSoft})
		if !errors.Is(err, vix.ErrToolsNeeded) || done == nil || done.State != vix.PoweredOn {
			t.Errorf("%s: %+v, %v", op, done, err)
		}
		s.is(t, handle, vix.PoweredOn)
	}
	if _, err := s.power.SetPower(s.ctx, handle, vix.PowerOrder{Op: vix.PowerOpOff, Mode: vix.PowerSoftThenHard}); err != nil {
		t.Errorf("soft, then hard: %v", err)
	}
	s.is(t, handle, vix.PoweredOff)
}

func checkPowerChangesNothing(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	for _, op := range []vix.PowerOp{vix.PowerOpOn, vix.PowerOpOff, vix.PowerOpSuspend, vix.PowerOpReset} {
		if err := s.power.CheckPower(s.ctx, handle, vix.PowerOrder{Op: op, Mode: vix.PowerHard}); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		s.is(t, handle, vix.PoweredOff)
	}
}

func aQuestionIsNeverGuessed(t *testing.T, s *subject) {
	if s.AskAtPowerOn == nil {
		t.Skip("this host asks nothing that can be answered")
	}
	handle := s.register(t, s.Paths[0]).Handle()
	s.AskAtPowerOn(t, s.Paths[0])
	for _, answers := range []vix.Answers{nil, {"msg.another": "1"}, {"msg.uuid.altered": "perhaps"}} {
		_, err := s.power.SetPower(s.ctx, handle, vix.PowerOrder{Op: vix.PowerOpOn, Answers: answers})
		e := wantCode(t, err, vix.CodeVMXMsgDialogAndNoUI)
		if e.Question == nil || e.Question.MessageID != "msg.uuid.altered" || len(e.Choices) < 3 {
			t.Errorf("%+v", e)
		}
		if vm, err := s.host.Read(s.ctx, handle); err != nil || vm.Question == nil || vm.IsRunning {
			t.Fatalf("it does not ask any more: %+v, %v", vm, err)
		}
	}
	order := vix.PowerOrder{Op: vix.PowerOpOn, Answers: vix.Answers{"msg.uuid.altered": "moved"}}
	if _, err := s.power.SetPower(s.ctx, handle, order); err != nil {
		t.Fatal(err)
	}
	s.is(t, handle, vix.PoweredOn)
	if answered, err := s.power.Answer(s.ctx, handle, order.Answers); answered != nil || err != nil {
		t.Errorf("nothing is asked: %+v, %v", answered, err)
	}
}

func toolsAreInstalledInARunningVMOnly(t *testing.T, s *subject) {
	handle := s.register(t, s.Paths[0]).Handle()
	wantCode(t, s.installer.InstallTools(s.ctx, handle, vix.ToolsMount, ""), vix.CodeVMNotRunning)
	s.PowerOn(t, s.Paths[0])
	if err := s.installer.CheckTools(s.ctx, handle, vix.ToolsMount); err != nil {
		t.Error(err)
	}
	if err := s.installer.InstallTools(s.ctx, handle, vix.ToolsMount, ""); err != nil {
		t.Error(err)
	}
	if err := s.installer.InstallTools(s.ctx, handle, vix.ToolsUnmount, ""); err != nil {
		t.Error(err)
	}
}
