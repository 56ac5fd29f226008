// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/configfile"
	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/datastores"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/inventory"
	"github.com/terraform-vix/terraform-provider-vix/internal/vsphere/wire"
)

// keysOf are the keys of what was found.
func keysOf(files *vix.Files) []string {
	var out []string
	for i := range files.Files {
		out = append(out, files.Files[i].Locator().String())
	}
	return out
}

func TestFilesFindsWhatLiesThere(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2, DatacenterFolders: 1, Datastores: 2})
	for _, path := range []string{"[LocalDS_0] web/web.vmx", "[LocalDS_1] a/b/c/deep.vmx", "[LocalDS_0] größe 100%/größe [1].vmx", "[LocalDS_0] t/t.vmtx"} {
		laid(t, s, "DC0", path)
	}
	laid(t, s, "/F0/DC1", "[LocalDS_0] web/web.vmx")
	must(t, s.WriteFile("DC0", "[LocalDS_0] web/second.vmx", []byte(`.encoding = "UTF-8"`)))
	laid(t, s, "DC0", "[LocalDS_0] .snapshot/daily/web/web.vmx")
	laid(t, s, "DC0", "[LocalDS_0] lab/x/x.vmx")
	_, moref := registered(t, s, "DC0", "[LocalDS_0] db/db.vmx", sim.VMX{DisplayName: "db"})
	h := connected(t, s)
	got, err := h.Files(t.Context(), vix.FileQuery{Exclude: append([]string{"lab"}, vix.DefaultExclude...)})
	must(t, err)
	want := []string{
		"/DC0:[LocalDS_0] db/db.vmx", "/DC0:[LocalDS_0] größe 100%/größe [1].vmx", "/DC0:[LocalDS_0] web/second.vmx",
		"/DC0:[LocalDS_0] web/web.vmx", "/DC0:[LocalDS_1] a/b/c/deep.vmx", "/F0/DC1:[LocalDS_0] web/web.vmx",
	}
	if !slices.Equal(keysOf(got), want) {
		t.Errorf("found\n%q\nwant\n%q", keysOf(got), want)
	}
	for _, f := range got.Files {
		isDB := f.Path.File == "db/db.vmx"
		if isDB != (len(f.Registered) == 1) || isDB && (f.Registered[0].ManagedObjectID != moref || f.Registered[0].Name != "db") {
			t.Errorf("%s is registered as %+v", f.Path, f.Registered)
		}
		if f.Size == 0 || f.Modified.IsZero() {
			t.Errorf("%s has %d bytes, changed %v", f.Path, f.Size, f.Modified)
		}
	}
	if len(got.LeftOut) != 2 || got.LeftOut[0].By != ".snapshot" || got.LeftOut[1].By != "lab" {
		t.Errorf("left out: %+v", got.LeftOut)
	}
	if n := s.Requests()["SearchDatastoreSubFolders_Task"]; n != 4 {
		t.Errorf("%d searches of 4 datastores", n)
	}
	for name, c := range map[string]struct {
		q    vix.FileQuery
		want []string
	}{
		"one datacenter":     {vix.FileQuery{Datacenter: "DC1"}, []string{"/F0/DC1:[LocalDS_0] web/web.vmx"}},
		"one datastore":      {vix.FileQuery{Datacenter: "DC0", Datastores: []string{"LocalDS_1"}}, []string{"/DC0:[LocalDS_1] a/b/c/deep.vmx"}},
		"a folder":           {vix.FileQuery{Folder: "/a/b/"}, []string{"/DC0:[LocalDS_1] a/b/c/deep.vmx"}},
		"templates":          {vix.FileQuery{Match: "*.vmtx"}, []string{"/DC0:[LocalDS_0] t/t.vmtx"}},
		"a class of letters": {vix.FileQuery{Match: "[v-x]eb.vmx", Datacenter: "DC1"}, []string{"/F0/DC1:[LocalDS_0] web/web.vmx"}},
	} {
		got, err := h.Files(t.Context(), c.q)
		if err != nil || !slices.Equal(keysOf(got), c.want) {
			t.Errorf("%s: %q, %v; want %q", name, keysOf(got), err, c.want)
		}
	}
}

