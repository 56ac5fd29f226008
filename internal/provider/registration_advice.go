// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The texts of what a plan or an apply of registrations says. A warning that many
// objects may give has one fixed summary, so that Terraform folds them.

// coded ends a text with the code of VIX for what it is about. VIX_OK is for what is not hindered, and said because it
// cannot be undone.
func coded(code vix.Code, text string) string { return text + "\n\n" + code.String() }

// stopsDestroy adds to the errors of a plan what somebody needs who only wants to
// destroy.
func stopsDestroy(found diag.Diagnostics) diag.Diagnostics {
	const hint = "terraform destroy plans what is configured before it destroys, and is stopped by this error, too; " +
		"terraform destroy -refresh=false goes without that plan."
	out := diag.Diagnostics{}
	for _, d := range found {
		if d.Severity() != diag.SeverityError {
			out.Append(d)
			continue
		}
		detail := d.Detail() + "\n\n" + hint
		if at, ok := d.(diag.DiagnosticWithPath); ok {
			out.AddAttributeError(at.Path(), d.Summary(), detail)
		} else {
			out.AddError(d.Summary(), detail)
		}
	}
	return out
}

// conflicts says what keeps a VM that is registered already from being adopted.
func conflicts(spec vix.RegisterSpec, is *vix.Registration) []error {
	var errs []error
	for _, c := range spec.Conflicts(is) {
		has := cmp.Or(c.Has, "none")
		errs = append(errs, &vix.Error{
			Op: "adopt", Object: is.Path.String(), Code: vix.CodeAlreadyExists, Field: c.Field,
			Reason: fmt.Sprintf("The VM %q (%s) is registered already. Its %s is %s, and the configuration says %s. "+
				"Adopting takes a VM where it is and as it is.", is.Name, is.ID, c.Field, has, c.Want),
			Remedy: fmt.Sprintf("Remove %s from the configuration or write %s; or unregister the VM, so that it is "+
				"registered as the configuration says.", c.Field, has),
		})
	}
	return errs
}

func addTwice(diags *diag.Diagnostics, p vix.Path) {
	diags.AddAttributeError(path.Root("vmx_path"), fmt.Sprintf("Two resources have %s", p),
		coded(vix.CodeAlreadyExists,
			"Another vix_registration or vix_clone of this configuration has the same file, or the VM that it belongs to, under this "+
				"path or under another name of its datastore. One VM has one registration: remove one of the two."))
}

// addKeptInTheWay says that a registration cannot be made anew that is kept.
func addKeptInTheWay(diags *diag.Diagnostics, p vix.Path) {
	diags.AddAttributeError(path.Root("vmx_path"), fmt.Sprintf("%s is kept registered, and cannot be registered anew", p),
		coded(vix.CodeAlreadyExists,
			"The plan replaces the registration, and on_destroy = \"keep\" leaves the VM registered: nothing is there to be made anew, "+
				"and the VM would be in the way of its own registration. Leave it as it is (without -replace; after a taint, terraform "+
				"untaint). Or set if_registered = \"adopt\": then it is taken over as it is."))
}

func addParted(diags *diag.Diagnostics, p vix.Path) {
	diags.AddError(fmt.Sprintf("%s leaves one address and is wanted by another", p),
		coded(vix.CodeAlreadyExists,
			"One resource of this plan unregisters the VM, and another one has it or registers it. Terraform does the two in any "+
				"order, so that the VM might be unregistered last. If the resource was renamed, or its key in for_each has changed, say "+
				"so:\n\n"+
				"  moved {\n    from = vix_registration.OLD\n    to   = vix_registration.NEW\n  }\n\n"+
				"If the VM was imported to another address, let the old one go without unregistering:\n\n"+
				"  removed {\n    from = vix_registration.OLD\n    lifecycle {\n      destroy = false\n    }\n  }\n\n"+
				"If one of the two is a deposed object, which a create_before_destroy has left that was interrupted, set on_destroy = "+
				"\"keep\" in the resource, apply, and take that out again: the deposed object goes, and the VM stays."))
}

