// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/vms"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// The datastores of vSAN and vVols store objects. Somebody makes a folder "web" there and writes
// "[vsan] web/web.vmx"; the host takes that, calls the folder by the object's identifier in
// all that it reports, and finds no VM by the other name. FileInfo.friendlyName tells which
// identifier has which name, since API 6.5.

// objectName matches the identifiers: a UUID on vSAN, naa.… or rfc4122.… on vVols.
var objectName = regexp.MustCompile(`^(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|naa\.[0-9a-f]+|rfc4122\..+)$`)

// topFolders are the folders at the top of a datastore that stores objects.
type topFolders struct {
	friendly map[string]string   // by identifier
	ids      map[string][]string // by friendly name, composed
}

// told reports that the host tells friendly names.
func (t *topFolders) told() bool { return len(t.ids) > 0 }

// Spelled gives a path in the bytes in which the host reports it. It is not told where the datastore stores
// objects and the host does not say which of them the path means.
func (d *Datastores) Spelled(ctx context.Context, ds *inventory.Datastore, p vix.Path) (out vix.Path, told bool, err error) {
	p.Datastore = ds.Name
	first, rest, below := strings.Cut(p.File, "/")
	if !ds.StoresObjects() || !below || objectName.MatchString(first) || !ds.Accessible {
		out, err = d.inHostsBytes(ctx, ds, p)
		return out, true, err
	}
	top, err := d.folderNames(ctx, ds, first)
	if err != nil || !top.told() {
		return p, false, err
	}
	switch ids := top.ids[vix.Composed(first)]; len(ids) {
	case 0:
		return p, true, nil // not there yet
	case 1:
		return vix.Path{Datastore: p.Datastore, File: ids[0] + "/" + rest}, true, nil
	default:
		e := &vix.Error{
			Op: "look for", Object: p.String(), Code: vix.CodeInvalidArg, Field: vix.FieldPath, Kind: vix.ErrAmbiguous,
			Reason: fmt.Sprintf("%d folders of the datastore %s of %s have the name %q:", len(ids), ds.Name, ds.In.Path, first),
			Remedy: "Write the path with the identifier of the one that is meant.",
		}
		for _, id := range ids {
			e.Choices = append(e.Choices, vix.Path{Datastore: p.Datastore, File: id + "/" + rest}.String())
		}
		return p, true, e
	}
}

// folderNames reads the names of the folders at the top of a datastore; again where the
// one that is asked for may be newer.
func (d *Datastores) folderNames(ctx context.Context, ds *inventory.Datastore, want string) (*topFolders, error) {
	read := func(ctx context.Context) (*topFolders, error) { return d.readFolderNames(ctx, ds) }
	top, err := d.tops.Get(ctx, d.Life, ds.Ref, wire.NoOlderThan(listingAge), read)
	if err == nil && want != "" && len(top.ids[vix.Composed(want)]) == 0 {
		top, err = d.tops.Get(ctx, d.Life, ds.Ref, wire.NoOlderThan(vms.AbsenceAge), read)
	}
	if err != nil && wire.FaultOf(err) != "" {
		return &topFolders{}, nil // the host does not let this user look: nothing is told
	}
	return top, d.Failed(wire.To("list the folders of", ds.Name+" of "+ds.In.Path), err)
}

func (d *Datastores) readFolderNames(ctx context.Context, ds *inventory.Datastore) (*topFolders, error) {
	response, err := methods.SearchDatastore_Task(ctx, d.Client, &types.SearchDatastore_Task{
		This: ds.Browser, DatastorePath: datastorePath(ds.Name, ""), SearchSpec: searchSpec("*"),
	})
	if err != nil {
		return nil, err
	}
	result, err := d.waits.Result(ctx, response.Returnval)
	if err != nil {
		return nil, err
	}
	found, ok := result.(types.HostDatastoreBrowserSearchResults)
	if !ok {
		return nil, fmt.Errorf("the search gave %T", result)
	}
	top := &topFolders{friendly: map[string]string{}, ids: map[string][]string{}}
	for _, item := range found.File {
		info := item.GetFileInfo()
		if id, name := strings.Trim(info.Path, "/"), info.FriendlyName; name != "" && name != id {
			top.friendly[id] = name
			top.ids[vix.Composed(name)] = append(top.ids[vix.Composed(name)], id)
		}
	}
	return top, nil
}

// nameFriendly notes of files what people call their folders.
func (d *Datastores) nameFriendly(ctx context.Context, ds *inventory.Datastore, files []File) error {
	if !ds.StoresObjects() {
		return nil
	}
	top, err := d.folderNames(ctx, ds, "")
	if err != nil {
		return err
	}
	for i := range files {
		first, rest, _ := strings.Cut(files[i].Path.File, "/")
		if name := top.friendly[first]; name != "" {
			files[i].Friendly = name + "/" + rest
		}
	}
	return nil
}

// ReadConfig reads what is in the file at a path; nil if the host does not give it.
func (d *Datastores) ReadConfig(ctx context.Context, ds *inventory.Datastore, p vix.Path) (*vix.FileConfig, error) {
	c, err := d.readConfig(ctx, &File{Store: &inventory.Store{Home: ds}, File: vix.File{Path: p}})
	if err != nil || c.Problem != "" {
		return nil, err
	}
	return c, nil
}
