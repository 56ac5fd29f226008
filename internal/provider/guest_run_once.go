// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestRunKept is where the record stands in the private state.
const guestRunKept = "run"

// guestRunRecord is what is remembered of a run beside the state: the note of the attempt at it.
type guestRunRecord struct {
	Note string `json:"note,omitempty"`
}

// plan checks what running it is going to ask.
func (r *guestRunResource) plan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, state, config guestRunModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	vm := planVM(ctx, r.conn, plan.VMID, state.VMID, vmRecord{}, req, resp)
	if !creates { // an update does nothing in the guest, and the second half of a replacement is planned as a create
		return
	}
	var found diag.Diagnostics
	r.conn.plannedLogin(config.guestLoginModel, &found)
	if vm != nil {
		privileges(ctx, r.guest, vm, &found, vix.GuestExecute)
		r.conn.checkRun(ctx, vm, plan.guestRunArgs, &found)
	}
	resp.Diagnostics.Append(stopsDestroy(found)...)
}

// isInState ends the attempt at a run that Terraform has in its state: the result that was noted has arrived there, and is nothing
// that a later run may take.
func (r *guestRunResource) isInState(ctx context.Context, private privateGetter, diags *diag.Diagnostics) {
	if r.conn.connected() {
		r.conn.guestNotes.end(ctx, privateFrom[guestRunRecord](ctx, private, guestRunKept, diags).Note)
	}
}

// warnTaken says that a run is not run, because an earlier apply has run it of which Terraform has no result.
func warnTaken(diags *diag.Diagnostics, what string, vm *vix.Registration, note guestNote) {
	diags.AddWarning("The result of an earlier apply is taken", coded(vix.CodeAlreadyExists, fmt.Sprintf(
		"An apply of %s has run %s in the guest of %s (%s), and was interrupted before its result was in the state. That result is "+
			"taken, and nothing was run now. To run it once more, change triggers.",
		note.Attempt.Begun.UTC().Format(time.RFC3339), what, vm.Name, vm.Path)))
}

// once runs what the plan says, unless an attempt of an earlier process has started it: then that is waited for. It fills in
// what came of it; false, with an error, if there is nothing for the state.
func (r *guestRunResource) once(
	ctx context.Context, plan *guestRunModel, own guestLoginModel, diags *diag.Diagnostics,
) (rec guestRunRecord, ran bool) {
	run := plan.run()
	if !r.conn.connected() {
		addNotConnected(diags, "run "+whatRuns(run), r.conn)
		return rec, false
	}
	own.Interactive = plan.Interactive
	login, ok := r.conn.resourceLogin(own, diags)
	if !ok {
		return rec, false
	}
	vm := r.conn.meantVM(ctx, plan.VMID, vmRecord{}, diags)
	if vm == nil {
		return rec, false
	}
	server, err := r.conn.server(ctx)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return rec, false
	}
	note := r.conn.attemptAt(ctx, server, plan.key(login))
	taken := note.Result != nil
	result, err := r.attempt(ctx, vm, login, run, note)
	if err == nil {
		if err = exitError(whatRuns(run), result, plan.successCodes()); err != nil {
			r.conn.attemptEnded(ctx, note) // it has run, and failed: the next apply is to try again
		}
	}
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return rec, false
	}
	if taken {
		warnTaken(diags, whatRuns(run), vm, note)
	}
	plan.ends(result, diags)
	plan.ID = types.StringValue(strings.ToLower(rand.Text()))
	r.conn.attemptDone(note)
	return guestRunRecord{Note: r.conn.guestNotes.id(note)}, true
}

// attempt is one attempt at a run. The note of it stays where the program may run, or may have run, and nobody has told what
// came of it.
func (r *guestRunResource) attempt(
	ctx context.Context, vm *vix.Registration, login vix.GuestLogin, run vix.GuestRun, note guestNote,
) (*vix.GuestResult, error) {
	if note.Result != nil { // it has ended, and Terraform was killed before its state was written
		return note.Result.of(vm), nil
	}
	begun := false
	run.Token, run.Attempt = note.Token, note.Attempt
	run.Sending = func(now time.Time) error {
		note.Attempt = note.Attempt.Again(now, now.Add(remaining(ctx)))
		if err := r.conn.guestNotes.begin(note); err != nil {
			return &vix.Error{
				Code: vix.CodeFileError, Cause: err,
				Reason: "It cannot be noted on the machine that runs Terraform, and would be started twice after an interruption. " +
					"Nothing was started. " + err.Error() + ".",
				Remedy: "Make the folder .terraform of the configuration, or that of TF_DATA_DIR, one that can be written.",
			}
		}
		begun = true
		return nil
	}
	run.Started = func(vix.GuestProcess) { begun = true }
	result, err := r.guest.RunInGuest(withoutSecrets(ctx, login), vm.Handle(), login, run)
	switch {
	case err == nil:
		note.Result = resultOf(result)
		if err := r.conn.guestNotes.begin(note); err != nil { // costs the result if Terraform is killed now; it is not run again
			tflog.Warn(ctx, "cannot note what came of a run", map[string]any{"error": err.Error()})
		}
	case begun && decided(err):
		r.conn.attemptEnded(ctx, note)
	}
	return result, err
}

// decided reports that an error leaves nothing open at the host.
func decided(err error) bool {
	e, ok := errors.AsType[*vix.Error](err)
	return ok && !e.Doubt
}
