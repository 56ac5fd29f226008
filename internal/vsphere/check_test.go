// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
)

// check is Check of a spec, with its error.
func check(t *testing.T, h *host, spec vix.RegisterSpec) (*vix.Check, error) {
	t.Helper()
	return h.Check(t.Context(), spec)
}

func TestPlacementIsDerivedWhereOneAnswerIsSensible(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: 2, ClusterHosts: 2, StandaloneHosts: 1})
	_, err := s.AddFolder("DC0", "Linux/Web")
	must(t, err)
	_, err = s.AddPool("DC0", "DC0_C0", "gold")
	must(t, err)
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	const c0, h0 = "/DC0/host/DC0_C0", "/DC0/host/DC0_H0"
	for name, c := range map[string]struct {
		spec vix.RegisterSpec
		want vix.Placement
	}{
		"cluster with DRS chooses the host": {
			vix.RegisterSpec{Cluster: "DC0_C0"},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm", Cluster: c0, ResourcePool: c0 + "/Resources"},
		},
		"standalone host": {
			vix.RegisterSpec{Host: "DC0_H0"},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm", Host: h0 + "/DC0_H0", ResourcePool: h0 + "/Resources"},
		},
		"host in a cluster": {
			vix.RegisterSpec{Host: "DC0_C0_H1", Folder: "Web"},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm/Linux/Web", Cluster: c0, Host: c0 + "/DC0_C0_H1", ResourcePool: c0 + "/Resources"},
		},
		"pool by name": {
			vix.RegisterSpec{ResourcePool: "gold", Folder: "/DC0/vm/Linux"},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm/Linux", Cluster: c0, ResourcePool: c0 + "/Resources/gold"},
		},
		"pool that several clusters have, in one of them": {
			vix.RegisterSpec{ResourcePool: "Resources", Cluster: "DC0_C1", Host: "DC0_C1_H0"},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm", Cluster: "/DC0/host/DC0_C1", Host: "/DC0/host/DC0_C1/DC0_C1_H0", ResourcePool: "/DC0/host/DC0_C1/Resources"},
		},
		"template on a host": {
			vix.RegisterSpec{Host: "DC0_C0_H0", Template: true},
			vix.Placement{Datacenter: "/DC0", Folder: "/DC0/vm", Cluster: c0, Host: c0 + "/DC0_C0_H0"},
		},
	} {
		c.spec.Path = p
		got, err := check(t, h, c.spec)
		if err != nil || got.Placement != c.want || !got.FileExists {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", name, got, err, c.want)
		}
	}
	// Of all that, the host agrees with what was derived.
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, ResourcePool: "gold", Folder: "Web"})
	if err != nil || r.ResourcePool != c0+"/Resources/gold" || r.Folder != "/DC0/vm/Linux/Web" || r.Cluster != c0 {
		t.Errorf("registered: %+v, %v", r, err)
	}
}

