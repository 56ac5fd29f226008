// Copyright (c) The terraform-provider-vix Authors
// SPDX-License-Identifier: MPL-2.0

package vsphere

import (
	"errors"
	"slices"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/terraform-vix/terraform-provider-vix/internal/sim"
	"github.com/terraform-vix/terraform-provider-vix/internal/vix"
)

// supportedAPIs are API versions that are met, from the oldest that can be talked to.
var supportedAPIs = []string{"4.1", "5.0", "5.1", "5.5", "6.0", "6.5", "6.7", "7.0", "8.0", "8.0.3.0"}

// A host of every supported API version registers, opens, discovers and unregisters,
// and is never asked twice for what it does not have.
func TestEveryAPIVersion(t *testing.T) {
	for _, version := range supportedAPIs {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			s := simulated(t, sim.Options{APIVersion: version, Clusters: -1})
			h := connected(t, s)
			p := laid(t, s, "DC0", "[LocalDS_0] web/web.vmx", sim.VMX{Tools: true})

			spec := vix.RegisterSpec{Path: p}
			check, err := h.Check(t.Context(), spec)
			must(t, err)
			if !check.FileExists {
				t.Error("the file is there, and the plan does not see it")
			}
			r, err := h.Register(t.Context(), spec)
			must(t, err)

			must(t, s.SetPower("DC0", p.String(), "poweredOn"))
			vm, err := h.Open(t.Context(), vix.Locator{Path: p})
			must(t, err)
			if vm.ID != r.ID || !vm.IsRunning || vm.ToolsState == vix.ToolsUnknown || vm.Encrypted {
				t.Errorf("opened %+v", vm)
			}
			files, err := h.Files(t.Context(), vix.FileQuery{ReadConfig: true})
			must(t, err)
			if len(files.Files) != 1 || len(files.Files[0].Registered) != 1 || files.Files[0].Registered[0].ID != r.ID {
				t.Errorf("discovered %+v", files.Files)
			}
			found, err := h.Find(t.Context(), vix.Query{Running: true})
			must(t, err)
			if len(found) != 1 {
				t.Errorf("found %+v", found)
			}
			handle := r.Handle()
			must(t, h.CheckUnregister(t.Context(), handle, vix.PowerOffHard))
			must(t, h.Unregister(t.Context(), handle, vix.PowerOffHard))
			if _, err := h.Registration(t.Context(), handle); !errors.Is(err, vix.ErrGone) {
				t.Errorf("after it was unregistered: %v", err)
			}
			if n := s.Requests()["HasUserPrivilegeOnEntities"]; n > 2 {
				t.Errorf("the host was asked %d times what it does not know", n)
			}
		})
	}
}

// What the table of versions does not say is learnt from the refusal: once for a connection.
func TestARefusedPropertyIsNotAskedForAgain(t *testing.T) {
	s := simulated(t, sim.Options{VMs: 1})
	h := connected(t, s)
	_, err := h.Find(t.Context(), vix.Query{}) // the outline is read
	must(t, err)
	for _, optional := range []string{"config.keyId", "cryptoState"} { // hosts name it as a whole or by its end
		s.Fault(sim.Fault{Method: "RetrievePropertiesEx", SOAP: &types.InvalidProperty{Name: optional}})
	}
	id := s.Registered()[0].ManagedObjectID
	s.ResetRequests()
	for range 2 {
		_, err := h.Registration(t.Context(), vix.Handle{ManagedObjectID: id, ID: id})
		must(t, err)
	}
	if n := s.Requests()["RetrievePropertiesEx"]; n > 5 {
		t.Errorf("two reads took %d requests", n)
	}
	s.Fault(sim.Fault{Method: "RetrievePropertiesEx", SOAP: &types.InvalidProperty{Name: "name"}})
	_, err = h.Find(t.Context(), vix.Query{})
	says(t, failure(t, err, vix.CodeFail, vix.FieldNone), "InvalidProperty")
}

// Privileges are checked at plan wherever the API can tell, and by the host itself where it cannot.
func TestPrivilegesOnOldHosts(t *testing.T) {
	for version, atPlan := range map[string]bool{"4.1": false, "5.0": false, "5.5": true, "6.0": true, "6.5": true} {
		t.Run(version, func(t *testing.T) {
			s := simulated(t, sim.Options{APIVersion: version, Clusters: -1})
			s.Deny(s.Username(), privilegeRegister, "")
			h := connected(t, s)
			spec := vix.RegisterSpec{Path: laid(t, s, "DC0", "[LocalDS_0] web/web.vmx")}
			_, err := h.Check(t.Context(), spec)
			if !atPlan {
				must(t, err)
				_, err = h.Register(t.Context(), spec)
			}
			if vix.CodeOf(err) != vix.CodeHostUserPermissions {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A host whose API is too old is refused before anybody logs in, with the version that was found.
func TestAHostThatIsTooOldIsRefused(t *testing.T) {
	for _, version := range []string{"2.0", "2.5", "2.5u2", "4.0"} {
		s := simulated(t, sim.Options{APIVersion: version, ESX: true})
		e := refused(t, optionsFor(s), vix.CodeNotSupported, vix.FieldHostname)
		says(t, e, "the API version "+version, "4.1 are the oldest")
		if methods := s.Requests(); methods["Login"] != 0 {
			t.Errorf("%s: a password was sent: %v", version, methods)
		}
	}
	if !slices.Contains(supportedAPIs, "4.1") {
		t.Error("the oldest that is supported is not tested")
	}
}
