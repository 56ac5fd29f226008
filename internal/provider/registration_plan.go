// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// planCreate checks what Create is going to ask, and says what will come of it. It
// is also the second half of a replacement, which Terraform plans as if nothing were
// there: then the note of the first half says what is taken out before. Warnings of a
// second half are shown to nobody; what matters there is an error.
func (r *registrationResource) planCreate(
	ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse,
) {
	if !r.conn.connected() {
		return
	}
	var config, plan registrationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	note := noteFrom(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.conn.takes(config.VMXPath, &resp.Diagnostics) || !r.conn.unregistersIf(config.OnDestroy, &resp.Diagnostics) {
		return
	}
	limit, diags := config.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(vix.Believing(ctx, believedAge), limit)
	defer cancel()
	// The configuration tells a value that is not known yet from one that is
	// left to the host; the plan has the defaults.
	config.Template, config.IfRegistered, config.PowerOffOnDestroy = plan.Template, plan.IfRegistered, plan.PowerOffOnDestroy
	p := &creation{r: r, schema: resp.Plan.Schema, config: config, note: note}
	p.plan(ctx, &plan)
	resp.Diagnostics.Append(stopsDestroy(p.diags)...)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		p.note.save(ctx, resp.Private, &resp.Diagnostics)
		if p.replacing != nil {
			// All that the delete of a tainted registration, and the state if it fails, will know.
			p.note.Record.save(ctx, resp.Private, &resp.Diagnostics)
		}
	}
}

// creation is a create that is being planned.
type creation struct {
	r      *registrationResource
	schema typed
	config registrationModel
	note   planNote
	server string
	// replacing is the VM of a tainted registration, of which no first half was planned.
	replacing *vix.Registration
	// after is what it comes after at its address; zero if that is not known.
	after addressNote
	diags diag.Diagnostics
}

// plan checks, and fills what is known now into the plan.
func (c *creation) plan(ctx context.Context, plan *registrationModel) {
	server, err := c.r.conn.server(ctx)
	if err != nil {
		addError(&c.diags, c.schema, err)
		return
	}
	plan.Server, c.server = said(server), server
	if !c.config.complete() {
		if c.replaces() {
			addReplacedUnknown(&c.diags, c.note.Out)
		}
		return
	}
	spec, err := c.config.spec(c.r.conn.parsePath)
	if err != nil {
		addError(&c.diags, c.schema, err)
		return
	}
	// In an apply, a delete of the same file may be under way: it is seen as done, or not begun.
	defer c.r.conn.lock(ctx, spec.Path.AsVMX().Composed().File)()
	spec.Attempt = c.r.conn.journal.open(c.r.conn.intent(server, spec))
	if c.replaces() {
		spec.Without = c.note.Out
		c.turn(ctx)
	}
	check, d, spec, err := c.r.look(ctx, spec)
	if tainted := c.tainted(err); tainted != nil {
		spec.Without = c.note.Out
		check, err = c.r.registrar.Check(ctx, spec)
	} else if own := c.r.conn.replacedIn(err); own != nil {
		// The plan has judged it; the create will find it in its way, and fail.
		spec.Without = own
		if check, err = c.r.registrar.Check(ctx, spec); err == nil {
			c.fill(plan, spec, check, d)
			return
		}
	}
	if err != nil {
		c.refuse(ctx, spec, err)
		return
	}
	if vm, moved := c.r.conn.ledger.movedFrom(check.FileID); moved && c.note.Out == nil && vm.unregisters {
		// It is this very address, tainted, or one that goes: either way its VM would be lost.
		out := vm.Handle()
		addMovedAway(&c.diags, &out, spec.Path)
		return
	}
	c.addressed(ctx, check)
	c.judge(ctx, spec, check)
	if c.diags.HasError() {
		return
	}
	c.fill(plan, spec, check, d)
	if c.note.Returns && !spec.Adopt || c.replaces() && !c.note.Returns && c.sameName(spec, check) {
		c.r.conn.replaced.plan(ctx, vmNote{server, c.note.Out.ManagedObjectID, c.note.Record.Object})
	}
}

// replaces reports that something is unregistered before the create.
func (c *creation) replaces() bool { return c.note.Out != nil && c.note.Unregisters }

// turn makes known to the other addresses that the VM is taken out: the first half
// could not tell of a replacement that is forced.
func (c *creation) turn(ctx context.Context) {
	if c.note.Replaces {
		return
	}
	goes := c.note.Record.part(leaves)
	switch c.r.conn.ledger.turns(c.note.Record.part(stays), goes) {
	case parted:
		addParted(&c.diags, c.note.Out.Path)
	case handsOver:
		c.r.conn.handOver(ctx, goes)
	case none, twice:
	}
}