func TestFilesRefuses(t *testing.T) {
	s := simulated(t, sim.Options{Datastores: 2})
	laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")
	h := connected(t, s)
	for name, c := range map[string]struct {
		q     vix.FileQuery
		code  vix.Code
		field vix.Field
		says  string
	}{
		"unknown datastore":  {vix.FileQuery{Datastores: []string{"LocalDS_7"}}, vix.CodeFileNotFound, vix.FieldDatastores, "The nearest names are:"},
		"unknown datacenter": {vix.FileQuery{Datacenter: "DC7"}, vix.CodeObjectNotFound, vix.FieldDatacenter, `There is no datacenter "DC7"`},
		"unknown folder":     {vix.FileQuery{Folder: "none"}, vix.CodeFileNotFound, vix.FieldFilesPath, "None of the datastores has the folder"},
		"broken match":       {vix.FileQuery{Match: "[a.vmx"}, vix.CodeInvalidArg, vix.FieldMatch, "is malformed"},
		"broken exclude":     {vix.FileQuery{Exclude: []string{`a\`}}, vix.CodeInvalidArg, vix.FieldExclude, "is malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.Files(t.Context(), c.q)
			says(t, failure(t, err, c.code, c.field), c.says)
		})
	}
	must(t, s.SetDatastoreAccessible("DC0", "LocalDS_1", false))
	h = connected(t, s)
	_, err := h.Files(t.Context(), vix.FileQuery{})
	says(t, kind(t, failure(t, err, vix.CodeFileError, vix.FieldDatastores), vix.ErrDatastoreDown), "The datastore LocalDS_1 of /DC0 is inaccessible")
	got, err := h.Files(t.Context(), vix.FileQuery{SkipUnreadable: true})
	if err != nil || len(got.Files) != 1 || len(got.Unreadable) != 1 || got.Unreadable[0].Datastore != "LocalDS_1" || got.Unreadable[0].Reason == "" {
		t.Errorf("skipping what is inaccessible: %+v, %v", got, err)
	}
	s.Fault(sim.Fault{Method: "SearchDatastoreSubFolders_Task", Times: -1, Task: &types.InvalidState{}})
	_, err = h.Files(t.Context(), vix.FileQuery{Datastores: []string{"LocalDS_0"}})
	says(t, failure(t, err, vix.CodeObjectIsBusy, vix.FieldNone), "Cannot search the datastore LocalDS_0 of /DC0")
	s.ClearFaults()
	s.Deny(s.Username(), "Datastore.Browse", "")
	_, err = h.Files(t.Context(), vix.FileQuery{Datastores: []string{"LocalDS_0"}})
	says(t, failure(t, err, vix.CodeHostUserPermissions, vix.FieldNone), "Datastore.Browse on the datastore /DC0/datastore/LocalDS_0")
}

func TestFilesOfASharedDatastoreAreCountedOnce(t *testing.T) {
	s := simulated(t, sim.Options{Datacenters: 2})
	must(t, s.AddDatastore("DC0", "shared"))
	must(t, s.ShareDatastore("DC0", "shared", "DC1"))
	laid(t, s, "DC0", "[shared] web/web.vmx")
	_, moref := registered(t, s, "DC1", "[shared] db/db.vmx")
	got, err := connected(t, s).Files(t.Context(), vix.FileQuery{Datastores: []string{"shared"}})
	must(t, err)
	if want := []string{"/DC0:[shared] web/web.vmx", "/DC1:[shared] db/db.vmx"}; !slices.Equal(keysOf(got), want) {
		t.Errorf("found %q, want %q", keysOf(got), want)
	}
	if db := got.Files[1]; len(db.Registered) != 1 || db.Registered[0].ManagedObjectID != moref {
		t.Errorf("registered in the other datacenter: %+v", db)
	}
}

func TestFilesReadsConfigurations(t *testing.T) {
	s := simulated(t, sim.Options{})
	const uuid = "52000000-0000-0000-0000-000000000001"
	laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{
		DisplayName: "Web", GuestOS: "debian12-64", CPUs: 4, MemoryMiB: 2048, InstanceUUID: uuid, BIOSUUID: "564d0000-1111-2222-3333-444455556666",
	})
	laid(t, s, "DC0", "[LocalDS_0] copy/copy.vmx", sim.VMX{DisplayName: "Web", InstanceUUID: uuid})
	laid(t, s, "DC0", "[LocalDS_0] locked/locked.vmx", sim.VMX{Encrypted: true})
	must(t, s.WriteFile("DC0", "[LocalDS_0] bad/bad.vmx", []byte{0, 1, 2}))
	must(t, s.WriteFile("DC0", "[LocalDS_0] big/big.vmx", make([]byte, configfile.MaxSize+1)))
	must(t, s.WriteFile("DC0", "[LocalDS_0] odd 100%/odd.vmx", []byte("displayName = \"Odd\"\nscsi0:0.present = \"TRUE\"\nscsi0:0.fileName = \"none.vmdk\"\n"+
		"scsi0:1.present = \"TRUE\"\nscsi0:1.fileName = \"/vmfs/volumes/elsewhere/x.vmdk\"\nscsi0:2.present = \"TRUE\"\nscsi0:2.fileName = \"[LocalDS_0] web/web.vmdk\"\n")))
	h := connected(t, s)
	got, err := h.Files(t.Context(), vix.FileQuery{ReadConfig: true})
	must(t, err)
	byFile := map[string]*vix.FileConfig{}
	for _, f := range got.Files {
		byFile[f.Path.File] = f.Config
	}
	web := byFile["web/web.vmx"]
	if web.DisplayName != "Web" || web.GuestOS != "debian12-64" || web.NumVCPUs != 4 || web.MemorySize != 2048 || web.InstanceUUID != uuid ||
		web.BIOSUUID != "564d0000-1111-2222-3333-444455556666" || web.Problem != "" || web.Encrypted {
		t.Errorf("configuration: %+v", web)
	}
	if len(web.Disks) == 0 || web.Disks[0].Exists == nil || !*web.Disks[0].Exists {
		t.Errorf("disks: %+v", web.Disks)
	}
	if len(web.SameUUIDAs) != 1 || web.SameUUIDAs[0].String() != "/DC0:[LocalDS_0] copy/copy.vmx" || len(byFile["locked/locked.vmx"].SameUUIDAs) != 0 {
		t.Errorf("duplicates: %+v", web.SameUUIDAs)
	}
	if !byFile["locked/locked.vmx"].Encrypted || byFile["bad/bad.vmx"].Problem == "" || byFile["big/big.vmx"].Problem == "" {
		t.Errorf("locked %+v, bad %+v, big %+v", byFile["locked/locked.vmx"], byFile["bad/bad.vmx"], byFile["big/big.vmx"])
	}
	odd := byFile["odd 100%/odd.vmx"]
	if odd.DisplayName != "Odd" || len(odd.Disks) != 3 || *odd.Disks[0].Exists || odd.Disks[1].Exists != nil || !*odd.Disks[2].Exists {
		t.Errorf("odd: %+v", odd)
	}
	s.ExpireSessions()
	s.ResetRequests()
	f := []datastores.File{{File: vix.File{Path: pathOf(t, "[LocalDS_0] web/web.vmx")}}}
	outline, err := h.Outline(t.Context(), wire.NoOlderThan(0))
	must(t, err)
	f[0].Store = &inventory.Store{Home: outline.Datacenters[0].Datastores["LocalDS_0"]}
	s.ExpireSessions()
	if err := h.ReadConfigs(t.Context(), vix.FileQuery{}, f); err != nil || f[0].Config.Problem != "" {
		t.Errorf("after the session expired: %+v, %v", f[0].Config, err)
	}
}

// What the host answers of a file is the file's problem. A line that breaks is
// not: the file is asked for again, and nothing is concluded if that does not help.
func TestABrokenLineIsNoDamagedFile(t *testing.T) {
	t.Parallel()
	s := simulated(t, sim.Options{StandaloneHosts: -1})
	for _, name := range []string{"a", "b", "c"} {
		laid(t, s, "DC0", fmt.Sprintf("[LocalDS_0] %[1]s/%[1]s.vmx", name), sim.VMX{NoDisk: true})
	}
	h := connected(t, s, func(o *vix.ConnectOptions) { o.RequestTimeout = 6 * time.Second })
	problems := func() (n int, err error) {
		t.Helper()
		s.ResetRequests()
		files, err := h.Files(t.Context(), vix.FileQuery{Match: "*.vmx", ReadConfig: true})
		if err != nil {
			return 0, err
		}
		if len(files.Files) != 3 {
			t.Errorf("%d files", len(files.Files))
		}
		for _, f := range files.Files {
			switch f.Config.Problem {
			case "":
			case "The file cannot be read: HTTP 503 Service Unavailable.":
				n++
			default:
				t.Error(f.Config.Problem)
			}
		}
		return n, nil
	}
	for name, f := range map[string]sim.Fault{
		"connection cut": {Method: "HTTP GET", Cut: true, Times: 2}, "busy": {Method: "HTTP GET", Status: 503, Times: 2},
	} {
		s.Fault(f)
		if n, err := problems(); err != nil || n != 0 || s.Requests()["HTTP GET"] != 5 {
			t.Errorf("%s: %d problems, %v, %v", name, n, err, s.Requests())
		}
	}
	s.Fault(sim.Fault{Method: "HTTP GET", Status: 503, Times: -1})
	if n, err := problems(); err != nil || n != 3 || s.Requests()["HTTP GET"] != 3*3 {
		t.Errorf("always busy: %d problems, %v, %v", n, err, s.Requests())
	}
	s.ClearFaults()
	s.Fault(sim.Fault{Method: "HTTP GET", Cut: true, Times: -1})
	_, err := problems()
	says(t, failure(t, err, vix.CodeHostConnectionLost, vix.FieldNone), "read", "[LocalDS_0] ", "The connection to")
}
