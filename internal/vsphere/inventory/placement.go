// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// placesAge is how long a datacenter's places and a datastore's mounts are believed.
const placesAge = time.Minute

// Placed is a placement in the host's own terms.
type Placed struct {
	Folder Place
	Pool   *Pool // nil for a template
	In     *Compute
	Host   *ESXi // nil where the cluster chooses
}

// Placement says where spec puts the VM: what it names, checked, and what it does
// not name, derived where only one answer is sensible.
func (i *Inventory) Placement(ctx context.Context, what wire.Step, dc *Datacenter, ds *Datastore, spec vix.RegisterSpec) (*Placed, error) {
	t, err := i.Places(ctx, dc)
	if err != nil {
		return nil, err
	}
	mounts, err := i.Mounted(ctx, ds)
	if err != nil {
		return nil, err
	}
	return resolve(what, dc, ds, t, mounts, spec)
}

// resolve is placement without the requests.
func resolve(what wire.Step, dc *Datacenter, ds *Datastore, t *Places, mounts Mounts, spec vix.RegisterSpec) (*Placed, error) {
	p := &Placed{Folder: t.VMFolder}
	var err error
	if spec.Folder != "" {
		if p.Folder, err = Pick(what, vix.FieldFolder, "VM folder", spec.Folder, dc.Path, t.Folders); err != nil {
			return nil, err
		}
	}
	if spec.Cluster != "" {
		clusters := slices.DeleteFunc(slices.Clone(t.Computes), func(c *Compute) bool { return !c.Cluster })
		if p.In, err = Pick(what, vix.FieldCluster, "cluster", spec.Cluster, dc.Path, clusters); err != nil {
			return nil, err
		}
	}
	if spec.ResourcePool != "" {
		if p.Pool, err = Pick(what, vix.FieldResourcePool, "resource pool", spec.ResourcePool, dc.Path, p.poolsOf(t)); err != nil {
			return nil, err
		}
		p.In = p.Pool.In
	}
	if spec.Host != "" {
		if p.Host, err = Pick(what, vix.FieldHost, "host", spec.Host, dc.Path, t.Hosts); err != nil {
			return nil, err
		}
		if err := fits(what, p, ds, mounts); err != nil {
			return nil, err
		}
		p.In = p.Host.In
	}
	if p.In == nil {
		if p.In, err = onlyCompute(what, dc, ds, t, mounts); err != nil {
			return nil, err
		}
	}
	if p.Host == nil {
		if p.Host, err = hostIn(what, p.In, ds, mounts, spec.Template); err != nil {
			return nil, err
		}
	}
	if p.Pool == nil && !spec.Template {
		p.Pool = &Pool{Place: Place{p.In.Root, p.In.Path + "/Resources"}, In: p.In}
		for _, known := range t.Pools {
			if known.Ref == p.In.Root {
				p.Pool = known
			}
		}
	}
	return p, nil
}

// Has reports that every place which spec names is there.
func (t *Places) Has(spec vix.RegisterSpec) bool {
	return named(spec.Folder, t.Folders) && named(spec.Cluster, t.Computes) &&
		named(spec.Host, t.Hosts) && named(spec.ResourcePool, t.Pools)
}

func named[T interface{ At() string }](name string, items []T) bool {
	return name == "" || slices.ContainsFunc(items, func(item T) bool { return vix.SamePlace(item.At(), name) })
}

// poolsOf are the pools that a name is looked for in: the cluster's, if one is given.
func (p *Placed) poolsOf(t *Places) []*Pool {
	if p.In == nil {
		return t.Pools
	}
	return slices.DeleteFunc(slices.Clone(t.Pools), func(q *Pool) bool { return q.In != p.In })
}

// fits checks the host that the user named.
func fits(what wire.Step, p *Placed, ds *Datastore, mounts Mounts) error {
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldHost}
	switch {
	case p.In != nil && p.Host.In != p.In:
		e.Reason = fmt.Sprintf("The host %s is not one of %s.", p.Host.Path, p.In.Path)
		e.Remedy = "Give a host of that cluster or pool, or leave one of the two out."
	case !mounts[p.Host.Ref]:
		e.Reason = fmt.Sprintf("The host %s does not mount the datastore %s.", p.Host.Path, ds.Name)
		e.Remedy = "Give a host that does, or mount the datastore there."
	case !p.Host.Connected:
		e.Code = vix.CodeVMHostDisconnected
		e.Reason = fmt.Sprintf("The host %s is not connected.", p.Host.Path)
		e.Remedy = "Reconnect it, or give another host."
	case p.Host.Maintenance:
		e.Reason = fmt.Sprintf("The host %s is in maintenance mode.", p.Host.Path)
		e.Remedy = "End the maintenance, or give another host."
	default:
		return nil
	}
	return e
}

