// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// advice is what to write or to type about each kind of error: what a host says is so
// without a word of Terraform is told here how to go on in it.
var advice = map[vix.Kind]func(e *vix.Error) string{
	vix.ErrAlreadyRegistered: func(e *vix.Error) string {
		return fmt.Sprintf("To take it over as it is, set if_registered = \"adopt\", or import it:\n\n"+
			"  terraform import vix_registration.NAME %s", importID(e.VM))
	},
	vix.ErrRegisteredAnew: func(e *vix.Error) string {
		return fmt.Sprintf("To go on with that one, take the old one out of the state and import it:\n\n"+
			"  terraform state rm ADDRESS\n  terraform import ADDRESS %s", importID(e.VM))
	},
	vix.ErrOtherVM: func(e *vix.Error) string {
		return fmt.Sprintf("If it is the VM that is meant, say so with its path:\n\n  vmx_path = %s\n\n"+
			"If it is a copy, leave it alone, and let go of the registration that is no more:\n\n  terraform state rm ADDRESS",
			hcl(e.VM.Path.String()))
	},
	vix.ErrUnproved: always("If the VM really is unregistered, take it out of the state with terraform state rm."),
	vix.ErrOtherServer: func(e *vix.Error) string {
		if e.Field == vix.FieldServiceProvider {
			return "Check the provider's service_provider. If the VM belongs to the other product from now on, take the registration " +
				"out of the state and import it again."
		}
		return "Check the provider's hostname. If the server was rebuilt, take the registration out of the state and import it again."
	},
	vix.ErrNotRegistered: func(e *vix.Error) string {
		return "Register it, and open what was registered:\n\n" + registrationBlock(e.At)
	},
	vix.ErrAmbiguous: func(e *vix.Error) string {
		if len(e.Options) == 0 {
			return ""
		}
		return "Say which one is meant with the argument " + string(e.Options[0].Field) + "."
	},
	vix.ErrPlaceNotSaid: func(e *vix.Error) string {
		if e.Field != vix.FieldNone {
			return "Give the argument " + string(e.Field) + "."
		}
		return "Give cluster, host or resource_pool."
	},
	vix.ErrRunning: always("Shut it down; or set power_off_on_destroy to \"guest\" or \"hard\" and apply that first; " +
		"or, of a registration, set on_destroy = \"keep\" to leave it registered."),
	vix.ErrCloneThere: func(e *vix.Error) string {
		return "If it is what an interrupted apply has left, take it over:\n\n  terraform import vix_clone.NAME " + importID(e.VM)
	},
	vix.ErrSnapshotThere: func(e *vix.Error) string {
		return "If it is what an interrupted apply has left, take it over:\n\n  terraform import vix_snapshot.NAME '" + e.VM.ID +
			"#ID'\n\nIf it is not, give this one another name or description."
	},
	vix.ErrVariableExists: always("To write over it, set overwrite = true; to take it over as it is, import it."),
	vix.ErrAsked: func(e *vix.Error) string {
		return "The next apply goes on where this one has stopped. Say what to answer:\n\n  answers = { " +
			hcl(questionName(e.Question)) + " = … }"
	},
	vix.ErrToolsNeeded: func(e *vix.Error) string {
		if e.Code == vix.CodeToolsNotRunning { // of what is done in a guest, for which there is no other way
			return ""
		}
		return "Or do not ask the guest: mode = \"hard\", or \"soft_then_hard\" (of a registration: power_off_on_destroy = \"hard\")."
	},
	vix.ErrGuestIdle: always("Or do not leave it to the guest alone: mode = \"soft_then_hard\" or \"hard\"; a " +
		"longer time can be set in timeouts."),
	vix.ErrGuestLate: always("The next apply only waits: it does not power the VM off. A longer time can be set in timeouts."),
	vix.ErrStaysOn:   always("Or do not ask the guest: mode = \"hard\"."),
	vix.ErrGuestLoginRefused: always("The login is the provider's guest_username and guest_password, or VIX_GUEST_USERNAME and " +
		"VIX_GUEST_PASSWORD; a resource may have its own, guest_username and guest_password_wo, or guest_ticket_wo."),
	vix.ErrGuestBusy: always("Let vix_power wait for the guest, wait_for = \"tools\", and take its id as vm_id; a longer time can be set " +
		"in timeouts."),
	vix.ErrRunUnknown: always("Apply again first: what was started is looked for and waited for, and nothing is started twice. If this " +
		"error comes again, the guest tells nothing of it any more; to run it once more then, change triggers:\n\n" +
		"  triggers = { again = \"1\" }"),
	vix.ErrRunUnended:      always("A longer time can be set in timeouts."),
	vix.ErrGuestFileExists: always("To write over it, set overwrite = true."),
	vix.ErrNoGuestFolder:   always("To make the folders above it, set create_directories = true."),
	vix.ErrDatastoreDown: always("Or leave it out with on_inaccessible = \"warn\", but not under for_each: what is missing from the list " +
		"would be unregistered."),
	vix.ErrLoginRefused: always("They are the arguments username and password, or VIX_USERNAME and VIX_PASSWORD."),
	vix.ErrUntrusted: func(e *vix.Error) string {
		return "An authority's certificate goes into ca_file. Or trust this very certificate, after verifying it on the server:\n\n" +
			"  thumbprint = " + hcl(e.Thumbprint)
	},
	vix.ErrUnknownName:    always("The name is the argument hostname, or VIX_HOSTNAME."),
	vix.ErrPlaintext:      always("If it is meant so, accept an unprotected connection: insecure = true."),
	vix.ErrPasswordInURL:  always("Give username and password as arguments or in VIX_USERNAME and VIX_PASSWORD."),
	vix.ErrSlow:           always("Or raise request_timeout."),
	vix.ErrSessionNotKept: always("Or remove session_cache."),
	vix.ErrPassing:        always("Run Terraform again."),
	vix.ErrSilent:         always("Run Terraform again when the host answers."),
	vix.ErrRelativePath: func(e *vix.Error) string {
		example := "vmx_path = pathexpand(\"~/vms/web/web.vmx\")"
		if e.Field == vix.FieldFilesPath {
			example = "path = pathexpand(\"~/vms\")"
		}
		return "Terraform's function pathexpand replaces ~ by your home folder, and abspath makes a path absolute:\n\n  " + example
	},
	vix.ErrDatastorePath: always("Paths on datastores belong to the provider with service_provider = \"vi_server\"."),
	vix.ErrNoProgram: always("Say where it is with the provider's argument vmrun_path, or VIX_VMRUN_PATH:\n\n" +
		"  vmrun_path = \"/usr/bin/vmrun\""),
	vix.ErrOtherProduct: always("Set the provider's argument service_provider to the product that is installed."),
	vix.ErrLocked:       always("The password of encrypted VMs is the provider's argument vm_password, or VIX_VM_PASSWORD."),
	vix.ErrNoInventory:  always("Remove the registration: data \"vix_vm\" opens the VM by the path of its file alone."),
	vix.ErrInventoryUnreached: always("To open the VM, data \"vix_vm\" needs the path of its file alone. To work with the library, " +
		"start vmrest and set the provider's arguments vmrest_url, username and password:\n\n  vmrest_url = \"http://127.0.0.1:8697\""),
	vix.ErrInventoryLogin: always("They are the provider's arguments username and password, or VIX_USERNAME and VIX_PASSWORD. " +
		"vmrest -C sets them anew."),
}

