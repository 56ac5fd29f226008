// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestAdvice holds the whole text of what is said about each kind of error.
func TestAdvice(t *testing.T) {
	web := mustPath(t, webPath)
	is := &vix.Registration{ID: "50-1", ManagedObjectID: "vm-42", Name: "web", Path: web}
	down := "Mount it."
	for kind, test := range map[vix.Kind]struct {
		more vix.Error
		want string
	}{
		vix.ErrAlreadyRegistered: {vix.Error{VM: is},
			"To take it over as it is, set if_registered = \"adopt\", or import it:\n\n  terraform import vix_registration.NAME vm-42"},
		vix.ErrRegisteredAnew: {vix.Error{VM: is},
			"To go on with that one, take the old one out of the state and import it:\n\n  terraform state rm ADDRESS\n" +
				"  terraform import ADDRESS vm-42"},
		vix.ErrOtherVM: {vix.Error{VM: is},
			"If it is the VM that is meant, say so with its path:\n\n  vmx_path = \"[storage1] web/web.vmx\"\n\n" +
				"If it is a copy, leave it alone, and let go of the registration that is no more:\n\n  terraform state rm ADDRESS"},
		vix.ErrUnproved: {vix.Error{Remedy: "Check the user's permissions."},
			"Check the user's permissions. If the VM really is unregistered, take it out of the state with terraform state rm."},
		vix.ErrOtherServer: {vix.Error{},
			"Check the provider's hostname. If the server was rebuilt, take the registration out of the state and import it again."},
		vix.ErrNotRegistered: {vix.Error{At: vix.Locator{Path: web, Datacenter: "/DC0"}},
			"Register it, and open what was registered:\n\n  resource \"vix_registration\" \"web\" {\n" +
				"    vmx_path   = \"[storage1] web/web.vmx\"\n    datacenter = \"/DC0\"\n  }\n\n" +
				"  data \"vix_vm\" \"web\" {\n    vmx_path   = vix_registration.web.registered_path\n    datacenter = \"/DC0\"\n  }"},
		vix.ErrAmbiguous: {vix.Error{Options: []vix.Option{
			{Field: vix.FieldDatacenter, Value: "/DC0", Note: "the file is there"}, {Field: vix.FieldDatacenter, Value: "/DC${1}"},
		}, Choices: []string{"and 3 more"}},
			"  - datacenter = \"/DC0\": the file is there\n  - datacenter = \"/DC$${1}\"\n  - and 3 more\n\n" +
				"Say which one is meant with the argument datacenter."},
		vix.ErrPlaceNotSaid: {vix.Error{Options: []vix.Option{{Field: vix.FieldCluster, Value: "/DC0/host/C0"}}},
			"  - cluster = \"/DC0/host/C0\"\n\nGive cluster, host or resource_pool."},
		vix.ErrRunning: {vix.Error{},
			"Shut it down; or set power_off_on_destroy to \"guest\" or \"hard\" and apply that first; or, of a registration, set on_destroy = \"keep\" to leave " +
				"it registered."},
		vix.ErrAsked: {vix.Error{Question: &vix.Question{ID: "1", MessageID: "msg.uuid.altered"}},
			"The next apply goes on where this one has stopped. Say what to answer:\n\n  answers = { \"msg.uuid.altered\" = … }"},
		vix.ErrToolsNeeded: {vix.Error{},
			"Or do not ask the guest: mode = \"hard\", or \"soft_then_hard\" (of a registration: power_off_on_destroy = \"hard\")."},
		vix.ErrGuestIdle: {vix.Error{},
			"Or do not leave it to the guest alone: mode = \"soft_then_hard\" or \"hard\"; a longer time can be set in timeouts."},
		vix.ErrGuestLate: {vix.Error{},
			"The next apply only waits: it does not power the VM off. A longer time can be set in timeouts."},
		vix.ErrStaysOn:        {vix.Error{}, "Or do not ask the guest: mode = \"hard\"."},
		vix.ErrVariableExists: {vix.Error{}, "To write over it, set overwrite = true; to take it over as it is, import it."},
		vix.ErrGuestLoginRefused: {vix.Error{},
			"The login is the provider's guest_username and guest_password, or VIX_GUEST_USERNAME and VIX_GUEST_PASSWORD; a resource may " +
				"have its own, guest_username and guest_password_wo, or guest_ticket_wo."},
		vix.ErrGuestBusy: {vix.Error{},
			"Let vix_power wait for the guest, wait_for = \"tools\", and take its id as vm_id; a longer time can be set in timeouts."},
		vix.ErrRunUnknown: {vix.Error{Doubt: true, Remedy: "Look for it in the guest."},
			"Look for it in the guest. Apply again first: what was started is looked for and waited for, and nothing is started twice. If this " +
				"error comes again, the guest tells nothing of it any more; to run it once more then, change triggers:\n\n" +
				"  triggers = { again = \"1\" }"},
		vix.ErrRunUnended:      {vix.Error{}, "A longer time can be set in timeouts."},
		vix.ErrGuestFileExists: {vix.Error{}, "To write over it, set overwrite = true."},
		vix.ErrNoGuestFolder:   {vix.Error{}, "To make the folders above it, set create_directories = true."},
		vix.ErrDatastoreDown: {vix.Error{Remedy: down},
			"Mount it. Or leave it out with on_inaccessible = \"warn\", but not under for_each: what is missing from the list would be " +
				"unregistered."},
		vix.ErrCloneThere: {vix.Error{VM: &vix.Registration{ManagedObjectID: "vm-7", ID: "uuid"}},
			"If it is what an interrupted apply has left, take it over:\n\n  terraform import vix_clone.NAME vm-7"},
		vix.ErrSnapshotThere: {vix.Error{VM: &vix.Registration{ID: "uuid"}},
			"If it is what an interrupted apply has left, take it over:\n\n  terraform import vix_snapshot.NAME 'uuid#ID'\n\n" +
				"If it is not, give this one another name or description."},
		vix.ErrLoginRefused: {vix.Error{}, "They are the arguments username and password, or VIX_USERNAME and VIX_PASSWORD."},
		vix.ErrUntrusted: {vix.Error{Thumbprint: "AB:CD"},
			"An authority's certificate goes into ca_file. Or trust this very certificate, after verifying it on the server:\n\n" +
				"  thumbprint = \"AB:CD\""},
		vix.ErrUnknownName:    {vix.Error{}, "The name is the argument hostname, or VIX_HOSTNAME."},
		vix.ErrPlaintext:      {vix.Error{}, "If it is meant so, accept an unprotected connection: insecure = true."},
		vix.ErrPasswordInURL:  {vix.Error{}, "Give username and password as arguments or in VIX_USERNAME and VIX_PASSWORD."},
		vix.ErrSlow:           {vix.Error{}, "Or raise request_timeout."},
		vix.ErrSessionNotKept: {vix.Error{}, "Or remove session_cache."},
		vix.ErrPassing:        {vix.Error{}, "Run Terraform again."},
		vix.ErrSilent:         {vix.Error{}, "Run Terraform again when the host answers."},
		vix.ErrRelativePath: {vix.Error{}, "Terraform's function pathexpand replaces ~ by your home folder, and abspath makes a path " +
			"absolute:\n\n  vmx_path = pathexpand(\"~/vms/web/web.vmx\")"},
		vix.ErrDatastorePath: {vix.Error{}, "Paths on datastores belong to the provider with service_provider = \"vi_server\"."},
		vix.ErrNoProgram: {vix.Error{}, "Say where it is with the provider's argument vmrun_path, or VIX_VMRUN_PATH:\n\n" +
			"  vmrun_path = \"/usr/bin/vmrun\""},
		vix.ErrOtherProduct: {vix.Error{Options: []vix.Option{{Field: vix.FieldServiceProvider, Value: "player", Note: "VMware Player"}}},
			"  - service_provider = \"player\": VMware Player\n\nSet the provider's argument service_provider to the product that is installed."},
		vix.ErrLocked:      {vix.Error{}, "The password of encrypted VMs is the provider's argument vm_password, or VIX_VM_PASSWORD."},
		vix.ErrNoInventory: {vix.Error{}, "Remove the registration: data \"vix_vm\" opens the VM by the path of its file alone."},
		vix.ErrInventoryUnreached: {vix.Error{}, "To open the VM, data \"vix_vm\" needs the path of its file alone. To work with the library, " +
			"start vmrest and set the provider's arguments vmrest_url, username and password:\n\n  vmrest_url = \"http://127.0.0.1:8697\""},
		vix.ErrInventoryLogin: {vix.Error{}, "They are the provider's arguments username and password, or VIX_USERNAME and VIX_PASSWORD. " +
			"vmrest -C sets them anew."},
	} {
		e := test.more
		e.Op, e.Object, e.Code, e.Kind = "open", webPath, vix.CodeFail, kind
		if _, detail := texts(&e); detail != test.want+"\n\nVIX_E_FAIL (1)" {
			t.Errorf("%s:\n%s\nwant:\n%s", kind, detail, test.want)
		}
		if advice[kind] == nil {
			t.Errorf("there is no advice about %q", kind)
		}
	}
	// In a guest without Tools there is no other way.
	if say := advice[vix.ErrToolsNeeded](&vix.Error{Code: vix.CodeToolsNotRunning}); say != "" {
		t.Errorf("of what is done in a guest: %s", say)
	}
	if len(advice) != 41 {
		t.Errorf("there is advice about %d kinds, and 41 texts are known here", len(advice))
	}
}

