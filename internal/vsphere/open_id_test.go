// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"testing"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// TestOpenIDTakesWhatNamesOneVM: an instance UUID, a managed object id or an inventory path. Where restored copies
// share the instance UUID, that alone is an ambiguity; the others are not.
func TestOpenIDTakesWhatNamesOneVM(t *testing.T) {
	s := simulated(t, sim.Options{KeepDuplicateInstanceUUIDs: true, Clusters: -1})
	_, err := s.AddFolder("DC0", "Linux/Web")
	must(t, err)
	h := connected(t, s)
	const shared = "52a1c0de-0000-4000-8000-00000000000a"
	in := func(path, folder, uuid string) *vix.Registered {
		p := laid(t, s, "DC0", path, sim.VMX{DisplayName: "web", InstanceUUID: uuid})
		r, err := h.Register(t.Context(), vix.RegisterSpec{Path: p, Folder: folder})
		must(t, err)
		return r
	}
	one := in("[LocalDS_0] web/web.vmx", "/DC0/vm/Linux/Web", shared)
	other := in("[LocalDS_0] copy/web.vmx", "/DC0/vm/Linux", shared)
	for id, want := range map[string]*vix.Registered{
		one.ManagedObjectID: one, "/DC0/vm/Linux/Web/web": one, other.ManagedObjectID: other, "/DC0/vm/Linux/web": other,
	} {
		vm, err := h.OpenID(t.Context(), id)
		if err != nil || vm.ManagedObjectID != want.ManagedObjectID || vm.Path != want.Path {
			t.Errorf("%s opens %+v, %v; want %s", id, vm, err, want.Path)
		}
	}
	_, err = h.OpenID(t.Context(), shared)
	kind(t, failure(t, err, vix.CodeInvalidArg, vix.FieldNone), vix.ErrAmbiguous)
	for id, says := range map[string]string{
		"vm-99999": "No VM with this managed object id", "/DC0/vm/Linux/none": "No VM with this inventory path",
		"/DC0/vm/Linux": "No VM with this inventory path", "52a1c0de-0000-4000-8000-00000000000b": "No VM with this instance UUID",
	} {
		_, err := h.OpenID(t.Context(), id)
		if e := failure(t, err, vix.CodeVMNotFound, vix.FieldNone); e.Reason[:len(says)] != says {
			t.Errorf("%s: %s", id, e.Reason)
		}
	}
	// What was imported so is read as itself.
	r, err := h.Registration(t.Context(), one.Handle())
	if err != nil || r.Path != one.Path {
		t.Errorf("read as %+v, %v", r, err)
	}
}
