// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"strings"
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// objectWorld is a host with a datastore that stores objects, and a VM there by its friendly path.
func objectWorld(t *testing.T, version, kind string) (*sim.Host, *host, vix.Path, vix.Path) {
	t.Helper()
	s := simulated(t, sim.Options{APIVersion: version, Clusters: -1})
	must(t, s.AddObjectDatastore("DC0", "objects", kind))
	p := laid(t, s, "DC0", "[objects] web/web.vmx", sim.VMX{InstanceUUID: "50201e5a-0000-0000-0000-000000000001"})
	folder, err := s.ObjectFolder("DC0", p.String())
	must(t, err)
	return s, connected(t, s), p, vix.Path{Datastore: "objects", File: folder + "/web.vmx"}
}

// On vSAN and vVols the path that a person writes is not the one that the host reports. Everything takes the former, again and
// again, with hosts that tell friendly names and with those that do not.
func TestFriendlyPaths(t *testing.T) {
	for _, kind := range []string{sim.VSAN, sim.VVOL} {
		for _, version := range []string{"5.5", "6.0", "6.5", "8.0"} {
			t.Run(kind+" "+version, func(t *testing.T) {
				t.Parallel()
				s, h, p, reported := objectWorld(t, version, kind)
				spec := vix.RegisterSpec{Path: p}
				check, err := h.Check(t.Context(), spec)
				must(t, err)
				if !check.FileExists || check.Registered != nil {
					t.Errorf("checked %+v", check)
				}
				r, err := h.Register(t.Context(), spec)
				must(t, err)
				if r.Path != reported || r.Adopted {
					t.Errorf("registered %+v", r)
				}
				for name, h := range map[string]*host{"the same": h, "another": connected(t, s)} {
					for _, at := range []vix.Path{p, reported} {
						vm, err := h.Open(t.Context(), vix.Locator{Path: at})
						if err != nil || vm.ID != r.ID {
							t.Fatalf("%s connection opened %s: %+v, %v", name, at, vm, err)
						}
						adopt := vix.RegisterSpec{Path: at, Adopt: true}
						check, err := h.Check(t.Context(), adopt)
						if err != nil || check.Registered == nil || check.Registered.ID != r.ID || check.FileID != r.FileID {
							t.Fatalf("%s connection checked %s: %+v, %v", name, at, check, err)
						}
						again, err := h.Register(t.Context(), adopt)
						if err != nil || !again.Adopted || again.ID != r.ID {
							t.Fatalf("%s connection adopted %s: %+v, %v", name, at, again, err)
						}
						_, err = h.Check(t.Context(), vix.RegisterSpec{Path: at})
						says(t, failure(t, err, vix.CodeAlreadyExists, vix.FieldPath), "registered already", r.ManagedObjectID)
					}
				}
				must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
				_, err = h.Open(t.Context(), vix.Locator{Path: p})
				says(t, failure(t, err, vix.CodeVMNotFound, vix.FieldPath), "The file exists in /DC0, but it is not registered there")
			})
		}
	}
}

// A copy that still has its original's UUID in its file is not its original, where no friendly names tell them apart.
func TestACopyOnVSANIsNotItsOriginal(t *testing.T) {
	s, h, p, _ := objectWorld(t, "6.0", sim.VSAN)
	_, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	copied := laid(t, s, "DC0", "[objects] copy/web.vmx", sim.VMX{InstanceUUID: "50201e5a-0000-0000-0000-000000000001", Annotation: "changed"})
	check, err := h.Check(t.Context(), vix.RegisterSpec{Path: copied, Name: "copy", Adopt: true})
	must(t, err)
	if check.Registered != nil {
		t.Errorf("the original would be adopted: %+v", check.Registered)
	}
}

// Discovery takes friendly names for folders, below which it looks and which it leaves out.
func TestDiscoveryByFriendlyNames(t *testing.T) {
	s, h, p, reported := objectWorld(t, "8.0", sim.VSAN)
	laid(t, s, "DC0", "[objects] db/db.vmx")
	r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p})
	must(t, err)
	for name, q := range map[string]vix.FileQuery{
		"below": {Datastores: []string{"objects"}, Folder: "web"}, "without": {Datastores: []string{"objects"}, Exclude: []string{"db"}},
	} {
		files, err := h.Files(t.Context(), q)
		must(t, err)
		if len(files.Files) != 1 || files.Files[0].Path != reported || len(files.Files[0].Registered) != 1 || files.Files[0].Registered[0].ID != r.ID {
			t.Errorf("%s: %+v", name, files.Files)
		}
	}
}

// Many paths on one datastore are one listing of its folders.
func TestFriendlyNamesAreReadOnce(t *testing.T) {
	s, h, _, _ := objectWorld(t, "8.0", sim.VSAN)
	for name := range strings.FieldsSeq("a b c d e f g h") {
		laid(t, s, "DC0", "[objects] "+name+"/"+name+".vmx", sim.VMX{NoDisk: true})
	}
	s.ResetRequests()
	for name := range strings.FieldsSeq("a b c d e f g h") {
		_, err := h.Check(t.Context(), vix.RegisterSpec{Path: pathOf(t, "[objects] "+name+"/"+name+".vmx")})
		must(t, err)
	}
	// One for the names, one for each of the first files, one for all others.
	if n := s.Requests()["SearchDatastore_Task"]; n > 6 {
		t.Errorf("%d searches of folders", n)
	}
}
