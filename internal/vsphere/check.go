// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// prepared is a registration that has been checked: where it goes and what is
// there already.
type prepared struct {
	what    wire.Step
	spec    vix.RegisterSpec
	dc      *inventory.Datacenter
	ds      *inventory.Datastore
	placed  *inventory.Placed // nil where a registered VM is taken as it is
	leaving *vms.Record       // the VM of spec.Without; nil if there is none
	already *vms.Record       // the VM that has the path already
	refused bool              // the host knows of one
	// fresh is what an index must not be older than to prove that no VM has the path.
	fresh time.Time
	// finished is set where already is the end of an interrupted attempt of ours.
	finished bool
}

// Check implements vix.Host. It changes nothing.
func (h *host) Check(ctx context.Context, spec vix.RegisterSpec) (*vix.Check, error) {
	out, err := h.check(ctx, spec, wire.NoOlderThan(vms.AbsenceAge))
	if vix.CodeOf(err) == vix.CodeDuplicateName {
		// It may be this very VM that has the name, registered a moment ago by somebody else.
		return h.check(ctx, spec, time.Now())
	}
	return out, err
}

// check is Check by what is known and not older than fresh.
func (h *host) check(ctx context.Context, spec vix.RegisterSpec, fresh time.Time) (*vix.Check, error) {
	p, err := h.prepare(ctx, spec, fresh)
	if err != nil {
		return nil, err
	}
	if p.already != nil {
		r := h.stamp(ctx, p.already.Registration())
		if err := h.mayBecome(ctx, p); err != nil {
			return nil, err
		}
		return &vix.Check{
			Placement: r.Placement, FileExists: true, Registered: &r, Finished: p.finished, FileID: p.ds.FileID(p.spec.Path),
		}, nil
	}
	if err := h.permitted(ctx, p.what, p.placed, p.ds); err != nil {
		return nil, err
	}
	out := &vix.Check{Placement: p.placed.Reported(p.dc), FileID: p.ds.FileID(p.spec.Path), Name: p.spec.Name}
	if h.Client.IsVC() { // an ESXi does not mind two of one name
		out.Name = p.name()
	}
	if err := h.nameFree(ctx, p.what, out.Name, p.placed.Folder, p.leaving); err != nil {
		return nil, err
	}
	out.FileExists, err = h.FileExists(ctx, p.ds, p.spec.Path)
	if vix.CodeOf(err) == vix.CodeHostUserPermissions {
		// Registering needs no right to browse; looking beforehand does.
		out.FileUnknown = cmp.Or(h.Lacking(ctx, err), err.Error())
		return out, nil
	}
	if err != nil {
		return nil, asPartOf(p.what, err)
	}
	if !out.FileExists {
		out.Near = h.Near(ctx, p.ds, spec.Path)
		return out, nil
	}
	if out.Name == "" {
		if out.Name, err = h.nameInFile(ctx, p); err == nil {
			err = h.nameFree(ctx, p.what, out.Name, p.placed.Folder, p.leaving)
		}
	}
	return out, asPartOf(p.what, err)
}

// name is the name that the VM will have, as far as it is known: one that is taken out and put
// back keeps its own. Empty where only the file tells.
func (p *prepared) name() string {
	if p.spec.Name == "" && p.leaving != nil && p.leaving.Path().AsVMX().Same(p.spec.Path.AsVMX()) {
		return vix.Unescape(p.leaving.VM.Name)
	}
	return p.spec.Name
}

// maxNamesRead is how many files a process reads for nothing but the names in them. Who registers more than that at once learns
// of a name that is taken when it is: of a thousand, each file would be one request more.
const maxNamesRead = 50

// nameInFile is the name that the VM will have by what its file says; empty where that is not read. What takes another VM out
// of the inventory must know it, whatever it costs: the host would refuse the name when it is too late.
func (h *host) nameInFile(ctx context.Context, p *prepared) (string, error) {
	if !h.Client.IsVC() || p.leaving == nil && h.namesRead.Add(1) > maxNamesRead {
		return "", nil
	}
	config, err := h.ReadConfig(ctx, p.ds, p.spec.Path)
	if vix.CodeOf(err) == vix.CodeHostUserPermissions {
		h.namesRead.Store(maxNamesRead) // neither may it read the next one
		return "", nil
	}
	if err != nil || config == nil {
		return "", err
	}
	return cmp.Or(config.DisplayName, p.spec.Path.Stem()), nil
}

