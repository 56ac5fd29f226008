// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// Files implements vix.Host: one HostDatastoreBrowser.SearchDatastoreSubFolders_Task
// a datastore, and one read of the VMs on all of them.
func (h *host) Files(ctx context.Context, q vix.FileQuery) (*vix.Files, error) {
	what := wire.To("look for files on", h.Endpoint.Host)
	if err := checkGlobs(what, q); err != nil {
		return nil, err
	}
	groups, skipped, err := h.datastoresFor(ctx, what, q)
	if err != nil {
		return nil, err
	}
	out := &vix.Files{Unreadable: skipped}
	found := make([][]datastores.File, len(groups))
	faults := make([]error, len(groups))
	var group errgroup.Group
	group.SetLimit(datastores.SideBySide)
	for i, g := range groups {
		group.Go(func() error {
			found[i], faults[i] = h.Search(ctx, g, q)
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	missing := 0
	for i, g := range groups {
		switch {
		case datastores.IsMissingFolder(faults[i]):
			missing++
		case faults[i] != nil && q.SkipUnreadable && ctx.Err() == nil:
			out.Unreadable = append(out.Unreadable, vix.Unreadable{
				Datacenter: g.Home.In.Path, Datastore: g.Home.Name, Reason: reasonOf(faults[i]),
			})
		case faults[i] != nil:
			return nil, faults[i]
		}
	}
	if missing > 0 && missing == len(groups) {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFileNotFound, Field: vix.FieldFilesPath,
			Reason: "None of the datastores has the folder " + inventory.Quote(q.Folder) + ".", Remedy: "Check the path.",
		}
	}
	files := leaveOut(out, slices.Concat(found...), q)
	if err := alike(what, files); err != nil {
		return nil, err
	}
	if err := h.matchInventory(ctx, what, groups, files); err != nil {
		return nil, err
	}
	findTwins(files)
	if q.ReadConfig {
		if err := h.ReadConfigs(ctx, q, files); err != nil {
			return nil, err
		}
	}
	for _, f := range files {
		out.Files = append(out.Files, f.File)
	}
	inventory.SortBy(out.Files, func(f vix.File) string { return f.Datacenter + "\x00" + f.Path.String() })
	return out, h.Failed(what, ctx.Err())
}

// checkGlobs refuses globs that cannot match anything because they are malformed.
func checkGlobs(what wire.Step, q vix.FileQuery) error {
	bad := func(field vix.Field, glob string) error {
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: field,
			Reason: "The pattern " + inventory.Quote(glob) + " is malformed: a bracket is not closed, or a backslash stands last.",
			Remedy: "Use * for any text, ? for any one character, [a-z] for one of these.",
		}
	}
	if _, err := path.Match(q.Match, ""); err != nil {
		return bad(vix.FieldMatch, q.Match)
	}
	for _, glob := range q.Exclude {
		if _, err := path.Match(glob, ""); err != nil {
			return bad(vix.FieldExclude, glob)
		}
	}
	return nil
}

// datastoresFor gives the datastores of a query, each once: by its URL, which is
// the same wherever it is mounted. What the host withholds of them is an error, or
// left out and said where the query allows that.
func (h *host) datastoresFor(ctx context.Context, what wire.Step, q vix.FileQuery) ([]*inventory.Store, []vix.Unreadable, error) {
	begun := time.Now()
	outline, err := h.Outline(ctx, time.Time{})
	if err != nil {
		return nil, nil, err
	}
	groups, skipped, err := h.selectDatastores(outline, what, q)
	if err == nil && len(skipped) == 0 {
		return groups, nil, nil
	}
	// What is remembered may be old; an error deserves a fresh look.
	if fresh, failed := h.Outline(ctx, begun); failed == nil && fresh != outline {
		return h.selectDatastores(fresh, what, q)
	}
	return groups, skipped, err
}

func (h *host) selectDatastores(outline *inventory.Outline, what wire.Step, q vix.FileQuery) ([]*inventory.Store, []vix.Unreadable, error) {
	within, err := h.datacentersIn(outline, what, q.Datacenter)
	if err != nil {
		return nil, nil, err
	}
	var hidden []inventory.Withheld
	for _, dc := range within {
		hidden = append(hidden, dc.WithheldOf(q.Datastores)...)
	}
	if len(hidden) > 0 && !q.SkipUnreadable {
		return nil, nil, h.Incomplete(what, hidden)
	}
	if err := outline.HaveNames(what, within, q.Datastores); err != nil {
		return nil, nil, err
	}
	groups := outline.Stores(within, q.Datastores)
	if len(groups) == 0 && len(hidden) == 0 {
		return nil, nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFileNotFound, Field: vix.FieldDatastores,
			Reason: "There is no datastore in " + join(outline.Paths(within)) + ", or this user may not see any.",
			Remedy: "Check that this user has System.View on the datastores: nothing is concluded from an empty list.",
		}
	}
	var skipped []vix.Unreadable
	for _, w := range hidden {
		skipped = append(skipped, vix.Unreadable{
			Datacenter: w.In, Datastore: cmp.Or(vix.Unescape(path.Base(w.Path)), w.Ref.Value),
			Reason: fmt.Sprintf("The user %q lacks %s.", h.User.UserName, w),
		})
	}
	return groups, skipped, nil
}

