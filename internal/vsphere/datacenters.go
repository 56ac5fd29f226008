// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// datacentersOf gives the datacenters that a lookup at l goes through: those
// that have a datastore of the path's name, within the datacenter asked for or
// the connection's default. It gives at least one or an error that says why none.
func (h *host) datacentersOf(ctx context.Context, what wire.Step, l vix.Locator) ([]*datacenter, error) {
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	found, err := h.selectDatacenters(sk, what, l)
	if err == nil {
		return found, nil
	}
	// What is remembered may be old; an error deserves a fresh look.
	if fresh, again := h.skeletonNow(ctx); again == nil && fresh != sk {
		return h.selectDatacenters(fresh, what, l)
	}
	return nil, err
}

func (h *host) selectDatacenters(sk *skeleton, what wire.Step, l vix.Locator) ([]*datacenter, error) {
	name := l.Datacenter
	if name == "" {
		name = h.Options.Datacenter
	}
	within := sk.datacenters
	if name != "" {
		dc, err := sk.datacenter(what, name)
		if err != nil {
			return nil, err
		}
		within = []*datacenter{dc}
	}
	var found []*datacenter
	for _, dc := range within {
		if dc.datastores[l.Path.Datastore] != nil {
			found = append(found, dc)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, sk.unknownDatastore(what, l.Path, within, name != "")
}

// datacenter finds one by inventory path or unique name.
func (sk *skeleton) datacenter(what wire.Step, name string) (*datacenter, error) {
	var found []*datacenter
	for _, dc := range sk.datacenters {
		if dc.path == strings.TrimRight(name, "/") {
			return dc, nil
		}
		if vix.SamePlace(dc.path, name) {
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
		e.Choices = sk.paths(sk.datacenters)
		if len(e.Choices) == 0 {
			e.Reason = fmt.Sprintf("There is no datacenter %q: this user sees none at all.", name)
		}
		e.Remedy = "Give a datacenter's name or inventory path."
	default:
		e.Code, e.Cause = vix.CodeInvalidArg, vix.ErrAmbiguous
		e.Reason = fmt.Sprintf("The name %q fits %d datacenters:", name, len(found))
		e.Choices = sk.paths(found)
		e.Remedy = "Give the inventory path of the one that is meant."
	}
	return nil, e
}

func (sk *skeleton) paths(datacenters []*datacenter) []string {
	var out []string
	for _, dc := range datacenters {
		out = append(out, dc.path)
	}
	return out
}

// unknownDatastore says where a datastore is, if it is anywhere, or what it may
// have been meant to be.
func (sk *skeleton) unknownDatastore(what wire.Step, p vix.Path, within []*datacenter, constrained bool) error {
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeFileNotFound, Field: vix.FieldPath}
	var elsewhere []*datacenter
	for _, dc := range sk.datacenters {
		if dc.datastores[p.Datastore] != nil {
			elsewhere = append(elsewhere, dc)
		}
	}
	if constrained && len(elsewhere) > 0 && len(within) == 1 {
		e.Field = vix.FieldDatacenter
		e.Reason = fmt.Sprintf("The datacenter %s has no datastore %q. These have one:", within[0].path, p.Datastore)
		e.Choices = sk.paths(elsewhere)
		e.Remedy = "Give the datacenter that the VM is in."
		return e
	}
	names := map[string]bool{}
	for _, dc := range within {
		for name := range dc.datastores {
			names[name] = true
		}
	}
	known := slices.Sorted(maps.Keys(names))
	where := "on this host"
	if constrained && len(within) == 1 {
		where = "in the datacenter " + within[0].path
	}
	e.Reason = fmt.Sprintf("There is no datastore %q %s, or this user may not see it.", p.Datastore, where)
	if hidden := sk.hidden(within, constrained); hidden > 0 {
		e.Reason += fmt.Sprintf(" The host hides %d more from this user; one of them may be it.", hidden)
	}
	if near := vix.Nearest(p.Datastore, known); len(near) > 0 {
		e.Reason += " The nearest names are:"
		e.Choices = near
	} else if len(known) > 0 {
		e.Reason += " There are:"
		e.Choices = atMost(known, 20)
	}
	e.Remedy = "Check the name in the brackets."
	return e
}

// hidden is how many datastores and datacenters the host names and does not show.
func (sk *skeleton) hidden(within []*datacenter, constrained bool) int {
	n := 0
	for _, dc := range within {
		n += len(dc.withheld)
	}
	if !constrained {
		n += len(sk.withheld)
	}
	return n
}

// atMost shortens a list of choices, and says so.
func atMost(all []string, n int) []string {
	if len(all) <= n {
		return all
	}
	return append(slices.Clone(all[:n]), "and "+strconv.Itoa(len(all)-n)+" more")
}
