// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// guestFileNoteKept is where the id of the note of the attempt stands in the private state.
const guestFileNoteKept = "note"

// guestFileJob is a file that is to be written, with all that takes.
type guestFileJob struct {
	vm      *vix.Registration
	login   vix.GuestLogin
	content *guestContent
	file    vix.GuestWrite
}

// job is what writing the file takes; nil, with an error, if something of that is missing. rec is the record of the VM in state.
func (r *guestFileResource) job(
	ctx context.Context, plan, config guestFileModel, rec vmRecord, diags *diag.Diagnostics,
) *guestFileJob {
	if !r.conn.connected() {
		addNotConnected(diags, "write "+plan.Path.ValueString(), r.conn)
		return nil
	}
	own := config.guestLoginModel
	own.Interactive = plan.Interactive
	login, ok := r.conn.resourceLogin(own, diags)
	if !ok {
		return nil
	}
	content, err := config.content(&r.conn.sources)
	if err != nil {
		addSourceError(diags, config.Source.ValueString(), err)
		return nil
	}
	vm := r.conn.meantVM(ctx, plan.VMID, rec, diags)
	if vm == nil {
		return nil
	}
	return &guestFileJob{vm: vm, login: login, content: content, file: vix.GuestWrite{
		Path: plan.Path.ValueString(), Open: content.open, Size: content.size, Permissions: plan.Permissions.ValueString(),
		Overwrite: plan.Overwrite.ValueBool(), CreateDirectories: plan.CreateDirectories.ValueBool(), Validate: plan.Validate.ValueString(),
		Secret: content.secret,
	}}
}

// write writes the file, and fills in what came of it.
func (r *guestFileResource) write(ctx context.Context, plan *guestFileModel, job *guestFileJob) error {
	file, err := r.guest.WriteGuestFile(withoutSecrets(ctx, job.login), job.vm.Handle(), job.login, job.file)
	if err != nil {
		return err
	}
	if sum := file.SHA256; sum != "" && !job.content.settled {
		job.content.sha256, job.content.size = sum, file.Size // another one lies there by now than was read first
	}
	plan.written(file, job.content)
	return nil
}

// create writes the file for the first time, or takes over what an attempt of an earlier process has written: what proves that
// is the note of the attempt, and the content. It gives the id of the note of this attempt.
func (r *guestFileResource) create(ctx context.Context, plan *guestFileModel, job *guestFileJob, diags *diag.Diagnostics) (string, bool) {
	key := guestFileKey(types.StringValue(job.vm.ID), plan.Path)
	note, err := r.attempt(ctx, key, job)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return "", false
	}
	if prior := r.conn.guestFiles.replaced(key); !job.file.Overwrite && (!note.Attempt.IsZero() || prior.Key != "") {
		job.file.Overwrite = r.ours(ctx, job, note, prior)
	}
	if !r.carryOut(ctx, plan, job, note, diags) {
		return "", false
	}
	r.conn.attemptDone(note)
	return r.conn.guestNotes.id(note), true
}

// update writes the file again, over what is there, which is ours.
func (r *guestFileResource) update(ctx context.Context, plan *guestFileModel, job *guestFileJob, diags *diag.Diagnostics) bool {
	job.file.Overwrite = true
	note, err := r.attempt(ctx, guestFileKey(types.StringValue(job.vm.ID), plan.Path), job)
	if err != nil {
		addErrorAt(diags, path.Empty(), err)
		return false
	}
	if !r.carryOut(ctx, plan, job, note, diags) {
		return false
	}
	r.conn.attemptEnded(ctx, note)
	return true
}

// attempt is the attempt at writing a file, an earlier one that has no end if there is one: what that has left beside the file
// goes.
func (r *guestFileResource) attempt(ctx context.Context, key string, job *guestFileJob) (guestNote, error) {
	server, err := r.conn.server(ctx)
	if err != nil {
		return guestNote{}, err
	}
	note := r.conn.attemptAt(ctx, server, key)
	if note.Temporary != "" {
		job.file.Left = []string{note.Temporary}
	}
	return note, nil
}

// carryOut writes the file, with a note of the attempt that lasts if it is not known to have come to its end.
func (r *guestFileResource) carryOut(
	ctx context.Context, plan *guestFileModel, job *guestFileJob, note guestNote, diags *diag.Diagnostics,
) bool {
	note.Attempt = note.Attempt.Again(time.Now(), time.Now().Add(remaining(ctx)))
	if note.SHA256 = job.content.sha256; job.content.secret {
		note.SHA256 = ""
	}
	begin := func() {
		if err := r.conn.guestNotes.begin(note); err != nil { // costs the recovery after a kill, not the file
			tflog.Warn(ctx, "cannot note the file that is written", map[string]any{"error": err.Error()})
		}
	}
	begin()
	job.file.Beside = func(temporary string) {
		note.Temporary = temporary
		begin()
	}
	if err := r.write(ctx, plan, job); err != nil {
		if decided(err) {
			r.conn.attemptEnded(ctx, note)
		}
		addErrorAt(diags, path.Empty(), err)
		return false
	}
	return true
}

// ours reports that the file that is there is what an attempt of ours has written, or the object that this one replaces.
func (r *guestFileResource) ours(ctx context.Context, job *guestFileJob, note guestNote, prior guestFilePrior) bool {
	is, err := r.guest.GuestFile(ctx, job.vm.Handle(), job.login, job.file.Path)
	if err != nil || is == nil || is.Type != vix.GuestRegular {
		return false // writing says what is so
	}
	if prior.is(is) {
		return true
	}
	is, err = r.guest.ReadGuestFile(ctx, job.vm.Handle(), job.login, job.file.Path, io.Discard)
	return err == nil && is.SHA256 != "" && slices.Contains([]string{note.SHA256, prior.SHA256, job.content.sha256}, is.SHA256)
}

// look refreshes what state has of the file; false if there is no file any more. An agent that does not answer is believed to
// have nothing to say.
func (r *guestFileResource) look(ctx context.Context, state *guestFileModel, handle vix.Handle, diags *diag.Diagnostics) bool {
	login, ok := r.conn.readLogin()
	if !ok {
		diags.AddWarning(fileBelieved, coded(vix.CodeCannotAuthenticateWithGuest,
			"The provider has no guest_username and guest_password, and a refresh has no other login."))
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, defaultReadTimeout)
	defer cancel()
	name, sum := state.Path.ValueString(), state.SHA256.ValueString()
	is, err := r.guest.GuestFile(ctx, handle, login, name)
	if err == nil && is != nil && !state.same(is) && !state.secret() {
		if sum = ""; is.Type == vix.GuestRegular {
			if is, err = r.guest.ReadGuestFile(ctx, handle, login, name, io.Discard); err == nil {
				sum = is.SHA256
			}
		}
	}
	switch {
	case gone(err):
		r.conn.vms.forget(state.VMID.ValueString())
		warnVMAbsent(diags, state.VMID.ValueString(), err)
	case vix.GuestUnheard(err):
		summary, detail := texts(err)
		diags.AddWarning(fileBelieved, summary+". "+detail)
	case err != nil:
		addErrorAt(diags, path.Empty(), err)
	case is == nil:
		return false
	default:
		state.follow(is, sum)
	}
	return true
}

// fileBelieved is one summary for many, so that Terraform folds them.
const fileBelieved = "A file in a guest was not looked at, and state is believed"
