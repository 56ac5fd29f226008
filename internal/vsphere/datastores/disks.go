// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"path"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// diskPlace is where a disk lies.
type diskPlace struct {
	ds   *inventory.Datastore
	file string // below the datastore
}

// diskQuestions are the disks to look for on a datastore that was not listed, by
// their folders.
type diskQuestions struct {
	ds      *inventory.Datastore
	folders map[string][]diskQuestion
}

type diskQuestion struct {
	file string
	disk *vix.DiskFile
}

// findDisks says of each disk whether it exists. For what lies where the files were
// searched, the search tells; the other folders are asked for once each, and a
// datastore with many of them is listed as a whole.
func (d *Datastores) findDisks(ctx context.Context, q vix.FileQuery, files []File) error {
	outline, err := d.Outline(ctx, time.Time{})
	if err != nil {
		return err
	}
	volumes := volumesOf(outline)
	listings := map[string]map[string]bool{} // by volume
	for i := range files {
		listings[files[i].Store.Home.Volume()] = files[i].disks
	}
	open := map[string]*diskQuestions{} // by volume
	for i := range files {
		f := &files[i]
		for n := range f.Config.Disks {
			disk := &f.Config.Disks[n]
			place, ok := placeOf(f, disk.Name, volumes)
			if !ok {
				continue
			}
			volume := place.ds.Volume()
			if exists, known := inListing(listings[volume], q.Folder, place.file); known {
				disk.Exists = &exists
				continue
			}
			if open[volume] == nil {
				open[volume] = &diskQuestions{place.ds, map[string][]diskQuestion{}}
			}
			folder := vix.Path{File: place.file}.Folder()
			folders := open[volume].folders
			folders[folder] = append(folders[folder], diskQuestion{place.file, disk})
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(SideBySide)
	for _, questions := range open {
		group.Go(func() error { return d.answerDisks(ctx, questions) })
	}
	return group.Wait()
}

// inListing tells whether a disk exists by a listing of what lies below a folder,
// and whether the listing can tell.
func inListing(listing map[string]bool, folder, file string) (exists, known bool) {
	folder = strings.Trim(folder, "/")
	covered := folder == "" || strings.HasPrefix(file, folder+"/")
	return listing[file], listing != nil && covered
}

// answerDisks looks for the disks of one datastore. What the host does not let us
// see stays unknown; a host that does not answer is an error, as for the files.
func (d *Datastores) answerDisks(ctx context.Context, q *diskQuestions) error {
	if !q.ds.Accessible {
		return nil
	}
	var all map[string]bool
	if len(q.folders) > MaxFolders {
		var err error
		if all, err = d.searchAll(ctx, q.ds, "*.vmdk"); err != nil {
			return d.unlessRefused(q.ds, err)
		}
	}
	for folder, questions := range q.folders {
		exists := func(file string) bool { return all[file] }
		if all == nil {
			listing, err := d.listFolder(ctx, q.ds, folder, "*.vmdk")
			if err != nil {
				if err := d.unlessRefused(q.ds, err); err != nil {
					return err
				}
				continue
			}
			exists = func(file string) bool { return listing[file] != nil }
		}
		for _, question := range questions {
			there := exists(question.file)
			question.disk.Exists = &there
		}
	}
	return nil
}

// unlessRefused is the error of a search, none if the host answered it.
func (d *Datastores) unlessRefused(ds *inventory.Datastore, err error) error {
	if wire.FaultOf(err) != "" {
		return nil
	}
	return d.Failed(wire.To("look for disks on", ds.Name+" of "+ds.In.Path), err)
}

// placeOf is where a disk lies that a configuration names: beside it, or at a path
// of its own. False where no listing could tell.
func placeOf(f *File, name string, volumes []mountedVolume) (diskPlace, bool) {
	if !strings.EqualFold(path.Ext(name), ".vmdk") {
		return diskPlace{}, false
	}
	if strings.HasPrefix(name, "/") {
		return absolutePlace(f, path.Clean(name), volumes)
	}
	beside := diskPlace{f.Store.Home, path.Join(f.Path.Folder(), name)}
	if below, ok := strings.CutPrefix(name, "["); ok && !f.disks[beside.file] {
		// The name of a VM may begin with a bracket, too.
		store, file, closed := strings.Cut(below, "]")
		if ds := besides(f, store); closed && ds != nil {
			return diskPlace{ds, path.Clean(strings.TrimSpace(file))}, true
		}
	}
	return beside, beside.file != ".." && !strings.HasPrefix(beside.file, "../")
}

// absolutePlace is where a disk lies by its path on the hosts: /vmfs/volumes/, then
// the datastore's identifier or its name.
func absolutePlace(f *File, name string, volumes []mountedVolume) (diskPlace, bool) {
	for _, v := range volumes {
		if file, ok := strings.CutPrefix(name, v.directory); ok {
			return diskPlace{v.ds, file}, true
		}
	}
	if below, ok := strings.CutPrefix(name, "/vmfs/volumes/"); ok {
		store, file, _ := strings.Cut(below, "/")
		if ds := besides(f, store); ds != nil {
			return diskPlace{ds, file}, true
		}
	}
	return diskPlace{}, false
}

// besides is the datastore of that name in a datacenter that has the file's.
func besides(f *File, name string) *inventory.Datastore {
	for _, mount := range f.Store.Mounts {
		if ds := mount.In.Datastore(name); ds != nil {
			return ds
		}
	}
	return nil
}

// mountedVolume is a datastore and its directory on its hosts: /vmfs/volumes/UUID/.
type mountedVolume struct {
	directory string
	ds        *inventory.Datastore
}

// volumesOf are all datastores by their directories.
func volumesOf(outline *inventory.Outline) []mountedVolume {
	var out []mountedVolume
	for _, dc := range outline.Datacenters {
		for _, ds := range dc.Datastores {
			if directory := ds.Directory(); directory != "" {
				out = append(out, mountedVolume{directory, ds})
			}
		}
	}
	return out
}
