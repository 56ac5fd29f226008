// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"fmt"
	"path"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// AliasDatastore mounts a datastore under another name, on every host of a datacenter: the same URL, the same files.
func (h *Host) AliasDatastore(from, datastore, to, name string) error {
	_, ds, _, err := h.resolve(from, "["+datastore+"]")
	if err != nil {
		return err
	}
	dc, err := h.datacenter(to)
	if err != nil {
		return err
	}
	return h.mountAll(dc, name, ds.Summary.Url)
}

// MountExport mounts an NFS export on every host of a datacenter. Every mount of an export with one remote path has the
// same files and, as vSphere derives it from protocol and server, a URL of its own.
func (h *Host) MountExport(datacenter, name, kind, server, remote string) error {
	dc, err := h.datacenter(datacenter)
	if err != nil {
		return err
	}
	h.mu.Lock()
	dir, mounted := h.exports[path.Clean(remote)]
	h.mu.Unlock()
	if !mounted {
		if dir, err = h.newDatastoreDir(dc, name); err != nil {
			return err
		}
		h.mu.Lock()
		if h.exports == nil {
			h.exports = map[string]string{}
		}
		h.exports[path.Clean(remote)] = dir
		h.mu.Unlock()
	} else {
		dir += "/." // another text, the same directory
	}
	if err := h.mountAll(dc, name, dir); err != nil {
		return err
	}
	ds := h.datastoreOf(dc, name)
	ctx := h.context()
	ctx.WithLock(ds, func() {
		ctx.Update(ds, []types.PropertyChange{
			{Name: "summary.type", Val: kind},
			{Name: "info", Val: &types.NasDatastoreInfo{
				DatastoreInfo: *ds.Info.GetDatastoreInfo(),
				Nas: &types.HostNasVolume{
					HostFileSystemVolume: types.HostFileSystemVolume{Type: kind, Name: name}, RemoteHost: server, RemotePath: remote,
				},
			}},
		})
	})
	return nil
}

// RenameDatastore renames a datastore of a datacenter as somebody else would: the paths of its VMs follow, its URL stays.
func (h *Host) RenameDatastore(datacenter, datastore, name string) error {
	dc, ds, _, err := h.resolve(datacenter, "["+datastore+"]")
	if err != nil {
		return err
	}
	h.inventory.Lock()
	defer h.inventory.Unlock()
	if h.datastoreOf(dc, name) != nil {
		return fmt.Errorf("datacenter %s has a datastore %q already", datacenter, name)
	}
	ctx := h.contextAs(Outsider)
	ctx.WithLock(ds, func() {
		ds.Info.GetDatastoreInfo().Name = name
		ctx.Update(ds, []types.PropertyChange{{Name: "name", Val: name}, {Name: "summary.name", Val: name}})
	})
	for _, ref := range h.refs(ds, &ds.Vm) {
		if vm, ok := h.reg.Get(ref).(*simulator.VirtualMachine); ok {
			h.repath(ctx, vm, "["+datastore+"] ", "["+name+"] ", ds.Self)
		}
	}
	return nil
}

// mountAll makes a datastore known to every host of a datacenter.
func (h *Host) mountAll(dc *simulator.Datacenter, name, dir string) error {
	for _, host := range h.hostsOf(dc.Self) {
		if err := h.mount(host, name, dir); err != nil {
			return err
		}
	}
	return nil
}