// asPartOf gives an error, if it is one, of a step the name of the operation that it was a step of.
func asPartOf(what wire.Step, err error) error {
	var e *vix.Error
	if !errors.As(err, &e) {
		return err
	}
	renamed := *e
	renamed.Op, renamed.Object = what.Op, what.Object
	return &renamed
}

// prepare resolves everything that a registration names, and looks for what is
// there already.
func (h *host) prepare(ctx context.Context, spec vix.RegisterSpec, fresh time.Time) (*prepared, error) {
	p := &prepared{what: wire.To("register", spec.Path.String()), spec: spec, fresh: fresh}
	if spec.Template && h.Supports(vix.FeatureTemplates) != nil {
		return nil, &vix.Error{
			Op: p.what.Op, Object: p.what.Object, Code: vix.CodeNotSupported, Field: vix.FieldTemplate,
			Reason: h.Client.ServiceContent.About.Name + " has no templates; a vCenter has.",
			Remedy: "Register it as a VM, or go through the vCenter.",
		}
	}
	err := h.locate(ctx, p)
	if err == nil {
		p.spec.Path, err = h.spelled(ctx, p.what, p.ds, p.spec.Path)
	}
	if err != nil {
		return nil, err
	}
	if spec.Without != nil {
		if p.leaving, err = h.current(ctx, p.what, *spec.Without); err != nil && !errors.Is(err, vix.ErrGone) {
			return nil, err
		}
	}
	if err := h.lookAround(ctx, p); err != nil {
		return nil, err
	}
	if p.already != nil {
		return p, h.mayTake(ctx, p)
	}
	if !p.ds.Accessible {
		return nil, p.inaccessible()
	}
	if p.placed, err = h.Placement(ctx, p.what, p.dc, p.ds, spec); err == nil {
		return p, nil
	}
	// No host may be found because the datastore has gone down since the inventory
	// was read.
	if outline, failed := h.OutlineNow(ctx); failed == nil && !outline.Newer(p.ds).Accessible {
		return nil, p.inaccessible()
	}
	return nil, err
}

// inaccessible is the error of a datastore that is down.
func (p *prepared) inaccessible() error { return inaccessible(p.what, p.ds, p.dc) }

func inaccessible(what wire.Step, ds *inventory.Datastore, dc *inventory.Datacenter) error {
	return &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeFileError, Field: vix.FieldPath,
		Reason: fmt.Sprintf("The datastore %s of %s is inaccessible: no host can read it.", ds.Name, dc.Path),
		Remedy: "Mount it, or wait until it is back.",
	}
}

// locate settles the datacenter: the one given, the one that an inventory path
// among the other arguments lies in, the connection's default, or the only one
// that has the datastore.
func (h *host) locate(ctx context.Context, p *prepared) error {
	at := vix.Locator{Path: p.spec.Path, Datacenter: p.spec.Datacenter}
	if at.Datacenter == "" {
		outline, err := h.Outline(ctx, time.Time{})
		if err != nil {
			return err
		}
		at.Datacenter = outline.ImpliedBy(p.spec)
	}
	in, err := h.DatacentersOf(ctx, p.what, at)
	if err != nil {
		return err
	}
	if len(in) > 1 {
		if in, err = h.havingPlaces(ctx, p, in); err != nil {
			return err
		}
	}
	if len(in) > 1 {
		return h.severalDatacenters(ctx, p, in)
	}
	p.dc, p.ds = in[0], in[0].Datastore(p.spec.Path.Datastore)
	if !p.ds.Accessible {
		// It was when the inventory was read; something may have mounted it since.
		if outline, err := h.OutlineNow(ctx); err == nil {
			p.ds = outline.Newer(p.ds)
		}
	}
	return nil
}