// actionAdvice is what to say of an action where that is something else: it has no state, and nothing of it is in the next apply.
var actionAdvice = map[vix.Kind]func(e *vix.Error) string{
	vix.ErrOtherVM: always("If it is the VM that is meant, plan again and invoke the action then: it acts on what that plan opens. If it " +
		"is a copy, leave it alone, and give the action the vm_id of the VM that is meant."),
	vix.ErrUnproved: always("If the VM really is unregistered, give the action the vm_id of one that is registered."),
	vix.ErrAsked: func(e *vix.Error) string {
		return "The VM goes on asking. Invoke the action again and say what to answer; one that has no answers, after the action " +
			"vix_question_answer:\n\n  answers = { " + hcl(questionName(e.Question)) + " = … }"
	},
	vix.ErrGuestLate: always("To wait for it again, invoke the action with operation = \"on\", which does nothing else with a VM that is " +
		"on. A longer time can be set in timeouts."),
}

// cloneAdvice is what to say of a clone where that is something else: no path says of a clone that it is meant.
var cloneAdvice = map[vix.Kind]func(e *vix.Error) string{
	vix.ErrOtherVM:        cloneOrCopy,
	vix.ErrRegisteredAnew: cloneOrCopy,
}

func cloneOrCopy(e *vix.Error) string {
	return fmt.Sprintf("If it is the clone, registered anew by somebody, take the old one out of the state and import it:\n\n"+
		"  terraform state rm ADDRESS\n  terraform import ADDRESS %s\n\n"+
		"If it is a copy, leave it alone, and let go of the clone that is no more:\n\n  terraform state rm ADDRESS", importID(e.VM))
}