func addNameTwice(diags *diag.Diagnostics, what, name, folder string) {
	diags.AddAttributeError(path.Root("name"), fmt.Sprintf("Two VMs are to be called %q", name),
		coded(vix.CodeDuplicateName,
			fmt.Sprintf("%s is to have the name %q in %s, and another resource of this configuration is, too. "+
				"A folder has each name once.", what, name, folder)))
}

func addReplacedUnknown(diags *diag.Diagnostics, out *vix.Handle) {
	diags.AddError(fmt.Sprintf("Cannot replace %s before it is known by what", out.Path),
		coded(vix.CodeInvalidArg,
			"The plan unregisters the VM and registers it anew, and where it registers it is not known yet: another resource decides it. "+
				"Nothing is taken out of the inventory before it is known that it can be put back. Apply that resource first, for "+
				"example with terraform apply -target."))
}

func addMovedAway(diags *diag.Diagnostics, out *vix.Handle, vmxPath vix.Path) {
	diags.AddAttributeError(path.Root("vmx_path"), fmt.Sprintf("%s is not where vmx_path says", out.Path),
		coded(vix.CodeInvalidArg,
			fmt.Sprintf("The VM has moved: vmx_path says %s. To replace the registration would unregister this VM, and register "+
				"whatever lies at the old path. Change vmx_path first:\n\n  vmx_path = %q",
				vmxPath, out.Path.String())))
}

// addReplacedDisplaced says that a VM which somebody else has registered is taken over first,
// and changed then.
func addReplacedDisplaced(diags *diag.Diagnostics, at path.Path, state registrationModel) {
	diags.AddAttributeError(at, fmt.Sprintf("%s cannot be taken over and replaced at once", state.RegisteredPath.ValueString()),
		coded(vix.CodeInvalidArg, "The registration in the state is no more, and vmx_path names the VM that is meant by now. Apply that "+
			"alone first; what would register the VM anew can be changed afterwards."))
}

func addForcedOff(diags *diag.Diagnostics, p vix.Path, off vix.PowerOff) {
	how := "the plug is pulled"
	switch off {
	case vix.PowerOffFail:
		diags.AddError(fmt.Sprintf("%s runs, and would not be unregistered", p),
			coded(vix.CodeVMIsRunning, "The VM is powered on, and a host does not unregister a VM that runs: a replacement that is forced "+
				"(-replace, or a tainted resource) fails. Power the VM off, then plan again."))
		return
	case vix.PowerOffGuest:
		how = "its guest is shut down"
	case vix.PowerOffHard:
	}
	diags.AddError(fmt.Sprintf("%s runs, and would be powered off", p),
		coded(vix.CodeVMIsRunning,
			fmt.Sprintf("The VM is powered on. A replacement that is forced (-replace, or a tainted resource) unregisters it, and before "+
				"that %s (power_off_on_destroy = %q); Terraform has no place to say so in such a plan. Power the VM off, then plan "+
				"again.",
				how, string(off))))
}

func addReplacedFileMissing(diags *diag.Diagnostics, p, out vix.Path, near []string) {
	diags.AddAttributeError(path.Root("vmx_path"), fmt.Sprintf("%s is not there", p),
		coded(vix.CodeFileNotFound,
			fmt.Sprintf("The plan unregisters %s, and the file to register instead is not on the datastore: the VM would be lost from the "+
				"inventory.%sPut the file there, or leave the registration as it is.", out, nearIt(near))))
}

func addReplacedFileUnknown(diags *diag.Diagnostics, p vix.Path, why string) {
	diags.AddAttributeError(path.Root("vmx_path"), fmt.Sprintf("Whether %s is there cannot be told", p),
		coded(vix.CodeFileNotFound, why+" Nothing is unregistered before it is known that what replaces it is there."))
}

func warnFinished(diags *diag.Diagnostics, p vix.Path, is *vix.Registration) {
	how := fmt.Sprintf("the host's record shows that our user registered it (%s) in an apply of this configuration that", is.ID)
	if is.ManagedObjectID == "" {
		how = "an apply of this configuration began to register it, and"
	}
	diags.AddWarning("A VM is registered already, by an apply that was interrupted",
		coded(vix.CodeAlreadyExists, fmt.Sprintf("%s: %s did not get as far as saving state. This apply finishes that one.", p, how)))
}

