// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// FileID names the file of p on ds, whatever the datastore is called and through
// whichever datacenter it is seen: two paths with one fileID are one file. Where
// the host tells no URL, the datastore is only itself.
func (ds *Datastore) FileID(p vix.Path) string {
	return ds.Volume() + "/" + p.File
}

// Volume is what all mounts of one datastore share.
func (ds *Datastore) Volume() string {
	if url := strings.TrimRight(ds.URL, "/"); url != "" {
		return url
	}
	return ds.Ref.String()
}

// IsOneOf reports that the datastore has one of some names; any will do if there are none.
func (ds *Datastore) IsOneOf(names []string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return ds.In.Datastore(name) == ds })
}

// Directory is where the datastore lies in the file system of its hosts, with a slash at
// the end: /vmfs/volumes/UUID/. Empty where the host tells no URL.
func (ds *Datastore) Directory() string {
	u, err := url.Parse(ds.URL)
	if err != nil || u.Path == "" {
		return ""
	}
	return strings.TrimRight(u.Path, "/") + "/"
}

// Below gives the path below the datastore of what lies in its directory.
func (ds *Datastore) Below(name string) (string, bool) {
	directory := ds.Directory()
	if directory == "" {
		return "", false
	}
	return strings.CutPrefix(name, directory)
}

// AtDirectory are the mounts of the datastore that a path in the file system of the
// hosts is on, the oldest first.
func (outline *Outline) AtDirectory(name string) []*Datastore {
	var found []*Datastore
	if outline == nil {
		return nil
	}
	for _, dc := range outline.Datacenters {
		for _, ds := range dc.Datastores {
			if _, ok := ds.Below(name); ok {
				found = append(found, ds)
			}
		}
	}
	slices.SortFunc(found, byAge)
	return found
}

// StoresObjects reports that its folders are objects of vSAN or vVols, which the host
// calls by identifiers of its own.
func (ds *Datastore) StoresObjects() bool {
	return strings.EqualFold(ds.Type, "vsan") || strings.EqualFold(ds.Type, "vsanD") || strings.EqualFold(ds.Type, "VVOL")
}

// Store is one datastore, however many datacenters mount it and whatever they
// call it.
type Store struct {
	Home   *Datastore   // the one whose datacenter and name its files are counted under
	Mounts []*Datastore // all of them, home first
}

// Stores are the datastores of some names, of all if there are none, each once. A
// datastore's home is its oldest mount of those, whatever order the host answers
// in: the name that a file is counted under is a key of somebody's map.
func (outline *Outline) Stores(within []*Datacenter, names []string) []*Store {
	homes := map[string]*Datastore{}
	for _, dc := range within {
		for _, ds := range dc.Datastores {
			if ds.Withheld || !ds.IsOneOf(names) {
				continue
			}
			if home := homes[ds.Volume()]; home == nil || byAge(ds, home) < 0 {
				homes[ds.Volume()] = ds
			}
		}
	}
	groups := make([]*Store, 0, len(homes))
	for _, home := range homes {
		groups = append(groups, &Store{Home: home, Mounts: outline.MountsOf(home)})
	}
	SortBy(groups, func(g *Store) string { return g.Home.In.Path + "\x00" + g.Home.Name })
	return groups
}

// MountsOf are all datastores of the host that are the same one: it first, then
// the others by age, so that a file that several of them have registered is
// counted under the same one each time.
func (outline *Outline) MountsOf(home *Datastore) []*Datastore {
	var mounts []*Datastore
	for _, dc := range outline.Datacenters {
		for _, ds := range dc.Datastores {
			if (ds.Ref != home.Ref || dc.Ref != home.In.Ref) && ds.Volume() == home.Volume() {
				mounts = append(mounts, ds)
			}
		}
	}
	slices.SortFunc(mounts, byAge)
	return append([]*Datastore{home}, mounts...)
}

// byAge compares mounts: by the age of their datacenters, then by their own. A
// datacenter that joins later must not become the home of files that are counted
// in another one.
func byAge(a, b *Datastore) int {
	return cmp.Or(compareAge(a.In.Ref, b.In.Ref), compareAge(a.Ref, b.Ref))
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

// TwinsOf are the other datastores that may show the same NFS export.
func (outline *Outline) TwinsOf(ds *Datastore) []*Datastore {
	var twins []*Datastore
	for _, dc := range outline.Datacenters {
		for _, other := range dc.Datastores {
			if ds.Export != "" && other.Export == ds.Export && other.Volume() != ds.Volume() {
				twins = append(twins, other)
			}
		}
	}
	slices.SortFunc(twins, byAge)
	return twins
}
