// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Open implements vix.Host: VixVM_Open, by SearchIndex.FindByDatastorePath in
// every datacenter that may hold the path.
func (h *host) Open(ctx context.Context, at vix.Locator) (*vix.VM, error) {
	what := wire.To("open", at.Path.String())
	in, err := h.DatacentersOf(ctx, what, at)
	if err != nil {
		return nil, err
	}
	found, err := h.At(ctx, at.Path, in, &h.Opens)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	switch len(found) {
	case 1:
		return h.readable(ctx, what, found[0])
	case 0:
		return nil, h.notRegistered(ctx, what, at.Path, in)
	}
	return nil, ambiguous(what, found)
}

// readable gives the VM of a record, unless the user may not read it.
func (h *host) readable(ctx context.Context, what wire.Step, r *vms.Record) (*vix.VM, error) {
	if err := h.Withheld(what, r); err != nil {
		return nil, err
	}
	vm := r.Opened()
	vm.Registration = h.stamp(ctx, vm.Registration)
	return vm, nil
}

// ambiguous lists the VMs that all have one path.
func ambiguous(what wire.Step, found []*vms.Record) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter, Cause: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d VMs have this path, in different datacenters:", len(found)),
		Remedy: "Say which one is meant with the argument datacenter, for example:",
	}
	for _, r := range found {
		e.Choices = append(e.Choices, candidate(r.Registration()))
	}
	e.Choices = inventory.AtMost(e.Choices, 20)
	e.Remedy += fmt.Sprintf("\n\n  datacenter = %q", found[0].Registration().Datacenter)
	return e
}

// candidate is one line of an ambiguity.
func candidate(r vix.Registration) string {
	return fmt.Sprintf("%s: %q (managed object id %s, instance UUID %s, power state %s)",
		r.Datacenter, r.Name, r.ManagedObjectID, wire.OrUnknown(r.InstanceUUID), wire.OrUnknown(string(r.PowerState)))
}

// notRegistered says that no VM has the path, whether the file is there, and how
// to register it.
func (h *host) notRegistered(ctx context.Context, what wire.Step, p vix.Path, in []*inventory.Datacenter) error {
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeVMNotFound, Field: vix.FieldPath}
	var there, not, unknown []string
	looked, more := h.LookForFile(ctx, p, in)
	for _, at := range looked {
		var why *vix.Error
		switch {
		case errors.As(at.Err, &why):
			unknown = append(unknown, at.In.Path+" ("+strings.TrimSuffix(why.Reason, ".")+")")
		case at.There:
			there = append(there, at.In.Path)
		default:
			not = append(not, at.In.Path)
		}
	}
	switch {
	case len(there) > 0:
		e.Reason = fmt.Sprintf("The file exists in %s, but it is not registered there: the host knows no VM with this path.", join(there))
		e.Remedy = "Register it, and open what was registered:\n\n" + registrationBlock(p, there[0], h.nameIsShared(ctx, p.Datastore))
	case len(unknown) > 0:
		e.Reason = fmt.Sprintf("No VM with this path is registered in %s, and whether the file exists cannot be told.",
			joinMore(unknown, more))
		e.Remedy = "A user who may not see a VM does not find it either: check that this user has System.Read on it."
	default:
		e.Reason = fmt.Sprintf("No VM with this path is registered in %s, and there is no such file on the datastore.", joinMore(not, more))
		if more > 0 {
			e.Reason += fmt.Sprintf(" It was looked for in the first %d of them.", len(looked))
		}
		e.Remedy = "Check the path. A VM that storage vMotion moved has another one."
	}
	if p.IsTemplate() {
		e.Remedy += fmt.Sprintf("\n\nThis is the file of a template; that of a VM would be %s.", p.AsVMX())
	}
	return e
}

// nameIsShared reports that several datacenters have a datastore of the name, so
// that a configuration must say which one it means.
func (h *host) nameIsShared(ctx context.Context, name string) bool {
	sk, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return true // to say too much is right, too
	}
	having := 0
	for _, dc := range sk.Datacenters {
		if dc.Datastores[name] != nil {
			having++
		}
	}
	return having > 1
}

// registrationBlock is the configuration that registers a path and opens it.
func registrationBlock(p vix.Path, datacenter string, several bool) string {
	var b strings.Builder
	name := identifier(p.Stem())
	fmt.Fprintf(&b, "  resource \"vix_registration\" %q {\n", name)
	if several {
		fmt.Fprintf(&b, "    vmx_path   = %s\n    datacenter = %s\n", hcl(p.String()), hcl(datacenter))
	} else {
		fmt.Fprintf(&b, "    vmx_path = %s\n", hcl(p.String()))
	}
	if p.IsTemplate() {
		b.WriteString("    template = true\n")
	}
	b.WriteString("  }\n\n")
	fmt.Fprintf(&b, "  data \"vix_vm\" %q {\n", name)
	if several {
		fmt.Fprintf(&b, "    vmx_path   = vix_registration.%s.registered_path\n    datacenter = %s\n  }", name, hcl(datacenter))
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

// join lists places in a sentence.
func join(items []string) string {
	switch len(items) {
	case 0:
		return "any datacenter"
	case 1:
		return items[0]
	}
	return strings.Join(items[:len(items)-1], ", ") + " and " + items[len(items)-1]
}

// joinMore lists places of which there are more.
func joinMore(items []string, more int) string {
	if more == 0 {
		return join(items)
	}
	return strings.Join(items, ", ") + " and " + strconv.Itoa(more) + " more"
}

// OpenID implements vix.Host: by instance UUID, which must be one VM's alone.
func (h *host) OpenID(ctx context.Context, id string) (*vix.VM, error) {
	what := wire.To("open", "the VM "+id)
	found, err := h.OfHandle(ctx, id, &h.Opens)
	if err != nil {
		return nil, h.Failed(what, err)
	}
	switch len(found) {
	case 1:
		return h.readable(ctx, what, found[0])
	case 0:
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeVMNotFound,
			Reason: "No VM with this instance UUID is registered on " + h.Endpoint.Host + ", or this user may not see it.",
			Remedy: "Check the id. It is the instance UUID, not the BIOS UUID, which restored copies share.",
		}
	}
	return nil, sameID(what, found)
}

// Read implements vix.Host. Like Registration it begins with the recorded managed object,
// and many reads travel together.
func (h *host) Read(ctx context.Context, handle vix.Handle) (*vix.VM, error) {
	r, err := h.meant(ctx, wire.To("read", "the VM "+handle.ID), handle, &h.Opens)
	if err != nil {
		return nil, err
	}
	vm := r.Opened()
	vm.Registration = h.stamp(ctx, vm.Registration)
	return vm, nil
}

// sameID lists the VMs that share an instance UUID.
func sameID(what wire.Step, found []*vms.Record) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Cause: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d VMs have this instance UUID:", len(found)),
		Remedy: "Give one of them another instance UUID (vc.uuid in its .vmx), or unregister the copy.",
	}
	for _, r := range found {
		reg := r.Registration()
		e.Choices = append(e.Choices, candidate(reg)+" at "+reg.Path.String())
	}
	return e
}
