// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/vmware/govmomi/object"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/configfile"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// downloads is how many files are read at a time.
const downloads = 8

// ReadConfigs reads what is in the files. One that the host does not give says so
// itself; it fails nothing else. A host that does not answer fails all: a plan must
// not take a broken line for damaged files.
func (d *Datastores) ReadConfigs(ctx context.Context, q vix.FileQuery, files []File) error {
	first, rest := firstOfEach(files)
	denied := denials{}
	for _, some := range [][]*File{first, rest} {
		some = denied.leaveOut(some)
		if err := d.readAll(ctx, some); err != nil {
			return err
		}
		if err := denied.take(q, some); err != nil {
			return err
		}
	}
	all := make([]*vix.File, len(files))
	for i := range files {
		all[i] = &files[i].File
	}
	configfile.NoteCopies(all)
	return d.findDisks(ctx, q, files)
}

func (d *Datastores) readAll(ctx context.Context, files []*File) error {
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for _, f := range files {
		group.Go(func() (err error) {
			f.Config, err = d.readConfig(reading, f)
			return err
		})
	}
	return group.Wait()
}

// folderURL is where the host gives a file. It reads a + in a path as a blank.
func folderURL(base *url.URL, home *inventory.Datastore, file string) *url.URL {
	u := object.NewDatastoreURL(*base, home.In.Path, home.Name, file)
	u.RawPath = strings.ReplaceAll(u.EscapedPath(), "+", "%2B")
	return u
}

func (d *Datastores) readConfig(ctx context.Context, f *File) (*vix.FileConfig, error) {
	if f.Size > configfile.MaxSize {
		return configfile.TooLarge(f.Size), nil
	}
	text, err := d.Download(ctx, folderURL(d.Client.URL(), f.Store.Home, f.Path.File), configfile.MaxSize)
	if refused, ok := errors.AsType[wire.NotGivenError](err); ok {
		if refused.Denied() {
			f.denied = &denial{d.User.UserName, f.Store.Home.InventoryPath(), err.Error()}
		}
		return &vix.FileConfig{Problem: "The file cannot be read: " + err.Error() + "."}, nil
	}
	if err != nil {
		return nil, d.Failed(wire.To("read", f.Path.String()), err)
	}
	return configfile.Understand(text, f.Path.IsTemplate()), nil
}