func TestPlacementErrors(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, Clusters: 1, ClusterHosts: 2, StandaloneHosts: 2, Datastores: 2})
	_, err := s.AddFolder("DC0", "a/same")
	must(t, err)
	_, err = s.AddFolder("DC0", "b/same")
	must(t, err)
	must(t, s.Unmount("DC0_H1", "DC0", "LocalDS_0"))
	must(t, s.AddDatastore("DC0", "nowhere"))
	for _, name := range []string{"DC0_H0", "DC0_H1", "DC0_C0_H0", "DC0_C0_H1"} {
		must(t, s.Unmount(name, "DC0", "nowhere"))
	}
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	for name, c := range map[string]struct {
		spec  vix.RegisterSpec
		code  vix.Code
		field vix.Field
		parts []string
	}{
		"several datacenters": {vix.RegisterSpec{}, vix.CodeInvalidArg, vix.FieldDatacenter,
			[]string{`2 datacenters have a datastore named "LocalDS_0":`, "datacenter /DC0: the file is there", "datacenter /DC1: the file is not there"}},
		"unknown folder": {vix.RegisterSpec{Datacenter: "DC0", Folder: "linx"}, vix.CodeObjectNotFound, vix.FieldFolder,
			[]string{`There is no VM folder "linx" in /DC0`, "/DC0/vm/a/same"}},
		"ambiguous folder": {vix.RegisterSpec{Datacenter: "DC0", Folder: "same", Cluster: "DC0_C0"}, vix.CodeInvalidArg, vix.FieldFolder,
			[]string{`The name "same" fits several in /DC0:`, "/DC0/vm/a/same", "/DC0/vm/b/same"}},
		"folder of another datacenter": {vix.RegisterSpec{Datacenter: "DC0", Folder: "/DC1/vm"}, vix.CodeObjectNotFound, vix.FieldFolder,
			[]string{`There is no VM folder "/DC1/vm" in /DC0`}},
		"unknown cluster": {vix.RegisterSpec{Datacenter: "DC0", Cluster: "DC0_C9"}, vix.CodeObjectNotFound, vix.FieldCluster,
			[]string{`There is no cluster "DC0_C9" in /DC0`, "/DC0/host/DC0_C0"}},
		"cluster of another datacenter": {vix.RegisterSpec{Datacenter: "DC0", Cluster: "DC1_C0"}, vix.CodeObjectNotFound, vix.FieldCluster,
			[]string{`There is no cluster "DC1_C0" in /DC0`}},
		"unknown pool": {vix.RegisterSpec{Datacenter: "DC0", ResourcePool: "gold"}, vix.CodeObjectNotFound, vix.FieldResourcePool,
			[]string{`There is no resource pool "gold" in /DC0`}},
		"unknown host": {vix.RegisterSpec{Datacenter: "DC0", Host: "esx9"}, vix.CodeObjectNotFound, vix.FieldHost,
			[]string{`There is no host "esx9" in /DC0`}},
		"host of another cluster": {vix.RegisterSpec{Datacenter: "DC0", Cluster: "DC0_C0", Host: "DC0_H0"}, vix.CodeInvalidArg, vix.FieldHost,
			[]string{"The host /DC0/host/DC0_H0/DC0_H0 is not one of /DC0/host/DC0_C0."}},
		"host without the datastore": {vix.RegisterSpec{Datacenter: "DC0", Host: "DC0_H1"}, vix.CodeInvalidArg, vix.FieldHost,
			[]string{"does not mount the datastore LocalDS_0"}},
		"several places": {vix.RegisterSpec{Datacenter: "DC0"}, vix.CodeInvalidArg, vix.FieldNone,
			[]string{"there are several places that have the datastore LocalDS_0", "cluster /DC0/host/DC0_C0", "host /DC0/host/DC0_H0/DC0_H0"}},
		"template in a cluster": {vix.RegisterSpec{Datacenter: "DC0", Cluster: "DC0_C0", Template: true}, vix.CodeInvalidArg, vix.FieldHost,
			[]string{"has several hosts, and a template is registered on one", "host /DC0/host/DC0_C0/DC0_C0_H0"}},
		"mounted nowhere": {vix.RegisterSpec{Path: pathOf(t, "[nowhere] a/a.vmx")}, vix.CodeInvalidArg, vix.FieldNone,
			[]string{"No host of /DC0 mounts the datastore nowhere"}},
		"cluster that does not mount it": {vix.RegisterSpec{Path: pathOf(t, "[nowhere] a/a.vmx"), Cluster: "DC0_C0"}, vix.CodeInvalidArg, vix.FieldCluster,
			[]string{"No host of /DC0/host/DC0_C0 mounts the datastore nowhere"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.spec.Path.IsZero() {
				c.spec.Path = p
			}
			_, err := check(t, h, c.spec)
			says(t, failure(t, err, c.code, c.field), append(c.parts, "Cannot register "+c.spec.Path.String())...)
		})
	}
	must(t, s.SetHostState("DC0_H0", "disconnected", false))
	must(t, s.SetHostState("DC0_C0_H0", "connected", true))
	h = connected(t, s)
	_, err = check(t, h, vix.RegisterSpec{Path: p, Datacenter: "DC0", Host: "DC0_H0"})
	says(t, failure(t, err, vix.CodeVMHostDisconnected, vix.FieldHost), "is not connected")
	_, err = check(t, h, vix.RegisterSpec{Path: p, Datacenter: "DC0", Host: "DC0_C0_H0"})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldHost), "is in maintenance mode")
	// What is left is one host, so that nothing needs to be said.
	got, err := check(t, h, vix.RegisterSpec{Path: p, Datacenter: "DC0"})
	if err != nil || got.Placement.Host != "/DC0/host/DC0_C0/DC0_C0_H1" {
		t.Errorf("with one host left: %+v, %v", got, err)
	}
}

func TestClusterWithoutDRSNeedsAHost(t *testing.T) {
	s := simulated(t, sim.Options{NoDRS: true, StandaloneHosts: -1})
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	_, err := check(t, h, vix.RegisterSpec{Path: p})
	says(t, kind(t, failure(t, err, vix.CodeInvalidArg, vix.FieldHost), vix.ErrPlaceNotSaid),
		"The cluster /DC0/host/DC0_C0 has no DRS to choose one of its hosts:",
		"host /DC0/host/DC0_C0/DC0_C0_H0", "host /DC0/host/DC0_C0/DC0_C0_H1")
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Host: "DC0_C0_H1"})
	if err != nil || r.Host != "/DC0/host/DC0_C0/DC0_C0_H1" {
		t.Errorf("with a host: %+v, %v", r, err)
	}
}

