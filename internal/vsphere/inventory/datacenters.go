// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// DatacentersOf gives the datacenters that a lookup at l goes through: those
// that have a datastore of the path's name, within the datacenter asked for or
// the connection's default. It gives at least one or an error that says why none.
func (i *Inventory) DatacentersOf(ctx context.Context, what wire.Step, l vix.Locator) ([]*Datacenter, error) {
	outline, err := i.Outline(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	found, err := i.selectDatacenters(outline, what, l)
	if err == nil {
		return found, nil
	}
	// What is remembered may be old; an error deserves a fresh look.
	if fresh, failed := i.OutlineNow(ctx); failed == nil && fresh != outline {
		return i.selectDatacenters(fresh, what, l)
	}
	return nil, err
}

func (i *Inventory) selectDatacenters(outline *Outline, what wire.Step, l vix.Locator) ([]*Datacenter, error) {
	name := l.Datacenter
	if name == "" {
		name = i.Options.Datacenter
	}
	within := outline.Datacenters
	if name != "" {
		dc, err := outline.Datacenter(what, name)
		if err != nil {
			return nil, err
		}
		within = []*Datacenter{dc}
	}
	if err := distinct(what, vix.FieldPath, within, []string{l.Path.Datastore}); err != nil {
		return nil, err
	}
	var found []*Datacenter
	for _, dc := range within {
		if dc.Datastore(l.Path.Datastore) != nil {
			found = append(found, dc)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, outline.UnknownDatastore(what, l.Path, within, name != "")
}

// Datacenter finds one by inventory path or unique name.
func (outline *Outline) Datacenter(what wire.Step, name string) (*Datacenter, error) {
	var found []*Datacenter
	for _, dc := range outline.Datacenters {
		if vix.SamePlace(dc.Path, name) {
			found = append(found, dc)
		}
	}
	e := &vix.Error{Op: what.Op, Object: what.Object, Field: vix.FieldDatacenter}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		e.Code = vix.CodeObjectNotFound
		e.Reason = fmt.Sprintf("There is no datacenter %q, or this user may not see it. The host has:", name)
		e.Choices = outline.Paths(outline.Datacenters)
		if len(e.Choices) == 0 {
			e.Reason = fmt.Sprintf("There is no datacenter %q: this user sees none at all.", name)
		}
		e.Remedy = "Give a datacenter's name or inventory path."
	default:
		e.Code, e.Kind = vix.CodeInvalidArg, vix.ErrAmbiguous
		e.Reason = fmt.Sprintf("The name %q fits %d datacenters:", name, len(found))
		e.Choices = legible(outline.Paths(found))
		e.Remedy = "Give the inventory path of the one that is meant."
	}
	return nil, e
}

// Paths are the inventory paths of datacenters.
func (outline *Outline) Paths(datacenters []*Datacenter) []string {
	var out []string
	for _, dc := range datacenters {
		out = append(out, dc.Path)
	}
	return out
}

// UnknownDatastore says where a datastore is, if it is anywhere, or what it may
// have been meant to be.
func (outline *Outline) UnknownDatastore(what wire.Step, p vix.Path, within []*Datacenter, constrained bool) error {
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeFileNotFound, Field: vix.FieldPath}
	var elsewhere []*Datacenter
	for _, dc := range outline.Datacenters {
		if dc.Datastore(p.Datastore) != nil {
			elsewhere = append(elsewhere, dc)
		}
	}
	if constrained && len(elsewhere) > 0 && len(within) == 1 {
		e.Field = vix.FieldDatacenter
		e.Reason = fmt.Sprintf("The datacenter %s has no datastore %q. These have one:", within[0].Path, p.Datastore)
		e.Choices = outline.Paths(elsewhere)
		e.Remedy = "Give the datacenter that the VM is in."
		return e
	}
	names := map[string]bool{}
	for _, dc := range within {
		for name := range dc.Datastores {
			names[name] = true
		}
	}
	known := slices.Sorted(maps.Keys(names))
	where := "on this host"
	if constrained && len(within) == 1 {
		where = "in the datacenter " + within[0].Path
	}
	e.Reason = fmt.Sprintf("There is no datastore %q %s, or this user may not see it.", p.Datastore, where)
	if hidden := outline.hidden(within, constrained); hidden > 0 {
		e.Reason += fmt.Sprintf(" The host hides %d more from this user; one of them may be it.", hidden)
	}
	if near := vix.Nearest(p.Datastore, known); len(near) > 0 {
		e.Reason += " The nearest names are:"
		e.Choices = near
	} else if len(known) > 0 {
		e.Reason += " There are:"
		e.Choices = AtMost(known, 20)
	}
	e.Remedy = "Check the name in the brackets."
	return e
}

// hidden is how many datastores and datacenters the host names and does not show.
func (outline *Outline) hidden(within []*Datacenter, constrained bool) int {
	n := 0
	for _, dc := range within {
		n += len(dc.Withheld)
	}
	if !constrained {
		n += len(outline.Withheld)
	}
	return n
}

// AtMost shortens a list of choices, and says so.
func AtMost(all []string, n int) []string {
	if len(all) <= n {
		return all
	}
	return append(slices.Clone(all[:n]), "and "+strconv.Itoa(len(all)-n)+" more")
}

// Newer is the same datastore as a newer outline has it.
func (outline *Outline) Newer(ds *Datastore) *Datastore {
	for _, dc := range outline.Datacenters {
		if now := dc.Datastore(ds.Name); now != nil && now.Ref == ds.Ref {
			return now
		}
	}
	return ds
}

// ImpliedBy is the datacenter that the inventory paths of a placement lie in.
func (outline *Outline) ImpliedBy(spec vix.RegisterSpec) string {
	implied := ""
	for _, given := range []string{spec.Folder, spec.ResourcePool, spec.Cluster, spec.Host} {
		for _, dc := range outline.Datacenters {
			if vix.LiesIn(given, dc.Path) && len(dc.Path) > len(implied) {
				implied = dc.Path
			}
		}
	}
	return implied
}

// DatastoreNames are the names of all datastores.
func (outline *Outline) DatastoreNames() []string {
	names := map[string]bool{}
	for _, dc := range outline.Datacenters {
		for name := range dc.Datastores {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// HaveNames refuses the names of datastores that no datacenter has.
func (outline *Outline) HaveNames(what wire.Step, within []*Datacenter, names []string) error {
	if err := distinct(what, vix.FieldDatastores, within, names); err != nil {
		return err
	}
	for _, name := range names {
		if slices.ContainsFunc(within, func(dc *Datacenter) bool { return dc.Datastore(name) != nil }) {
			continue
		}
		unknown := outline.UnknownDatastore(what, vix.Path{Datastore: name}, within, len(within) == 1)
		if e, ok := errors.AsType[*vix.Error](unknown); ok {
			e.Field = vix.FieldDatastores
			e.Remedy = "Check the name."
			return e
		}
	}
	return nil
}

// distinct refuses datastores, of some names or any, whose names are one to users.
func distinct(what wire.Step, field vix.Field, within []*Datacenter, names []string) error {
	for _, dc := range within {
		for key, alike := range dc.Alike {
			if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return dc.Datastore(name) == dc.Datastores[key] }) {
				continue
			}
			e := &vix.Error{
				Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: field, Kind: vix.ErrAmbiguous,
				Reason: fmt.Sprintf("%d datastores of %s have names that look the same and differ in their bytes (Unicode's composed and "+
					"decomposed forms), so that no text can say which one is meant:", len(alike), dc.Path),
				Remedy: "Rename one of them.",
			}
			for _, name := range alike {
				e.Choices = append(e.Choices, Bytes(name))
			}
			return e
		}
	}
	return nil
}

// Bytes shows a text so that two that look the same can be told apart.
func Bytes(text string) string { return strconv.QuoteToASCII(text) }

// legible shows choices by their bytes where some look the same.
func legible(choices []string) []string {
	seen := map[string]bool{}
	for _, choice := range choices {
		seen[vix.Composed(choice)] = true
	}
	if len(seen) == len(choices) {
		return choices
	}
	var out []string
	for _, choice := range choices {
		out = append(out, Bytes(choice))
	}
	return out
}
