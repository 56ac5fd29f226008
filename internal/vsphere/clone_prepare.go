// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// cloning is a clone that has been checked: what it is made of, and where it goes.
type cloning struct {
	what        wire.Step
	spec        vix.CloneSpec
	source      *vms.Record
	snapshot    *vix.Snapshot // nil for the VM as it is
	snapshotRef reference
	dc          *inventory.Datacenter
	ds          *inventory.Datastore
	placed      *inventory.Placed
	leaving     *vms.Record // the VM of spec.Without; nil if there is none
}

// finder gives the VM of a handle, whose configuration the host can read.
type finder func(ctx context.Context, what wire.Step, handle vix.Handle) (*vms.Record, error)

// cloning resolves everything that a clone names.
func (h *host) cloning(ctx context.Context, spec vix.CloneSpec, find finder) (*cloning, error) {
	c := &cloning{what: wire.To("clone", shownHandle(spec.Source)), spec: spec}
	var err error
	if c.source, err = find(ctx, c.what, spec.Source); err != nil {
		return nil, err
	}
	c.what = wire.To("clone", shown(c.source.Opened()))
	if !spec.Path.IsZero() {
		return nil, &vix.Error{
			Op: c.what.Op, Object: c.what.Object, Code: vix.CodeNotSupported, Field: vix.FieldPath,
			Reason: h.Client.ServiceContent.About.Name + " chooses itself where the files of a clone lie: in a folder that is called as " +
				"the clone is, on the datastore that is said.",
			Remedy: "Choose the datastore and the name.",
		}
	}
	if spec.Without != nil {
		if c.leaving, err = h.current(ctx, c.what, *spec.Without); err != nil && !errors.Is(err, vix.ErrGone) {
			return nil, err
		}
	}
	for _, step := range []func(context.Context, *cloning) error{cloneSnapshot, h.cloneDatastore, h.clonePlacement} {
		if err := step(ctx, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// cloneSnapshot finds the snapshot that the clone is made of.
func cloneSnapshot(_ context.Context, c *cloning) error {
	named, ok := c.spec.Made()
	if !ok {
		return nil
	}
	vm := c.source.Opened()
	is, err := named.Find(vm.Snapshots, shown(vm))
	if err != nil {
		return err
	}
	c.snapshot = is
	c.snapshotRef, _ = numbered(c.source, is.ID)
	return nil
}

// cloneDatastore finds where the files go: to the datastore that is named, or to the source's.
func (h *host) cloneDatastore(ctx context.Context, c *cloning) error {
	var err error
	if c.dc, err = h.datacenterOf(ctx, c.what, c.source); err != nil {
		return err
	}
	name := c.spec.Datastore
	if name == "" {
		name = c.source.Path().Datastore
	}
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return err
	}
	within := []*inventory.Datacenter{c.dc}
	if err := outline.HaveNames(c.what, within, []string{name}); err != nil {
		return pointing(err, vix.FieldDatastore)
	}
	if c.ds = c.dc.Datastore(name); !c.ds.Accessible {
		// It was when the inventory was read; something may have mounted it since.
		if outline, err := h.OutlineNow(ctx); err == nil {
			c.ds = outline.Newer(c.ds)
		}
	}
	switch {
	case c.ds.Withheld:
		return h.MayNotRead(c.what, c.ds)
	case !c.ds.Accessible:
		return pointing(inaccessible(c.what, c.ds, c.dc), vix.FieldDatastore)
	}
	return nil
}

// named refuses a name of a clone by which the host would call files that no path can name.
func (c *cloning) named() error {
	why := vix.Unwritable(c.spec.Name)
	if why == "" {
		return nil
	}
	return &vix.Error{
		Op: c.what.Op, Object: c.what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldName,
		Reason: fmt.Sprintf("The name %q %s. The host calls the folder and the files of a clone as the clone, and no path that is "+
			"written can name such a file: the clone could not be opened by its path, nor be told from another by it, which must be "+
			"before its files are deleted.", c.spec.Name, why),
		Remedy: "Give it a name that begins with a visible character and has no control characters, such as tabs.",
	}
}

// pointing is an error that points at an argument.
func pointing(err error, at vix.Field) error {
	e, ok := errors.AsType[*vix.Error](err)
	if !ok {
		return err
	}
	more := *e
	more.Field = at
	return &more
}

// clonePlacement finds where the clone goes. What is not said is as the source's, where that can take it: a template
// has no pool, a host may be in maintenance or lack the datastore.
func (h *host) clonePlacement(ctx context.Context, c *cloning) error {
	is, spec := c.source.Registration(), c.spec
	said := vix.RegisterSpec{
		Folder: spec.Folder, ResourcePool: spec.ResourcePool, Cluster: spec.Cluster, Host: spec.Host, Template: spec.Template,
	}
	if said.Folder == "" && c.source.VM.Parent != nil { // a VM in a vApp is in no folder
		said.Folder = is.Folder
	}
	if spec.Template && spec.ResourcePool != "" {
		return &vix.Error{
			Op: c.what.Op, Object: c.what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldResourcePool,
			Reason: "A template cannot run, and is in no resource pool.",
			Remedy: "Leave the pool out. A host, or a cluster of one host, says where the template is.",
		}
	}
	like := said
	if like.ResourcePool == "" && !spec.Template {
		like.ResourcePool = is.ResourcePool
	}
	onHost := like
	if onHost.Host == "" {
		onHost.Host = is.Host
	}
	var err error
	for _, guess := range []vix.RegisterSpec{onHost, like, said} {
		if c.placed, err = h.Placement(ctx, c.what, c.dc, c.ds, guess); err == nil {
			return nil
		}
	}
	return err
}

// mayClone checks the privileges on the source, and on each place that the clone goes to.
func (h *host) mayClone(ctx context.Context, c *cloning) error {
	source := c.source.VM.Self
	of := privilegeClone
	switch is := c.source.VM.Config.Template; {
	case is && c.spec.Template:
		of = privilegeCloneTemplate
	case is:
		of = privilegeDeploy
	case c.spec.Template:
		of = privilegeMakeTemplate
	}
	folder := c.placed.Folder
	needs := []missingGrant{{source, of}, {folder.Ref, privilegeCreate}, {c.ds.Ref, privilegeAllocate}}
	named := map[reference]string{
		source: c.what.Object, folder.Ref: "the folder " + folder.Path,
		c.ds.Ref: fmt.Sprintf("the datastore %s/datastore/%s", c.dc.Path, c.ds.Name),
	}
	if pool := c.placed.Pool; pool != nil {
		needs = append(needs, missingGrant{pool.Ref, privilegeAssignPool})
		named[pool.Ref] = "the resource pool " + pool.Path
	}
	return h.granted(ctx, c.what, needs, named)
}
