// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestScriptArgs is what a script is run with, by the resource and by actions.
type guestScriptArgs struct {
	Script           types.String `tfsdk:"script"`
	Interpreter      types.String `tfsdk:"interpreter"`
	WorkingDirectory types.String `tfsdk:"working_directory"`
	Environment      types.Map    `tfsdk:"environment"`
	Wait             types.Bool   `tfsdk:"wait"`
	SuccessExitCodes types.Set    `tfsdk:"success_exit_codes"`
}

// guestRunArgs is what a program or a script is run with.
type guestRunArgs struct {
	guestScriptArgs

	Program   types.String `tfsdk:"program"`
	Arguments types.String `tfsdk:"arguments"`
}

// guestRunModel is resource "vix_guest_run" in plan and state.
type guestRunModel struct {
	guestRunArgs
	guestLoginModel

	ID            types.String   `tfsdk:"id"`
	VMID          types.String   `tfsdk:"vm_id"`
	CaptureOutput types.Bool     `tfsdk:"capture_output"`
	Triggers      types.Map      `tfsdk:"triggers"`
	PID           types.Int64    `tfsdk:"pid"`
	ExitCode      types.Int64    `tfsdk:"exit_code"`
	Stdout        types.String   `tfsdk:"stdout"`
	Stderr        types.String   `tfsdk:"stderr"`
	Elapsed       types.Int64    `tfsdk:"elapsed"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

// run is the run that the arguments mean. Where wait is not said, it is waited for.
func (m *guestScriptArgs) run() vix.GuestRun {
	return vix.GuestRun{
		Script: m.Script.ValueString(), Interpreter: m.Interpreter.ValueString(),
		WorkingDirectory: m.WorkingDirectory.ValueString(), Environment: knownTexts(m.Environment),
		NoWait: !m.Wait.IsNull() && !m.Wait.ValueBool(),
	}
}

// run is the run that the arguments mean.
func (m *guestRunArgs) run() vix.GuestRun {
	run := m.guestScriptArgs.run()
	run.Program, run.Arguments = m.Program.ValueString(), m.Arguments.ValueString()
	return run
}

// run is the run that the configuration means.
func (m *guestRunModel) run() vix.GuestRun {
	run := m.guestRunArgs.run()
	run.Capture = m.CaptureOutput.ValueBool() && !run.NoWait
	return run
}

// key is what attempts at the run are noted under: all that makes it another run, and the user, because what one has run says nothing
// of what is alike and another one runs.
func (m *guestRunModel) key(login vix.GuestLogin) string {
	run := m.run()
	return guestKey("run", strings.ToLower(m.VMID.ValueString()), login.Username, login.Interactive, run.Program, run.Arguments,
		run.Script, run.Interpreter, run.WorkingDirectory, run.Environment, run.NoWait, m.CaptureOutput.ValueBool(), m.successCodes(),
		knownTexts(m.Triggers))
}

// successCodes are the exit codes that are no failure, in order.
func (m *guestScriptArgs) successCodes() []int64 {
	if m.SuccessExitCodes.IsNull() {
		return []int64{0}
	}
	var codes []int64
	for _, element := range m.SuccessExitCodes.Elements() {
		if n, ok := element.(types.Int64); ok && !n.IsNull() && !n.IsUnknown() {
			codes = append(codes, n.ValueInt64())
		}
	}
	slices.Sort(codes)
	return codes
}

// validate finds what is no script.
func (m *guestScriptArgs) validate(diags *diag.Diagnostics) {
	if n := len(m.Interpreter.ValueString()) + len(m.Script.ValueString()); n > vix.GuestScriptLimit {
		addErrorAt(diags, path.Root("script"), &vix.Error{
			Op: "run", Object: "the script", Code: vix.CodeArgumentTooBig,
			Reason: "Interpreter and script have " + numbered(n, "byte") + "; VIX takes " + numbered(vix.GuestScriptLimit, "byte") + ".",
			Remedy: "Put the script into a file of the guest (vix_guest_file) and run that.",
		})
	}
	checkSayable(diags, path.Root("interpreter"), m.Interpreter.ValueString())
	for name, value := range knownTexts(m.Environment) {
		checkSayable(diags, path.Root("environment"), name+value)
	}
	for name := range m.Environment.Elements() {
		if name == "" || strings.Contains(name, "=") {
			diags.AddAttributeError(path.Root("environment"), "Not the name of an environment variable", coded(vix.CodeInvalidArg,
				"A name is not empty and has no equals sign; what stands behind one is the value."))
		}
	}
	if m.noSuccess() {
		diags.AddAttributeError(path.Root("success_exit_codes"), "No exit code is a success", coded(vix.CodeInvalidArg,
			"Whatever the program ended with would be a failure. Name at least one code, or leave success_exit_codes out for 0 alone."))
	}
	checkGuestPath(diags, "working_directory", m.WorkingDirectory)
}

// noSuccess reports that no exit code is a success, and that none will be when all is known.
func (m *guestScriptArgs) noSuccess() bool {
	unknown := slices.ContainsFunc(m.SuccessExitCodes.Elements(), attr.Value.IsUnknown)
	return !m.SuccessExitCodes.IsUnknown() && !unknown && len(m.successCodes()) == 0
}

// validate finds what contradicts itself in a configuration.
func (m *guestRunArgs) validate(diags *diag.Diagnostics) {
	m.guestScriptArgs.validate(diags)
	checkGuestPath(diags, "program", m.Program)
	checkSayable(diags, path.Root("arguments"), m.Arguments.ValueString())
	if m.Program.IsUnknown() || m.Script.IsUnknown() {
		return
	}
	const one = "Exactly one of program and script says it."
	switch {
	case m.Program.IsNull() && m.Script.IsNull():
		diags.AddAttributeError(path.Root("program"), "There is nothing to run", coded(vix.CodeInvalidArg, one))
	case !m.Program.IsNull() && !m.Script.IsNull():
		diags.AddAttributeError(path.Root("program"), "There are two things to run", coded(vix.CodeInvalidArg, one))
	case m.Program.IsNull() && !m.Arguments.IsNull():
		diags.AddAttributeError(path.Root("arguments"), "The arguments are of no program", coded(vix.CodeInvalidArg,
			"arguments goes with program; give a script what it needs in environment."))
	case m.Script.IsNull() && !m.Interpreter.IsNull():
		diags.AddAttributeError(path.Root("interpreter"), "The interpreter has no script", coded(vix.CodeInvalidArg,
			"interpreter goes with script; a program is run by itself."))
	}
}

// ends takes over what came of the run. What is cut, or not told, is null or said in a warning.
func (m *guestRunModel) ends(result *vix.GuestResult, diags *diag.Diagnostics) {
	m.PID = types.Int64Value(result.PID)
	m.ExitCode, m.Stdout, m.Stderr, m.Elapsed = types.Int64Null(), types.StringNull(), types.StringNull(), types.Int64Null()
	m.GuestPasswordWO, m.GuestTicketWO = types.StringNull(), types.StringNull()
	if !result.Ended {
		return
	}
	m.ExitCode = types.Int64Value(int64(result.ExitCode))
	m.Elapsed = types.Int64Value(int64(result.Elapsed.Round(time.Second) / time.Second))
	if m.CaptureOutput.ValueBool() {
		m.Stdout = types.StringValue(textOf(result.Stdout, result.StdoutCut))
		m.Stderr = types.StringValue(textOf(result.Stderr, result.StderrCut))
		warnCut(diags, result)
	}
}
