// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package sim

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// The datastores of vSAN and vVols store objects. What somebody makes there as the folder "web" is called by the object's
// identifier everywhere but in FileInfo.friendlyName; "web" is a link, which every call takes and none reports. On disk it is
// the same: a directory named by its identifier, and a link to it.

// The types of datastores whose folders are objects.
const (
	VSAN = "vsan"
	VVOL = "VVOL"
)

// AddObjectDatastore makes a datastore of type VSAN or VVOL on every host of a datacenter.
func (h *Host) AddObjectDatastore(datacenter, name, kind string) error {
	if kind != VSAN && kind != VVOL {
		return fmt.Errorf("%q is no type of a datastore that stores objects", kind)
	}
	if err := h.AddDatastore(datacenter, name); err != nil {
		return err
	}
	_, ds, _, err := h.resolve(datacenter, "["+name+"]")
	if err != nil {
		return err
	}
	ctx := h.context()
	ctx.WithLock(ds, func() { ctx.Update(ds, []types.PropertyChange{{Name: "summary.type", Val: kind}}) })
	return nil
}

// ObjectFolder returns what the host calls a folder of a datastore that stores objects.
func (h *Host) ObjectFolder(datacenter, path string) (string, error) {
	_, _, p, err := h.resolve(datacenter, path)
	first, _, _ := strings.Cut(p.Path, "/")
	return first, err
}

func storesObjects(ds *simulator.Datastore) bool {
	return ds.Summary.Type == VSAN || ds.Summary.Type == VVOL
}

// objectPath writes a path as the host reports it: with the identifier of the folder in place of its friendly name.
func objectPath(ds *simulator.Datastore, p dsPath) dsPath {
	if !storesObjects(ds) {
		return p
	}
	first, rest, below := strings.Cut(p.Path, "/")
	target, err := os.Readlink(filepath.Join(ds.Summary.Url, first))
	if err != nil {
		return p
	}
	if below {
		target += "/" + rest
	}
	return dsPath{p.Datastore, target}
}

// makeObject makes the folder of a file that is about to be written, where folders are objects.
func makeObject(ds *simulator.Datastore, p dsPath) error {
	first, _, below := strings.Cut(p.Path, "/")
	if !storesObjects(ds) || !below {
		return nil
	}
	link := filepath.Join(ds.Summary.Url, first)
	if _, err := os.Lstat(link); err == nil {
		return nil
	}
	id := uuid.New()
	name := id.String()
	if ds.Summary.Type == VVOL {
		name = "naa.600" + hex.EncodeToString(id[:])[3:]
	}
	if err := os.Mkdir(filepath.Join(ds.Summary.Url, name), 0o700); err != nil {
		return err
	}
	return os.Symlink(name, link)
}

// friendlyNames are the friendly names of the folders at the top of a datastore, by what the host calls those.
func friendlyNames(ds *simulator.Datastore) map[string]string {
	names := map[string]string{}
	if !storesObjects(ds) {
		return names
	}
	entries, _ := os.ReadDir(ds.Summary.Url) // one that is gone has none
	for _, e := range entries {
		if target, err := os.Readlink(filepath.Join(ds.Summary.Url, e.Name())); err == nil {
			names[target] = e.Name()
		}
	}
	return names
}