func TestDatacenterIsImpliedByAnInventoryPathOrAName(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, DatacenterFolders: 1})
	h := connected(t, s)
	p := laid(t, s, "/F0/DC1", "[LocalDS_0] web/web.vmx")
	for _, spec := range []vix.RegisterSpec{
		{Cluster: "/F0/DC1/host/F0/DC1_C0"}, {Cluster: "DC1_C0"}, {Datacenter: "DC1", Cluster: "DC1_C0"}, {Datacenter: "/F0/DC1", Host: "DC1_H0"},
	} {
		spec.Path = p
		got, err := check(t, h, spec)
		if err != nil {
			// The model may or may not put clusters into a folder; only that form may fail.
			if strings.HasPrefix(spec.Cluster, "/F0/DC1/host/F0/") {
				continue
			}
			t.Errorf("%+v: %v", spec, err)
			continue
		}
		if got.Placement.Datacenter != "/F0/DC1" {
			t.Errorf("%+v: %+v", spec, got.Placement)
		}
	}
}

func TestCheckFindsWhatIsRegisteredAlready(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2})
	_, err := s.AddFolder("DC0", "Web")
	must(t, err)
	p, moref := registered(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	h := connected(t, s)
	spec := vix.RegisterSpec{Path: p, Datacenter: "DC0"}
	_, err = check(t, h, spec)
	e := kind(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), vix.ErrAlreadyRegistered)
	says(t, e, "The VM is registered already:", `/DC0: "web" (managed object id `+moref)
	if e.VM == nil || e.VM.ManagedObjectID != moref {
		t.Errorf("the VM of the error: %+v", e.VM)
	}
	spec.Adopt, spec.Folder = true, "Web"
	got, err := check(t, h, spec)
	if err != nil || got.Registered == nil || got.Registered.ManagedObjectID != moref || got.Finished {
		t.Errorf("check with adoption: %+v, %v", got, err)
	}
	for field, change := range map[vix.Field]func(*vix.RegisterSpec){
		vix.FieldFolder:       func(s *vix.RegisterSpec) { s.Folder = "elsewhere" },
		vix.FieldResourcePool: func(s *vix.RegisterSpec) { s.ResourcePool = "elsewhere" },
	} {
		other := spec
		change(&other)
		_, err := check(t, h, other)
		var e *vix.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("adoption with another %s: %v", field, err)
		}
	}
}

func TestRegistrationInASecondInventoryIsRefused(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2})
	must(t, s.AddDatastore("DC0", "shared"))
	must(t, s.ShareDatastore("DC0", "shared", "DC1"))
	p, moref := registered(t, s, "DC0", "[shared] web/web.vmx", sim.VMX{DisplayName: "web"})
	h := connected(t, s)
	for _, adopt := range []bool{false, true} {
		_, err := check(t, h, vix.RegisterSpec{Path: p, Datacenter: "DC1", Cluster: "DC1_C0", Adopt: adopt})
		says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldDatacenter),
			"The datastore shared is also mounted in another datacenter", moref, "powered on twice one day")
	}
}

func TestCheckNamesWhatTheUserLacks(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	s.AddUser("limited", "pw")
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	as := func(o *vix.ConnectOptions) { o.Username, o.Password = "limited", "pw" }
	if _, err := check(t, connected(t, s, as), vix.RegisterSpec{Path: p}); err != nil {
		t.Fatalf("with all privileges: %v", err)
	}
	for privilege, object := range map[string]string{
		privilegeRegister: "the folder /DC0/vm", privilegeAssignPool: "the resource pool /DC0/host/DC0_C0/Resources",
	} {
		s.Deny("limited", privilege, "")
		_, err := check(t, connected(t, s, as), vix.RegisterSpec{Path: p})
		e := failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone)
		says(t, e, `The user "limited" lacks:`)
		if !slices.Equal(e.Choices, []string{privilege + " on " + object}) {
			t.Errorf("without %s: %q", privilege, e.Choices)
		}
		// The host enforces what the check foretells, and its fault names the same.
		h := connected(t, s, as)
		_, err = h.Register(t.Context(), vix.RegisterSpec{Path: p})
		says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone),
			`The user "limited" lacks the privilege `+privilege+" on "+object, "the host says: NoPermission")
		s.ClearDenied()
	}
}