// tainted is the VM in the way of a create, if it is the one that the same address
// has: of a tainted registration Terraform plans only the making anew.
func (c *creation) tainted(err error) *vix.Registration {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok || e.Code != vix.CodeAlreadyExists || e.VM == nil || c.note.Out != nil {
		return nil
	}
	vm, ok := c.r.conn.ledger.inState(e.VM.ManagedObjectID)
	if !ok || !vm.unregisters {
		return nil // what is kept stays in the way
	}
	handle := e.VM.Handle()
	c.note = planNote{
		Out: &handle, Unregisters: true, PowersOff: vm.powersOff, PowerState: e.VM.PowerState, Readable: e.VM.Readable(),
		Record: vm.record,
	}
	c.note.Record.read(e.VM)
	c.replacing = e.VM
	return e.VM
}

// own is the key of the VM that the first half was planned for, or of its file where VMs have none; empty if there was none.
func (c *creation) own() string {
	if c.note.Out == nil || c.replacing != nil {
		return ""
	}
	return cmp.Or(vmKey(c.note.Out.ManagedObjectID), fileKey(c.note.Record.FileID))
}

// refuse says why the host would not register the VM; where that is because of
// another address of the same plan, that.
func (c *creation) refuse(ctx context.Context, spec vix.RegisterSpec, err error) {
	if e, ok := errors.AsType[*vix.Error](err); ok && e.Code == vix.CodeAlreadyExists && e.VM != nil {
		p := part{server: c.server, role: register, file: fileKey(e.VM.FileID), vm: vmKey(e.VM.ManagedObjectID), own: c.own()}
		if c.contradicted(ctx, spec, p) {
			return
		}
		if p.takesOut(p) && !c.note.Unregisters {
			addKeptInTheWay(&c.diags, spec.Path)
			return
		}
		if !c.r.conn.journal.usable() {
			err = further(err, notNoted)
		}
	}
	addError(&c.diags, c.schema, err)
}

// contradicted reports, with an error, that another address of the plan stands
// against a part.
func (c *creation) contradicted(ctx context.Context, spec vix.RegisterSpec, p part) bool {
	switch c.r.conn.ledger.planned(p) {
	case twice:
		addTwice(&c.diags, spec.Path)
	case parted:
		addParted(&c.diags, spec.Path)
	case handsOver:
		c.r.conn.handOver(ctx, p)
		return false
	case none:
		return false
	}
	return true
}

// addressed tells what the create comes after at its address, and notes it for the apply.
func (c *creation) addressed(ctx context.Context, check *vix.Check) {
	file, was := fileKey(check.FileID), c.note.Record
	if c.note.Out == nil && check.Registered != nil {
		was, _ = c.r.conn.ledger.unplanned(check.Registered.ManagedObjectID)
	}
	if fileKey(was.FileID) == file {
		c.r.conn.addresses.plan(ctx, c.server, file, was)
	}
	c.after = c.r.conn.addresses.of(c.server, file)
}

// judge says what of a check is not good enough.
func (c *creation) judge(ctx context.Context, spec vix.RegisterSpec, check *vix.Check) {
	p := part{server: c.server, role: register, file: fileKey(check.FileID), own: c.own()}
	p.object, p.address = c.after.Object, c.after.Address
	if spec.Adopt && !check.Finished {
		p.role = adopt // what an attempt of ours has left, nobody else may have
	}
	if c.replacing != nil {
		p.vm = vmKey(c.replacing.ManagedObjectID)
	}
	if check.Registered != nil {
		p.vm = vmKey(check.Registered.ManagedObjectID)
		for _, conflict := range conflicts(spec, check.Registered) {
			addError(&c.diags, c.schema, conflict)
		}
	}
	if c.contradicted(ctx, spec, p) || c.diags.HasError() {
		return
	}
	if name := cmp.Or(spec.Name, check.Name); name != "" {
		folder := check.Placement.Folder
		if !c.r.conn.ledger.named(p.server, folder, name, p.file) {
			addNameTwice(&c.diags, spec.Path.String(), name, folder)
		}
	}
	c.note.Returns = c.replaces() && c.sameFile(spec, check)
	switch {
	case c.replaces():
		c.judgeReplacement(ctx, spec, check)
	case check.Finished:
		warnFinished(&c.diags, spec.Path, check.Registered)
	case check.Registered != nil:
		warnAdopts(&c.diags, check.Registered, c.config.OnDestroy.ValueString() == onDestroyUnregister)
	case check.FileUnknown != "":
		warnFileUnknown(&c.diags, spec.Path, check.FileUnknown)
	case !check.FileExists:
		warnFileMissing(&c.diags, spec.Path, check.Near)
	}
}

// sameFile reports that the create registers the file of the VM that is taken out.
func (c *creation) sameFile(spec vix.RegisterSpec, check *vix.Check) bool {
	if was := fileKey(c.note.Record.FileID); was != "" {
		return was == fileKey(check.FileID)
	}
	return spec.Path.AsVMX().Same(c.note.Out.Path.AsVMX())
}

