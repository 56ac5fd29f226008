// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

const (
	// MaxConfig bounds what is downloaded of a configuration file; real ones have
	// some kilobytes.
	MaxConfig = 1 << 20
	// downloads is how many files are read at a time.
	downloads = 8
)

// vital are settings of which the configuration of a VM has at least one.
var vital = []string{"config.version", "virtualHW.version", "displayName", "guestOS"}

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
	noteDuplicates(files)
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
	if f.Size > MaxConfig {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has %d bytes; no configuration is that large.", f.Size)}, nil
	}
	text, err := d.Download(ctx, folderURL(d.Client.URL(), f.Store.Home, f.Path.File), MaxConfig)
	if refused, ok := errors.AsType[wire.NotGivenError](err); ok {
		if refused.Denied() {
			f.denied = &denial{d.User.UserName, f.Store.Home.InventoryPath(), err.Error()}
		}
		return &vix.FileConfig{Problem: "The file cannot be read: " + err.Error() + "."}, nil
	}
	if err != nil {
		return nil, d.Failed(wire.To("read", f.Path.String()), err)
	}
	return understood(f, text), nil
}

// understood is what a file says, or why it says nothing.
func understood(f *File, text []byte) *vix.FileConfig {
	if len(text) > MaxConfig {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has more than %d bytes; no configuration is that large.", MaxConfig)}
	}
	parsed, err := vmx.Parse(text)
	if err != nil {
		return &vix.FileConfig{Problem: "The file cannot be understood: " + err.Error() + "."}
	}
	if !parsed.Encrypted() && !slices.ContainsFunc(vital, func(key string) bool { _, ok := parsed.Get(key); return ok }) {
		return &vix.FileConfig{Problem: "The file says nothing of a VM: it may have been cut off when it was written."}
	}
	if defects := parsed.Defects(); len(defects) > 0 {
		return &vix.FileConfig{Problem: "The file cannot be understood: " + listed(defects) + "."}
	}
	return configOf(f, parsed)
}

// maxDefects is how many defects of a file are told.
const maxDefects = 3

func listed(defects []vmx.Defect) string {
	var out []string
	for _, d := range defects[:min(len(defects), maxDefects)] {
		out = append(out, d.String())
	}
	if more := len(defects) - maxDefects; more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, "; ")
}

// configOf is what a parsed configuration says. Whether its disks exist is found out
// for all files at once. A file that is encrypted as a whole has no defaults: what it
// does not say, it hides.
func configOf(f *File, parsed *vmx.File) *vix.FileConfig {
	c := &vix.FileConfig{
		DisplayName: parsed.DisplayName(), GuestOS: parsed.GuestOS(), HardwareVersion: parsed.HardwareVersion(),
		BIOSUUID: parsed.BIOSUUID(), InstanceUUID: parsed.InstanceUUID(), Encrypted: parsed.Encrypted(), Template: f.Path.IsTemplate(),
	}
	if parsed.Sealed() {
		return c
	}
	c.NumVCPUs, c.MemorySize = int64(parsed.NumCPUs()), int64(parsed.MemoryMiB())
	c.Disks = []vix.DiskFile{}
	for _, disk := range parsed.Disks() {
		c.Disks = append(c.Disks, vix.DiskFile{Name: disk.FileName})
	}
	return c
}

// noteDuplicates says of each file which others have its UUID.
func noteDuplicates(files []File) {
	same := map[string][]vix.Locator{}
	id := func(f *File) string {
		if f.Config == nil {
			return ""
		}
		return cmp.Or(f.Config.InstanceUUID, f.Config.BIOSUUID)
	}
	for i := range files {
		if uuid := id(&files[i]); uuid != "" {
			same[uuid] = append(same[uuid], files[i].Locator())
		}
	}
	for i := range files {
		if uuid := id(&files[i]); len(same[uuid]) > 1 {
			mine := files[i].Locator()
			others := slices.DeleteFunc(slices.Clone(same[uuid]), func(l vix.Locator) bool { return l == mine })
			inventory.SortBy(others, vix.Locator.String)
			files[i].Config.SameUUIDAs = others
		}
	}
}
