// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// fileID names the file of p on ds, whatever the datastore is called and through
// whichever datacenter it is seen: two paths with one fileID are one file. Where
// the host tells no URL, the datastore is only itself.
func (ds *datastore) fileID(p vix.Path) string {
	return ds.volume() + "/" + p.File
}

// volume is what all mounts of one datastore share.
func (ds *datastore) volume() string {
	if url := strings.TrimRight(ds.URL, "/"); url != "" {
		return url
	}
	return ds.ref.String()
}

// storeGroup is one datastore, however many datacenters mount it and whatever they
// call it.
type storeGroup struct {
	home   *datastore   // the one whose datacenter and name its files are counted under
	mounts []*datastore // all of them, home first
}

// groups are the datastores of some names, of all if there are none, each once. A
// datastore's home is its oldest mount of those, whatever order the host answers
// in: the name that a file is counted under is a key of somebody's map.
func (sk *skeleton) groups(within []*datacenter, names []string) []*storeGroup {
	homes := map[string]*datastore{}
	for _, dc := range within {
		for _, ds := range dc.datastores {
			if ds.withheld || len(names) > 0 && !slices.Contains(names, ds.Name) {
				continue
			}
			if home := homes[ds.volume()]; home == nil || byAge(ds, home) < 0 {
				homes[ds.volume()] = ds
			}
		}
	}
	groups := make([]*storeGroup, 0, len(homes))
	for _, home := range homes {
		groups = append(groups, &storeGroup{home: home, mounts: sk.mountsOf(home)})
	}
	sortBy(groups, func(g *storeGroup) string { return g.home.in.path + "\x00" + g.home.Name })
	return groups
}

// mountsOf are all datastores of the host that are the same one: it first, then
// the others by age, so that a file that several of them have registered is
// counted under the same one each time.
func (sk *skeleton) mountsOf(home *datastore) []*datastore {
	var mounts []*datastore
	for _, dc := range sk.datacenters {
		for _, ds := range dc.datastores {
			if (ds.ref != home.ref || dc.ref != home.in.ref) && ds.volume() == home.volume() {
				mounts = append(mounts, ds)
			}
		}
	}
	slices.SortFunc(mounts, byAge)
	return append([]*datastore{home}, mounts...)
}

// byAge compares mounts: by the age of their datacenters, then by their own. A
// datacenter that joins later must not become the home of files that are counted
// in another one.
func byAge(a, b *datastore) int {
	return cmp.Or(compareAge(a.in.ref, b.in.ref), compareAge(a.ref, b.ref))
}

// compareAge compares objects of one kind by when they were made, as far as their
// ids tell; the text decides where they do not.
func compareAge(a, b types.ManagedObjectReference) int {
	number := func(ref types.ManagedObjectReference) int {
		n, _ := strconv.Atoi(ref.Value[strings.LastIndexByte(ref.Value, '-')+1:])
		return n
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.Value, b.Value))
}

// sighting is a path under which a file may be registered, and the datacenters
// where it may be.
type sighting struct {
	path vix.Path
	in   []*datacenter
}

// sightings are the paths of a file through mounts of its datastore, by the name of
// each.
func sightings(p vix.Path, mounts []*datastore) []sighting {
	var out []sighting
	for _, ds := range mounts {
		i := slices.IndexFunc(out, func(s sighting) bool { return s.path.Datastore == ds.Name })
		if i < 0 {
			i = len(out)
			out = append(out, sighting{path: vix.Path{Datastore: ds.Name, File: p.File}})
		}
		out[i].in = append(out[i].in, ds.in)
	}
	return out
}

// isAt reports that a VM that was found at a path has the very path, in the very
// datacenter, of the registration.
func (p *prepared) isAt(found vix.Path, r *record) bool {
	if is := r.path().Datastore; is != "" {
		found.Datastore = is // hosts may find it by another name of its datastore
	}
	dc, ok := r.datacenter()
	return found.Datastore == p.ds.Name && (!ok || dc == p.dc.ref)
}

// mountedElsewhere is the error of a file that is registered through another mount
// of its datastore.
func (p *prepared) mountedElsewhere(found vix.Path, r *record) error {
	is := r.registration()
	e := &vix.Error{
		Op: p.what.Op, Object: p.what.Object, Code: vix.CodeAlreadyExists, Field: vix.FieldDatacenter,
		Choices: []string{candidate(is)}, VM: &is,
	}
	name := cmp.Or(r.path().Datastore, found.Datastore)
	other := vix.Path{Datastore: name, File: found.File}
	if dc, ok := r.datacenter(); ok && dc == p.dc.ref {
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