// able are the hosts of a compute resource that could take a VM from ds.
func (c *Compute) able(mounts Mounts) []*ESXi {
	return slices.DeleteFunc(slices.Clone(c.Hosts), func(e *ESXi) bool {
		return !e.Connected || e.Maintenance || !mounts[e.Ref]
	})
}

// onlyCompute is the one cluster or standalone host that could take the VM.
func onlyCompute(what wire.Step, dc *Datacenter, ds *Datastore, t *Places, mounts Mounts) (*Compute, error) {
	var able []*Compute
	for _, c := range t.Computes {
		if len(c.able(mounts)) > 0 {
			able = append(able, c)
		}
	}
	e := &vix.Error{Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldNone}
	switch len(able) {
	case 1:
		return able[0], nil
	case 0:
		e.Reason = fmt.Sprintf("No host of %s mounts the datastore %s, is connected and is not in maintenance.", dc.Path, ds.Name)
		e.Remedy = "Mount the datastore on a host, or bring one back."
	default:
		e.Kind = vix.ErrPlaceNotSaid
		e.Reason = "Where the VM is to run is not said, and there are several places that have the datastore " + ds.Name + ":"
		for _, c := range able {
			field := vix.FieldHost
			if c.Cluster {
				field = vix.FieldCluster
			}
			e.Options = append(e.Options, vix.Option{Field: field, Value: c.configured()})
		}
	}
	return nil, e
}

// configured is what a user writes in cluster or host to mean this resource.
func (c *Compute) configured() string {
	if c.Cluster || len(c.Hosts) == 0 {
		return c.Path
	}
	return c.Hosts[0].Path
}

// hostIn chooses a host of a compute resource where the host must be named: in a
// cluster without DRS, and for a template, which has no pool.
func hostIn(what wire.Step, c *Compute, ds *Datastore, mounts Mounts, template bool) (*ESXi, error) {
	able := c.able(mounts)
	if len(able) == 0 {
		field := vix.FieldResourcePool
		if c.Cluster {
			field = vix.FieldCluster
		}
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: field,
			Reason: fmt.Sprintf("No host of %s mounts the datastore %s, is connected and is not in maintenance.", c.Path, ds.Name),
			Remedy: "Choose another cluster, host or pool, or mount the datastore there.",
		}
	}
	if len(able) == 1 {
		return able[0], nil
	}
	if c.DRS && !template {
		return nil, nil // DRS chooses
	}
	why := "has no DRS to choose one of its hosts:"
	if template {
		why = "has several hosts, and a template is registered on one:"
	}
	e := &vix.Error{
		Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: vix.FieldHost, Kind: vix.ErrPlaceNotSaid,
		Reason: "The cluster " + c.Path + " " + why,
	}
	for _, item := range able {
		e.Options = append(e.Options, vix.Option{Field: vix.FieldHost, Value: item.Path})
	}
	return nil, e
}

// Reported is a placement in the domain's terms.
func (p *Placed) Reported(dc *Datacenter) vix.Placement {
	out := vix.Placement{Datacenter: dc.Path, Folder: p.Folder.Path}
	if p.Pool != nil {
		out.ResourcePool = p.Pool.Path
	}
	if p.In.Cluster {
		out.Cluster = p.In.Path
	}
	if p.Host != nil {
		out.Host = p.Host.Path
	}
	return out
}

// Refs are the arguments of RegisterVM_Task.
func (p *Placed) Refs() (poolRef, hostRef *types.ManagedObjectReference) {
	if p.Pool != nil {
		poolRef = &p.Pool.Ref
	}
	if p.Host != nil {
		hostRef = &p.Host.Ref
	}
	return poolRef, hostRef
}

// Quote quotes a name in a message.
func Quote(s string) string { return strconv.Quote(s) }

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
