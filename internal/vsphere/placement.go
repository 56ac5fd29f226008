// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// treeAge is how long a datacenter's tree and a datastore's mounts are believed.
const treeAge = time.Minute

func noOlderThan(d time.Duration) time.Time { return time.Now().Add(-d) }

// placed is a placement in the host's own terms.
type placed struct {
	folder place
	pool   *pool // nil for a template
	in     *compute
	host   *esxi // nil where the cluster chooses
}

// placement says where spec puts the VM: what it names, checked, and what it does
// not name, derived where only one answer is sensible.
func (h *host) placement(ctx context.Context, what wire.Step, dc *datacenter, ds *datastore, spec vix.RegisterSpec) (*placed, error) {
	t, err := h.tree(ctx, dc)
	if err != nil {
		return nil, err
	}
	mounts, err := h.mounted(ctx, ds)
	if err != nil {
		return nil, err
	}
	return resolve(what, dc, ds, t, mounts, spec)
}

// resolve is placement without the requests.
func resolve(what wire.Step, dc *datacenter, ds *datastore, t *tree, mounts mountSet, spec vix.RegisterSpec) (*placed, error) {
	p := &placed{folder: t.vmFolder}
	var err error
	if spec.Folder != "" {
		if p.folder, err = pick(what, vix.FieldFolder, "VM folder", spec.Folder, dc.path, t.folders); err != nil {
			return nil, err
		}
	}
	if spec.Cluster != "" {
		clusters := slices.DeleteFunc(slices.Clone(t.computes), func(c *compute) bool { return !c.cluster })
		if p.in, err = pick(what, vix.FieldCluster, "cluster", spec.Cluster, dc.path, clusters); err != nil {
			return nil, err
		}
	}
	if spec.ResourcePool != "" {
		if p.pool, err = pick(what, vix.FieldResourcePool, "resource pool", spec.ResourcePool, dc.path, p.poolsOf(t)); err != nil {
			return nil, err
		}
		p.in = p.pool.in
	}
	if spec.Host != "" {
		if p.host, err = pick(what, vix.FieldHost, "host", spec.Host, dc.path, t.hosts); err != nil {
			return nil, err
		}
		if err := fits(what, p, ds, mounts); err != nil {
			return nil, err
		}
		p.in = p.host.in
	}
	if p.in == nil {
		if p.in, err = onlyCompute(what, dc, ds, t, mounts); err != nil {
			return nil, err
		}
	}
	if p.host == nil {
		if p.host, err = hostIn(what, p.in, ds, mounts, spec.Template); err != nil {
			return nil, err
		}
	}
	if p.pool == nil && !spec.Template {
		p.pool = &pool{place: place{p.in.root, p.in.path + "/Resources"}, in: p.in}
		for _, known := range t.pools {
			if known.ref == p.in.root {
				p.pool = known
			}
		}
	}
	return p, nil
}

// has reports that every place which spec names is in the tree.
func (t *tree) has(spec vix.RegisterSpec) bool {
	return named(spec.Folder, t.folders) && named(spec.Cluster, t.computes) &&
		named(spec.Host, t.hosts) && named(spec.ResourcePool, t.pools)
}

func named[T interface{ at() string }](name string, items []T) bool {
	return name == "" || slices.ContainsFunc(items, func(item T) bool { return vix.SamePlace(item.at(), escapeUnlessPath(name)) })
}

// poolsOf are the pools that a name is looked for in: the cluster's, if one is given.
func (p *placed) poolsOf(t *tree) []*pool {
	if p.in == nil {
		return t.pools
	}
	return slices.DeleteFunc(slices.Clone(t.pools), func(q *pool) bool { return q.in != p.in })
}

// fits checks the host that the user named.
func fits(what wire.Step, p *placed, ds *datastore, mounts mountSet) error {
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldHost}
	switch {
	case p.in != nil && p.host.in != p.in:
		e.Reason = fmt.Sprintf("The host %s is not one of %s.", p.host.path, p.in.path)
		e.Remedy = "Give a host of that cluster or pool, or leave one of the two out."
	case !mounts[p.host.ref]:
		e.Reason = fmt.Sprintf("The host %s does not mount the datastore %s.", p.host.path, ds.Name)
		e.Remedy = "Give a host that does, or mount the datastore there."
	case !p.host.connected:
		e.Code = vix.CodeVMHostDisconnected
		e.Reason = fmt.Sprintf("The host %s is not connected.", p.host.path)
		e.Remedy = "Reconnect it, or give another host."
	case p.host.maintenance:
		e.Reason = fmt.Sprintf("The host %s is in maintenance mode.", p.host.path)
		e.Remedy = "End the maintenance, or give another host."
	default:
		return nil
	}
	return e
}