// datacentersIn are those that a list is of: the named one, else the connection's
// default, else all that there are. It gives at least one.
func (h *host) datacentersIn(outline *inventory.Outline, what wire.Step, name string) ([]*inventory.Datacenter, error) {
	if name = cmp.Or(name, h.Options.Datacenter); name != "" {
		dc, err := outline.Datacenter(what, name)
		if err != nil {
			return nil, err
		}
		return []*inventory.Datacenter{dc}, nil
	}
	if len(outline.Withheld) > 0 {
		return nil, h.Incomplete(what, outline.Withheld)
	}
	if len(outline.Datacenters) == 0 {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeObjectNotFound, Field: vix.FieldDatacenter,
			Reason: fmt.Sprintf("There is no datacenter: the user %q sees none at all.", h.User.UserName),
			Remedy: "Check that this user has System.View on the datacenters: nothing is concluded from an empty list.",
		}
	}
	return outline.Datacenters, nil
}

// leaveOut notes what is excluded and gives the rest.
func leaveOut(out *vix.Files, files []datastores.File, q vix.FileQuery) []datastores.File {
	var kept []datastores.File
	for _, f := range files {
		by, excluded := vix.Excluded(f.Path.File, q.Exclude)
		if !excluded {
			by, excluded = vix.Excluded(f.Friendly, q.Exclude)
		}
		if p, err := vix.ParsePath(f.Path.String()); !excluded && (err != nil || p != f.Path) {
			by, excluded = vix.ByName, true
		}
		if excluded {
			out.LeftOut = append(out.LeftOut, vix.LeftOut{Path: f.Path, Datacenter: f.Datacenter, By: by})
			continue
		}
		kept = append(kept, f)
	}
	inventory.SortBy(out.LeftOut, func(f vix.LeftOut) string { return f.Datacenter + "\x00" + f.Path.String() })
	return kept
}

// reasonOf is why a datastore was skipped, in a sentence.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*vix.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

// alike refuses files whose paths are one to users: a map of them would have one entry, with the
// path of one and the facts of another.
func alike(what wire.Step, files []datastores.File) error {
	first := map[vix.Locator]vix.Locator{}
	for i := range files {
		is := files[i].Locator()
		key := vix.Locator{Path: is.Path.Composed(), Datacenter: vix.Composed(is.Datacenter)}
		other, taken := first[key]
		if !taken {
			first[key] = is
			continue
		}
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Kind: vix.ErrAmbiguous,
			Reason: "Two files have paths that look the same and differ in their bytes (Unicode's composed and decomposed forms), so " +
				"that no text can say which one is meant:",
			Choices: []string{inventory.Bytes(other.String()), inventory.Bytes(is.String())},
			Remedy:  "Rename one of them on the datastore, or leave out the folder that holds both.",
		}
	}
	return nil
}