func warnAdopts(diags *diag.Diagnostics, is *vix.Registration, unregisters bool) {
	destroy := "A destroy keeps it registered."
	if unregisters {
		destroy = "A destroy unregisters it, as on_destroy says."
	}
	where := ""
	if is.Datacenter != "" {
		where = " in " + is.Datacenter
	}
	diags.AddWarning("A VM is registered already, and is adopted",
		coded(vix.CodeAlreadyExists,
			fmt.Sprintf("%s: %q (%s)%s is taken over as it is. %s A plan from before somebody registered it says nothing of this: "+
				"Terraform refuses to apply that one, as inconsistent. Plan again.", is.Path, is.Name, is.ID, where, destroy)))
}

func warnStaysListed(diags *diag.Diagnostics, state registrationModel) {
	diags.AddWarning("A VM stays in the library of the product", coded(vix.CodeNotSupported,
		fmt.Sprintf("%s: Terraform forgets the registration, and the entry in the library stays: the product has no call that takes it "+
			"out. Take it out in the product's window.", state.RegisteredPath.ValueString())))
}

func warnFileUnknown(diags *diag.Diagnostics, p vix.Path, why string) {
	diags.AddAttributeWarning(path.Root("vmx_path"), "Whether a file is there cannot be told",
		coded(vix.CodeFileAccessError,
			fmt.Sprintf("%s: %s Registering does not need it, but without it a missing file shows only at apply.", p, why)))
}

// nearIt lists what lies near a file that is not there, in the middle of a text.
func nearIt(near []string) string {
	if len(near) == 0 {
		return " "
	}
	return " Near it are:\n\n  - " + strings.Join(near, "\n  - ") + "\n\n"
}

func warnFileMissing(diags *diag.Diagnostics, p vix.Path, near []string) {
	diags.AddAttributeWarning(path.Root("vmx_path"), "A file is not there yet",
		coded(vix.CodeNotFound,
			fmt.Sprintf("%s is not there now.%sThe apply fails unless something puts it there before the registration, "+
				"for example another resource that this one depends on.", p, nearIt(near))))
}

// warnRunning says what becomes of a VM that runs when its registration goes.
func warnRunning(diags *diag.Diagnostics, state registrationModel, rec record) {
	if rec.PowerState != vix.PoweredOn || !state.unregisters() {
		return
	}
	at := state.RegisteredPath.ValueString()
	switch vix.PowerOff(state.PowerOffOnDestroy.ValueString()) {
	case vix.PowerOffGuest:
		diags.AddWarning("A VM that runs will be powered off", coded(vix.CodeVMIsRunning,
			at+": its guest is shut down before it is unregistered "+
				"(power_off_on_destroy = \"guest\")."))
	case vix.PowerOffHard:
		diags.AddWarning("A VM that runs will be powered off", coded(vix.CodeVMIsRunning,
			at+": the plug is pulled before it is unregistered "+
				"(power_off_on_destroy = \"hard\")."))
	default:
		diags.AddWarning("A VM that runs will not be unregistered", coded(vix.CodeVMIsRunning,
			at+" is powered on. A host does not unregister a VM that runs: the "+
				"destroy fails unless the VM is powered off before. To have the destroy do that, apply power_off_on_destroy = \"guest\" "+
				"(the guest shuts down) or \"hard\" first; to leave the VM registered, apply on_destroy = \"keep\" first."))
	}
}

func warnKept(diags *diag.Diagnostics, p vix.Path, state registrationModel, is *vix.Registration) {
	diags.AddWarning("A VM was registered anew by somebody else", coded(vix.CodeInvalidHandle,
		fmt.Sprintf("%s: it was %s and is %s now. It counts as adopted: "+
			"a destroy keeps it registered, unless on_destroy = \"unregister\" is configured.",
			p, state.ManagedObjectID.ValueString(), is.ManagedObjectID)))
}

func warnHandedOver(diags *diag.Diagnostics, p vix.Path) {
	diags.AddWarning("A VM was handed over", coded(vix.CodeAlreadyExists, fmt.Sprintf(
		"%s stays registered: another address of this configuration has taken it over in this apply.", p)))
}