func TestCheckWithoutTheRightToBrowse(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	s.AddUser("limited", "pw")
	s.Deny("limited", "Datastore.Browse", "")
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s, func(o *vix.ConnectOptions) { o.Username, o.Password = "limited", "pw" })
	got, err := check(t, h, vix.RegisterSpec{Path: p})
	if err != nil || got.FileExists || got.FileUnknown != `The user "limited" lacks the privilege Datastore.Browse on the datastore /DC0/datastore/LocalDS_0.` {
		t.Errorf("check: %+v, %v", got, err)
	}
	if _, err := h.Register(t.Context(), vix.RegisterSpec{Path: p}); err != nil {
		t.Errorf("register needs no right to browse: %v", err)
	}
}

func TestCheckOfAnInaccessibleDatastore(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))
	_, err := check(t, connected(t, s), vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeFileError, vix.FieldPath), "The datastore LocalDS_0 of /DC0 is inaccessible: no host can read it.")
}

// What was read when the connection began is held against the host before it is
// an error's reason.
func TestCheckOfADatastoreThatWentDown(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	_, err := h.Outline(t.Context(), time.Time{})
	must(t, err)
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))
	_, err = check(t, h, vix.RegisterSpec{Path: p})
	says(t, failure(t, err, vix.CodeFileError, vix.FieldPath), "The datastore LocalDS_0 of /DC0 is inaccessible: no host can read it.")
}

func TestCheckOfADatastoreThatCameBack(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))
	h := connected(t, s)
	if _, err := check(t, h, vix.RegisterSpec{Path: p}); err == nil {
		t.Fatal("the datastore is not away, so that this test proves nothing")
	}
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", true))
	if got, err := check(t, h, vix.RegisterSpec{Path: p}); err != nil || !got.FileExists {
		t.Errorf("after it came back: %+v, %v", got, err)
	}
}

func TestManyChecksShareOneSearch(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	h := connected(t, s)
	var paths []vix.Path
	for name := range strings.SplitSeq("a b c d e f g h i j k l m n o p q r s t", " ") {
		paths = append(paths, laid(t, s, "DC0", "[LocalDS_0] "+name+"/"+name+".vmx"))
	}
	paths = append(paths, laid(t, s, "DC0", "[LocalDS_0] odd [1]/odd*[1].vmx"))
	s.ResetRequests()
	for _, p := range paths {
		got, err := check(t, h, vix.RegisterSpec{Path: p})
		if err != nil || !got.FileExists {
			t.Errorf("%s: %+v, %v", p, got, err)
		}
	}
	r := s.Requests()
	if n := r["SearchDatastore_Task"]; n != datastores.MaxFolders {
		t.Errorf("%d folders were searched by themselves", n)
	}
	if n := r["SearchDatastoreSubFolders_Task"]; n != 1 {
		t.Errorf("%d searches of the datastore", n)
	}
	if n := r["HasUserPrivilegeOnEntities"]; n != 1 {
		t.Errorf("%d questions on privileges", n)
	}
	// What the listing does not know yet is looked for once more.
	late := laid(t, s, "DC0", "[LocalDS_0] late/late.vmx")
	if got, err := check(t, h, vix.RegisterSpec{Path: late}); err != nil || !got.FileExists {
		t.Errorf("a file that came later: %+v, %v", got, err)
	}
}

// A datastore that is down is looked at anew once, not for each registration on it.
func TestADatastoreThatIsDownIsLookedAtOnce(t *testing.T) {
	s := simulated(t, single)
	h := connected(t, s)
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_0", false))
	var paths []vix.Path
	for i := range 40 {
		paths = append(paths, pathOf(t, fmt.Sprintf("[LocalDS_0] vm%d/vm%d.vmx", i, i)))
	}
	s.ResetRequests()
	tenAtATime(paths, func(_ int, p vix.Path) {
		_, err := h.Check(t.Context(), vix.RegisterSpec{Path: p})
		says(t, failure(t, err, vix.CodeFileError, vix.FieldPath), "is inaccessible")
	})
	if n := s.Requests()["RetrievePropertiesEx"]; n > 10 {
		t.Errorf("the inventory was read %d times", n)
	}
}

// What is taken out must be able to come back: under the name that it has, where nobody else may have it.
func TestWhatReturnsNeedsItsNameFree(t *testing.T) {
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	must(t, second(s.AddFolder("DC0", "Linux")))
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{DisplayName: "web"})
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Folder: "Linux"})
	must(t, err)
	registered(t, s, "DC0", "[LocalDS_0] other/other.vmx", sim.VMX{DisplayName: "web"})
	leaving := r.Handle()
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Without: &leaving})
	says(t, failure(t, err, vix.CodeDuplicateName, vix.FieldName), `The name "web" is taken in the folder /DC0/vm`)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: p, Folder: "Linux", Without: &leaving})
	must(t, err)
}