// able are the hosts of a compute resource that could take a VM from ds.
func (c *compute) able(mounts mountSet) []*esxi {
	return slices.DeleteFunc(slices.Clone(c.hosts), func(e *esxi) bool {
		return !e.connected || e.maintenance || !mounts[e.ref]
	})
}

// onlyCompute is the one cluster or standalone host that could take the VM.
func onlyCompute(what wire.Step, dc *datacenter, ds *datastore, t *tree, mounts mountSet) (*compute, error) {
	var able []*compute
	for _, c := range t.computes {
		if len(c.able(mounts)) > 0 {
			able = append(able, c)
		}
	}
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldNone}
	switch len(able) {
	case 1:
		return able[0], nil
	case 0:
		e.Reason = fmt.Sprintf("No host of %s mounts the datastore %s, is connected and is not in maintenance.", dc.path, ds.Name)
		e.Remedy = "Mount the datastore on a host, or bring one back."
	default:
		e.Reason = "Where the VM is to run is not said, and there are several places that have the datastore " + ds.Name + ":"
		for _, c := range able {
			kind := "host"
			if c.cluster {
				kind = "cluster"
			}
			e.Choices = append(e.Choices, kind+" = "+quote(c.configured()))
		}
		e.Remedy = "Give cluster, host or resource_pool."
	}
	return nil, e
}

// configured is what a user writes in cluster or host to mean this resource.
func (c *compute) configured() string {
	if c.cluster || len(c.hosts) == 0 {
		return c.path
	}
	return c.hosts[0].path
}

// hostIn chooses a host of a compute resource where the host must be named: in a
// cluster without DRS, and for a template, which has no pool.
func hostIn(what wire.Step, c *compute, ds *datastore, mounts mountSet, template bool) (*esxi, error) {
	able := c.able(mounts)
	if len(able) == 0 {
		field := vix.FieldResourcePool
		if c.cluster {
			field = vix.FieldCluster
		}
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: field,
			Reason: fmt.Sprintf("No host of %s mounts the datastore %s, is connected and is not in maintenance.", c.path, ds.Name),
			Remedy: "Choose another cluster, host or pool, or mount the datastore there.",
		}
	}
	if len(able) == 1 {
		return able[0], nil
	}
	if c.drs && !template {
		return nil, nil // DRS chooses
	}
	why := "has no DRS to choose one of its hosts:"
	if template {
		why = "has several hosts, and a template is registered on one:"
	}
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldHost,
		Reason: "The cluster " + c.path + " " + why, Remedy: "Give the argument host.",
	}
	for _, item := range able {
		e.Choices = append(e.Choices, "host = "+quote(item.path))
	}
	return nil, e
}

// reported is a placement in the domain's terms.
func (p *placed) reported(dc *datacenter) vix.Placement {
	out := vix.Placement{Datacenter: dc.path, Folder: p.folder.path}
	if p.pool != nil {
		out.ResourcePool = p.pool.path
	}
	if p.in.cluster {
		out.Cluster = p.in.path
	}
	if p.host != nil {
		out.Host = p.host.path
	}
	return out
}

// refs are the arguments of RegisterVM_Task.
func (p *placed) refs() (poolRef, hostRef *types.ManagedObjectReference) {
	if p.pool != nil {
		poolRef = &p.pool.ref
	}
	if p.host != nil {
		hostRef = &p.host.ref
	}
	return poolRef, hostRef
}

// quote quotes a name in a message.
func quote(s string) string { return strconv.Quote(s) }

// escapeUnlessPath makes a name comparable with inventory paths, which hold names
// escaped. A slash in what the user wrote separates; only % and \ can be part of
// a name.
func escapeUnlessPath(name string) string {
	if strings.Contains(name, "%") {
		return name // written as an inventory path has it
	}
	return strings.ReplaceAll(name, `\`, "%5c")
}

// nearestFirst puts the paths first whose last name looks most like name.
func nearestFirst(name string, known []string) []string {
	base := map[string][]string{}
	var names []string
	for _, k := range known {
		b := path.Base(k)
		base[b] = append(base[b], k)
		names = append(names, b)
	}
	var out []string
	for _, near := range vix.Nearest(path.Base(name), names) {
		for _, k := range base[near] {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	for _, k := range known {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
