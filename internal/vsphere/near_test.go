// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"slices"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
)

// TestAWrongPathListsWhatIsNear: opening, checking and registering a file that is not there
// list the folders and the files that may be meant.
func TestAWrongPathListsWhatIsNear(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	for _, path := range []string{"web-01/web-01.vmx", "web-02/web-02.vmx", "db/db-primary.vmx", ".snap/prod/mail/mail.vmx"} {
		laid(t, s, "DC0", "[LocalDS_0] "+path)
	}
	h := connected(t, s)
	for path, want := range map[string][]string{
		"web-1/web-1.vmx":          {"[LocalDS_0] web-01/", "[LocalDS_0] web-02/"},
		"db/db.vmx":                {"[LocalDS_0] db/db-primary.vmx"},
		"Web-01/web-01.vmx":        {"[LocalDS_0] web-01/", "[LocalDS_0] web-02/"},
		".snap/prod/mial/mail.vmx": {"[LocalDS_0] .snap/prod/mail/"},
		".snap/prd/mail/mail.vmx":  {"[LocalDS_0] .snap/prod/"},
		"nothing/like/it.vmx":      nil,
		"db-primary.vmx":           nil,
	} {
		h.Datastores = datastores.New(h.Inventory, h.waits) // what is near is told for some files of a connection only
		p := pathOf(t, "[LocalDS_0] "+path)
		_, err := h.Open(t.Context(), vix.Locator{Path: p})
		opened := failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
		check, err := h.Check(t.Context(), vix.RegisterSpec{Path: p})
		must(t, err)
		_, err = h.Register(t.Context(), vix.RegisterSpec{Path: p})
		registered := failure(t, err, vix.CodeNotFound, vix.FieldPath)
		if !slices.Equal(opened.Choices, want) || !slices.Equal(check.Near, want) || !slices.Equal(registered.Choices, want) {
			t.Errorf("%s: near are %q, %q and %q, want %q", path, opened.Choices, check.Near, registered.Choices, want)
		}
		if want != nil {
			says(t, opened, "there is no such file on the datastore. Near it are:\n\n  - "+want[0])
			says(t, registered, "There is no such file on the datastore LocalDS_0 of /DC0. Near it are:\n\n  - "+want[0])
		}
	}
	laid(t, s, "DC0", "[LocalDS_0] db/db-replica.vmx")
	laid(t, s, "DC0", "[LocalDS_0] db/db-old.vmx")
	laid(t, s, "DC0", "[LocalDS_0] db/db-older.vmx")
	check, err := h.Check(t.Context(), vix.RegisterSpec{Path: pathOf(t, "[LocalDS_0] db/db-odl.vmx")})
	must(t, err)
	if want := []string{"[LocalDS_0] db/db-old.vmx", "[LocalDS_0] db/db-older.vmx"}; !slices.Equal(check.Near, want) {
		t.Errorf("of many files near are %q, want %q", check.Near, want)
	}
}

// Of two datacenters it is said which one has what is near.
func TestWhatIsNearIsToldOfEachDatacenter(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2})
	laid(t, s, "DC0", "[LocalDS_0] web-01/web-01.vmx")
	laid(t, s, "DC1", "[LocalDS_0] web-02/web-02.vmx")
	_, err := connected(t, s).Open(t.Context(), vix.Locator{Path: pathOf(t, "[LocalDS_0] web-1/web-1.vmx")})
	e := failure(t, err, vix.CodeVMNotFound, vix.FieldPath)
	if want := []string{"/DC0: [LocalDS_0] web-01/", "/DC1: [LocalDS_0] web-02/"}; !slices.Equal(e.Choices, want) {
		t.Errorf("near are %q, want %q", e.Choices, want)
	}
}

// What is near costs a few searches of one folder each, for a few files of a datastore, and
// nothing where the file is there.
func TestWhatIsNearCostsLittle(t *testing.T) {
	t.Parallel()
	s := simulated(t, single)
	there := laid(t, s, "DC0", "[LocalDS_0] web-01/web-01.vmx")
	searches := func(paths ...vix.Path) int {
		h := connected(t, s)
		s.ResetRequests()
		for _, p := range paths {
			must(t, second(h.Check(t.Context(), vix.RegisterSpec{Path: p})))
		}
		return s.Requests()["SearchDatastore_Task"]
	}
	if n := searches(there); n != 1 {
		t.Errorf("%d searches for a file that is there, want 1", n)
	}
	if n := searches(pathOf(t, "[LocalDS_0] a/b/c/d/e/f.vmx")); n != 1+datastores.NearDepth {
		t.Errorf("%d searches for a file in a folder that is not there, want %d", n, 1+datastores.NearDepth)
	}
	var many []vix.Path
	for i := range 100 {
		many = append(many, pathOf(t, fmt.Sprintf("[LocalDS_0] a/b/c/d/%d.vmx", i)))
	}
	if n := searches(many...); n != len(many)+datastores.MostNear*datastores.NearDepth {
		t.Errorf("%d searches for %d files, want %d", n, len(many), len(many)+datastores.MostNear*datastores.NearDepth)
	}
}
