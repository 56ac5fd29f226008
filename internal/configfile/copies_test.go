// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package configfile

import (
	"fmt"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// A datastore of copies of one VM names the first ones of each, in order: what is named does not grow with the square of them.
func TestThousandsOfCopiesNameTheFirst(t *testing.T) {
	const n = 3000
	var files []*vix.File
	for i := range n {
		files = append(files, &vix.File{
			Path: vix.Path{Datastore: "ds", File: fmt.Sprintf("m%04d/m.vmx", n-1-i)}, Config: &vix.FileConfig{InstanceUUID: "one"},
		})
	}
	alone := &vix.File{Path: vix.Path{Datastore: "ds", File: "alone/a.vmx"}, Config: &vix.FileConfig{InstanceUUID: "two"}}
	unread := &vix.File{Path: vix.Path{Datastore: "ds", File: "unread/u.vmx"}}
	NoteCopies(append(files, alone, unread))
	for _, f := range files {
		named := f.Config.SameUUIDAs
		if len(named) != vix.MaxCopies || named[0] == f.Locator() || named[1].String() <= named[0].String() {
			t.Fatalf("%s names %v", f.Path, named)
		}
	}
	if len(alone.Config.SameUUIDAs) != 0 {
		t.Errorf("one without copies names %v", alone.Config.SameUUIDAs)
	}
}