// sameName reports that what is registered is to have the name, in the same folder, of the VM that is taken out.
func (c *creation) sameName(spec vix.RegisterSpec, check *vix.Check) bool {
	was := c.note.Record.Is
	return vix.SameName(cmp.Or(spec.Name, check.Name), was.Name) && vix.SamePlace(check.Placement.Folder, was.Folder)
}

// judgeReplacement refuses what would take a VM out of the inventory without being
// able to put it back where the plan says.
func (c *creation) judgeReplacement(ctx context.Context, spec vix.RegisterSpec, check *vix.Check) {
	if !c.note.Returns && spec.Path.Same(c.note.VMXPath) {
		addMovedAway(&c.diags, c.note.Out, c.note.VMXPath)
		return
	}
	powersOff := vix.PowerOffFail
	if c.note.PowerState == vix.PoweredOn {
		powersOff = c.note.PowersOff
	}
	if !c.note.Replaces && c.note.PowerState == vix.PoweredOn {
		addForcedOff(&c.diags, c.note.Out.Path, powersOff)
	}
	if err := c.r.conn.host.Supports(vix.FeatureUnregister); err != nil {
		addError(&c.diags, c.schema, err)
		return
	}
	if err := c.r.registrar.CheckUnregister(ctx, *c.note.Out, powersOff); err != nil {
		addError(&c.diags, c.schema, err)
	}
	switch {
	case check.Registered != nil:
	case check.FileUnknown != "" && (!c.note.Returns || !c.note.Readable):
		addReplacedFileUnknown(&c.diags, spec.Path, check.FileUnknown)
	case check.FileUnknown == "" && !check.FileExists:
		addReplacedFileMissing(&c.diags, spec.Path, c.note.Out.Path, check.Near)
	}
}

// fill puts into the plan what is known now: what a saved plan says comes true, or
// Terraform refuses to apply it.
func (c *creation) fill(plan *registrationModel, spec vix.RegisterSpec, check *vix.Check, d *departed) {
	at, readable := check.Placement, true
	plan.Adopted = types.BoolValue(false)
	switch {
	case check.Registered != nil:
		at, readable = check.Registered.Placement, check.Registered.Readable()
		plan.Adopted = types.BoolValue(!check.Finished)
		c.note.Adopts = check.Registered.ManagedObjectID
	case d != nil && !d.returns:
		at = d.Placement
		plan.Adopted = types.BoolValue(true)
	case c.note.Returns && spec.Adopt:
		// With create_before_destroy it is taken over instead, and nobody tells us.
		plan.Adopted = types.BoolUnknown()
	}
	if check.ID != "" {
		// Should the path lead elsewhere when this is applied, Terraform refuses it.
		plan.ID, plan.RegisteredPath = said(check.ID), said(check.Path.String())
	}
	if c.config.OnDestroy.IsNull() {
		plan.OnDestroy = c.r.conn.undoing(plan.Adopted)
	}
	for _, place := range []struct {
		config types.String
		plan   *types.String
		is     string
	}{
		{c.config.Datacenter, &plan.Datacenter, at.Datacenter},
		{c.config.Folder, &plan.Folder, at.Folder},
		{c.config.ResourcePool, &plan.ResourcePool, at.ResourcePool},
		{c.config.Cluster, &plan.Cluster, at.Cluster},
	} {
		if place.config.IsNull() && (readable || place.is != "") {
			*place.plan = said(place.is)
		}
	}
	spec.Attempt = vix.Attempt{}
	c.note.In = &spec
	if c.note.Out == nil {
		// Of a tainted registration this is all that its delete knows.
		if check.Registered != nil {
			c.note.PowerState = check.Registered.PowerState
		}
	}
}

// look asks the host what Register would do. A file whose VM another address of
// this walk has unregistered is looked at as what it was planned to be: that VM, where it was.
func (r *registrationResource) look(ctx context.Context, spec vix.RegisterSpec) (*vix.Check, *departed, vix.RegisterSpec, error) {
	for _, d := range r.conn.departedLike(spec) {
		again := spec
		if !d.returns {
			again = spec.Where(d.Placement)
		}
		check, err := r.registrar.Check(ctx, again)
		if err == nil && check.Registered == nil && fileKey(check.FileID) == fileKey(d.FileID) {
			return check, &d, again, nil
		}
	}
	check, err := r.registrar.Check(ctx, spec)
	return check, nil, spec, err
}

// complete reports that everything a check needs is known.
func (m *registrationModel) complete() bool {
	for _, value := range []attr.Value{
		m.VMXPath, m.Datacenter, m.Name, m.Folder, m.ResourcePool, m.Cluster, m.Host, m.Template, m.IfRegistered,
	} {
		if value.IsUnknown() {
			return false
		}
	}
	return true
}
