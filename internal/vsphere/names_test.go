// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// One word, as Terraform writes it and as a Mac does.
const (
	composed   = "B\u00fcro"
	decomposed = "Bu\u0308ro"
)

// A file whose name is decomposed is the one that a configuration names, which cannot write it so.
func TestADecomposedName(t *testing.T) {
	for name, at := range map[string][2]string{
		"folder and file":   {"[LocalDS_0] " + composed + "/" + composed + ".vmx", "[LocalDS_0] " + decomposed + "/" + decomposed + ".vmx"},
		"datastore":         {"[" + composed + "] web/web.vmx", "[" + decomposed + "] web/web.vmx"},
		"all three of them": {"[" + composed + "] " + composed + "/" + composed + ".vmx", "[" + decomposed + "] " + decomposed + "/" + decomposed + ".vmx"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := simulated(t, sim.Options{Clusters: -1})
			must(t, s.AddDatastore("DC0", decomposed))
			written, is := pathOf(t, at[0]), laid(t, s, "DC0", at[1])
			h := connected(t, s)
			check, err := h.Check(t.Context(), vix.RegisterSpec{Path: written})
			must(t, err)
			if !check.FileExists {
				t.Error("the plan does not see the file")
			}
			r, err := h.Register(t.Context(), vix.RegisterSpec{Path: written})
			must(t, err)
			if r.Path != is {
				t.Errorf("registered %+q, the host has %+q", r.Path, is)
			}
			for _, h := range []*host{h, connected(t, s)} {
				vm, err := h.Open(t.Context(), vix.Locator{Path: written})
				if err != nil || vm.ID != r.ID {
					t.Fatalf("opened %+v, %v", vm, err)
				}
				again, err := h.Register(t.Context(), vix.RegisterSpec{Path: written, Adopt: true})
				if err != nil || !again.Adopted || again.ID != r.ID {
					t.Fatalf("adopted %+v, %v", again, err)
				}
			}
			files, err := h.Files(t.Context(), vix.FileQuery{Datastores: []string{written.Datastore}, Folder: written.Folder(), Match: "*" + written.Base()})
			must(t, err)
			if len(files.Files) != 1 || files.Files[0].Path != is || len(files.Files[0].Registered) != 1 {
				t.Errorf("discovered %+v", files.Files)
			}
			files, err = h.Files(t.Context(), vix.FileQuery{Exclude: []string{written.Base()}})
			must(t, err)
			if len(files.Files) != 0 || len(files.LeftOut) != 1 {
				t.Errorf("left out %+v of %+v", files.LeftOut, files.Files)
			}
			// What the state has is composed; what is registered anew at the same file is not gone.
			handle := r.Handle()
			handle.Path = written
			must(t, s.Unregister(t.Context(), "DC0", is.String()))
			_, err = s.Register(t.Context(), "DC0", is.String())
			must(t, err)
			now, err := h.Registration(t.Context(), handle)
			if err != nil || now.ID != r.ID || now.ManagedObjectID == r.ManagedObjectID {
				t.Errorf("registered anew: %+v, %v", now, err)
			}
		})
	}
}

// Two files that look the same are an error wherever one is meant, and where both are listed; never one of the two.
func TestTwoNamesThatLookTheSame(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: -1})
	one := laid(t, s, "DC0", "[LocalDS_0] "+composed+"/web.vmx", sim.VMX{DisplayName: "one"})
	laid(t, s, "DC0", "[LocalDS_0] "+decomposed+"/web.vmx", sim.VMX{DisplayName: "two"})
	h := connected(t, s)
	both := []string{`"[LocalDS_0] B\u00fcro/web.vmx"`, `"[LocalDS_0] Bu\u0308ro/web.vmx"`}
	_, err := h.Check(t.Context(), vix.RegisterSpec{Path: one})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldPath), both...)
	_, err = h.Register(t.Context(), vix.RegisterSpec{Path: one})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldPath), both...)
	_, err = h.Open(t.Context(), vix.Locator{Path: one})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldPath), both...)
	_, err = h.Files(t.Context(), vix.FileQuery{})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), `B\u00fcro/web.vmx"`, `Bu\u0308ro/web.vmx"`, "look the same")

	must(t, s.AddDatastore("DC0", composed))
	must(t, s.AddDatastore("DC0", decomposed))
	h = connected(t, s)
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: pathOf(t, "["+composed+"] web/web.vmx")})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldPath), `"B\u00fcro"`, `"Bu\u0308ro"`)
	_, err = h.Files(t.Context(), vix.FileQuery{})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldDatastores), `"B\u00fcro"`, `"Bu\u0308ro"`)
	_, err = h.Files(t.Context(), vix.FileQuery{Datastores: []string{"LocalDS_0"}, Folder: composed})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldFilesPath), `B\u00fcro`, `Bu\u0308ro`)

	for _, name := range []string{composed, decomposed} {
		must(t, second(s.AddFolder("DC0", name)))
	}
	_, err = h.Check(t.Context(), vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] a/a.vmx"), Folder: composed})
	says(t, failure(t, err, vix.CodeInvalidArg, vix.FieldFolder), `"/DC0/vm/B\u00fcro"`, `"/DC0/vm/Bu\u0308ro"`)
}

// A place is the same with a vCenter's escapes and without, composed or not: nothing is moved.
func TestPlacesThatAreWrittenOtherwise(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: -1})
	for _, name := range []string{`B\C`, "100%", decomposed} {
		must(t, second(s.AddFolder("DC0", name)))
	}
	h := connected(t, s)
	p := laid(t, s, "DC0", "[LocalDS_0] a/a.vmx")
	for _, folder := range []string{`B\C`, "B%5cC", "100%", "100%25", composed, "/DC0/vm/" + composed} {
		spec := vix.RegisterSpec{Path: p, Folder: folder, Name: composed}
		r, err := h.Register(t.Context(), spec)
		must(t, err)
		if change := spec.Change(r.Registration); !change.IsZero() {
			t.Errorf("%s: %+v would be changed at %s", folder, change, r.Folder)
		}
		s.ResetRequests()
		must(t, h.Update(t.Context(), r.Handle(), vix.Change{Folder: &folder, Name: &spec.Name}))
		if n := s.Requests(); n["MoveIntoFolder_Task"] != 0 || n["Rename_Task"] != 0 {
			t.Errorf("%s: moved from %s: %v", folder, r.Folder, n)
		}
		must(t, h.Unregister(t.Context(), r.Handle(), vix.PowerOffFail))
	}
}

// Paths that can be written in one way only cost nothing more.
func TestPlainNamesAreNotListed(t *testing.T) {
	s := simulated(t, sim.Options{Clusters: -1})
	h := connected(t, s)
	spec := vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] \u4f4d/\u4f4d.vmx")}
	s.ResetRequests()
	_, err := h.Register(t.Context(), spec)
	must(t, err)
	if n := s.Requests()["SearchDatastoreSubFolders_Task"]; n != 0 {
		t.Errorf("the datastore was listed %d times", n)
	}
}