// havingPlaces keeps the datacenters that have every place that spec names: a
// cluster's name that only one of them knows says which one is meant. Where none
// has them all, all are kept, and the error is the ambiguity.
func (h *host) havingPlaces(ctx context.Context, p *prepared, in []*inventory.Datacenter) ([]*inventory.Datacenter, error) {
	if p.spec.Folder == "" && p.spec.Cluster == "" && p.spec.Host == "" && p.spec.ResourcePool == "" {
		return in, nil
	}
	var having []*inventory.Datacenter
	for _, dc := range in {
		t, err := h.Places(ctx, dc)
		if err != nil {
			return nil, err
		}
		if t.Has(p.spec) {
			having = append(having, dc)
		}
	}
	if len(having) == 0 {
		return in, nil
	}
	return having, nil
}

// severalDatacenters lists where the file could be meant to be.
func (h *host) severalDatacenters(ctx context.Context, p *prepared, in []*inventory.Datacenter) error {
	e := &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldDatacenter, Kind: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d datacenters have a datastore named %q:", len(in), p.spec.Path.Datastore),
	}
	looked, more := h.LookForFile(ctx, p.spec.Path, in)
	for _, at := range looked {
		state := "the file is there"
		if at.Err != nil {
			state = "whether the file is there cannot be told"
		} else if !at.There {
			state = "the file is not there"
		}
		e.Options = append(e.Options, vix.Option{Field: vix.FieldDatacenter, Value: at.In.Path, Note: state})
	}
	if more > 0 {
		e.Choices = []string{"and " + strconv.Itoa(more) + " more"}
	}
	return e
}

// lookAround looks for the file in the datacenter, and wherever else it can be
// registered: a VM in two inventories, or twice in one, is powered on twice one day.
func (h *host) lookAround(ctx context.Context, p *prepared) error {
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return err
	}
	if p.ds.Withheld {
		return h.MayNotRead(p.what, p.ds)
	}
	mounts, twins := outline.MountsOf(p.ds), outline.TwinsOf(p.ds)
	if len(mounts)+len(twins) == 1 && !p.refused && p.spec.Attempt.IsZero() {
		// Many registrations share the question. If the answer is out of date, the
		// host refuses what is registered already; what an interrupted attempt of ours
		// has registered must be found before that.
		if absent, err := h.Absent(ctx, p.spec.Path, p.dc, p.fresh); absent || err != nil {
			return h.Failed(p.what, err)
		}
	}
	for _, at := range sightings(p.spec.Path, mounts) {
		found, err := h.At(ctx, at.path, at.in, &h.Reads)
		if err != nil {
			return h.Failed(p.what, err)
		}
		for _, r := range found {
			if p.leaving != nil && r.VM.Self == p.leaving.VM.Self {
				continue
			}
			if err := h.Withheld(p.what, r); err != nil {
				return err
			}
			if !p.isAt(at.path, r) {
				return p.mountedElsewhere(at.path, r)
			}
			p.already = r
		}
	}
	if p.already != nil {
		return nil
	}
	return h.lookAtTwins(ctx, p, twins)
}

// mayTake decides on a VM that is registered already: adopted where that is
// allowed, ours where the host's record proves it, an error otherwise.
func (h *host) mayTake(ctx context.Context, p *prepared) error {
	reason := "The VM is registered already:"
	if !p.spec.Attempt.IsZero() {
		ours, why, err := h.registeredByUs(ctx, p.already.VM.Self, p.spec.Attempt)
		if err != nil {
			return h.Failed(p.what, err)
		}
		p.finished = ours
		reason = "The VM is registered already. There was an attempt at this registration whose end was never told; that it is what that " +
			"attempt has left is not proved: " + why + "."
	}
	if p.finished || p.spec.Adopt {
		return nil
	}
	r := h.stamp(ctx, p.already.Registration())
	return &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeAlreadyExists, Field: vix.FieldPath, Kind: vix.ErrAlreadyRegistered, VM: &r,
		Reason:  reason,
		Choices: []string{candidate(r)},
	}
}

// mayBecome makes sure that a VM which is adopted can be given the name and the
// places that are asked for.
func (h *host) mayBecome(ctx context.Context, p *prepared) error {
	return h.checkChange(ctx, p.what, p.already, p.spec.Change(p.already.Registration()))
}