// An action has no state, and nothing of it is in the next apply.
func TestAdviceAboutActions(t *testing.T) {
	is := &vix.Registration{ID: "50-1", ManagedObjectID: "vm-42", Name: "web", Path: mustPath(t, webPath)}
	wants := map[vix.Kind]string{
		vix.ErrOtherVM: "If it is the VM that is meant, plan again and invoke the action then: it acts on what that plan opens. If it is a " +
			"copy, leave it alone, and give the action the vm_id of the VM that is meant.",
		vix.ErrUnproved: "If the VM really is unregistered, give the action the vm_id of one that is registered.",
		vix.ErrAsked: "The VM goes on asking. Invoke the action again and say what to answer; one that has no answers, after the action " +
			"vix_question_answer:\n\n  answers = { \"msg.uuid.altered\" = … }",
		vix.ErrGuestLate: "To wait for it again, invoke the action with operation = \"on\", which does nothing else with a VM that is on. " +
			"A longer time can be set in timeouts.",
		vix.ErrStaysOn: "Or do not ask the guest: mode = \"hard\".", // as of a resource
	}
	for kind := range actionAdvice {
		if wants[kind] == "" {
			t.Errorf("what is said about %q is not known here", kind)
		}
	}
	for kind, want := range wants {
		e := &vix.Error{
			Op: "open", Object: webPath, Code: vix.CodeFail, Kind: kind, VM: is, Remedy: "Look.",
			Question: &vix.Question{ID: "1", MessageID: "msg.uuid.altered"},
		}
		if _, detail := texts(invoked(e)); detail != "Look. "+want+"\n\nVIX_E_FAIL (1)" {
			t.Errorf("%s:\n%s\nwant:\n%s", kind, detail, want)
		}
		if e.Kind != kind || e.Remedy != "Look." {
			t.Errorf("the error has changed: %+v", e)
		}
		e.Doubt = true
		const doubt = "Look. Whether it was done is not known. Look at the VM before invoking the action again.\n\nVIX_E_FAIL (1)"
		if _, detail := texts(invoked(e)); detail != doubt {
			t.Errorf("%s in doubt:\n%s", kind, detail)
		}
	}
	other := errors.New("another one")
	if got := invoked(other); !errors.Is(got, other) {
		t.Errorf("%v has become %v", other, got)
	}
}

