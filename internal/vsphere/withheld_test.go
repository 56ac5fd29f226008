// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"slices"
	"testing"

	"github.com/vmware/govmomi/object"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// limited is a connection of a user who lacks a privilege on an object.
func limited(t *testing.T, s *sim.Host, privilege, entity string) *host {
	t.Helper()
	s.AddUser(limitedUser, "pw")
	s.Deny(limitedUser, privilege, entity)
	return connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = limitedUser, "pw" })
}

// A list is an error that names what the host withheld of it, unless it is of
// something else.
func TestWhatIsWithheldIsNoShorterList(t *testing.T) {
	for _, c := range []struct {
		name, privilege, entity, says string
		vms                           bool // whether the list of VMs is an error too
		narrowed                      vix.FileQuery
	}{
		{"datastore unread", "System.Read", "/DC0/datastore/LocalDS_1", "System.Read on the datastore /DC0/datastore/LocalDS_1",
			false, vix.FileQuery{Datacenter: "DC0", Datastores: []string{"LocalDS_0"}}},
		{"datastore hidden", "System.View", "/DC0/datastore/LocalDS_1", "System.View and System.Read on the datastore with the managed object id",
			false, vix.FileQuery{Datacenter: "DC0", Datastores: []string{"LocalDS_0"}}},
		{"datacenter unread", "System.Read", "/DC1", "System.Read on the datastore /DC1/datastore/LocalDS_0", false, vix.FileQuery{Datacenter: "DC0"}},
		{"datacenter hidden", "System.View", "/DC1", "System.View and System.Read on the datacenter with the managed object id",
			true, vix.FileQuery{Datacenter: "DC0"}},
		{"VM unread", "System.Read", "/DC0/vm/web", "System.Read on the VM", true, vix.FileQuery{Datacenter: "DC1"}},
		{"VM hidden", "System.View", "/DC0/vm/web", "System.View and System.Read on the VM with the managed object id", true,
			vix.FileQuery{Datacenter: "DC1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := simulated(t, sim.Options{Datacenters: 2, Datastores: 2})
			registered(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
			laid(t, s, "DC0", "[LocalDS_1] db/db.vmx")
			laid(t, s, "DC1", "[LocalDS_1] db/db.vmx")
			h := limited(t, s, c.privilege, c.entity)
			_, err := h.Files(t.Context(), vix.FileQuery{})
			says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), limitedUser, c.says)
			if _, err := h.Files(t.Context(), c.narrowed); err != nil {
				t.Errorf("a list of something else: %v", err)
			}
			_, err = h.Find(t.Context(), vix.Query{})
			if !c.vms {
				must(t, err)
				return
			}
			says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), limitedUser, c.says)
		})
	}
}

// Nothing is concluded from an inventory that is empty for the user.
func TestAListOfNothingIsAnError(t *testing.T) {
	s := simulated(t, sim.Options{})
	h := limited(t, s, "System.View", "/")
	_, err := h.Files(t.Context(), vix.FileQuery{})
	failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone)
	_, err = h.Find(t.Context(), vix.Query{})
	failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone)

	// Nothing is withheld, and there is nothing.
	h = connected(t, simulated(t, single))
	what := wire.To("look for files on", "vc")
	_, _, err = h.selectDatastores(&inventory.Outline{}, what, vix.FileQuery{})
	says(t, failure(t, err, vix.CodeObjectNotFound, vix.FieldDatacenter), "There is no datacenter", "nothing is concluded from an empty list")
	_, _, err = h.selectDatastores(&inventory.Outline{Datacenters: []*inventory.Datacenter{{Path: "/DC0"}}}, what, vix.FileQuery{})
	says(t, failure(t, err, vix.CodeFileNotFound, vix.FieldDatastores), "There is no datastore in /DC0", "nothing is concluded from an empty list")
}

// A datacenter that has no datastore, on the host itself: nobody withholds anything.
func TestADatacenterWithoutDatastoresIsAnError(t *testing.T) {
	s := simulated(t, single)
	admin, err := s.Client(t.Context())
	must(t, err)
	must(t, second(object.NewRootFolder(admin.Client).CreateDatacenter(t.Context(), "Empty")))
	h := connected(t, s)
	_, err = h.Files(t.Context(), vix.FileQuery{Datacenter: "Empty"})
	says(t, failure(t, err, vix.CodeFileNotFound, vix.FieldDatastores), "There is no datastore in /Empty, or this user may not see any.",
		"Check that this user has System.View on the datastores: nothing is concluded from an empty list.")
	if _, err := h.Files(t.Context(), vix.FileQuery{}); err != nil {
		t.Errorf("beside a datacenter that has some: %v", err)
	}
}

