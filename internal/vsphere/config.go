// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vmx"
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
func (h *host) readConfigs(ctx context.Context, q vix.FileQuery, files []vixFile) error {
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(downloads)
	for i := range files {
		group.Go(func() (err error) {
			files[i].Config, err = h.readConfig(reading, &files[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	noteDuplicates(files)
	return h.findDisks(ctx, q, files)
}

func (h *host) readConfig(ctx context.Context, f *vixFile) (*vix.FileConfig, error) {
	if f.Size > maxConfig {
		return &vix.FileConfig{Problem: fmt.Sprintf("The file has %d bytes; no configuration is that large.", f.Size)}, nil
	}
	text, err := h.download(ctx, f.group.home, f.Path.File)
	if _, refused := errors.AsType[notGivenError](err); refused {
		return &vix.FileConfig{Problem: "The file cannot be read: " + err.Error() + "."}, nil
	}
	if err != nil {
		return nil, h.typed("read", f.Path.String(), err)
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
func configOf(f *vixFile, parsed *vmx.File) *vix.FileConfig {
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

// download reads a file through the host's datastore browser: GET /folder. An
// error that the host gave for this file is a notGivenError.
func (h *host) download(ctx context.Context, ds *datastore, file string) ([]byte, error) {
	text, err := h.get(ctx, ds, file)
	if refused, ok := errors.AsType[notGivenError](err); !ok || refused.status != http.StatusUnauthorized {
		return text, err
	}
	// The session may have expired; a call logs in again, and then once more.
	if _, err := methods.GetCurrentTime(ctx, h.client); err != nil {
		return nil, err
	}
	return h.get(ctx, ds, file)
}

// notGivenError is a file that the host answered it does not give.
type notGivenError struct{ status int }

func (e notGivenError) Error() string { return statusError{status: e.status}.Error() }

// maxStatus is how often a file is asked for that the host answers with an HTTP
// status of its own: it may be overloaded, or the file is locked and will stay so.
const maxStatus = 3

func (h *host) get(ctx context.Context, ds *datastore, file string) ([]byte, error) {
	u := object.NewDatastoreURL(*h.client.URL(), ds.in.path, ds.Name, file)
	var (
		text    []byte
		status  int
		answers int
	)
	err := h.caller.repeat(ctx, h.options.RequestTimeout, func(ctx context.Context) outcome {
		traced, line := watched(ctx)
		body, _, err := h.client.Download(traced, u, &soap.DefaultDownload)
		if err == nil {
			text, err = io.ReadAll(io.LimitReader(body, maxConfig+1))
			_ = body.Close()
		}
		o := line.judge(ctx, err, read)
		if status = int(line.status.Load()); status >= http.StatusBadRequest {
			answers++
			o.again = o.again && answers < maxStatus
		}
		return o
	})
	if err != nil && status >= http.StatusBadRequest && ctx.Err() == nil {
		return nil, notGivenError{status}
	}
	return text, err
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