// Of a clone no path says that it is the one that is meant.
func TestAdviceAboutClones(t *testing.T) {
	is := &vix.Registration{ID: "50-1", ManagedObjectID: "vm-42", Name: "web", Path: mustPath(t, webPath)}
	const want = "If it is the clone, registered anew by somebody, take the old one out of the state and import it:\n\n" +
		"  terraform state rm ADDRESS\n  terraform import ADDRESS vm-42\n\n" +
		"If it is a copy, leave it alone, and let go of the clone that is no more:\n\n  terraform state rm ADDRESS\n\nVIX_E_FAIL (1)"
	for _, kind := range []vix.Kind{vix.ErrOtherVM, vix.ErrRegisteredAnew} {
		_, detail := texts(ofClone(&vix.Error{Op: "read", Object: webPath, Code: vix.CodeFail, Kind: kind, VM: is}))
		if detail != want {
			t.Errorf("%s:\n%s\nwant:\n%s", kind, detail, want)
		}
	}
	other := &vix.Error{Op: "read", Object: webPath, Code: vix.CodeFail, Kind: vix.ErrSilent}
	if got := ofClone(other); !errors.Is(got, vix.ErrSilent) {
		t.Errorf("%v has become %v", other, got)
	}
}

func TestAdviceInDoubt(t *testing.T) {
	e := &vix.Error{Op: "register", Object: webPath, Code: vix.CodeHostConnectionLost, Kind: vix.ErrSilent, Doubt: true, Reason: "The line broke."}
	want := "The line broke.\n\nApply again when the host answers: what it has carried out is recognised.\n\n" +
		"VIX_E_HOST_CONNECTION_LOST (36)"
	if _, detail := texts(e); detail != want {
		t.Errorf("got:\n%s\nwant:\n%s", detail, want)
	}
	// What has been said is not said twice, and the error itself stays what it is.
	if _, detail := texts(advised(e)); detail != want {
		t.Errorf("said twice:\n%s", detail)
	}
	if !errors.Is(e, vix.ErrSilent) || !e.Doubt {
		t.Errorf("the error has changed: %+v", e)
	}
}

func TestConfigurationToPaste(t *testing.T) {
	for name, want := range map[string]string{"web": "web", "1web": "vm_1web", "größe 100%": "gr__e_100_", "": "vm_", "-a": "vm_-a"} {
		if got := identifier(name); got != want {
			t.Errorf("identifier(%q) = %q, want %q", name, got, want)
		}
	}
	if got := hcl(`[ds] a"b${c}%{d}\e`); got != `"[ds] a\"b$${c}%%{d}\\e"` {
		t.Errorf("hcl = %s", got)
	}
	if got, want := registrationBlock(vix.Locator{Path: mustPath(t, "[storage1] tpl/tpl.vmtx")}),
		"  resource \"vix_registration\" \"tpl\" {\n    vmx_path = \"[storage1] tpl/tpl.vmtx\"\n    template = true\n  }\n\n"+
			"  data \"vix_vm\" \"tpl\" {\n    vmx_path = vix_registration.tpl.registered_path\n  }"; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
