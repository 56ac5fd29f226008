// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package hosted

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

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
	for _, blur := range listed.Blurs() {
		if len(blur.May) > 0 || strings.ContainsRune(blur.Text, utf8.RuneError) {
			return nil, h.doubted(what, vix.ErrAmbiguous, "Which VM of the list this is, cannot be told:", []vmdir.Blur{blur})
		}
		items = append(items, vix.Item{ID: blur.Text, Name: vix.Path{File: blur.Text}.Stem(), Path: vix.Path{File: blur.Text}})
	}
	slices.SortFunc(items, func(a, b vix.Item) int { return cmp.Compare(a.ID, b.ID) })
	return items, nil
}

// item is a VM without opening it. Of one whose file cannot be read little is known, and nothing is claimed.
func (h *host) item(path string, runs *vmdir.Set) vix.Item {
	p := vix.Path{File: path}
	item := vix.Item{ID: path, Name: p.Stem(), Path: p}
	if shown := vmdir.Shown(path); shown != path { // no text says it, and so nobody opens it by that
		item.ID, item.Path.File, item.Name = shown, shown, vix.Path{File: shown}.Stem()
	}
	file, err := vmdir.ReadConfig("list", path)
	if err == nil {
		item.Name = cmp.Or(file.DisplayName(), item.Name)
	}
	on, doubts := runs.Has(path)
	switch {
	case len(doubts) > 0:
	case err == nil:
		item.PowerState = powerState(path, file, on)
	case on:
		item.PowerState = vix.PoweredOn
	}
	return item
}
