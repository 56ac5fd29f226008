// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// This is what the actions that run something in a guest share.

// guestAction is an action in the guest of a VM. It has the provider's login alone: an action's write-only attribute would take
// no value.
type guestAction struct {
	conn *connection
	// guest is nil while the provider is not connected.
	guest vix.Guest
}

// configure takes what the provider hands on.
func (a *guestAction) configure(data any, diags *diag.Diagnostics) {
	a.conn = connectionOf(data, diags)
	a.guest = partOf[vix.Guest](a.conn, vix.FeatureGuest, diags)
}

// plan checks the login, the VM and the privileges. It gives the VM if there is more to check.
func (a *guestAction) plan(ctx context.Context, id types.String, diags *diag.Diagnostics, op vix.GuestOp) *vix.Registration {
	a.conn.plannedProvidersLogin(diags)
	vm := a.conn.checkVM(ctx, id, diags)
	if vm == nil || diags.HasError() {
		return nil
	}
	privileges(ctx, a.guest, vm, diags, op)
	return vm
}

// planRun is plan for what is run.
func (a *guestAction) planRun(ctx context.Context, id types.String, run guestRunArgs, diags *diag.Diagnostics) {
	if vm := a.plan(ctx, id, diags, vix.GuestExecute); vm != nil {
		a.conn.checkRun(ctx, vm, run, diags)
	}
}

// guestScriptArguments are the attributes of guestScriptArgs and guestOutputs.
func guestScriptArguments() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	const local = " Only its owner may read it; a file that is there is replaced, a link or a device is written through. It is " +
		"neither a folder nor the other output's. Needs `wait`. Default: none."
	return map[string]schema.Attribute{
		"script": text(scriptDescription), "interpreter": text(interpreterDescription), "working_directory": text(workingDescription),
		"environment": schema.MapAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: environmentDescription,
		},
		"wait":               schema.BoolAttribute{Optional: true, MarkdownDescription: waitDescription},
		"success_exit_codes": schema.SetAttribute{Optional: true, ElementType: types.Int64Type, MarkdownDescription: codesDescription},
		"stdout_file": text("File of the machine that runs Terraform that the standard output goes to, at most 1 MiB of " +
			"it." + local),
		"stderr_file": text("File of the machine that runs Terraform that the standard error goes to, at most 1 MiB of it." + local),
	}
}

// guestInvocation is a run by an action.
type guestInvocation struct {
	id      string
	run     vix.GuestRun
	success []int64
	outputs guestOutputs
	say     func(line string)
}

// invoke runs it, and says what comes of it.
func (a *guestAction) invoke(ctx context.Context, in guestInvocation, diags *diag.Diagnostics) {
	if !a.conn.connected() {
		addNotConnected(diags, "run "+whatRuns(in.run), a.conn)
		return
	}
	login, ok := a.conn.providersLogin(diags)
	if !ok {
		return
	}
	stdout, err := newOutputFile(in.outputs.StdoutFile)
	if err != nil {
		addOutputError(diags, "stdout_file", err, "Nothing was run.")
		return
	}
	defer stdout.drop()
	stderr, err := newOutputFile(in.outputs.StderrFile)
	if err != nil {
		addOutputError(diags, "stderr_file", err, "Nothing was run.")
		return
	}
	defer stderr.drop()
	in.run.Token, in.run.Capture = newToken(), !in.run.NoWait
	in.run.Progress = func(vm *vix.VM, what string) { in.say(vmLine(vm, what)) }
	result, err := a.guest.RunInGuest(withoutSecrets(ctx, login), a.conn.actionHandle(ctx, in.id), login, in.run)
	if err != nil {
		addErrorAt(diags, path.Empty(), invoked(notRecognised(err)))
		return
	}
	if !result.Ended {
		in.say(vmLine(result.VM, fmt.Sprintf("%s runs as process %d", whatRuns(in.run), result.PID)))
		return
	}
	in.say(vmLine(result.VM, fmt.Sprintf("%s has ended with exit code %d", whatRuns(in.run), result.ExitCode)))
	ended := fmt.Sprintf("The program has ended with exit code %d.", result.ExitCode)
	if err := stdout.keep(result.Stdout); err != nil {
		addOutputError(diags, "stdout_file", err, ended)
	}
	if err := stderr.keep(result.Stderr); err != nil {
		addOutputError(diags, "stderr_file", err, ended)
	}
	warnCut(diags, result)
	if err := exitError(whatRuns(in.run), result, in.success); err != nil {
		addErrorAt(diags, path.Empty(), err)
	}
}

// vmLine is a line about a VM.
func vmLine(vm *vix.VM, what string) string {
	return fmt.Sprintf("%s (%s): %s", vm.Name, vm.Path, what)
}

// notRecognised is an error of an action whose outcome is not known: unlike a resource, an action that is invoked again does it
// again.
func notRecognised(err error) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || !e.Doubt && e.Kind != vix.ErrRunUnknown {
		return err
	}
	return remedied(e, "Whether it was done is not known. Look in the guest before invoking the action again, which does it again.")
}
