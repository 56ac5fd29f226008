// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The texts of what a plan or an apply of clones says.

func addCloneTwice(diags *diag.Diagnostics, p vix.Path) {
	diags.AddError(fmt.Sprintf("Two resources have %s", p), coded(vix.CodeAlreadyExists,
		"Another vix_clone or vix_registration of this configuration has the same VM. One VM belongs to one resource: remove one of "+
			"the two."))
}

func addCloneParted(diags *diag.Diagnostics, p vix.Path) {
	diags.AddError(fmt.Sprintf("%s leaves one address and is wanted by another", p), coded(vix.CodeAlreadyExists,
		"A vix_clone of this plan takes the VM away, and another resource has it or takes it over. Terraform does the two in any order. "+
			"If the resource was renamed, or its key in for_each has changed, say so:\n\n"+
			"  moved {\n    from = vix_clone.OLD\n    to   = vix_clone.NEW\n  }\n\n"+
			"If another resource is to have the VM, let the clone go without taking it away:\n\n"+
			"  removed {\n    from = vix_clone.OLD\n    lifecycle {\n      destroy = false\n    }\n  }"))
}

func warnCloneFinished(diags *diag.Diagnostics, is *vix.Registration) {
	diags.AddWarning("A clone is there already, by an apply that was interrupted", coded(vix.CodeAlreadyExists, fmt.Sprintf(
		"%s: the host's record shows that our user made it (%q, %s) in an apply of this configuration that did not get as far as saving "+
			"state. This apply finishes that one.", is.Path, is.Name, is.ID)))
}

func warnCloneUnderway(diags *diag.Diagnostics, name string) {
	diags.AddWarning("A clone is still being made, by an apply that was interrupted", coded(vix.CodeOperationAlreadyInProgress,
		fmt.Sprintf("%s: this apply waits for the host's task, and takes what it makes.", name)))
}

func warnDeletesFiles(diags *diag.Diagnostics, is *vix.Registration) {
	diags.AddWarning("The files of a clone will be deleted", coded(vix.CodeOK, fmt.Sprintf(
		"%s: the VM %q (%s) is deleted with all its files, and with every disk that is attached to it by then (delete_files = true).",
		is.Path, is.Name, is.ManagedObjectID)))
}

// warnKeepsFiles says why files stay that were to be deleted.
func warnKeepsFiles(diags *diag.Diagnostics, state cloneModel, rec cloneRecord, is *vix.Registration, parse pathParser) {
	why := fmt.Sprintf("it is %s with the instance UUID %s by now; this resource made %s with %s, and saw it last at %s",
		is.ManagedObjectID, is.InstanceUUID, rec.MadeID, rec.MadeUUID, state.RegisteredPath.ValueString())
	switch {
	case !rec.Foreseen:
		why = "a replacement that is forced (-replace, or a tainted resource) leaves the plan no place to say that files are deleted"
	case rec.MadeID == "":
		why = "it was imported, and not made by this resource"
	case rec.MadeID == is.ManagedObjectID && rec.MadeUUID == is.InstanceUUID && state.tellsNoPath(is, parse):
		why = "its path is the one that this resource saw last, as far as a text can tell, but a name in it begins or ends with a blank " +
			"or has a control character, which the text of a path does not keep, so that another file may be meant"
	}
	diags.AddWarning("The files of a clone stay", coded(vix.CodeInvalidHandle, fmt.Sprintf(
		"%s: the VM is unregistered, and not deleted with its files as delete_files says: %s.", is.Path, why)))
}

// warnCloneRuns says what becomes of a clone that runs when it goes.
func warnCloneRuns(diags *diag.Diagnostics, state cloneModel, is *vix.Registration) {
	if is.PowerState != vix.PoweredOn {
		return
	}
	switch vix.PowerOff(state.PowerOffOnDestroy.ValueString()) {
	case vix.PowerOffGuest:
		diags.AddWarning("A clone that runs will be powered off", coded(vix.CodeVMIsRunning,
			is.Path.String()+": its guest is shut down before it is taken away (power_off_on_destroy = \"guest\")."))
	case vix.PowerOffHard:
		diags.AddWarning("A clone that runs will be powered off", coded(vix.CodeVMIsRunning,
			is.Path.String()+": the plug is pulled before it is taken away (power_off_on_destroy = \"hard\")."))
	default:
		diags.AddWarning("A clone that runs will not be taken away", coded(vix.CodeVMIsRunning,
			is.Path.String()+" is powered on: the destroy fails unless the VM is powered off before. To have the destroy do that, apply "+
				"power_off_on_destroy = \"guest\" (the guest shuts down) or \"hard\" first."))
	}
}

func warnCloneGone(diags *diag.Diagnostics, state cloneModel) {
	diags.AddWarning("A clone is not registered any more", coded(vix.CodeVMNotFound, fmt.Sprintf(
		"%s: somebody unregistered or deleted it outside of Terraform. %s is gone from the host, and no VM has its id (%s) or its path. "+
			"Terraform forgets it, touches no files of it, and plans to make another one.",
		state.RegisteredPath.ValueString(), state.ManagedObjectID.ValueString(), state.ID.ValueString())))
}

// warnClonePlace says of a place that was written for the first time, or after an import, that it means nothing by now.
func warnClonePlace(diags *diag.Diagnostics, name string, want types.String, is string) {
	diags.AddAttributeWarning(path.Root(name), fmt.Sprintf("%s takes effect when the clone is made anew", name),
		coded(vix.CodeCancelled,
			fmt.Sprintf("%s says where a clone is made. This one was made without it, and is at %s. It is not made again "+
				"because of %s = %q; "+
				"terraform apply -replace does that.", name, is, name, want.ValueString())))
}

// inItsOwnWay is the error of a name that a VM has, with what it may have to do with the order of a replacement. Terraform tells
// nobody that order: whether the VM is the one that goes, only the note of the plan says.
func (r *cloneResource) inItsOwnWay(err error) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.Code != vix.CodeDuplicateName || e.VM == nil || e.Kind != "" {
		return err
	}
	more := *e
	more.Remedy = "Give the new clone a name of its own, which changes together with what replaces it, or take create_before_destroy out."
	if r.conn.replaced.has(e.VM, "") {
		more.Reason += " It is the clone that this one replaces, and stays until this one is made: create_before_destroy asks for that, " +
			"here or in a resource that depends on this one. The old clone is as it was."
		return &more
	}
	more.Remedy = strings.TrimSpace(e.Remedy + "\n\nIf it is the clone that this one is to replace: with lifecycle { " +
		"create_before_destroy = true }, here or in a resource that depends on this one, the new one is made while the old one still " +
		"has the name. " + more.Remedy)
	return &more
}
