// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// The exact texts of what only some plans and applies say.
func TestRegistrationAdvice(t *testing.T) {
	web, moved := mustPath(t, webPath), mustPath(t, "[storage2] web/web.vmx")
	out := &vix.Handle{Path: moved}
	elsewhere := registrationModel{VMXPath: types.StringValue("[storage2] web/web.vmx")}
	state := registrationModel{
		VMXPath: types.StringValue(webPath), RegisteredPath: types.StringValue(webPath), ManagedObjectID: types.StringValue("vm-1"),
		ID: types.StringValue("50000000-0000-0000-0000-000000000001"),
	}
	is := &vix.Registration{ID: "id", Name: "web", Path: web, ManagedObjectID: "vm-2", Placement: vix.Placement{Datacenter: "/DC0"}}
	for name, test := range map[string]struct {
		say           func(*diag.Diagnostics)
		summary, text string
	}{
		"twice": {
			func(d *diag.Diagnostics) { addTwice(d, web) }, "Two resources have [storage1] web/web.vmx",
			"Another vix_registration or vix_clone of this configuration has the same file, or the VM that it belongs to, under this path or under " +
				"another name of its datastore. One VM has one registration: remove one of the two.\n\nVIX_E_ALREADY_EXISTS (23)",
		},
		"parted": {
			func(d *diag.Diagnostics) { addParted(d, web) }, "[storage1] web/web.vmx leaves one address and is wanted by another",
			"One resource of this plan unregisters the VM, and another one has it or registers it. Terraform does the two in any " +
				"order, so that the VM might be unregistered last. If the resource was renamed, or its key in for_each has changed, say so:" +
				"\n\n  moved {\n    from = vix_registration.OLD\n    to   = vix_registration.NEW\n  }\n\nIf the VM was imported to another " +
				"address, let the old one go without unregistering:\n\n  removed {\n    from = vix_registration.OLD\n    lifecycle {\n" +
				"      destroy = false\n    }\n  }\n\nIf one of the two is a deposed object, which a create_before_destroy has left that was " +
				"interrupted, set on_destroy = \"keep\" in the resource, apply, and take that out again: the deposed object goes, and the VM " +
				"stays.\n\nVIX_E_ALREADY_EXISTS (23)",
		},
		"one name": {
			func(d *diag.Diagnostics) { addNameTwice(d, web.String(), "web", "/DC0/vm") }, "Two VMs are to be called \"web\"",
			"[storage1] web/web.vmx is to have the name \"web\" in /DC0/vm, and another resource of this configuration is, too. " +
				"A folder has each name once.\n\nVIX_E_DUPLICATE_NAME (41)",
		},
		"replaced by something unknown": {
			func(d *diag.Diagnostics) { addReplacedUnknown(d, out) }, "Cannot replace [storage2] web/web.vmx before it is known by what",
			"The plan unregisters the VM and registers it anew, and where it registers it is not known yet: another resource decides it. " +
				"Nothing is taken out of the inventory before it is known that it can be put back. Apply that resource first, for example " +
				"with terraform apply -target.\n\nVIX_E_INVALID_ARG (3)",
		},
		"replaced after a move": {
			func(d *diag.Diagnostics) { addMovedAway(d, out, web) }, "[storage2] web/web.vmx is not where vmx_path says",
			"The VM has moved: vmx_path says [storage1] web/web.vmx. To replace the registration would unregister this VM, and register " +
				"whatever lies at the old path. Change vmx_path first:\n\n  vmx_path = \"[storage2] web/web.vmx\"\n\nVIX_E_INVALID_ARG (3)",
		},
		"forced, hard": {
			func(d *diag.Diagnostics) { addForcedOff(d, web, vix.PowerOffHard) }, "[storage1] web/web.vmx runs, and would be powered off",
			"The VM is powered on. A replacement that is forced (-replace, or a tainted resource) unregisters it, and before that the plug " +
				"is pulled (power_off_on_destroy = \"hard\"); Terraform has no place to say so in such a plan. Power the VM off, then plan " +
				"again.\n\nVIX_E_VM_IS_RUNNING (3007)",
		},
		"file missing": {
			func(d *diag.Diagnostics) { addReplacedFileMissing(d, web, moved, nil) }, "[storage1] web/web.vmx is not there",
			"The plan unregisters [storage2] web/web.vmx, and the file to register instead is not on the datastore: the VM would be lost " +
				"from the inventory. Put the file there, or leave the registration as it is.\n\nVIX_E_FILE_NOT_FOUND (4)",
		},
		"file missing, others near": {
			func(d *diag.Diagnostics) { warnFileMissing(d, web, []string{"[storage1] web-1/", "[storage1] web2/"}) }, "A file is not there yet",
			"[storage1] web/web.vmx is not there now. Near it are:\n\n  - [storage1] web-1/\n  - [storage1] web2/\n\nThe apply " +
				"fails unless something puts it there before the registration, for example another resource that this one depends " +
				"on.\n\nVIX_E_NOT_FOUND (2000)",
		},
		"file unknown": {
			func(d *diag.Diagnostics) { addReplacedFileUnknown(d, web, "No right.") },
			"Whether [storage1] web/web.vmx is there cannot be told",
			"No right. Nothing is unregistered before it is known that what replaces it is there.\n\nVIX_E_FILE_NOT_FOUND (4)",
		},
		"handed over": {
			func(d *diag.Diagnostics) { warnHandedOver(d, web) }, "A VM was handed over",
			"[storage1] web/web.vmx stays registered: another address of this configuration has taken it over in this apply.\n\n" +
				vix.CodeAlreadyExists.String(),
		},
		"again": {
			func(d *diag.Diagnostics) { warnAgain(d, web, departed{Registration: *is}) }, "A VM was unregistered and registered again",
			"[storage1] web/web.vmx: one address of this apply unregistered it (vm-2), and another one, which was to adopt it, has " +
				"registered it again where it was. What the inventory knew of it beside its files is gone: tags, permissions, custom " +
				"attributes, alarms. A moved block keeps them the next time.\n\nVIX_E_INVALID_HANDLE (1000)",
		},
		"kept": {
			func(d *diag.Diagnostics) { warnKept(d, web, state, is) }, "A VM was registered anew by somebody else",
			"[storage1] web/web.vmx: it was vm-1 and is vm-2 now. It counts as adopted: a destroy keeps it registered, unless " +
				"on_destroy = \"unregister\" is configured.\n\nVIX_E_INVALID_HANDLE (1000)",
		},
		"gone where it was": {
			func(d *diag.Diagnostics) { warnGone(d, state) }, "A VM is not registered any more",
			"[storage1] web/web.vmx: somebody unregistered it outside of Terraform. vm-1 is gone from the host, and no VM has its id " +
				"(50000000-0000-0000-0000-000000000001) or its path. Terraform forgets this registration and plans to register the VM again.\n\nVIX_E_VM_NOT_FOUND (4000)",
		},
		"displaced to where vmx_path says": {
			func(d *diag.Diagnostics) {
				warnDisplaced(d, state, &vix.Error{Op: "read", Object: webPath, Code: vix.CodeInvalidHandle, Reason: "Another.", Kind: vix.ErrOtherVM, VM: is})
			}, "Another VM has the id of a registration",
			"[storage1] web/web.vmx: Cannot read [storage1] web/web.vmx.\n\nAnother.\n\nvmx_path names its path, and did so before the VM " +
				"of the registration had moved away from there. Let go of the registration that is no more, and if this is the VM that is " +
				"meant, import it:\n\n  terraform state rm ADDRESS\n  terraform import ADDRESS id\n\nVIX_E_INVALID_HANDLE (1000)\n\n" +
				"What the state says is kept as it was.",
		},
		"replaced and displaced": {
			func(d *diag.Diagnostics) { addReplacedDisplaced(d, path.Root("host"), state) },
			"[storage1] web/web.vmx cannot be taken over and replaced at once",
			"The registration in the state is no more, and vmx_path names the VM that is meant by now. Apply that alone first; what would " +
				"register the VM anew can be changed afterwards.\n\nVIX_E_INVALID_ARG (3)",
		},
		"displaced": {
			func(d *diag.Diagnostics) {
				warnDisplaced(d, elsewhere, &vix.Error{Op: "read", Object: webPath, Code: vix.CodeInvalidHandle, Reason: "Another.", Kind: vix.ErrOtherVM, VM: is})
			}, "Another VM has the id of a registration",
			"[storage2] web/web.vmx: Cannot read [storage1] web/web.vmx.\n\nAnother.\n\nIf it is the VM that is meant, say so with its " +
				"path:\n\n  vmx_path = \"[storage1] web/web.vmx\"\n\nIf it is a copy, leave it alone, and let go of the registration that is " +
				"no more:\n\n  terraform state rm ADDRESS\n\nVIX_E_INVALID_HANDLE (1000)\n\nWhat the state says is kept as it was.",
		},
	} {
		var diags diag.Diagnostics
		test.say(&diags)
		if len(diags) != 1 || diags[0].Summary() != test.summary || diags[0].Detail() != test.text {
			t.Errorf("%s:\n%s\n%s\nwant:\n%s\n%s", name, diags[0].Summary(), diags[0].Detail(), test.summary, test.text)
		}
	}
	err := further(&vix.Error{Op: "register", Object: webPath, Code: vix.CodeAlreadyExists, Reason: "It is."}, notNoted)
	want := "It is.\n\nIf an apply of this configuration was interrupted before, that cannot be told here: the provider " +
		"notes what it begins in Terraform's data folder (.terraform), and there is none. Import the VM, or adopt it.\n\n" +
		"VIX_E_ALREADY_EXISTS (23)"
	if _, detail := texts(err); detail != want {
		t.Errorf("got:\n%s\nwant:\n%s", detail, want)
	}
	err = further(&vix.Error{
		Op: "register", Object: webPath, Code: vix.CodeAlreadyExists, Kind: vix.ErrAlreadyRegistered, Reason: "It is.", VM: is,
	}, inItsOwnWay)
	want = "It is.\n\nTo take it over as it is, set if_registered = \"adopt\", or import it:\n\n  terraform import vix_registration.NAME vm-2\n\n" +
		"A replacement with lifecycle { create_before_destroy = true } stands in its own way: take that out, or set if_registered = " +
		"\"adopt\".\n\nVIX_E_ALREADY_EXISTS (23)"
	if _, detail := texts(err); detail != want {
		t.Errorf("got:\n%s\nwant:\n%s", detail, want)
	}
	err = further(&vix.Error{Op: "register", Object: webPath, Code: vix.CodeDuplicateName, Reason: "It is taken.", Remedy: "Another."}, nameInItsOwnWay)
	want = "It is taken.\n\nAnother.\n\nIf it is the VM of the registration that this one is to replace: with lifecycle { " +
		"create_before_destroy = true }, here or in a resource that depends on this one, the new one is registered while the old one " +
		"still has the name. Take that out, or give the new one a name of its own with name.\n\nVIX_E_DUPLICATE_NAME (41)"
	if _, detail := texts(err); detail != want {
		t.Errorf("got:\n%s\nwant:\n%s", detail, want)
	}
	if other := errors.New("other"); !errors.Is(further(other, inItsOwnWay), other) {
		t.Error("another error has changed")
	}
}
