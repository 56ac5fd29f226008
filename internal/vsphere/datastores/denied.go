// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package datastores

import (
	"fmt"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
)

// denial is why a user may read no file of a datastore.
type denial struct {
	user, datastore, answer string
}

// reason says it in a sentence. Which of the two is missing, the answer does not tell.
func (d *denial) reason() string {
	return fmt.Sprintf("The user %q lacks the privilege Datastore.Browse or Datastore.FileManagement on the datastore %s.",
		d.user, d.datastore)
}

// denials are the datastores whose files the user may not read.
type denials map[*inventory.Store]*denial

// firstOfEach are one file of each datastore, and the others: a user who may not read
// the first may not read any, and the host need not say so of each.
func firstOfEach(files []File) (first, rest []*File) {
	seen := map[*inventory.Store]bool{}
	for i := range files {
		f := &files[i]
		if seen[f.Store] {
			rest = append(rest, f)
			continue
		}
		seen[f.Store] = true
		first = append(first, f)
	}
	return first, rest
}

// leaveOut gives the files that may be readable; the others say why they are not.
func (d denials) leaveOut(files []*File) []*File {
	var out []*File
	for _, f := range files {
		if why := d[f.Store]; why != nil {
			f.Config = unreadable(why)
			continue
		}
		out = append(out, f)
	}
	return out
}

// take notes what was denied. It is an error, as a datastore is that cannot be read;
// where the query leaves such out, it is the problem of each of its files.
func (d denials) take(q vix.FileQuery, files []*File) error {
	for _, f := range files {
		if f.denied == nil {
			continue
		}
		if !q.SkipUnreadable {
			return &vix.Error{
				Op: "read", Object: f.Path.String(), Code: vix.CodeHostUserPermissions,
				Reason: f.denied.reason(), Fault: f.denied.answer,
				Remedy: "Grant the user a role with both there, or connect as another user.",
			}
		}
		d[f.Store] = f.denied
		f.Config = unreadable(f.denied)
	}
	return nil
}

func unreadable(why *denial) *vix.FileConfig {
	return &vix.FileConfig{Problem: "The file cannot be read. " + why.reason()}
}
