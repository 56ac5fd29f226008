// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package guests

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Processes lists what runs: ListProcessesInGuest.
func (g *Guest) Processes(ctx context.Context) ([]vix.GuestProcess, error) {
	all, err := g.processes(ctx)
	if err != nil {
		return nil, g.failed(err)
	}
	out := []vix.GuestProcess{}
	for _, p := range all {
		if p.EndTime == nil {
			out = append(out, running(p))
		}
	}
	return out, nil
}

func running(p types.GuestProcessInfo) vix.GuestProcess {
	return vix.GuestProcess{PID: p.Pid, Name: p.Name, Owner: p.Owner, Command: p.CmdLine, Started: p.StartTime}
}

// processes are those of the guest, or those with the pids: with what has ended in the last minutes, as the agent
// remembers it.
func (g *Guest) processes(ctx context.Context, pids ...int64) (all []types.GuestProcessInfo, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		response, err := methods.ListProcessesInGuest(ctx, g.line.Client, &types.ListProcessesInGuest{
			This: *g.managers.processes, Vm: g.ref, Auth: g.auth, Pids: pids,
		})
		if err == nil {
			all = response.Returnval
		}
		return err
	})
	return all, err
}

// marked is the process with a mark in its command line: the one with the pid, or any if that is 0. Nil if there is none: a
// pid may be another one's after a restart.
func (g *Guest) marked(ctx context.Context, pid int64, mark string) (*types.GuestProcessInfo, error) {
	var pids []int64
	if pid != 0 {
		pids = []int64{pid}
	}
	all, err := g.processes(ctx, pids...)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(p types.GuestProcessInfo) bool { return !strings.Contains(p.CmdLine, mark) })
	if len(all) == 0 {
		return nil, nil
	}
	// What it forks has the same command line. One that runs says more than one that has ended.
	slices.SortFunc(all, func(a, b types.GuestProcessInfo) int {
		return cmp.Or(compare(a.EndTime != nil, b.EndTime != nil), a.StartTime.Compare(b.StartTime), cmp.Compare(a.Pid, b.Pid))
	})
	return &all[0], nil
}

// compare has what is false first.
func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// start starts a program: StartProgramInGuest. An answer that got lost is the caller's to look into.
func (g *Guest) start(ctx context.Context, spec types.GuestProgramSpec) (pid int64, err error) {
	err = g.ask(ctx, once, func(ctx context.Context) error {
		response, err := methods.StartProgramInGuest(ctx, g.line.Client, &types.StartProgramInGuest{
			This: *g.managers.processes, Vm: g.ref, Auth: g.auth, Spec: &spec,
		})
		if err == nil {
			pid = response.Returnval
		}
		return err
	})
	return pid, err
}

// terminate ends a process; one that has ended is no error.
func (g *Guest) terminate(ctx context.Context, pid int64) error {
	err := g.ask(ctx, again, func(ctx context.Context) error {
		_, err := methods.TerminateProcessInGuest(ctx, g.line.Client, &types.TerminateProcessInGuest{
			This: *g.managers.processes, Vm: g.ref, Auth: g.auth, Pid: pid,
		})
		return err
	})
	var none *types.GuestProcessNotFound
	if as(err, &none) {
		return nil
	}
	return err
}

// environment are variables of the login's environment, NAME=VALUE; all without names.
func (g *Guest) environment(ctx context.Context, names ...string) (all []string, err error) {
	err = g.ask(ctx, again, func(ctx context.Context) error {
		response, err := methods.ReadEnvironmentVariableInGuest(ctx, g.line.Client, &types.ReadEnvironmentVariableInGuest{
			This: *g.managers.processes, Vm: g.ref, Auth: g.auth, Names: names,
		})
		if err == nil {
			all = response.Returnval
		}
		return err
	})
	return all, err
}