// What lies on readable datastores is opened; nothing is registered on one that
// may not be read.
func TestAWithheldDatastoreStopsOnlyWhatIsOnIt(t *testing.T) {
	s := simulated(t, sim.Options{Datastores: 2})
	web, _ := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	db := laid(t, s, "DC0", "[LocalDS_1] db/db.vmx")
	h := limited(t, s, "System.Read", "/DC0/datastore/LocalDS_1")
	if _, err := h.Open(t.Context(), vix.Locator{Path: web}); err != nil {
		t.Error(err)
	}
	_, err := h.Open(t.Context(), vix.Locator{Path: db})
	says(t, failure(t, err, vix.CodeVMNotFound, vix.FieldPath), "System.Read on the datastore /DC0/datastore/LocalDS_1")
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: db})
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldPath), "System.Read on the datastore /DC0/datastore/LocalDS_1")
}

// The name that a file is counted under is that of the oldest mount, every time.
func TestTheHomeOfADatastoreIsStable(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2})
	must(t, s.AddDatastore("DC0", "second"))
	must(t, s.AliasDatastore("DC0", "second", "DC0", "alias"))
	must(t, s.AliasDatastore("DC0", "second", "DC1", "archive"))
	laid(t, s, "DC0", "[second] web/web.vmx")
	want := []string{"/DC0:[second] web/web.vmx"}
	for range 20 {
		got, err := connected(t, s).Files(t.Context(), vix.FileQuery{})
		must(t, err)
		if !slices.Equal(keysOf(got), want) {
			t.Fatalf("found %q, want %q", keysOf(got), want)
		}
	}
}

// A file that is registered through another mount, by that mount's name, is found.
func TestAFileIsFoundThroughEveryMount(t *testing.T) {
	for _, c := range []struct {
		datacenter, name, says string
		field                  vix.Field
	}{
		{"DC0", "alias", "The datastore second is also called alias, and the VM is registered as [alias] web/web.vmx:", vix.FieldPath},
		{"DC1", "archive", "The datastore second is also mounted in another datacenter as archive, and the VM is registered there:",
			vix.FieldDatacenter},
	} {
		s := simulated(t, sim.Options{Datacenters: 2, StandaloneHosts: -1})
		must(t, s.AddDatastore("DC0", "second"))
		must(t, s.AliasDatastore("DC0", "second", c.datacenter, c.name))
		p := laid(t, s, "DC0", "[second] web/web.vmx")
		must(t, second(s.Register(t.Context(), c.datacenter, "["+c.name+"] web/web.vmx")))
		h := connected(t, s)
		_, err := h.Check(t.Context(), vix.RegisterSpec{Path: p})
		says(t, failure(t, err, vix.CodeAlreadyExists, c.field), c.says)
		got, err := h.Files(t.Context(), vix.FileQuery{})
		must(t, err)
		if want := []string{"/" + c.datacenter + ":[" + c.name + "] web/web.vmx"}; !slices.Equal(keysOf(got), want) || len(got.Files[0].Registered) != 1 {
			t.Errorf("found %q, %+v", keysOf(got), got.Files)
		}
	}
}

// One NFS export under two datastores with two URLs is said, and refused.
func TestAnExportSeenTwiceIsOneFile(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	must(t, s.AddDatastore("DC0", "plain"))
	must(t, s.MountExport("DC0", "nfs3", "NFS", "nas.example.com", "/vol/vms/"))
	must(t, s.MountExport("DC0", "nfs4", "NFS41", "192.0.2.1", "/vol/vms"))
	p := laid(t, s, "DC0", "[nfs3] web/web.vmx")
	h := connected(t, s)
	got, err := h.Files(t.Context(), vix.FileQuery{})
	must(t, err)
	if len(got.Files) != 2 || len(got.Files[0].SameFileAs) != 1 || got.Files[0].SameFileAs[0].String() != "/DC0:[nfs4] web/web.vmx" {
		t.Errorf("found %+v", got.Files)
	}
	if _, err := h.Check(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
		t.Errorf("while nothing is registered: %v", err)
	}
	must(t, second(s.Register(t.Context(), "DC0", "[nfs4] web/web.vmx")))
	_, err = connected(t, s).Check(t.Context(), vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), "show one NFS export, /vol/vms", "[nfs4] web/web.vmx", "Unmount one of the two datastores")
}
