// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

// One NFS export that is mounted by NFS 3 and by NFS 4.1, or by its server's name
// and by its address, is two datastores with two URLs. Nothing says that they are
// one; the same remote path, and the same file below it of the same size and time,
// make it all but certain. A replica on VMFS is a file of its own.

// lookAtTwins refuses a file that is registered through another datastore of the
// same NFS export.
func (h *host) lookAtTwins(ctx context.Context, p *prepared, twins []*inventory.Datastore) error {
	for _, twin := range twins {
		at := vix.Path{Datastore: twin.Name, File: p.spec.Path.File}
		found, err := h.At(ctx, at, []*inventory.Datacenter{twin.In}, &h.Reads)
		if err != nil {
			return h.Failed(p.what, err)
		}
		if len(found) == 0 {
			continue
		}
		if same, err := h.sameFile(ctx, p.ds, twin, p.spec.Path); err != nil || !same {
			if err != nil {
				return asPartOf(p.what, err)
			}
			continue
		}
		return &vix.Error{
			Op: p.what.Op, Object: p.what.Object, Code: vix.CodeAlreadyExists, Field: vix.FieldPath,
			Reason: fmt.Sprintf("The datastores %s and %s of %s show one NFS export, %s, and the file is registered as %s:",
				p.ds.Name, twin.Name, twin.In.Path, p.ds.Export, at),
			Choices: []string{candidate(found[0].Registration())},
			Remedy: "Unmount one of the two datastores, or unregister the VM there first: " +
				"a VM that is registered twice is powered on twice one day.",
		}
	}
	return nil
}

// sameFile reports that a path on two datastores has the same size and time.
func (h *host) sameFile(ctx context.Context, a, b *inventory.Datastore, p vix.Path) (bool, error) {
	return h.oneFile(ctx, a, vix.Path{Datastore: a.Name, File: p.File}, b, vix.Path{Datastore: b.Name, File: p.File})
}

// oneFile reports that what lies at two paths has the same size and time.
func (h *host) oneFile(ctx context.Context, a *inventory.Datastore, at vix.Path, b *inventory.Datastore, other vix.Path) (bool, error) {
	one, err := h.FileInfo(ctx, a, at)
	if err != nil || one == nil {
		return false, err
	}
	two, err := h.FileInfo(ctx, b, other)
	if err != nil || two == nil {
		return false, err
	}
	return printOf(one) == printOf(two), nil
}

// fingerprint is what tells two files apart that lie at one path of one export.
type fingerprint struct{ size, modified int64 }

func printOf(info *types.FileInfo) fingerprint {
	f := fingerprint{size: info.FileSize}
	if info.Modification != nil {
		f.modified = info.Modification.UnixNano()
	}
	return f
}

// findTwins says of each file which others are the same one through another
// datastore of the same NFS export.
func findTwins(files []datastores.File) {
	type identity struct {
		export, file string
		fingerprint
	}
	same := map[identity][]int{}
	for i := range files {
		f := &files[i]
		if f.Store.Home.Export != "" {
			id := identity{f.Store.Home.Export, f.Path.File, fingerprint{f.Size, f.Modified.UnixNano()}}
			same[id] = append(same[id], i)
		}
	}
	for _, twins := range same {
		for _, i := range twins {
			for _, j := range twins {
				if i != j {
					files[i].SameFileAs = append(files[i].SameFileAs, files[j].Locator())
				}
			}
			inventory.SortBy(files[i].SameFileAs, vix.Locator.String)
		}
	}
}
