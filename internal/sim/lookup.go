// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// dsPath is a datastore path in its parts: the name of the datastore and a clean path below it, without a leading
// slash.
type dsPath struct {
	Datastore, Path string
}

func (p dsPath) String() string {
	if p.Path == "" {
		return "[" + p.Datastore + "]"
	}
	return "[" + p.Datastore + "] " + p.Path
}

func (p dsPath) dir() string {
	d := path.Dir(p.Path)
	if d == "." {
		d = ""
	}
	return d
}

// join returns the path of a file that lies beside p, or anywhere when name is a datastore path itself.
func (p dsPath) join(name string) dsPath {
	if q, ok := parsePath(name); ok {
		return q
	}
	return dsPath{p.Datastore, path.Join(p.dir(), strings.ReplaceAll(name, `\`, "/"))}
}

// parsePath reads "[datastore] dir/file". The path is cleaned, so that it cannot leave the datastore.
func parsePath(text string) (dsPath, bool) {
	var p object.DatastorePath
	if !p.FromString(text) || p.Datastore == "" {
		return dsPath{}, false
	}
	return dsPath{p.Datastore, strings.TrimPrefix(path.Clean("/"+p.Path), "/")}, true
}

// datacenter finds a datacenter by name or inventory path; of several with one name it finds none.
func (h *Host) datacenter(name string) (*simulator.Datacenter, error) {
	var found *simulator.Datacenter
	for _, e := range h.reg.All("Datacenter") {
		dc, ok := e.(*simulator.Datacenter)
		if !ok {
			continue
		}
		if at := h.inventoryPath(dc.Self); at == "/"+strings.Trim(name, "/") {
			return dc, nil
		}
		if dc.Name == name || dc.Self.Value == name {
			if found != nil {
				return nil, fmt.Errorf("several datacenters are named %q", name)
			}
			found = dc
		}
	}
	if found == nil {
		return nil, fmt.Errorf("no datacenter %q", name)
	}
	return found, nil
}

// refs copies a list of references of an object under the object's lock.
func (h *Host) refs(obj mo.Reference, list *[]types.ManagedObjectReference) []types.ManagedObjectReference {
	var out []types.ManagedObjectReference
	h.context().WithLock(obj, func() { out = append(out, *list...) })
	return out
}

// childNamed finds what a folder has by a name, which somebody may change meanwhile.
func (h *Host) childNamed(f *simulator.Folder, name string) (types.ManagedObjectReference, bool) {
	if ref, ok := h.vms.named(f.Self, name); ok {
		return ref, true
	}
	for _, ref := range h.refs(f, &f.ChildEntity) {
		if ref.Type != "VirtualMachine" && h.nameOf(ref) == name { // the index knows those
			return ref, true
		}
	}
	return types.ManagedObjectReference{}, false
}

// datastoreOf finds a datastore by name among those of a datacenter.
func (h *Host) datastoreOf(dc *simulator.Datacenter, name string) *simulator.Datastore {
	for _, ref := range h.refs(dc, &dc.Datastore) {
		if ds, ok := h.reg.Get(ref).(*simulator.Datastore); ok && ds.Name == name {
			return ds
		}
	}
	return nil
}

// resolve finds what a test or a request names by datacenter and datastore path.
func (h *Host) resolve(datacenter, text string) (*simulator.Datacenter, *simulator.Datastore, dsPath, error) {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return nil, nil, dsPath{}, err
	}
	p, ok := parsePath(text)
	if !ok {
		return nil, nil, dsPath{}, fmt.Errorf("%q is no datastore path", text)
	}
	ds := h.datastoreOf(dc, p.Datastore)
	if ds == nil {
		return nil, nil, dsPath{}, fmt.Errorf("datacenter %s has no datastore %q", dc.Name, p.Datastore)
	}
	return dc, ds, objectPath(ds, p), nil
}

// file returns where a file of a datastore lies on disk.
func file(ds *simulator.Datastore, p dsPath) string {
	return filepath.Join(ds.Summary.Url, filepath.FromSlash(p.Path))
}

// find returns any inventory object by managed object id or inventory path, or by name when only one kind is asked
// for.
func (h *Host) find(kind, name string) (mo.Entity, error) {
	var found []mo.Entity
	for _, e := range h.reg.All(kind) {
		ref := e.Reference()
		if ref.Value == name {
			return e, nil
		}
		if strings.HasPrefix(name, "/") {
			if h.inventoryPath(ref) == path.Clean(name) {
				return e, nil
			}
		} else if kind != "" && e.Entity().Name == name {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no %s %q", kind, name)
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("several objects of type %s are named %q", kind, name)
}

// compute returns the compute resource part of a cluster or of a standalone host's resource.
func (h *Host) compute(ref types.ManagedObjectReference) *mo.ComputeResource {
	switch cr := h.reg.Get(ref).(type) {
	case *simulator.ClusterComputeResource:
		return &cr.ComputeResource
	case *mo.ComputeResource:
		return cr
	}
	return nil
}
