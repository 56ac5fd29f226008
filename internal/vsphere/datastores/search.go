// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// SideBySide is how many datastores are searched at a time.
const SideBySide = 4

// File is a file on its way to the answer.
type File struct {
	vix.File
	Store *inventory.Store
	disks map[string]bool // the .vmdk files of the datastore, if they were listed
	// denied is set where the user may not read it.
	denied *denial
	// Friendly is the path below the datastore with the name that people gave its first folder,
	// where the host calls that by an identifier; empty elsewhere.
	Friendly string
}

// missingFolderError is a datastore without the folder asked for.
type missingFolderError struct{ cause error }

func (e *missingFolderError) Error() string { return e.cause.Error() }

func (e *missingFolderError) Unwrap() error { return e.cause }

// IsMissingFolder reports that a datastore does not have the folder that was to be searched.
func IsMissingFolder(err error) bool {
	_, ok := errors.AsType[*missingFolderError](err)
	return ok
}

// Search lists a datastore's configuration files, and its disks where
// the configurations are to be read.
func (d *Datastores) Search(ctx context.Context, g *inventory.Store, q vix.FileQuery) ([]File, error) {
	what := wire.To("search the datastore", g.Home.Name+" of "+g.Home.In.Path)
	if !g.Home.Accessible {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFileError, Field: vix.FieldDatastores, Kind: vix.ErrDatastoreDown,
			Reason: fmt.Sprintf("The datastore %s of %s is inaccessible: no host can read it.", g.Home.Name, g.Home.In.Path),
			Remedy: "Mount it.",
		}
	}
	patterns := []string{cmp.Or(q.Match, "*.vmx")}
	if strings.ContainsAny(patterns[0], `[]\`) || vix.Composable(patterns[0]) {
		patterns[0] = "*" // hosts know * and ? only; the rest is done here
	}
	if q.ReadConfig {
		patterns = append(patterns, "*.vmdk")
	}
	folder, _, err := d.Spelled(ctx, g.Home, vix.Path{Datastore: g.Home.Name, File: strings.Trim(q.Folder, "/") + "/"})
	if e, ok := errors.AsType[*vix.Error](err); ok && e.Field == vix.FieldPath {
		e.Field = vix.FieldFilesPath
	}
	if err != nil {
		return nil, err
	}
	response, err := methods.SearchDatastoreSubFolders_Task(ctx, d.Client, &types.SearchDatastoreSubFolders_Task{
		This: g.Home.Browser, SearchSpec: searchSpec(patterns...),
		DatastorePath: datastorePath(g.Home.Name, strings.Trim(folder.File, "/")),
	})
	var result types.AnyType
	if err == nil {
		result, err = d.waits.Result(ctx, response.Returnval)
	}
	if q.Folder != "" && fault.Is(err, &types.FileNotFound{}) {
		return nil, &missingFolderError{err}
	}
	if err != nil {
		return nil, d.Denied(ctx, what, err)
	}
	folders, ok := result.(types.ArrayOfHostDatastoreBrowserSearchResults)
	if !ok {
		return nil, d.Failed(what, fmt.Errorf("the search gave %T", result))
	}
	files := collect(g, folders.HostDatastoreBrowserSearchResults, q)
	return files, d.nameFriendly(ctx, g.Home, files)
}

// collect takes the files from a search's answer.
func collect(g *inventory.Store, folders []types.HostDatastoreBrowserSearchResults, q vix.FileQuery) []File {
	var files []File
	disks := map[string]bool{}
	match := vix.Composed(cmp.Or(q.Match, "*.vmx"))
	for _, folder := range folders {
		below := folderBelow(folder.FolderPath)
		for _, item := range folder.File {
			info := item.GetFileInfo()
			name := path.Join(below, info.Path)
			if strings.EqualFold(path.Ext(name), ".vmdk") {
				disks[name] = true
			}
			at := vix.Path{Datastore: g.Home.Name, File: name}
			if ok, _ := path.Match(match, vix.Composed(path.Base(name))); !ok || isFolder(item) || !isConfig(name) {
				continue
			}
			f := File{Store: g, disks: disks, File: vix.File{Path: at, Datacenter: g.Home.In.Path, Size: info.FileSize}}
			if info.Modification != nil {
				f.Modified = *info.Modification
			}
			files = append(files, f)
		}
	}
	return files
}

// isConfig reports that a file is a VM's or a template's configuration by its ending.
func isConfig(name string) bool {
	return slices.Contains([]string{".vmx", ".vmtx"}, strings.ToLower(path.Ext(name)))
}

func isFolder(item types.BaseFileInfo) bool {
	_, folder := item.(*types.FolderFileInfo)
	return folder
}
