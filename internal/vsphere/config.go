// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

const (
	// maxConfig bounds what is downloaded of a configuration file; real ones have
	// some kilobytes.
	maxConfig = 1 << 20
	// downloads is how many files are read at a time.
	downloads = 8
)

// vital are settings of which the configuration of a VM has at least one.
var vital = []string{"config.version", "virtualHW.version", "displayName", "guestOS"}

// readConfigs reads what is in the files. One that the host does not give says so
// itself; it fails nothing else. A host that does not answer fails all: a plan must
// not take a broken line for damaged files.
func (h *host) readConfigs(ctx context.Context, files []vixFile) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for i := range files {
		group.Go(func() (err error) {
			files[i].Config, err = h.readConfig(ctx, &files[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	noteDuplicates(files)
	return nil
}

func (h *host) readConfig(ctx context.Context, f *vixFile) (*vix.FileConfig, error) {
	if f.Size > maxConfig {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has %d bytes; no configuration is that large.", f.Size)}, nil
	}
	home := f.group.home
	u := object.NewDatastoreURL(*h.Client.URL(), home.in.path, home.Name, f.Path.File)
	text, err := h.Download(ctx, u, maxConfig)
	if _, refused := errors.AsType[wire.NotGivenError](err); refused {
		return &vix.FileConfig{Problem: "The file cannot be read: " + err.Error() + "."}, nil
	}
	if err != nil {
		return nil, h.Failed(wire.To("read", f.Path.String()), err)
	}
	return understood(f, text), nil
}

// understood is what a file says, or why it says nothing.
func understood(f *vixFile, text []byte) *vix.FileConfig {
	if len(text) > maxConfig {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has more than %d bytes; no configuration is that large.", maxConfig)}
	}
	parsed, err := vmx.Parse(text)
	if err != nil {
		return &vix.FileConfig{Problem: "The file cannot be understood: " + err.Error() + "."}
	}
	if !parsed.Encrypted() && !slices.ContainsFunc(vital, func(key string) bool { _, ok := parsed.Get(key); return ok }) {
		return &vix.FileConfig{Problem: "The file says nothing of a VM: it may have been cut off when it was written."}
	}
	return configOf(f, parsed)
}

// configOf is what a parsed configuration says.
func configOf(f *vixFile, parsed *vmx.File) *vix.FileConfig {
	c := &vix.FileConfig{
		DisplayName: parsed.DisplayName(), GuestOS: parsed.GuestOS(),
		NumVCPUs: int64(parsed.NumCPUs()), MemorySize: int64(parsed.MemoryMiB()),
		BIOSUUID: parsed.BIOSUUID(), InstanceUUID: parsed.InstanceUUID(), Encrypted: parsed.Encrypted(), Template: f.Path.IsTemplate(),
	}
	for _, disk := range parsed.Disks() {
		item := vix.DiskFile{Name: disk.FileName}
		if file, here := diskFile(f, disk.FileName); here {
			exists := f.disks[file]
			item.Exists = &exists
		}
		c.Disks = append(c.Disks, item)
	}
	return c
}

// diskFile is where a disk lies below the datastore of its VM's configuration;
// false if it lies elsewhere, where nobody looked.
func diskFile(f *vixFile, name string) (string, bool) {
	switch {
	case strings.HasPrefix(name, "/"):
		below, ok := strings.CutPrefix(name, volume(f.group.home.URL))
		return strings.Trim(below, "/"), ok
	case strings.HasPrefix(name, "["):
		datastore, file, _ := strings.Cut(name[1:], "]")
		return path.Clean(strings.TrimSpace(file)), datastore == f.group.home.Name
	}
	return path.Join(f.Path.Folder(), name), true
}

// volume is the directory of a datastore on its hosts: /vmfs/volumes/UUID/.
func volume(datastoreURL string) string {
	u, err := url.Parse(datastoreURL)
	if err != nil || u.Path == "" {
		return "\x00" // the prefix of no path
	}
	return strings.TrimRight(u.Path, "/") + "/"
}

// noteDuplicates says of each file which others have its UUID.
func noteDuplicates(files []vixFile) {
	same := map[string][]vix.Locator{}
	id := func(f *vixFile) string {
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
			sortBy(others, vix.Locator.String)
			files[i].Config.SameUUIDAs = others
		}
	}
}
