// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package inventory

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestAFileHasOneIdentity file has one identity under all names of its datastore, and another one on
// every other datastore.
func TestAFileHasOneIdentity(t *testing.T) {
	mount := func(name, url, id string) *Datastore {
		return &Datastore{
			Datastore: vix.Datastore{Name: name, URL: url},
			Ref:       types.ManagedObjectReference{Type: "Datastore", Value: id},
		}
	}
	web := func(ds *Datastore) string { return ds.FileID(vix.Path{Datastore: ds.Name, File: "web/web.vmx"}) }
	a := mount("a", "ds:///vmfs/volumes/1/", "datastore-1")
	if web(a) != web(mount("b", "ds:///vmfs/volumes/1", "datastore-2")) {
		t.Error("two names of one datastore give two identities")
	}
	if web(a) == web(mount("a", "ds:///vmfs/volumes/2/", "datastore-3")) {
		t.Error("two datastores of one name give one identity")
	}
	if web(mount("a", "", "datastore-4")) == web(mount("a", "", "datastore-5")) {
		t.Error("datastores without a URL are taken for one")
	}
	if web(a) == a.FileID(vix.Path{Datastore: "a", File: "web/db.vmx"}) {
		t.Error("two files have one identity")
	}
}
