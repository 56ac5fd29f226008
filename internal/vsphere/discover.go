// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// sideBySide is how many datastores are searched at a time.
const sideBySide = 4

// Files implements vix.Host: one HostDatastoreBrowser.SearchDatastoreSubFolders_Task
// a datastore, and one read of the VMs on all of them.
func (h *host) Files(ctx context.Context, q vix.FileQuery) (*vix.Files, error) {
	what := wire.To("look for files on", h.Endpoint.Host)
	if err := checkGlobs(what, q); err != nil {
		return nil, err
	}
	groups, err := h.datastoresFor(ctx, what, q)
	if err != nil {
		return nil, err
	}
	out := &vix.Files{}
	found := make([][]vixFile, len(groups))
	faults := make([]error, len(groups))
	var group errgroup.Group
	group.SetLimit(sideBySide)
	for i, g := range groups {
		group.Go(func() error {
			found[i], faults[i] = h.searchDatastore(ctx, g, q)
			return nil
		})
	}
	_ = group.Wait() // each keeps its own error
	missing := 0
	for i, g := range groups {
		switch {
		case isMissingFolder(faults[i]):
			missing++
		case faults[i] != nil && q.SkipUnreadable && ctx.Err() == nil:
			out.Unreadable = append(out.Unreadable, vix.Unreadable{
				Datacenter: g.home.in.path, Datastore: g.home.Name, Reason: reasonOf(faults[i]),
			})
		case faults[i] != nil:
			return nil, faults[i]
		}
	}
	if missing > 0 && missing == len(groups) {
		return nil, &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeFileNotFound, Field: vix.FieldFilesPath,
			Reason: "None of the datastores has the folder " + quote(q.Folder) + ".", Remedy: "Check the path.",
		}
	}
	files := leaveOut(out, slices.Concat(found...), q)
	if err := h.matchInventory(ctx, what, groups, files); err != nil {
		return nil, err
	}
	if q.ReadConfig {
		if err := h.readConfigs(ctx, q, files); err != nil {
			return nil, err
		}
	}
	for _, f := range files {
		out.Files = append(out.Files, f.File)
	}
	sortBy(out.Files, func(f vix.File) string { return f.Datacenter + "\x00" + f.Path.String() })
	return out, h.Failed(what, ctx.Err())
}

// storeGroup is one datastore, however many datacenters mount it.
type storeGroup struct {
	home   *datastore   // the one whose datacenter its files are counted in
	mounts []*datastore // all of them, home first
}

// vixFile is a file on its way to the answer.
type vixFile struct {
	vix.File
	group *storeGroup
	disks map[string]bool // the .vmdk files of the datastore, if they were listed
}

// checkGlobs refuses globs that cannot match anything because they are malformed.
func checkGlobs(what wire.Step, q vix.FileQuery) error {
	bad := func(field vix.Field, glob string) error {
		return &vix.Error{
			Op: what.Op, Object: what.Object, Code: vix.CodeInvalidArg, Field: field,
			Reason: "The pattern " + quote(glob) + " is malformed: a bracket is not closed, or a backslash stands last.",
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
// the same wherever it is mounted.
func (h *host) datastoresFor(ctx context.Context, what wire.Step, q vix.FileQuery) ([]*storeGroup, error) {
	sk, err := h.skeleton(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	within := sk.datacenters
	if name := cmp.Or(q.Datacenter, h.Options.Datacenter); name != "" {
		dc, err := sk.datacenter(what, name)
		if err != nil {
			return nil, err
		}
		within = []*datacenter{dc}
	}
	for _, name := range q.Datastores {
		if !slices.ContainsFunc(within, func(dc *datacenter) bool { return dc.datastores[name] != nil }) {
			unknown := sk.unknownDatastore(what, vix.Path{Datastore: name}, within, len(within) == 1)
			if e, ok := errors.AsType[*vix.Error](unknown); ok {
				e.Field = vix.FieldDatastores
				e.Remedy = "Check the name."
				return nil, e
			}
		}
	}
	var groups []*storeGroup
	for _, dc := range within {
		for _, ds := range dc.datastores {
			if len(q.Datastores) > 0 && !slices.Contains(q.Datastores, ds.Name) {
				continue
			}
			i := slices.IndexFunc(groups, func(g *storeGroup) bool { return ds.URL != "" && g.home.URL == ds.URL })
			if i < 0 {
				groups = append(groups, &storeGroup{home: ds})
			} else if older(dc.ref, groups[i].home.in.ref) {
				groups[i].home = ds
			}
		}
	}
	for _, g := range groups {
		g.mounts = sk.mountsOf(g.home)
	}
	sortBy(groups, func(g *storeGroup) string { return g.home.in.path + "\x00" + g.home.Name })
	return groups, nil
}

// older reports that a was made before b. A datacenter that joins later must not
// become the home of files that are counted in another one.
func older(a, b types.ManagedObjectReference) bool {
	number := func(ref types.ManagedObjectReference) int {
		n, _ := strconv.Atoi(ref.Value[strings.LastIndexByte(ref.Value, '-')+1:])
		return n
	}
	return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a.Value, b.Value)) < 0
}

// mountsOf are all datastores of the host that are the same one: it first, then
// the others from the oldest datacenter on, so that a file that several of them
// have registered is counted in the same one each time.
func (sk *skeleton) mountsOf(home *datastore) []*datastore {
	var mounts []*datastore
	for _, dc := range sk.datacenters {
		for _, ds := range dc.datastores {
			if ds.ref != home.ref && home.URL != "" && ds.URL == home.URL {
				mounts = append(mounts, ds)
			}
		}
	}
	slices.SortFunc(mounts, func(a, b *datastore) int {
		switch {
		case older(a.in.ref, b.in.ref):
			return -1
		case older(b.in.ref, a.in.ref):
			return 1
		}
		return 0
	})
	return append([]*datastore{home}, mounts...)
}

// leaveOut notes what is excluded and gives the rest.
func leaveOut(out *vix.Files, files []vixFile, q vix.FileQuery) []vixFile {
	var kept []vixFile
	for _, f := range files {
		by, excluded := vix.Excluded(f.Path.File, q.Exclude)
		if p, err := vix.ParsePath(f.Path.String()); !excluded && (err != nil || p != f.Path) {
			by, excluded = vix.ByName, true
		}
		if excluded {
			out.LeftOut = append(out.LeftOut, vix.LeftOut{Path: f.Path, Datacenter: f.Datacenter, By: by})
			continue
		}
		kept = append(kept, f)
	}
	sortBy(out.LeftOut, func(f vix.LeftOut) string { return f.Datacenter + "\x00" + f.Path.String() })
	return kept
}
