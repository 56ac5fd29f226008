// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// inHostsBytes gives a path in the bytes of the file that is there: whoever writes "Büro" in a
// configuration writes it composed, and a Mac made the folder of "Bu" and two dots. Two
// files that are one to users are an error. A path ending in a slash is a folder's.
func (d *Datastores) inHostsBytes(ctx context.Context, ds *inventory.Datastore, p vix.Path) (vix.Path, error) {
	if !vix.Composable(p.File) || !ds.Accessible || ds.Withheld {
		return p, nil
	}
	list := func(ctx context.Context) (map[string]bool, error) { return d.searchAll(ctx, ds, "*.vmx", "*.vmtx") }
	listing, err := d.searches.all.Get(ctx, d.Life, ds.Ref, wire.NoOlderThan(listingAge), list)
	found := spellingsOf(p.File, listing)
	if err == nil && len(found) == 0 {
		listing, err = d.searches.all.Get(ctx, d.Life, ds.Ref, wire.NoOlderThan(vms.AbsenceAge), list)
		found = spellingsOf(p.File, listing)
	}
	if err != nil && wire.FaultOf(err) != "" {
		return p, nil // the host does not let this user look
	}
	if err != nil {
		return p, d.Failed(wire.To("look for", p.String()), err)
	}
	switch len(found) {
	case 0:
		return p, nil // not there yet
	case 1:
		return vix.Path{Datastore: p.Datastore, File: found[0]}, nil
	}
	e := &vix.Error{
		Op: "look for", Object: p.String(), Code: vix.CodeInvalidArg, Field: vix.FieldPath, Kind: vix.ErrAmbiguous,
		Reason: fmt.Sprintf("%d names on the datastore %s of %s look the same and differ in their bytes (Unicode's composed and "+
			"decomposed forms), so that no text can say which one is meant:", len(found), ds.Name, ds.In.Path),
		Remedy: "Rename one of them on the datastore.",
	}
	for _, file := range found {
		e.Choices = append(e.Choices, inventory.Bytes(vix.Path{Datastore: p.Datastore, File: file}.String()))
	}
	return p, e
}

// spellingsOf are the files of a listing, or the folders of its files, that are one to users.
func spellingsOf(file string, listing map[string]bool) []string {
	want := vix.Composed(file)
	found := map[string]bool{}
	for name := range listing {
		switch composed := vix.Composed(name); {
		case composed == want:
			found[name] = true
		case strings.HasSuffix(want, "/") && strings.HasPrefix(composed, want):
			found[strings.Join(strings.Split(name, "/")[:strings.Count(want, "/")], "/")+"/"] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
