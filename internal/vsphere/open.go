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
	found, err := h.found(ctx, what, at.Path, in, &h.Opens)
	if err != nil {
		return nil, err
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

// mostCandidates is how many candidates an error lists.
const mostCandidates = 20

// ambiguous lists the VMs that all have one path.
func ambiguous(what wire.Step, found []*vms.Record) error {
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter, Kind: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d VMs have this path, in different datacenters:", len(found)),
	}
	for _, r := range found[:min(len(found), mostCandidates)] {
		reg := r.Registration()
		e.Options = append(e.Options, vix.Option{Field: vix.FieldDatacenter, Value: reg.Datacenter, Note: described(reg)})
	}
	if more := len(found) - len(e.Options); more > 0 {
		e.Choices = []string{"and " + strconv.Itoa(more) + " more"}
	}
	return e
}

// candidate is one line of an ambiguity.
func candidate(r vix.Registration) string {
	return r.Datacenter + ": " + described(r)
}

// described tells a VM from others in its datacenter.
func described(r vix.Registration) string {
	return fmt.Sprintf("%q (managed object id %s, instance UUID %s, power state %s)",
		r.Name, r.ManagedObjectID, wire.OrUnknown(r.InstanceUUID), wire.OrUnknown(string(r.PowerState)))
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
		e.Kind, e.At = vix.ErrNotRegistered, vix.Locator{Path: p}
		if h.nameIsShared(ctx, p.Datastore) {
			e.At.Datacenter = there[0]
		}
	case len(unknown) > 0:
		e.Reason = fmt.Sprintf("No VM with this path is registered in %s, and whether the file exists cannot be told.",
			joinMore(unknown, more))
		e.Remedy = "A user who may not see a VM does not find it either: check that this user has System.Read on it."
	default:
		e.Reason = fmt.Sprintf("No VM with this path is registered in %s, and there is no such file on the datastore.", joinMore(not, more))
		if more > 0 {
			e.Reason += fmt.Sprintf(" It was looked for in the first %d of them.", len(looked))
		}
		if e.Choices = h.nearby(ctx, p, in); len(e.Choices) > 0 {
			e.Reason += " Near it are:"
		}
		e.Remedy = "Check the path. A VM that storage vMotion moved has another one."
	}
	if p.IsTemplate() {
		e.Remedy = strings.TrimSpace(e.Remedy + fmt.Sprintf("\n\nThis is the file of a template; that of a VM would be %s.", p.AsVMX()))
	}
	return e
}

// fewPlaces is in up to how many datacenters it is looked what lies near a file that is not there.
const fewPlaces = 3

// nearby lists what lies where the file is not, in each of a few datacenters.
func (h *host) nearby(ctx context.Context, p vix.Path, in []*inventory.Datacenter) []string {
	if len(in) > fewPlaces {
		return nil
	}
	var out []string
	for _, dc := range in {
		for _, near := range h.Near(ctx, dc.Datastores[p.Datastore], p) {
			if len(in) > 1 {
				near = dc.Path + ": " + near
			}
			out = append(out, near)
		}
	}
	return out
}

// nameIsShared reports that several datacenters have a datastore of the name, so
// that a configuration must say which one it means.
func (h *host) nameIsShared(ctx context.Context, name string) bool {
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return true // to say too much is right, too
	}
	having := 0
	for _, dc := range outline.Datacenters {
		if dc.Datastore(name) != nil {
			having++
		}
	}
	return having > 1
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
