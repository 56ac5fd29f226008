// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim/guestos"
)

// StartProgramInGuest starts a program.
func (m *guestProcesses) StartProgramInGuest(ctx *simulator.Context, r *types.StartProgramInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.StartProgramInGuestBody{}
	g, user, fault := m.h.enterGuest(ctx, r.Vm, r.Auth)
	if fault != nil {
		body.Fault_ = fault
		return body
	}
	if r.Spec == nil {
		body.Fault_ = soapFaultOf(&types.InvalidArgument{InvalidProperty: "spec"})
		return body
	}
	spec := r.Spec.GetGuestProgramSpec()
	pid, err := g.Start(guestos.Spec{
		User: user, Path: spec.ProgramPath, Arguments: spec.Arguments, WorkingDirectory: spec.WorkingDirectory,
		Environment: spec.EnvVariables,
	})
	if body.Fault_ = faultOf(err); body.Fault_ == nil {
		body.Res = &types.StartProgramInGuestResponse{Returnval: pid}
	}
	return body
}

// ListProcessesInGuest lists processes. A pid that is not known is left out.
func (m *guestProcesses) ListProcessesInGuest(ctx *simulator.Context, r *types.ListProcessesInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.ListProcessesInGuestBody{}
	g, _, fault := m.h.enterGuest(ctx, r.Vm, r.Auth)
	if fault != nil {
		body.Fault_ = fault
		return body
	}
	body.Res = &types.ListProcessesInGuestResponse{}
	for _, p := range g.Processes(r.Pids...) {
		info := types.GuestProcessInfo{Name: p.Name, Pid: p.PID, Owner: p.Owner, CmdLine: p.Command, StartTime: p.Started}
		if !p.Ended.IsZero() {
			info.EndTime, info.ExitCode = &p.Ended, int32(p.ExitCode) //nolint:gosec // of a process
		}
		body.Res.Returnval = append(body.Res.Returnval, info)
	}
	return body
}

// TerminateProcessInGuest ends a process.
func (m *guestProcesses) TerminateProcessInGuest(ctx *simulator.Context, r *types.TerminateProcessInGuest) soap.HasFault {
	m.enter(ctx)
	body := &methods.TerminateProcessInGuestBody{}
	g, user, fault := m.h.enterGuest(ctx, r.Vm, r.Auth)
	if fault != nil {
		body.Fault_ = fault
		return body
	}
	switch err := g.Terminate(ctx, user, r.Pid); {
	case err == guestos.ErrNoProcess: //nolint:errorlint // it is never wrapped
		body.Fault_ = soapFaultOf(&types.GuestProcessNotFound{Pid: r.Pid})
	case err != nil:
		body.Fault_ = faultOf(err)
	default:
		body.Res = &types.TerminateProcessInGuestResponse{}
	}
	return body
}

// ReadEnvironmentVariableInGuest tells variables as NAME=VALUE, all of them if no names are given.
func (m *guestProcesses) ReadEnvironmentVariableInGuest(
	ctx *simulator.Context, r *types.ReadEnvironmentVariableInGuest,
) soap.HasFault {
	m.enter(ctx)
	body := &methods.ReadEnvironmentVariableInGuestBody{}
	g, user, fault := m.h.enterGuest(ctx, r.Vm, r.Auth)
	if fault != nil {
		body.Fault_ = fault
		return body
	}
	body.Res = &types.ReadEnvironmentVariableInGuestResponse{Returnval: g.Environment(user, r.Names...)}
	return body
}
