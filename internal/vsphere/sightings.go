// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
)

// sighting is a path under which a file may be registered, and the datacenters
// where it may be.
type sighting struct {
	path vix.Path
	in   []*inventory.Datacenter
}

// sightings are the paths of a file through mounts of its datastore, by the name of
// each.
func sightings(p vix.Path, mounts []*inventory.Datastore) []sighting {
	var out []sighting
	for _, ds := range mounts {
		i := slices.IndexFunc(out, func(s sighting) bool { return s.path.Datastore == ds.Name })
		if i < 0 {
			i = len(out)
			out = append(out, sighting{path: vix.Path{Datastore: ds.Name, File: p.File}})
		}
		out[i].in = append(out[i].in, ds.In)
	}
	return out
}

// isAt reports that a VM that was found at a path has the very path, in the very
// datacenter, of the registration.
func (p *prepared) isAt(found vix.Path, r *vms.Record) bool {
	if is := r.Path().Datastore; is != "" {
		found.Datastore = is // hosts may find it by another name of its datastore
	}
	dc, ok := r.Datacenter()
	return found.Datastore == p.ds.Name && (!ok || dc == p.dc.Ref)
}

// mountedElsewhere is the error of a file that is registered through another mount
// of its datastore.
func (p *prepared) mountedElsewhere(found vix.Path, r *vms.Record) error {
	is := r.Registration()
	e := &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeAlreadyExists, Field: vix.FieldDatacenter,
		Choices: []string{candidate(is)}, VM: &is,
	}
	name := cmp.Or(r.Path().Datastore, found.Datastore)
	other := vix.Path{Datastore: name, File: found.File}
	if dc, ok := r.Datacenter(); ok && dc == p.dc.Ref {
		e.Field = vix.FieldPath
		e.Reason = fmt.Sprintf("The datastore %s is also called %s, and the VM is registered as %s:", p.ds.Name, name, other)
		e.Remedy = "Use that path, or unregister it first: a VM that is registered twice is powered on twice one day."
		return e
	}
	as := ""
	if name != p.ds.Name {
		as = " as " + name
	}
	e.Reason = fmt.Sprintf("The datastore %s is also mounted in another datacenter%s, and the VM is registered there:", p.ds.Name, as)
	e.Remedy = "Unregister it there first: one VM in two inventories is powered on twice one day."
	return e
}
