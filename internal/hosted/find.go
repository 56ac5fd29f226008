// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/hosted/vmdir"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// Find implements vix.Host: VixHost_FindItems. Which VMs run, vmrun tells; which are registered, only vmrest does.
func (h *host) Find(ctx context.Context, query vix.Query) ([]vix.Item, error) {
	what := step{"list the VMs of", h.name, ""}
	switch {
	case query.Datacenter != "":
		return nil, h.placeless(what, vix.FieldDatacenter)
	case query.Folder != "":
		return nil, h.placeless(what, vix.FieldFolder)
	}
	if !query.Running && h.library == nil {
		e := &vix.Error{Op: what.op, Object: what.object, Code: vix.CodeNotSupported}
		e.Reason = h.name + " does not support VixHost_FindItems of registered VMs, only of those that run."
		h.explainLibrary(e)
		return nil, e
	}
	runs, err := h.runs(ctx, what)
	if err != nil {
		return nil, err
	}
	listed := runs
	if !query.Running {
		if listed, err = h.registered(ctx); err != nil {
			return nil, err
		}
	}
	var items []vix.Item
	for _, path := range listed.Paths() {
		items = append(items, h.item(path, runs))
	}
	for _, path := range listed.Unread() {
		items = append(items, h.item(strings.ToValidUTF8(path, "\uFFFD"), runs))
	}
	slices.SortFunc(items, func(a, b vix.Item) int { return cmp.Compare(a.ID, b.ID) })
	return items, nil
}

// item is a VM without opening it. Of one whose file cannot be read little is known, and nothing is claimed.
func (h *host) item(path string, runs *vmdir.Set) vix.Item {
	p := vix.Path{File: path}
	item := vix.Item{ID: path, Name: p.Stem(), Path: p}
	file, err := vmdir.ReadConfig("list", path)
	switch {
	case err == nil:
		item.Name = cmp.Or(file.DisplayName(), item.Name)
		item.PowerState = powerState(path, file, runs.Has(path))
	case runs.Has(path):
		item.PowerState = vix.PoweredOn
	}
	return item
}

// entries are the VMs in the library as they were told last.
type entries struct {
	turn  chan struct{} // held by who asks
	begun time.Time     // when it was asked
	set   *vmdir.Set
}

// registered are the VMs in the library of the product, which must be reached. Whoever waits for an answer shares one
// that was asked for after he had begun to wait: what it lacks is not there.
func (h *host) registered(ctx context.Context) (*vmdir.Set, error) {
	wanted := time.Now()
	select {
	case h.entries.turn <- struct{}{}:
		defer func() { <-h.entries.turn }()
	case <-ctx.Done():
		return nil, h.failed(step{"read the library of", h.name, ""}, context.Cause(ctx))
	}
	if h.entries.begun.After(wanted) {
		return h.entries.set, nil
	}
	begun := time.Now()
	vms, err := h.library.VMs(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, vm := range vms {
		if vm.Path != "" {
			paths = append(paths, vm.Path)
		}
	}
	h.entries.set, h.entries.begun = vmdir.NewSet(paths), begun
	return h.entries.set, nil
}