// What else is to be said of an error, by where it came up: further adds it to what its kind has.
const (
	// readTooEarly is what nobody guesses: a data source whose arguments are all known is read while Terraform plans, before
	// anything is registered.
	readTooEarly = "If a vix_registration in this configuration registers it: this data source was read before that, because " +
		"its vmx_path is a literal. Refer to the registration instead, which makes Terraform wait for it:\n\n" +
		"  vmx_path = vix_registration.NAME.registered_path"
	// notNoted is said of a VM that is in the way of a registration where no attempt can be noted.
	notNoted = "If an apply of this configuration was interrupted before, that cannot be told here: the provider notes what it begins " +
		"in Terraform's data folder (.terraform), and there is none. Import the VM, or adopt it."
	// inItsOwnWay is said of a VM that is in the way of a registration, and was not when that was planned.
	inItsOwnWay = "A replacement with lifecycle { create_before_destroy = true } stands in its own way: take that out, or set " +
		"if_registered = \"adopt\"."
	// nameInItsOwnWay is said of a VM that has the name which a registration gives, and was not in its way when that was planned.
	nameInItsOwnWay = "If it is the VM of the registration that this one is to replace: with lifecycle { create_before_destroy = true }, " +
		"here or in a resource that depends on this one, the new one is registered while the old one still has the name. Take that " +
		"out, or give the new one a name of its own with name."
	// importForms is said of what is no id to import a registration by.
	importForms = "An import takes one of:\n\n" +
		"  - the id of the VM, its instance UUID: 50201e5a-0000-0000-0000-000000000001\n" +
		"  - the path in a datacenter: DC1:[storage1] web/web.vmx, /F1/DC1:[storage1] web/web.vmx\n" +
		"  - the path alone, where one datacenter only has it: [storage1] web/web.vmx\n" +
		"  - the VM's place in the inventory: /DC1/vm/Linux/web\n" +
		"  - its managed object id: vm-42\n" +
		"  - in an import block of Terraform 1.12 or later, identity = { server = …, id = … }"
)

// further is an error with more at the end of what to do about it.
func further(err error, text string) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok {
		return err
	}
	more := advised(e)
	more.Remedy = strings.TrimSpace(more.Remedy + "\n\n" + text)
	return more
}

// ofClone is an error about the VM of a clone, with what to do about it.
func ofClone(err error) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || cloneAdvice[e.Kind] == nil {
		return err
	}
	return remedied(e, cloneAdvice[e.Kind](e))
}

// invoked is an error of an action that was invoked, with what to do about it.
func invoked(err error) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok {
		return err
	}
	say := actionAdvice[e.Kind]
	if e.Doubt {
		say = always("Whether it was done is not known. Look at the VM before invoking the action again.")
	}
	if say == nil {
		return err
	}
	return remedied(e, say(e))
}

// remedied is an error of which has been said what to do about it.
func remedied(e *vix.Error, text string) *vix.Error {
	more := *e
	more.Remedy = strings.TrimSpace(more.Remedy + " " + text)
	more.Kind, more.Doubt = "", false
	return &more
}

// importID is what imports this very VM: restored copies share an instance UUID, no two VMs a managed object id.
func importID(vm *vix.Registration) string { return cmp.Or(vm.ManagedObjectID, vm.ID) }

// questionName is what an entry of answers calls a question.
func questionName(q *vix.Question) string { return cmp.Or(q.MessageID, q.ID, q.Text) }

func always(text string) func(*vix.Error) string {
	return func(*vix.Error) string { return text }
}

// advised is an error with what to do about it in Terraform, and with the options of an
// argument as they are written.
func advised(e *vix.Error) *vix.Error {
	var choices []string
	for _, option := range e.Options {
		choice := string(option.Field) + " = " + hcl(option.Value)
		if option.Note != "" {
			choice += ": " + option.Note
		}
		choices = append(choices, choice)
	}
	text := ""
	switch say := advice[e.Kind]; {
	case e.Doubt && e.Kind != vix.ErrRunUnknown: // of which nothing is recognised
		text = "Apply again when the host answers: what it has carried out is recognised."
	case say != nil:
		text = say(e)
	}
	more := remedied(e, text)
	more.Options, more.Choices = nil, slices.Concat(choices, e.Choices)
	return more
}

// registrationBlock is the configuration that registers a file and opens its VM.
func registrationBlock(at vix.Locator) string {
	var b strings.Builder
	p, several := at.Path, at.Datacenter != ""
	name := identifier(p.Stem())
	fmt.Fprintf(&b, "  resource \"vix_registration\" %q {\n", name)
	if several {
		fmt.Fprintf(&b, "    vmx_path   = %s\n    datacenter = %s\n", hcl(p.String()), hcl(at.Datacenter))
	} else {
		fmt.Fprintf(&b, "    vmx_path = %s\n", hcl(p.String()))
	}
	if p.IsTemplate() {
		b.WriteString("    template = true\n")
	}
	b.WriteString("  }\n\n")
	fmt.Fprintf(&b, "  data \"vix_vm\" %q {\n", name)
	if several {
		fmt.Fprintf(&b, "    vmx_path   = vix_registration.%s.registered_path\n    datacenter = %s\n  }", name, hcl(at.Datacenter))
	} else {
		fmt.Fprintf(&b, "    vmx_path = vix_registration.%s.registered_path\n  }", name)
	}
	return b.String()
}

// identifier makes an HCL name of a file's.
func identifier(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, name)
	if clean == "" || clean[0] >= '0' && clean[0] <= '9' || clean[0] == '-' {
		clean = "vm_" + clean
	}
	return clean
}

// hcl quotes text as HCL does: a template marker in a name is no template.
func hcl(text string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{").Replace(text)
	return `"` + quoted + `"`
}
