// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"errors"

	"github.com/vmware/govmomi/object"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/configfile"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// downloads is how many files are read at a time.
const downloads = 8

// ReadConfigs reads what is in the files. One that the host does not give says so
// itself; it fails nothing else. A host that does not answer fails all: a plan must
// not take a broken line for damaged files.
func (d *Datastores) ReadConfigs(ctx context.Context, q vix.FileQuery, files []File) error {
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for i := range files {
		group.Go(func() (err error) {
			files[i].Config, err = d.readConfig(reading, &files[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	all := make([]*vix.File, len(files))
	for i := range files {
		all[i] = &files[i].File
	}
	configfile.NoteCopies(all)
	return d.findDisks(ctx, q, files)
}

func (d *Datastores) readConfig(ctx context.Context, f *File) (*vix.FileConfig, error) {
	if f.Size > configfile.MaxSize {
		return configfile.TooLarge(f.Size), nil
	}
	home := f.Store.Home
	u := object.NewDatastoreURL(*d.Client.URL(), home.In.Path, home.Name, f.Path.File)
	text, err := d.Download(ctx, u, configfile.MaxSize)
	if _, refused := errors.AsType[wire.NotGivenError](err); refused {
		return &vix.FileConfig{Problem: "The file cannot be read: " + err.Error() + "."}, nil
	}
	if err != nil {
		return nil, d.Failed(wire.To("read", f.Path.String()), err)
	}
	return configfile.Understand(text, f.Path.IsTemplate()), nil
}