func warnHandsOver(diags *diag.Diagnostics, p vix.Path) {
	diags.AddWarning("A VM is handed over", coded(vix.CodeAlreadyExists,
		fmt.Sprintf("%s: one vix_registration that has the VM goes, and another one that has taken it over stays. The VM stays "+
			"registered.", p)))
}

func warnAgain(diags *diag.Diagnostics, p vix.Path, was departed) {
	diags.AddWarning("A VM was unregistered and registered again", coded(vix.CodeInvalidHandle,
		fmt.Sprintf("%s: one address of this apply unregistered it (%s), and "+
			"another one, which was to adopt it, has registered it again where it was. What the inventory knew of it beside its files is "+
			"gone: tags, permissions, custom attributes, alarms. A moved block keeps them the next time.", p, was.ManagedObjectID)))
}

func warnGone(diags *diag.Diagnostics, state registrationModel) {
	where := ""
	if state.RegisteredPath.ValueString() != state.VMXPath.ValueString() {
		where = fmt.Sprintf(" It was at %s when it was last seen; the plan registers what vmx_path names. Change vmx_path if that is "+
			"not the VM.", state.RegisteredPath.ValueString())
	}
	proof := "What the host has registered is known, and it is not among that."
	if object := state.ManagedObjectID.ValueString(); object != "" {
		proof = fmt.Sprintf("%s is gone from the host, and no VM has its id (%s) or its path.", object, state.ID.ValueString())
	}
	diags.AddWarning("A VM is not registered any more", coded(vix.CodeVMNotFound,
		fmt.Sprintf("%s: somebody unregistered it outside of Terraform. %s Terraform forgets this registration and plans to register "+
			"the VM again.%s", state.VMXPath.ValueString(), proof, where)))
}

func warnLeadsElsewhere(diags *diag.Diagnostics, vmxPath string, leads, is vix.Path) {
	diags.AddAttributeWarning(path.Root("vmx_path"), "vmx_path leads to another VM than the one that is registered",
		coded(vix.CodeInvalidHandle,
			fmt.Sprintf("%s leads to %s by now, and the registration is of %s, and remains so. To register the other "+
				"one, write its own path: "+
				"that replaces the registration.", vmxPath, leads, is)))
}

// warnUnread says that a registration was not read, because the product cannot be asked for it any more.
func warnUnread(diags *diag.Diagnostics, state registrationModel, lacks error) {
	_, detail := texts(lacks)
	diags.AddWarning(notRefreshed, fmt.Sprintf("The registration of %s: what state says of it is kept as it was. To forget it, a destroy "+
		"needs nothing more.\n\n%s", state.VMXPath.ValueString(), detail))
}

func warnMoved(diags *diag.Diagnostics, state registrationModel, now vix.Path) {
	diags.AddWarning("A VM has moved", coded(vix.CodeOK,
		fmt.Sprintf("%s: the VM was at %s and is at %s now, as after a storage vMotion. It is the same "+
			"registration, and registered_path follows. vmx_path may stay, or be changed to the new path.",
			state.VMXPath.ValueString(), state.RegisteredPath.ValueString(), now)))
}

// displaced is the error of another VM with the id, where vmx_path names that one's path
// already, and did so before the VM of the state had moved away from there: to name it says
// nothing then.
func displaced(err error, vmxPath types.String) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || !errors.Is(err, vix.ErrOtherVM) || e.VM.Path.String() != vmxPath.ValueString() {
		return err
	}
	more := advised(e)
	more.Remedy = fmt.Sprintf("vmx_path names its path, and did so before the VM of the registration had moved away from there. "+
		"Let go of the registration that is no more, and if this is the VM that is meant, import it:\n\n"+
		"  terraform state rm ADDRESS\n  terraform import ADDRESS %s", e.VM.ID)
	return more
}

func warnDisplaced(diags *diag.Diagnostics, state registrationModel, err error) {
	summary, detail := texts(displaced(err, state.VMXPath))
	diags.AddWarning("Another VM has the id of a registration", strings.Join([]string{
		state.VMXPath.ValueString() + ": " + summary + ".", detail, "What the state says is kept as it was.",
	}, "\n\n"))
}
